import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IIoK8sApiCoreV1Probe } from 'kubernetes-models/v1/Probe';
import type { IService } from 'kubernetes-models/v1/Service';
import type { DeploymentPlan, PlannedService } from '../deployment-plan.ts';
import { componentLabels, groupName, hashOf, secretsName } from './object-names.ts';
import { container, plainVariables, podOf, secretVariables } from './pod-parts.ts';

/** How long a pod goes on after it has been taken from its Service, until everybody knows of that. */
const DRAIN_SECONDS = 5;
const STEADY_SECONDS = 5;
const BUSY_PERCENT = 70;
const OLD_VERSIONS_KEPT = 3;
const ASK_SECONDS = 5;
const START_ASK_SECONDS = 2;

export interface Scaling {
  /** Pods of a group, at most. Absent: as many as the placement says, always. */
  readonly maxReplicas: number | undefined;
}

/** What runs a group: pods, the address that others call it at, how many there may be and how many may go. */
export function groupObjects(plan: DeploymentPlan, service: PlannedService, scaling: Scaling) {
  const port = callsPort(plan, service);
  return [
    deployment(plan, service, scaling),
    ...(port === undefined ? [] : [internalService(plan, service, port)]),
    ...(scaling.maxReplicas === undefined ? [] : [autoscaler(plan, service, scaling.maxReplicas)]),
    ...(service.replicas > 1 ? [disruptionBudget(plan, service)] : []),
  ];
}

function callsPort({ internalPort }: DeploymentPlan, { isCalled }: PlannedService): number | undefined {
  return isCalled ? internalPort : undefined;
}

function deployment(plan: DeploymentPlan, service: PlannedService, { maxReplicas }: Scaling): IDeployment {
  const labels = componentLabels(plan, service.name);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: groupName(plan, service.name), labels },
    spec: {
      // Where the autoscaler counts, a number here would undo its work with each new version.
      ...(maxReplicas === undefined ? { replicas: service.replicas } : {}),
      minReadySeconds: STEADY_SECONDS,
      revisionHistoryLimit: OLD_VERSIONS_KEPT,
      progressDeadlineSeconds: 2 * plan.startSeconds,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: labels },
      template: {
        // Changed settings are a new version, too.
        metadata: { labels, annotations: { 'banyan/settings': hashOf(plan.settings) } },
        spec: podOf(plan, [applicationContainer(plan, service)], {
          terminationGracePeriodSeconds: DRAIN_SECONDS + plan.stopSeconds,
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
        }),
      },
    },
  };
}

function applicationContainer(plan: DeploymentPlan, service: PlannedService) {
  const internalPort = callsPort(plan, service);
  return container(plan, {
    environment: [...plainVariables(service.settings), ...secretVariables(service.secrets, secretsName(plan))],
    more: {
      ports: [
        { name: 'http', containerPort: plan.port },
        ...(internalPort === undefined ? [] : [{ name: 'internal', containerPort: internalPort }]),
      ],
      // Migrations and databases that come late are waited for: nobody is killed for that.
      startupProbe: probe('/readyz', START_ASK_SECONDS, Math.ceil(plan.startSeconds / START_ASK_SECONDS)),
      readinessProbe: probe('/readyz', ASK_SECONDS, 2),
      livenessProbe: probe('/livez', 2 * ASK_SECONDS, 3),
      // A pod goes on answering until no node sends it anything new.
      lifecycle: { preStop: { exec: { command: ['sleep', String(DRAIN_SECONDS)] } } },
    },
  });
}

function probe(path: string, periodSeconds: number, failureThreshold: number): IIoK8sApiCoreV1Probe {
  return { httpGet: { path, port: 'http' }, periodSeconds, timeoutSeconds: ASK_SECONDS, failureThreshold };
}

/**
 * One address for all pods of a group, however many there are at the moment: callers need not know their number, and a
 * pod that is going gets no new connection. A headless Service would give out addresses of pods that have gone, for as
 * long as names are cached.
 */
function internalService(plan: DeploymentPlan, { name }: PlannedService, port: number): IService {
  const labels = componentLabels(plan, name);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: groupName(plan, name), labels },
    spec: { type: 'ClusterIP', selector: labels, ports: [{ name: 'internal', port, targetPort: 'internal' }] },
  };
}

function autoscaler(plan: DeploymentPlan, service: PlannedService, maxReplicas: number): IHorizontalPodAutoscaler {
  const name = groupName(plan, service.name);
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, labels: componentLabels(plan, service.name) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: service.replicas,
      maxReplicas: Math.max(maxReplicas, service.replicas),
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: BUSY_PERCENT } },
        },
      ],
    },
  };
}

function disruptionBudget(plan: DeploymentPlan, service: PlannedService): IPodDisruptionBudget {
  const labels = componentLabels(plan, service.name);
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: groupName(plan, service.name), labels },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
}
