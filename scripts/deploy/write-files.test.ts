import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toYaml } from './to-yaml.ts';
import { writeFiles } from './write-files.ts';

describe('a folder of manifests', () => {
  let folder: string;
  const manifest = (path: string) => ({ path, text: toYaml([{ path }], 'deploy') });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'banyan-deploy-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('loses manifests of groups that are no more, and keeps what others have put there', () => {
    writeFiles(folder, [manifest('group-shop.yaml'), manifest('group-back.yaml')]);
    writeFileSync(join(folder, 'patch.yaml'), 'kind: Patch\n');
    writeFiles(folder, [manifest('group-shop.yaml')]);
    expect(readdirSync(folder).sort()).toEqual(['group-shop.yaml', 'patch.yaml']);
  });

  it('keeps secrets that somebody has filled in', () => {
    const example = { path: '.env.example', text: `${toYaml([], 'deploy')}\nBANYAN_SECRET=\n` };
    writeFiles(folder, [example]);
    writeFileSync(join(folder, '.env'), example.text.replace('=\n', '=filled in\n'));
    writeFiles(folder, [example]);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toContain('filled in');
  });

  it('is left as it is where a file is in the way that was not made by this command', () => {
    writeFileSync(join(folder, 'compose.yaml'), 'services: {}\n');
    expect(() => writeFiles(folder, [manifest('a.yaml'), manifest('compose.yaml')])).toThrow('was not made by this');
    expect(readdirSync(folder)).toEqual(['compose.yaml']);
  });
});
