import type { DeploymentPlan, Settings } from '../deployment-plan.ts';
import { databaseVariable } from '../plan-deployment.ts';
import type { ComposeService } from './compose-file.ts';
import { reference } from './reference.ts';

/** Network that leads nowhere else, and that clients have no way into. */
export const DATA_NETWORK = 'data';

const POSTGRES_IMAGE = 'postgres:18';
const REDIS_IMAGE = 'redis:8';
const USER = 'banyan';
const REDIS = 'redis';
/** As many as Postgres allows by itself, and beside those of services some for the migration and for people. */
const MIN_CONNECTIONS = 100;
const SPARE_CONNECTIONS = 20;

/** A database server: the modules' own, or that of all others. */
interface Server {
  /** Name of its service, which is its host. */
  readonly name: string;
  readonly database: string;
  /** The variable that says where it is. */
  readonly variable: string;
  readonly passwordVariable: string;
}

/** Postgres and Redis beside the application, each with a volume. */
export function dataServices(plan: DeploymentPlan): Record<string, ComposeService> {
  const servers = serversOf(plan);
  return {
    ...Object.fromEntries(servers.map((server) => [server.name, postgres(server, connectionsOf(plan))])),
    [REDIS]: redis(),
  };
}

/** Where a container finds them. The addresses of databases name nobody: each module has a role and password of its own. */
export function dataSettings(plan: DeploymentPlan, secrets: readonly string[]): Settings {
  const servers = serversOf(plan).filter(({ variable }) => secrets.includes(variable));
  return {
    ...Object.fromEntries(
      servers.map(({ name, database, variable }) => [variable, `postgres://${name}:5432/${database}`]),
    ),
    REDIS_URL: `redis://${REDIS}:6379`,
  };
}

/** Where the migration finds them, as whom roles and schemas are made. */
export function administratorSettings(plan: DeploymentPlan): Settings {
  const addresses = serversOf(plan).map(({ name, database, variable, passwordVariable }) => [
    variable,
    `postgres://${USER}:${reference(passwordVariable)}@${name}:5432/${database}`,
  ]);
  return { ...(Object.fromEntries(addresses) as Settings), REDIS_URL: `redis://${REDIS}:6379` };
}

/** Variables that the file of secrets holds for these services. */
export function passwordVariables(plan: DeploymentPlan): string[] {
  return serversOf(plan).map(({ passwordVariable }) => passwordVariable);
}

function serversOf({ ownDatabases }: DeploymentPlan): Server[] {
  const own = ownDatabases.map((module) => ({
    name: `postgres-${module}`,
    database: module,
    variable: databaseVariable(module),
    passwordVariable: `POSTGRES_PASSWORD_${module.toUpperCase()}`,
  }));
  return [
    { name: 'postgres', database: 'banyan', variable: 'DATABASE_URL', passwordVariable: 'POSTGRES_PASSWORD' },
    ...own,
  ];
}

/** Were all modules on one server, so that none can run out. */
function connectionsOf({ services }: DeploymentPlan): number {
  const wanted = services.reduce((sum, { connections, replicas }) => sum + connections * replicas, SPARE_CONNECTIONS);
  return Math.max(MIN_CONNECTIONS, wanted);
}

function postgres({ name, database, passwordVariable }: Server, connections: number): ComposeService {
  return {
    image: POSTGRES_IMAGE,
    command: ['postgres', '-c', `max_connections=${connections}`],
    environment: { POSTGRES_USER: USER, POSTGRES_DB: database, POSTGRES_PASSWORD: reference(passwordVariable) },
    networks: [DATA_NETWORK],
    volumes: [`${name}:/var/lib/postgresql`],
    healthcheck: {
      // By TCP: while the image sets up the database, a server answers that only has a socket.
      test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', USER, '-d', database],
      interval: '2s',
      timeout: '3s',
      retries: 30,
      start_period: '60s',
    },
    restart: 'unless-stopped',
    stop_grace_period: '60s',
    security_opt: ['no-new-privileges:true'],
    shm_size: '128mb',
  };
}

/** It may lose what it holds, and nothing is lost; what it must not do is to evict on its own. */
function redis(): ComposeService {
  return {
    image: REDIS_IMAGE,
    command: ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
    environment: {},
    networks: [DATA_NETWORK],
    volumes: [`${REDIS}:/data`],
    healthcheck: {
      test: ['CMD', 'redis-cli', 'ping'],
      interval: '2s',
      timeout: '3s',
      retries: 30,
      start_period: '30s',
    },
    restart: 'unless-stopped',
    stop_grace_period: '30s',
    security_opt: ['no-new-privileges:true'],
  };
}
