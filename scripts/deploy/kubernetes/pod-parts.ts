import type { IIoK8sApiCoreV1Container } from 'kubernetes-models/v1/Container';
import type { IIoK8sApiCoreV1EnvVar } from 'kubernetes-models/v1/EnvVar';
import type { IIoK8sApiCoreV1PodSpec } from 'kubernetes-models/v1/PodSpec';
import type { DeploymentPlan, Settings } from '../deployment-plan.ts';
import { settingsName } from './object-names.ts';

/** The image's own user. */
const USER = 1000;
/** Requests are a part of the limits: what a container needs most of the time. */
const REQUESTED_MEMORY = 0.5;
const REQUESTED_CPU = 0.25;
const MILLI = 1_000;

/** One container of the image that may write nothing but its temporary files, with the settings of all. */
export function container(
  plan: DeploymentPlan,
  { environment, more }: { environment: IIoK8sApiCoreV1EnvVar[]; more: Partial<IIoK8sApiCoreV1Container> },
): IIoK8sApiCoreV1Container {
  const { memoryMib, cpus } = plan.resources;
  return {
    name: 'banyan',
    image: plan.image,
    imagePullPolicy: 'IfNotPresent',
    envFrom: [{ configMapRef: { name: settingsName(plan) } }],
    env: environment,
    resources: {
      requests: {
        cpu: `${Math.round(cpus * MILLI * REQUESTED_CPU)}m`,
        memory: `${Math.round(memoryMib * REQUESTED_MEMORY)}Mi`,
      },
      limits: { cpu: `${Math.round(cpus * MILLI)}m`, memory: `${memoryMib}Mi` },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'temporary', mountPath: '/tmp' },
      { name: 'data', mountPath: '/data' },
    ],
    ...more,
  };
}

/** A pod that has no rights in the cluster and none on its node. */
export function podOf(
  plan: DeploymentPlan,
  containers: IIoK8sApiCoreV1Container[],
  more: Partial<IIoK8sApiCoreV1PodSpec>,
): IIoK8sApiCoreV1PodSpec {
  return {
    serviceAccountName: plan.name,
    automountServiceAccountToken: false,
    // Else each Service of the namespace puts variables into the container, and one may be called like a setting.
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers,
    volumes: [
      { name: 'temporary', emptyDir: { sizeLimit: '64Mi' } },
      { name: 'data', emptyDir: { sizeLimit: '64Mi' } },
    ],
    ...more,
  };
}

export function plainVariables(settings: Settings): IIoK8sApiCoreV1EnvVar[] {
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}

/** Variables whose values a Secret has, under the same names. */
export function secretVariables(names: readonly string[], secret: string): IIoK8sApiCoreV1EnvVar[] {
  return names.map((name) => ({ name, valueFrom: { secretKeyRef: { name: secret, key: name } } }));
}
