import type { IsolationLevel } from '../config/index.ts';
import { DatabaseLayout } from '../database/index.ts';
import { TEST_ROLE_PREFIX, TEST_SECRET } from './test-services.ts';

/** Databases of a test: the one that all use, and at the level `server` one for each module. */
export interface TestPlace {
  readonly layout: DatabaseLayout;
  /** Variables that send an application there. */
  readonly settings: Readonly<Record<string, string>>;
}

export function testPlace(
  url: string,
  isolation: IsolationLevel,
  moduleUrls: Readonly<Record<string, string>> = {},
): TestPlace {
  const settings: Record<string, string> = { DATABASE_URL: url, DATA_ISOLATION: isolation };
  for (const [name, each] of Object.entries(moduleUrls)) settings[`DATABASE_URL_${name.toUpperCase()}`] = each;
  return {
    layout: new DatabaseLayout({ url, isolation, moduleUrls, rolePrefix: TEST_ROLE_PREFIX, secret: TEST_SECRET }),
    settings,
  };
}

/** The database on the same server that has a module's name behind its own. */
export function databaseOf(url: string, module: string): string {
  const own = new URL(url);
  own.pathname += `_${module}`;
  return own.toString();
}
