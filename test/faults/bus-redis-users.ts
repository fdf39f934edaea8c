import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { present } from '../../src/shared/errors/index.ts';
import { TEST_ROLE_PREFIX } from '../../src/shared/testing/index.ts';

const GUIDE = resolve(import.meta.dirname, '..', '..', 'docs', 'guides', 'operate.md');
const USER = /^user (?<rules>(?<name>\S+) .+)$/gm;
const PASSWORD = />(\S+)/;
/** The guide's example is of an installation whose role prefix is `banyan`. */
const KEYS_OF_GUIDE = '~banyan-banyan_bus:';
const KEYS_OF_TESTS = `~banyan-${TEST_ROLE_PREFIX}_bus:`;

export interface RedisUser {
  readonly name: string;
  /** Absent: it cannot log in. */
  readonly password: string | undefined;
  /** What follows `ACL SETUSER`. */
  readonly rules: readonly string[];
}

/** The users that the operator's guide gives to a Redis in production, for the installation that the tests are. */
export function usersOfGuide(): RedisUser[] {
  return [...readFileSync(GUIDE, 'utf8').matchAll(USER)].map(({ groups }) => {
    const { name, rules } = present(groups, 'the pattern has groups') as { name: string; rules: string };
    return {
      name,
      password: PASSWORD.exec(rules)?.[1],
      rules: rules.replace(KEYS_OF_GUIDE, KEYS_OF_TESTS).split(' '),
    };
  });
}
