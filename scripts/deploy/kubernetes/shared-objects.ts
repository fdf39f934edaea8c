import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type { DeploymentPlan, PlannedService } from '../deployment-plan.ts';
import { componentLabels, labelsOf, settingsName } from './object-names.ts';

const HTTP_PORT = 80;

/** What clients may ask for. Health and metrics are the cluster's own business. */
export const PUBLIC_PATHS: readonly string[] = ['/store', '/admin', '/webhooks', '/docs', '/openapi.json'];

export interface Entrance {
  /** Name that clients know the shop by. Absent: there is no Ingress. */
  readonly host: string | undefined;
  readonly ingressClass: string | undefined;
  /** Secret with the certificate of the host. */
  readonly tlsSecret: string | undefined;
  /** Where the Ingress controller runs. Absent: whoever reaches the pod may ask. */
  readonly ingressNamespace: string | undefined;
  /** Where Prometheus runs, which may ask each pod for its figures. */
  readonly metricsNamespace: string | undefined;
}

export function serviceAccount(plan: DeploymentPlan): IServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: plan.name, labels: labelsOf(plan) },
    automountServiceAccountToken: false,
  };
}

export function settings(plan: DeploymentPlan): IConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: settingsName(plan), labels: labelsOf(plan) },
    data: plan.settings,
  };
}

/** Nobody reaches a pod but other pods of the application on the internal port, and whoever these options name. */
export function networkPolicies(plan: DeploymentPlan, front: PlannedService, entrance: Entrance): INetworkPolicy[] {
  const { internalPort, port, name } = plan;
  const { ingressNamespace, metricsNamespace } = entrance;
  const policy = (
    suffix: string,
    labels: Record<string, string>,
    ingress: NonNullable<NonNullable<INetworkPolicy['spec']>['ingress']>,
  ): INetworkPolicy => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${name}-${suffix}`, labels: labelsOf(plan) },
    spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'], ingress },
  });
  return [
    policy('internal', labelsOf(plan), [
      ...(internalPort === undefined
        ? []
        : [{ from: [{ podSelector: { matchLabels: labelsOf(plan) } }], ports: [tcp(internalPort)] }]),
      ...(metricsNamespace === undefined ? [] : [{ from: [inNamespace(metricsNamespace)], ports: [tcp(port)] }]),
    ]),
    policy('public', componentLabels(plan, front.name), [
      { ...(ingressNamespace === undefined ? {} : { from: [inNamespace(ingressNamespace)] }), ports: [tcp(port)] },
    ]),
  ];
}

export function publicService(plan: DeploymentPlan, front: PlannedService): IService {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: plan.name, labels: labelsOf(plan) },
    spec: {
      type: 'ClusterIP',
      selector: componentLabels(plan, front.name),
      ports: [{ name: 'http', port: HTTP_PORT, targetPort: 'http' }],
    },
  };
}

export function ingress(plan: DeploymentPlan, host: string, { ingressClass, tlsSecret }: Entrance): IIngress {
  const backend = { service: { name: plan.name, port: { name: 'http' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: plan.name, labels: labelsOf(plan) },
    spec: {
      ...(ingressClass === undefined ? {} : { ingressClassName: ingressClass }),
      ...(tlsSecret === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecret }] }),
      rules: [{ host, http: { paths: PUBLIC_PATHS.map((path) => ({ path, pathType: 'Prefix', backend })) } }],
    },
  };
}

function tcp(port: number) {
  return { protocol: 'TCP' as const, port };
}

function inNamespace(name: string) {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}
