import { StartFailure } from '../errors/index.ts';

/** What a module has to itself: tables in a schema for all, a schema, or a database. */
export const ISOLATION_LEVELS = ['tables', 'schema', 'server'] as const;
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

export interface GivenDatabases {
  readonly url: string | undefined;
  readonly moduleUrls: Readonly<Record<string, string>>;
  /** Modules that this process is to host. */
  readonly hosted: readonly string[];
  /** False: the queues are in Redis. */
  readonly queuesInPostgres: boolean;
}

const DEFAULT_PORT = '5432';

/**
 * At the level `server` each hosted module has a database that nobody shares, and the queues, through which everybody's
 * events go, have one too. Throws StartFailure, which names what is missing or shared.
 */
export function checkServers({ url, moduleUrls, hosted, queuesInPostgres }: GivenDatabases): void {
  const missing = hosted.filter((module) => moduleUrls[module] === undefined).map(variableOf);
  if (url === undefined) missing.unshift('DATABASE_URL');
  if (missing.length > 0) {
    const reason = url === undefined ? '; DATABASE_URL is that of the queues' : '';
    throw new StartFailure(
      `DATA_ISOLATION is server, which takes a database for each module; set ${missing.join(', ')}${reason}.`,
    );
  }
  const users = new Map<string, string[]>();
  const all = Object.entries(moduleUrls).map(([module, each]) => [variableOf(module), each] as const);
  if (queuesInPostgres && url !== undefined) all.push(['DATABASE_URL', url]);
  for (const [variable, each] of all) users.set(placeOf(each), [...(users.get(placeOf(each)) ?? []), variable]);
  for (const [place, variables] of users) {
    if (variables.length > 1) {
      throw new StartFailure(
        `DATA_ISOLATION is server, but ${variables.join(' and ')} are one database (${place}); give each its own, or set REDIS_URL if it is the queues' that is in the way.`,
      );
    }
  }
}

const variableOf = (module: string): string => `DATABASE_URL_${module.toUpperCase()}`;

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname.toLowerCase()}:${port === '' ? DEFAULT_PORT : port}${decodeURIComponent(pathname)}`;
}
