import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { modules } from '../src/modules/index.ts';
import { renderCalls } from './export-contracts/render-calls.ts';
import { renderEvents } from './export-contracts/render-events.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Name a folder: npm run export-contracts -- <folder>\n');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const module of modules) {
  const { name } = module.contract;
  write(`${name}.openapi.json`, renderCalls(module.contract));
  write(`${name}.asyncapi.json`, renderEvents(module));
}
process.stdout.write(`Wrote ${modules.length * 2} documents to ${folder}.\n`);

function write(name: string, document: object): void {
  writeFileSync(resolve(folder as string, name), `${JSON.stringify(document, null, 2)}\n`);
}
