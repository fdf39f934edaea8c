import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { DeploymentPlan } from '../deployment-plan.ts';
import { componentLabels, groupName, hashOf, migrationSecretsName } from './object-names.ts';
import { container, podOf, secretVariables } from './pod-parts.ts';

export const MIGRATE = 'migrate';

const ATTEMPTS = 6;
const LONGEST_SECONDS = 3_600;
const KEPT_SECONDS = 604_800;

/**
 * Applies what is open, once for each version. A Job cannot be changed, so its name says what it runs: a new image or
 * new settings make a new one, and the same ones leave it alone.
 */
export function migrationJob(plan: DeploymentPlan): IJob {
  const labels = componentLabels(plan, MIGRATE);
  const spec: IJob['spec'] = {
    backoffLimit: ATTEMPTS,
    activeDeadlineSeconds: LONGEST_SECONDS,
    ttlSecondsAfterFinished: KEPT_SECONDS,
    template: {
      metadata: { labels, annotations: { 'banyan/settings': hashOf(plan.settings) } },
      spec: podOf(
        plan,
        [
          container(plan, {
            environment: secretVariables(plan.migrationSecrets, migrationSecretsName(plan)),
            more: { command: ['node', '--enable-source-maps', 'dist/main.js', '--migrate-only'] },
          }),
        ],
        { restartPolicy: 'OnFailure' },
      ),
    },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${groupName(plan, MIGRATE)}-${hashOf(spec)}`, labels },
    spec,
  };
}
