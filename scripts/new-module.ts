import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { addToList } from './new-module/add-to-list.ts';
import { moduleFiles } from './new-module/module-files.ts';
import { refuseName } from './new-module/refuse-name.ts';

const root = resolve(import.meta.dirname, '..');
const list = join(root, 'src/modules/index.ts');

function createModule(name: string): void {
  for (const { path, text } of moduleFiles(name)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { flag: 'wx' });
    process.stdout.write(`${path}\n`);
  }
  writeFileSync(list, addToList(readFileSync(list, 'utf8'), name));
  process.stdout.write('src/modules/index.ts (one line)\n');
  // Its own process, since this one has loaded the list without the new module.
  const docs = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/docs.ts')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (docs.status !== 0) process.exit(1);
  process.stdout.write(`Next: npx jest src/modules/${name}, then make the notes into what the module is for.\n`);
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
