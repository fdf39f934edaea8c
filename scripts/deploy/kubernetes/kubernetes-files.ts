import { present } from '../../../src/shared/errors/index.ts';
import { DeploymentRefused, type DeploymentPlan, type OutputFile } from '../deployment-plan.ts';
import { renderSecrets } from '../render-secrets.ts';
import { toYaml } from '../to-yaml.ts';
import { groupObjects, type Scaling } from './group-objects.ts';
import { MIGRATE, migrationJob } from './migration-job.ts';
import { ingress, networkPolicies, publicService, serviceAccount, settings, type Entrance } from './shared-objects.ts';

export interface KubernetesOptions extends Entrance, Scaling {
  /** The command that makes the files. */
  readonly command: string;
}

/** Files for `kubectl apply -k`, and the names of what they do not hold. Throws DeploymentRefused. */
export function kubernetesFiles(plan: DeploymentPlan, options: KubernetesOptions): OutputFile[] {
  const { command, host } = options;
  if (plan.services.some(({ name }) => name === MIGRATE)) {
    throw new DeploymentRefused(`The group ${MIGRATE} has the name of the migration; give it another.`);
  }
  const front = present(
    plan.services.find(({ isPublic }) => isPublic),
    'one group is public',
  );
  const contents: [string, readonly object[]][] = [
    ['settings', [serviceAccount(plan), settings(plan)]],
    ['network', networkPolicies(plan, front, options)],
    ['migration', [migrationJob(plan)]],
    ...plan.services.map((service): [string, readonly object[]] => [
      `group-${service.name}`,
      groupObjects(plan, service, options),
    ]),
    ['public', [publicService(plan, front), ...(host === undefined ? [] : [ingress(plan, host, options)])]],
  ];
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: contents.map(([name]) => `${name}.yaml`),
  };
  return [
    ...contents.map(([name, objects]) => ({ path: `${name}.yaml`, text: toYaml(objects, command) })),
    { path: 'kustomization.yaml', text: toYaml([kustomization], command) },
    { path: 'secrets.env.example', text: renderSecrets(secretsOf(plan), command) },
    {
      path: 'migration-secrets.env.example',
      text: renderSecrets(plan.migrationSecrets, command, administratorMeanings(plan)),
    },
  ];
}

function secretsOf({ services }: DeploymentPlan): string[] {
  return [...new Set(services.flatMap(({ secrets }) => secrets))];
}

/** The same names have other values there. */
function administratorMeanings({ migrationSecrets }: DeploymentPlan): Record<string, string> {
  const addresses = migrationSecrets.filter((name) => name.startsWith('DATABASE_URL'));
  const meaning = 'postgres://user:password@host:5432/database, as a user that may create roles and schemas there';
  const same = migrationSecrets.filter((name) => !addresses.includes(name));
  return {
    ...Object.fromEntries(addresses.map((name) => [name, meaning])),
    ...Object.fromEntries(same.map((name) => [name, 'The same as in secrets.env'])),
  };
}
