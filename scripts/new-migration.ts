import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nextMigration } from './new-migration/next-migration.ts';

const HEAD = `-- Say why. Table names are unqualified: the search path is the module's own schema. It is applied once and never
-- edited afterwards, and the version before it still runs while it is applied: add first, take away in a later one.
`;

const migrations = resolve(import.meta.dirname, '..', 'migrations');
const [module = '', ...words] = process.argv.slice(2);
const modules = readdirSync(migrations);

try {
  if (!modules.includes(module)) {
    throw new Error(`npm run new-migration <module> <what it does>, where the module is one of ${modules.join(', ')}.`);
  }
  const folder = join(migrations, module);
  const name = nextMigration(readdirSync(folder), words.join(' '));
  writeFileSync(join(folder, name), HEAD, { flag: 'wx' });
  process.stdout.write(`migrations/${module}/${name}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
