import { parse, parseAllDocuments } from 'yaml';
import { modules } from '../../../src/modules/index.ts';
import { ROLES, type Placement } from '../../../src/shared/config/index.ts';
import { ModuleGraph } from '../../../src/shared/module/index.ts';
import type { ComposeFile } from '../compose/compose-file.ts';
import { composeFiles, type ComposeOptions } from '../compose/compose-files.ts';
import type { DeploymentPlan, OutputFile } from '../deployment-plan.ts';
import { kubernetesFiles, type KubernetesOptions } from '../kubernetes/kubernetes-files.ts';
import { planDeployment, type PlanOptions } from '../plan-deployment.ts';

export const graph = new ModuleGraph(modules);

const FRONT = ['identity', 'ordering', 'pricing', 'reporting'];

/** One process, two groups, and each module alone with two processes. */
export const placements: readonly { name: string; placement: Placement }[] = [
  {
    name: 'one process',
    placement: { public: undefined, groups: [{ name: 'all', modules: graph.modules, roles: ROLES, replicas: 1 }] },
  },
  {
    name: 'two groups',
    placement: {
      public: 'front',
      groups: [
        { name: 'front', modules: FRONT, roles: ROLES, replicas: 1 },
        { name: 'back', modules: graph.modules.filter((name) => !FRONT.includes(name)), roles: ROLES, replicas: 2 },
      ],
    },
  },
  {
    name: 'requests, sagas and subscribers apart',
    placement: {
      public: 'requests',
      groups: [
        { name: 'requests', modules: graph.modules, roles: ['http'], replicas: 1 },
        { name: 'sagas', modules: graph.modules, roles: ['sagas'], replicas: 2 },
        { name: 'events', modules: graph.modules, roles: ['subscribers'], replicas: 1 },
      ],
    },
  },
  {
    name: 'each module alone, in two processes',
    placement: {
      public: 'ordering',
      groups: graph.modules.map((name) => ({
        name,
        modules: [name],
        roles: ROLES,
        replicas: name === 'ordering' ? 1 : 2,
      })),
    },
  },
];

export function planOf(placement: Placement, more: Partial<PlanOptions> = {}): DeploymentPlan {
  const resources = { memoryMib: 512, cpus: 1 };
  const hostOf = (group: string): string => group;
  const options = { name: 'banyan', image: 'banyan:1', hostOf, settings: {}, ownDatabases: [], resources };
  return planDeployment(placement, graph, { ...options, ...more });
}

export function composeOf(plan: DeploymentPlan, more: Partial<ComposeOptions> = {}): ComposeFile {
  return parse(textOf(composeOutput(plan, more), 'compose.yaml')) as ComposeFile;
}

export function composeOutput(plan: DeploymentPlan, more: Partial<ComposeOptions> = {}): OutputFile[] {
  const options = {
    publishedPort: 8080,
    externalData: false,
    sandbox: false,
    outbound: ['payments'],
    command: 'deploy',
  };
  return composeFiles(plan, { ...options, ...more });
}

export function kubernetesOutput(
  placement: Placement,
  more: Partial<KubernetesOptions & PlanOptions> = {},
): OutputFile[] {
  const plan = planOf(placement, { hostOf: (group) => `banyan-${group}`, ...more });
  const nowhere = {
    ingressClass: undefined,
    tlsSecret: undefined,
    ingressNamespace: undefined,
    metricsNamespace: undefined,
  };
  return kubernetesFiles(plan, { ...nowhere, host: undefined, maxReplicas: 4, command: 'deploy', ...more });
}

/** What Kubernetes would read, in the order of the files. */
export function objectsIn(files: readonly OutputFile[]): { kind: string; metadata: { name: string } }[] {
  return files
    .filter(({ path }) => path.endsWith('.yaml') && path !== 'kustomization.yaml')
    .flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS()));
}

export function textOf(files: readonly OutputFile[], path: string): string {
  const file = files.find((each) => each.path === path);
  if (file === undefined) throw new Error(`there is no ${path}`);
  return file.text;
}
