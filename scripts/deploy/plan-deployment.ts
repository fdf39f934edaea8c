import { Environment, readConfig, type Config, type Group, type Placement } from '../../src/shared/config/index.ts';
import type { ModuleGraph } from '../../src/shared/module/index.ts';
import { choosePublic } from '../../src/split/choose-public.ts';
import { DeploymentRefused, type DeploymentPlan, type PlannedService, type Resources } from './deployment-plan.ts';

const PORT = 3000;
const INTERNAL_PORT = 4000;
/** Seconds beside those that the application itself asks for. */
const MARGIN_SECONDS = 5;
const START_SECONDS = 60;
/** A container that starts while the migration runs waits for it instead of ending again and again. */
const WAIT_SECONDS = 300;

/** The module that keeps the first staff key. */
const KEEPS_KEYS = 'identity';
const GIVEN_ELSEWHERE = new Set(['DATABASE_URL', 'REDIS_URL', 'BANYAN_SECRET', 'BANYAN_ADMIN_KEY']);
/** What the placement and the other options decide. */
const DECIDED = new Set([
  'PORT',
  'BANYAN_DATA_DIR',
  'BANYAN_MODULES',
  'BANYAN_ROLES',
  'BANYAN_SPLIT',
  'BANYAN_PLACEMENT',
  'BANYAN_PROCESS',
  'BANYAN_INTERNAL_PORT',
  'MIGRATE_ON_START',
  'PAYMENT_SANDBOX',
  'SANDBOX_WEBHOOK_SECRET',
]);

export interface PlanOptions {
  readonly name: string;
  readonly image: string;
  /** Where a group answers in the network of its containers. */
  readonly hostOf: (group: string) => string;
  /** As given by `--set`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly ownDatabases: readonly string[];
  readonly resources: Resources;
}

/** Throws DeploymentRefused, and StartFailure where the application would refuse a setting. */
export function planDeployment(placement: Placement, graph: ModuleGraph, options: PlanOptions): DeploymentPlan {
  const { name, image, ownDatabases, resources } = options;
  checkNames(placement, options, graph.modules);
  const isSplit = placement.groups.length > 1;
  const settings = {
    HOST: '0.0.0.0',
    PORT: String(PORT),
    DATABASE_WAIT_SECONDS: String(WAIT_SECONDS),
    SHUTDOWN_SECONDS: '20',
    ...options.settings,
    MIGRATE_ON_START: 'false',
    PAYMENT_SANDBOX: 'false',
    ...(isSplit ? callSettings(placement, options) : {}),
  };
  const publicGroup = choosePublic(placement, graph);
  const configs = placement.groups.map((group) => configOf(group, settings, graph.modules));
  const [config] = configs;
  if (config === undefined) throw new DeploymentRefused('A placement has at least one group.');
  return {
    name,
    image,
    port: PORT,
    internalPort: isSplit ? INTERNAL_PORT : undefined,
    settings,
    services: placement.groups.map((group) => planService(group, group === publicGroup, ownDatabases, config)),
    ownDatabases,
    migrationSecrets: ['DATABASE_URL', ...ownDatabases.map(databaseVariable), 'REDIS_URL', 'BANYAN_SECRET'],
    // Requests that run may take that long, and so may, after them, what runs by itself.
    stopSeconds: 2 * (config.shutdownMs / 1_000) + MARGIN_SECONDS,
    startSeconds: config.database.waitMs / 1_000 + START_SECONDS,
    resources,
  };
}

export function databaseVariable(module: string): string {
  return `DATABASE_URL_${module.toUpperCase()}`;
}

function planService(
  { name, modules, roles, replicas }: Group,
  isPublic: boolean,
  ownDatabases: readonly string[],
  { database: { poolSize } }: Config,
): PlannedService {
  const own = ownDatabases.filter((module) => modules.includes(module));
  return {
    name,
    modules,
    replicas,
    isPublic,
    isCalled: roles.includes('http'),
    settings: { BANYAN_MODULES: modules.join(','), BANYAN_ROLES: roles.join(','), BANYAN_PROCESS: name },
    secrets: [
      'DATABASE_URL',
      ...own.map(databaseVariable),
      'REDIS_URL',
      'BANYAN_SECRET',
      ...(modules.includes(KEEPS_KEYS) && roles.includes('http') ? ['BANYAN_ADMIN_KEY'] : []),
    ],
    connections: modules.length * poolSize,
  };
}

/** The same list for all: a process calls a module that it hosts itself, whatever the list says. */
function callSettings({ groups }: Placement, { hostOf, settings }: PlanOptions): Record<string, string> {
  const called = groups.filter(({ roles }) => roles.includes('http'));
  const addresses = called.flatMap((group) =>
    group.modules.map((module): [string, string] => [
      `BANYAN_URL_${module.toUpperCase()}`,
      `http://${hostOf(group.name)}:${INTERNAL_PORT}`,
    ]),
  );
  return {
    BANYAN_INTERNAL_HOST: settings['BANYAN_INTERNAL_HOST'] ?? '0.0.0.0',
    BANYAN_INTERNAL_PORT: String(INTERNAL_PORT),
    ...Object.fromEntries(addresses.sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

/** Reads what a container will read, so that it is refused here and not there. Secrets have stand-ins. */
function configOf(group: Group, settings: Readonly<Record<string, string>>, modules: readonly string[]): Config {
  const standIns = {
    DATABASE_URL: 'postgres://database/banyan',
    REDIS_URL: 'redis://queues',
    BANYAN_SECRET: 'a stand-in for the secret',
  };
  return readConfig(
    { ...settings, ...standIns, BANYAN_MODULES: group.modules.join(','), BANYAN_PROCESS: group.name },
    modules,
  );
}

function checkNames({ groups }: Placement, { settings, ownDatabases }: PlanOptions, modules: readonly string[]): void {
  const badly = groups.find(({ name }) => name.endsWith('-'));
  if (badly !== undefined) throw new DeploymentRefused(`The group ${badly.name} ends in "-", which no host may.`);
  for (const variable of Object.keys(settings)) {
    if (GIVEN_ELSEWHERE.has(variable)) {
      throw new DeploymentRefused(`${variable} is a secret: it stands in no manifest, see the file of secrets.`);
    }
    if (DECIDED.has(variable)) throw new DeploymentRefused(`${variable} follows from the placement and other options.`);
    if (!(variable in Environment.shape)) throw new DeploymentRefused(`There is no variable ${variable}.`);
  }
  const unknown = ownDatabases.filter((module) => !modules.includes(module));
  if (unknown.length > 0) {
    throw new DeploymentRefused(`There is no module ${unknown.join(', ')}; the modules are ${modules.join(', ')}.`);
  }
}
