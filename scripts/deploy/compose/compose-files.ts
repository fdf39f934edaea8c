import { DeploymentRefused, type DeploymentPlan, type OutputFile, type PlannedService } from '../deployment-plan.ts';
import { renderSecrets } from '../render-secrets.ts';
import { toYaml } from '../to-yaml.ts';
import type { ComposeFile, ComposeService, Condition, Healthcheck } from './compose-file.ts';
import { administratorSettings, DATA_NETWORK, dataServices, dataSettings, passwordVariables } from './data-services.ts';
import { literal, reference } from './reference.ts';

export interface ComposeOptions {
  /** Of the host, for clients. */
  readonly publishedPort: number;
  /** Postgres and Redis run elsewhere. */
  readonly externalData: boolean;
  /** With the sandbox payment provider, beside the module payments. */
  readonly sandbox: boolean;
  /** Modules that make requests to the world outside. */
  readonly outbound: readonly string[];
  /** The command that makes the file. */
  readonly command: string;
}

const MIGRATE = 'migrate';
const CALLS_NETWORK = 'calls';
const OUTBOUND_NETWORK = 'outbound';
const PUBLIC_NETWORK = 'public';
const DATA_FOLDER = '/data';
const PAYS = 'payments';

/** `compose.yaml`, and the names of what it does not hold. Throws DeploymentRefused. */
export function composeFiles(plan: DeploymentPlan, options: ComposeOptions): OutputFile[] {
  const file = composeFile(plan, options);
  return [
    { path: 'compose.yaml', text: toYaml([file], options.command) },
    { path: '.env.example', text: renderSecrets(secretsOf(plan, options), options.command) },
  ];
}

function composeFile(plan: DeploymentPlan, options: ComposeOptions): ComposeFile {
  const data = options.externalData ? {} : dataServices(plan);
  refuseClashes(plan, options, [MIGRATE, ...Object.keys(data)]);
  const services: Record<string, ComposeService> = {
    ...data,
    [MIGRATE]: migration(plan, options, Object.keys(data)),
    ...Object.fromEntries(
      plan.services.map((service) => [service.name, application(plan, options, service, Object.keys(data))]),
    ),
  };
  const used = new Set(Object.values(services).flatMap(({ networks }) => networks));
  const networks = {
    [PUBLIC_NETWORK]: {},
    [CALLS_NETWORK]: { internal: true },
    [DATA_NETWORK]: { internal: true },
    [OUTBOUND_NETWORK]: {},
  };
  const volumes = Object.values(services).flatMap((service) => service.volumes ?? []);
  return {
    name: plan.name,
    services,
    networks: Object.fromEntries(Object.entries(networks).filter(([name]) => used.has(name))),
    ...(volumes.length === 0
      ? {}
      : { volumes: Object.fromEntries(volumes.map((each) => [each.replace(/:.*/, ''), {}])) }),
  };
}

/** Runs once for each version, before the services that need what it makes. */
function migration(plan: DeploymentPlan, options: ComposeOptions, data: readonly string[]): ComposeService {
  const addresses = options.externalData
    ? Object.fromEntries(databases(plan.migrationSecrets).map((name) => [name, reference(administratorOf(name))]))
    : administratorSettings(plan);
  return {
    ...hardened(plan),
    command: ['node', '--enable-source-maps', 'dist/main.js', '--migrate-only'],
    environment: {
      ...literals(plan.settings),
      ...referencesTo(plan.migrationSecrets),
      ...addresses,
    },
    ...dependsOn(Object.fromEntries(data.map((name) => [name, 'service_healthy']))),
    networks: [options.externalData ? OUTBOUND_NETWORK : DATA_NETWORK],
    tmpfs: ['/tmp', DATA_FOLDER],
    restart: 'no',
  };
}

function application(
  plan: DeploymentPlan,
  options: ComposeOptions,
  service: PlannedService,
  data: readonly string[],
): ComposeService {
  const hasSandbox = options.sandbox && service.modules.includes(PAYS);
  const isOutbound = options.externalData || options.outbound.some((module) => service.modules.includes(module));
  const { deploy, ...base } = hardened(plan);
  // Clients are let in when everybody is there.
  const others = service.isPublic ? plan.services.filter((each) => each !== service) : [];
  return {
    ...base,
    environment: {
      ...literals({ ...plan.settings, ...service.settings }),
      ...referencesTo(service.secrets),
      ...(options.externalData ? {} : dataSettings(plan, service.secrets)),
      ...(hasSandbox ? { PAYMENT_SANDBOX: 'true', BANYAN_DATA_DIR: DATA_FOLDER } : {}),
    },
    ...dependsOn({
      ...Object.fromEntries(data.map((name) => [name, 'service_healthy'])),
      [MIGRATE]: 'service_completed_successfully',
      ...Object.fromEntries(others.map(({ name }) => [name, 'service_healthy'])),
    }),
    ...(service.isPublic ? { ports: [{ target: plan.port, published: String(options.publishedPort) }] } : {}),
    networks: [
      ...(service.isPublic ? [PUBLIC_NETWORK] : []),
      ...(plan.internalPort === undefined ? [] : [CALLS_NETWORK]),
      ...(options.externalData ? [] : [DATA_NETWORK]),
      ...(isOutbound ? [OUTBOUND_NETWORK] : []),
    ],
    ...(hasSandbox ? { volumes: [`sandbox:${DATA_FOLDER}`], tmpfs: ['/tmp'] } : { tmpfs: ['/tmp', DATA_FOLDER] }),
    healthcheck: healthcheck(plan),
    restart: 'unless-stopped',
    deploy: { replicas: service.replicas, ...deploy },
  };
}

/** What every container of the image has: no rights that it does not need, no file that it may write. */
function hardened({ image, stopSeconds, resources }: DeploymentPlan) {
  return {
    image,
    stop_grace_period: `${stopSeconds}s`,
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    deploy: { resources: { limits: { cpus: String(resources.cpus), memory: `${resources.memoryMib}M` } } },
  };
}

/** By Node, as the image has no other program that asks over HTTP. */
function healthcheck({ port, startSeconds }: DeploymentPlan): Healthcheck {
  const ask = `fetch('http://127.0.0.1:${port}/readyz').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))`;
  return {
    test: ['CMD', 'node', '-e', ask],
    interval: '5s',
    timeout: '5s',
    retries: 3,
    start_period: `${startSeconds}s`,
  };
}

function secretsOf(plan: DeploymentPlan, { externalData }: ComposeOptions): string[] {
  const wanted = [...new Set([...plan.migrationSecrets, ...plan.services.flatMap(({ secrets }) => secrets)])];
  const isData = (name: string): boolean => name === 'REDIS_URL' || databases([name]).length > 0;
  const others = wanted.filter((name) => !isData(name));
  if (!externalData) return [...passwordVariables(plan), ...others];
  return [...databases(plan.migrationSecrets).flatMap((name) => [name, administratorOf(name)]), 'REDIS_URL', ...others];
}

/** The same server, with the name and password of one who may make roles and schemas there. */
function administratorOf(variable: string): string {
  return variable.replace(/^DATABASE_URL/, 'DATABASE_ADMIN_URL');
}

function databases(variables: readonly string[]): string[] {
  return variables.filter((name) => name.startsWith('DATABASE_URL'));
}

function literals(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, literal(value)]));
}

function referencesTo(secrets: readonly string[]): Record<string, string> {
  return Object.fromEntries(secrets.map((name) => [name, reference(name)]));
}

function dependsOn(conditions: Readonly<Record<string, Condition>>): Pick<ComposeService, 'depends_on'> {
  const entries = Object.entries(conditions).map(([name, condition]) => [name, { condition }] as const);
  return entries.length === 0 ? {} : { depends_on: Object.fromEntries(entries) };
}

function refuseClashes(plan: DeploymentPlan, { sandbox }: ComposeOptions, taken: readonly string[]): void {
  const clash = plan.services.find(({ name }) => taken.includes(name));
  if (clash !== undefined) throw new DeploymentRefused(`The group ${clash.name} has the name of a service beside it.`);
  const front = plan.services.find(({ isPublic }) => isPublic);
  if (front !== undefined && front.replicas > 1) {
    throw new DeploymentRefused(
      `The group ${front.name} has the public port, which one container of a host can have; give it 1 replica.`,
    );
  }
  const payments = plan.services.find(({ modules }) => modules.includes(PAYS));
  if (sandbox && payments !== undefined && payments.replicas > 1) {
    throw new DeploymentRefused(`The sandbox provider keeps one book; give the group ${payments.name} 1 replica.`);
  }
}
