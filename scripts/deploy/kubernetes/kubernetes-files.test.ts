import { describe, expect, it } from '@jest/globals';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job, type IJob } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap, type IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parse } from 'yaml';
import { modules } from '../../../src/modules/index.ts';
import { graph, kubernetesOutput, objectsIn, placements, textOf } from '../test/deployments.ts';

/** With the schemas that Kubernetes publishes. */
const KINDS = {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
};
const ENTRANCE = {
  host: 'shop.example',
  ingressNamespace: 'ingress',
  metricsNamespace: 'monitoring',
  tlsSecret: 'shop',
};

const validate = (object: { kind: string }): void => {
  const Kind = KINDS[object.kind as keyof typeof KINDS] as new (data: never) => { validate(): void };
  new Kind(object as never).validate();
};

describe.each(placements)('manifests for $name', ({ placement }) => {
  const files = kubernetesOutput(placement, ENTRANCE);
  const objects = objectsIn(files);
  const all = <Kind>(kind: string): Kind[] => objects.filter((object) => object.kind === kind) as Kind[];
  const deployments = all<IDeployment>('Deployment');
  const [settings] = all<IConfigMap>('ConfigMap');
  const [job] = all<IJob>('Job');
  const podOf = (owner: IDeployment | IJob | undefined) => owner?.spec?.template.spec;
  const environmentOf = (owner: IDeployment | IJob | undefined) => podOf(owner)?.containers[0]?.env ?? [];
  const modulesOf = (deployment: IDeployment): string[] =>
    environmentOf(deployment)
      .find(({ name }) => name === 'BANYAN_MODULES')
      ?.value?.split(',') ?? [];

  it('are what Kubernetes takes, each name once', () => {
    for (const object of objects) validate(object);
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    expect(names.every((name) => /^\w+\/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))).toBe(true);
  });

  it('would be refused with a number that is none', () => {
    const [deployment] = deployments;
    expect(() =>
      validate({ ...deployment, kind: 'Deployment', spec: { ...deployment?.spec, replicas: 'two' } } as never),
    ).toThrow('replicas');
  });

  it('are all applied together, secrets excepted', () => {
    const { resources } = parse(textOf(files, 'kustomization.yaml')) as { resources: string[] };
    const manifests = files.map(({ path }) => path).filter((path) => path.endsWith('.yaml'));
    expect([...resources, 'kustomization.yaml'].sort()).toEqual(manifests.sort());
  });

  it('host every module, and say where it is that a pod does not host itself', () => {
    expect(deployments.map(modulesOf)).toEqual(placement.groups.map((group) => group.modules));
    for (const deployment of deployments) {
      for (const module of graph.modules.filter((name) => !modulesOf(deployment).includes(name))) {
        const { hostname, port } = new URL(settings?.data?.[`BANYAN_URL_${module.toUpperCase()}`] ?? '');
        const service = all<Service>('Service').find(({ metadata }) => metadata?.name === hostname);
        expect(service?.spec?.ports?.map((each) => String(each.port))).toEqual([port]);
        const callee = deployments.find(({ spec }) =>
          isSelected(spec?.template.metadata?.labels, service?.spec?.selector),
        );
        expect(callee && modulesOf(callee)).toContain(module);
      }
    }
  });

  it('take a pod out of service before it ends, and give it the time that it may need', () => {
    for (const deployment of deployments) {
      expect(deployment.spec?.strategy).toEqual({
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      });
      expect(podOf(deployment)?.containers[0]?.lifecycle?.preStop?.exec?.command).toEqual(['sleep', '5']);
      // The pause, and twice what the application takes for requests and for what runs by itself.
      expect(podOf(deployment)?.terminationGracePeriodSeconds).toBeGreaterThan(5 + 2 * 20);
    }
  });

  it('leave the number of pods to the autoscaler, from the one that the placement says', () => {
    expect(deployments.map(({ spec }) => spec?.replicas)).toEqual(placement.groups.map(() => undefined));
    const scalers = all<HorizontalPodAutoscaler>('HorizontalPodAutoscaler');
    expect(scalers.map(({ spec }) => spec?.minReplicas)).toEqual(placement.groups.map(({ replicas }) => replicas));
    const fixed = objectsIn(kubernetesOutput(placement, { maxReplicas: undefined }));
    expect(fixed.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toEqual([]);
    const counts = fixed
      .filter(({ kind }) => kind === 'Deployment')
      .map((each) => (each as IDeployment).spec?.replicas);
    expect(counts).toEqual(placement.groups.map(({ replicas }) => replicas));
    const budgets = all<PodDisruptionBudget>('PodDisruptionBudget');
    expect(budgets).toHaveLength(placement.groups.filter(({ replicas }) => replicas > 1).length);
  });

  it('hold no secret: values come from Secrets, whose files have the names of all and the value of none', () => {
    expect(Object.keys(settings?.data ?? {}).filter((name) => /SECRET|KEY$|^DATABASE_URL|REDIS/.test(name))).toEqual(
      [],
    );
    for (const [owners, file, secret] of [
      [deployments, 'secrets.env.example', 'banyan-secrets'],
      [[job], 'migration-secrets.env.example', 'banyan-migration-secrets'],
    ] as const) {
      const variables = owners.flatMap(environmentOf).filter(({ value }) => value === undefined);
      const wanted = variables.map(({ name, valueFrom }) => {
        expect(valueFrom).toEqual({ secretKeyRef: { name: secret, key: name } });
        return `${name}=`;
      });
      const lines = textOf(files, file).match(/^[A-Z_]+=.*$/gm) ?? [];
      expect([...lines].sort()).toEqual([...new Set(wanted)].sort());
    }
    const withKey = deployments.filter((each) => environmentOf(each).some(({ name }) => name === 'BANYAN_ADMIN_KEY'));
    expect(withKey.flatMap(modulesOf)).toContain('identity');
    expect(withKey).toHaveLength(1);
  });

  it('run without rights in the cluster and on the node', () => {
    for (const owner of [...deployments, job]) {
      expect(podOf(owner)).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '1000m', memory: '512Mi' } },
          },
        ],
      });
    }
  });

  it('let only the application in at the internal port, and clients at one group', () => {
    const policies = all<NetworkPolicy>('NetworkPolicy').map(({ spec }) => spec);
    const rules = policies.flatMap((policy) => policy?.ingress ?? []);
    const internal = rules.filter(({ ports }) => ports?.some(({ port }) => port === 4000));
    const peers = internal.flatMap(({ from }) => from);
    expect(peers.every((peer) => peer?.podSelector?.matchLabels?.['app.kubernetes.io/instance'] === 'banyan')).toBe(
      true,
    );
    expect(internal).toHaveLength(placement.groups.length > 1 ? 1 : 0);
    const selected = deployments.filter(({ spec }) =>
      isSelected(spec?.template.metadata?.labels, policies[1]?.podSelector?.matchLabels),
    );
    const [service] = all<Service>('Service').filter(({ metadata }) => metadata?.name === 'banyan');
    expect(selected).toHaveLength(1);
    expect(isSelected(selected[0]?.spec?.template.metadata?.labels, service?.spec?.selector)).toBe(true);
  });

  it('are the same each time, and another image or setting is another migration', () => {
    expect(kubernetesOutput(placement, ENTRANCE)).toEqual(files);
    const nameWith = (more: object) =>
      objectsIn(kubernetesOutput(placement, { ...ENTRANCE, ...more })).find(({ kind }) => kind === 'Job')?.metadata
        .name;
    const names = [{}, { image: 'banyan:2' }, { settings: { LOG_LEVEL: 'debug' } }].map(nameWith);
    expect(new Set(names).size).toBe(3);
  });
});

describe('an Ingress', () => {
  it('leads to every endpoint that modules have, and not to health and metrics', () => {
    const [one] = placements.map(({ placement }) => placement);
    const objects = objectsIn(kubernetesOutput(one ?? { public: undefined, groups: [] }, ENTRANCE));
    const { spec } = objects.find(({ kind }) => kind === 'Ingress') as unknown as Ingress;
    const open = spec?.rules?.flatMap(({ http }) => http?.paths ?? []) ?? [];
    const leads = (path: string): boolean => open.some((each) => `${path}/`.startsWith(`${each.path ?? ''}/`));
    const paths = modules.flatMap(({ routes }) => routes.map(({ path }) => path));
    expect(paths.filter((path) => !leads(path))).toEqual([]);
    expect(['/metrics', '/livez', '/readyz'].filter(leads)).toEqual([]);
  });
});

describe('what a setting says', () => {
  it('is a text to Kubernetes, too, where YAML would take it for something else', () => {
    const [one] = placements.map(({ placement }) => placement);
    const settings = { RATE_LIMIT: 'off', CHECKOUT_WAIT_MS: '0' };
    const objects = objectsIn(kubernetesOutput(one ?? { public: undefined, groups: [] }, { settings }));
    const map = objects.find(({ kind }) => kind === 'ConfigMap') as unknown as IConfigMap;
    expect(map.data).toMatchObject(settings);
  });
});

function isSelected(labels: Record<string, string> = {}, selector: Record<string, string> = {}): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
