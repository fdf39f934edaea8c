import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');

describe('npm run deploy', () => {
  let folder: string;
  const run = (...given: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/deploy.ts', ...given], { cwd: ROOT, encoding: 'utf8' });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'banyan-deploy-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes manifests that say how they were made, and believes an Ingress about who its clients are', () => {
    const { status, stdout } = run(
      ...['kubernetes', '--placement', 'samples/placement.json', '--host', 'shop.example', '--out', folder],
    );
    expect({ status, written: stdout.includes(`${folder}/group-shop.yaml`) }).toEqual({ status: 0, written: true });
    const settings = readFileSync(join(folder, 'settings.yaml'), 'utf8');
    expect(settings).toContain('npm run deploy -- kubernetes --placement samples/placement.json --host shop.example');
    expect(settings).toContain('TRUSTED_PROXIES: uniquelocal');
  });

  it('says in a line what is wrong', () => {
    const { status, stderr } = run('compose', '--placement', 'nowhere.json', '--out', folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^BANYAN_PLACEMENT \(nowhere\.json\) cannot be used: .*\n$/);
  });
});
