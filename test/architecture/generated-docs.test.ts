import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { renderConfiguration } from '../../scripts/docs/render-configuration.ts';
import { renderModuleMap } from '../../scripts/docs/render-module-map.ts';
import { modules } from '../../src/modules/index.ts';
import { ROOT } from './source-tree.ts';

/** How to mend it, in place of two long texts. */
function staleness(path: string, expected: string): string {
  const written = readFileSync(join(ROOT, path), 'utf8');
  return written === expected
    ? 'up to date'
    : `${path} is out of date: run \`npm run docs\` and commit what it changes.`;
}

describe('the generated pages', () => {
  const names = modules.map(({ contract }) => contract.name);

  it('show the modules as they are', () => {
    expect(staleness('docs/modules.md', renderModuleMap(modules))).toBe('up to date');
  });

  it('show every variable that is read, with what it means', () => {
    expect(staleness('docs/configuration.md', renderConfiguration(names))).toBe('up to date');
    expect(renderConfiguration(names)).not.toMatch(/^\| `\w+` \| {2}\|/m);
  });

  it('are found when they are out of date', () => {
    // The last module is known by nobody, so that the rest make a whole without it.
    expect(staleness('docs/modules.md', renderModuleMap(modules.slice(0, -1)))).toMatch(/run `npm run docs`/);
  });
});
