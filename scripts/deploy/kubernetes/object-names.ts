import { createHash } from 'node:crypto';
import type { DeploymentPlan } from '../deployment-plan.ts';

const HASH_LENGTH = 10;

export type Labels = Record<string, string>;

/** Whatever belongs to this installation. */
export function labelsOf({ name }: DeploymentPlan): Labels {
  return { 'app.kubernetes.io/name': 'banyan', 'app.kubernetes.io/instance': name };
}

/** The pods of one group, or of the migration. */
export function componentLabels(plan: DeploymentPlan, component: string): Labels {
  return { ...labelsOf(plan), 'app.kubernetes.io/component': component };
}

export function groupName({ name }: Pick<DeploymentPlan, 'name'>, group: string): string {
  return `${name}-${group}`;
}

export function settingsName({ name }: DeploymentPlan): string {
  return `${name}-settings`;
}

export function secretsName({ name }: DeploymentPlan): string {
  return `${name}-secrets`;
}

/** With an administrator's passwords, for the migration alone. */
export function migrationSecretsName({ name }: DeploymentPlan): string {
  return `${name}-migration-secrets`;
}

/** Of everything that the value says, in a few characters that a name may have. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, HASH_LENGTH);
}
