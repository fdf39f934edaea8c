import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { modules } from '../src/modules/index.ts';
import { renderConfiguration } from './docs/render-configuration.ts';
import { renderModuleMap } from './docs/render-module-map.ts';

const docs = resolve(import.meta.dirname, '..', 'docs');

mkdirSync(docs, { recursive: true });
writeFileSync(resolve(docs, 'modules.md'), renderModuleMap(modules));
writeFileSync(resolve(docs, 'configuration.md'), renderConfiguration(modules.map(({ contract }) => contract.name)));
process.stdout.write('Wrote docs/modules.md and docs/configuration.md.\n');
