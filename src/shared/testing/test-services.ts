import type { IsolationLevel } from '../config/index.ts';

/** What `npm test` starts once for all suites, as the suites find it. */
export interface TestServices {
  /** Administrator's URL of the test server. */
  readonly databaseUrl: string;
  /**
   * A migrated database that is never connected to: suites get copies of it. At the level `server` it is the queues',
   * and each module has one more, named after it.
   */
  readonly template: string;
  /** How the template keeps modules apart: TEST_ISOLATION, or `schema`. */
  readonly isolation: IsolationLevel;
  /** The modules that are in the template. */
  readonly modules: readonly string[];
  readonly redisUrl: string | undefined;
}

const VARIABLE = 'BANYAN_TEST_SERVICES';

export function publishTestServices(services: TestServices): void {
  process.env[VARIABLE] = JSON.stringify(services);
}

export function testServices(): TestServices {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('the test services are not running: start the tests with jest');
  return JSON.parse(text) as TestServices;
}

/** Roles belong to the whole server, so all test databases share them, and with them this secret. */
export const TEST_ROLE_PREFIX = 'banyan_test';
export const TEST_SECRET = 'a secret of tests alone';
