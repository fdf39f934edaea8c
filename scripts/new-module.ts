import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { addToList } from './new-module/add-to-list.ts';
import { moduleFiles } from './new-module/module-files.ts';
import { refuseName } from './new-module/refuse-name.ts';

const root = resolve(import.meta.dirname, '..');
const list = join(root, 'src/modules/index.ts');

function createModule(name: string): void {
  const files = moduleFiles(name);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { flag: 'wx' });
    process.stdout.write(`${path}\n`);
  }
  writeFileSync(list, addToList(readFileSync(list, 'utf8'), name));
  process.stdout.write('src/modules/index.ts (one line)\n');
  // Where a line breaks depends on how long the name is.
  run('node_modules/prettier/bin/prettier.cjs', '--log-level', 'warn', '--write', `src/modules/${name}`);
  // In a process of its own, since this one has loaded nothing of the new module.
  run('--import', 'tsx', 'scripts/docs.ts');
  run('--import', 'tsx', 'scripts/contracts.ts');
  process.stdout.write(`Next: npx jest src/modules/${name}, then make the notes into what the module is for.\n`);
}

function run(...command: readonly string[]): void {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const [name = ''] = process.argv.slice(2);
const existing = ['src/modules', 'migrations'].flatMap((folder) =>
  existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [],
);
const refusal = name === '' ? 'Say how it is called: npm run new-module <name>' : refuseName(name, existing);
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
createModule(name);
