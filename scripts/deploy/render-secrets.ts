import { madeBy } from './to-yaml.ts';

/** What each is, for whoever has to fill it in. Those of one module end in its name. */
const MEANINGS: readonly (readonly [prefix: string, meaning: string])[] = [
  [
    'POSTGRES_PASSWORD',
    'Password of the database server beside the application, in letters and digits; for example by `openssl rand -hex 32`',
  ],
  ['DATABASE_ADMIN_URL', 'The same server and database for the migration: as a user that may create roles and schemas'],
  ['DATABASE_URL', 'postgres://host:5432/database, without user and password: modules have their own'],
  ['REDIS_URL', 'redis://user:password@host:6379; Redis must run with maxmemory-policy noeviction'],
  [
    'BANYAN_SECRET',
    "From which the modules' database passwords and the tokens of calls are derived; for example by `openssl rand -hex 32`",
  ],
  ['BANYAN_ADMIN_KEY', 'The first staff key, at least 16 characters; for example `bnk_` and `openssl rand -hex 32`'],
];

/** A file of the variables whose values stand in no manifest: names, meanings, and nothing behind the equals sign. */
export function renderSecrets(
  names: readonly string[],
  command: string,
  meanings: Readonly<Record<string, string>> = {},
): string {
  const entries = names.map((name) => `# ${meanings[name] ?? meaningOf(name)}\n${name}=\n`);
  return `${madeBy(command)}\n\n${entries.join('\n')}`;
}

function meaningOf(name: string): string {
  return MEANINGS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? '';
}
