import { Command, InvalidArgumentError } from 'commander';
import { readPlacement } from '../src/shared/config/index.ts';
import { ModuleGraph } from '../src/shared/module/index.ts';
import { modules } from '../src/modules/index.ts';
import { VERSION } from '../src/version.ts';
import { composeFiles } from './deploy/compose/compose-files.ts';
import type { DeploymentPlan, OutputFile } from './deploy/deployment-plan.ts';
import { groupName } from './deploy/kubernetes/object-names.ts';
import { kubernetesFiles } from './deploy/kubernetes/kubernetes-files.ts';
import { planDeployment } from './deploy/plan-deployment.ts';
import { writeFiles } from './deploy/write-files.ts';

const NAME = /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/;
const MAX_PORT = 65_535;
const MIN_MEMORY_MIB = 128;
const MAX_MEMORY_MIB = 1_048_576;
const MAX_CPUS = 128;
const MAX_REPLICAS = 100;

interface CommonOptions {
  placement: string;
  out?: string;
  name: string;
  image: string;
  set: Record<string, string>;
  ownDatabase: string[];
  memory: number;
  cpus: number;
}

interface ComposeCommandOptions extends CommonOptions {
  port: number;
  externalData?: boolean;
  sandbox?: boolean;
  outbound: string[];
}

interface KubernetesCommandOptions extends CommonOptions {
  host?: string;
  ingressClass?: string;
  tlsSecret?: string;
  ingressNamespace?: string;
  metricsNamespace?: string;
  maxReplicas: number;
  autoscaling: boolean;
}

const graph = new ModuleGraph(modules);
/** As it was called, so that the manifests say how to make them anew. */
const command = ['npm run deploy --', ...process.argv.slice(2)].join(' ');

const program = new Command('deploy').description('Writes manifests that run the image as a placement says.');

withCommonOptions(program.command('compose').description('compose.yaml, for one machine with Docker'))
  .option('--port <port>', 'port of the machine that clients come to', wholeNumber(1, MAX_PORT), 3000)
  .option('--external-data', 'Postgres and Redis run elsewhere')
  .option('--sandbox', 'with the sandbox payment provider, to try it out')
  .option('--outbound <modules>', 'modules that ask the world outside', names, ['payments', 'notifications'])
  .action((options: ComposeCommandOptions) => {
    const plan = planOf(options, (group) => group);
    const { port: publishedPort, externalData = false, sandbox = false, outbound } = options;
    write(
      options.out ?? 'deploy/compose',
      composeFiles(plan, { publishedPort, externalData, sandbox, outbound, command }),
      plan,
    );
  });

withCommonOptions(program.command('kubernetes').description('manifests for kubectl apply -k'))
  .option('--host <name>', 'an Ingress for this name')
  .option('--ingress-class <name>', 'the class of the Ingress')
  .option('--tls-secret <name>', 'Secret with the certificate for the host')
  .option('--ingress-namespace <name>', 'where the Ingress controller runs: nobody else may ask the public pods')
  .option('--metrics-namespace <name>', 'where Prometheus runs, which may ask all pods for /metrics')
  .option('--max-replicas <pods>', 'pods of a group at most, by autoscaling', wholeNumber(1, MAX_REPLICAS), 4)
  .option('--no-autoscaling', 'always as many pods as the placement says')
  .action((options: KubernetesCommandOptions) => {
    // The controller is in the cluster, and so in a private network; without this all clients would count as one.
    const behindIngress = options.host === undefined ? {} : { TRUSTED_PROXIES: 'uniquelocal' };
    const set = { ...behindIngress, ...options.set };
    const plan = planOf({ ...options, set }, (group) => groupName(options, group));
    const { host, ingressClass, tlsSecret, ingressNamespace, metricsNamespace } = options;
    const entrance = { host, ingressClass, tlsSecret, ingressNamespace, metricsNamespace };
    const maxReplicas = options.autoscaling ? options.maxReplicas : undefined;
    write(options.out ?? 'deploy/kubernetes', kubernetesFiles(plan, { ...entrance, maxReplicas, command }), plan);
  });

try {
  program.parse();
} catch (error) {
  // What cannot be deployed is told in a line; the stack would only hide it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function withCommonOptions(target: Command): Command {
  return target
    .requiredOption('--placement <file>', 'which modules run together, as for BANYAN_PLACEMENT')
    .option('--out <folder>', `where the files go (default: deploy/${target.name()})`)
    .option('--name <name>', 'of the installation', readName, 'banyan')
    .option('--image <image>', 'the image that all containers run', `banyan:${VERSION}`)
    .option(
      '--set <variable=value>',
      'a setting of all containers, see docs/configuration.md; repeatable',
      readSetting,
      {},
    )
    .option('--own-database <modules>', 'modules whose data lies on a server of their own', names, [])
    .option('--memory <MiB>', 'of one container, at most', wholeNumber(MIN_MEMORY_MIB, MAX_MEMORY_MIB), 512)
    .option('--cpus <number>', 'of one container, at most', cpus, 1);
}

function planOf(options: CommonOptions, hostOf: (group: string) => string): DeploymentPlan {
  const { placement, name, image, set: settings, ownDatabase: ownDatabases, memory: memoryMib } = options;
  const resources = { memoryMib, cpus: options.cpus };
  const where = readPlacement(placement, graph.modules);
  return planDeployment(where, graph, { name, image, hostOf, settings, ownDatabases, resources });
}

function write(folder: string, files: readonly OutputFile[], { services }: DeploymentPlan): void {
  writeFiles(folder, files);
  for (const { path } of files) process.stdout.write(`${folder}/${path}\n`);
  const connections = services.reduce((sum, each) => sum + each.connections * each.replicas, 0);
  process.stdout.write(`Database connections with these replicas: at most ${connections}.\n`);
  process.stdout.write('Next: docs/guides/deploy.md\n');
}

function readName(text: string): string {
  if (!NAME.test(text)) throw new InvalidArgumentError('2 to 20 lower-case letters, digits and -, a letter first.');
  return text;
}

function readSetting(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('As LOG_LEVEL=debug.');
  return { ...before, [name]: value };
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`A whole number from ${minimum} to ${maximum}.`);
  };
}

function cpus(text: string): number {
  const value = /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= MAX_CPUS) return value;
  throw new InvalidArgumentError(`A number up to ${MAX_CPUS}, as 0.5.`);
}
