import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, chownSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { clearFolder } from './test/clear-folder.ts';
import { InstalledApp, isRoot, temporaryFolder } from './test/installed-app.ts';
import { placeOrder } from './test/placed-orders.ts';

jest.setTimeout(60_000);

const NOBODY_ID = 65_534;

let bare: InstalledApp;
let dataDir: string;
let folders: string[];

describe('an installation that did not run its scripts', () => {
  beforeEach(() => {
    dataDir = temporaryFolder();
    bare = new InstalledApp();
    folders = [dataDir, bare.dir];
    for (const { target } of links()) rmSync(join(bare.binaries, target), { force: true });
    for (const program of ['initdb', 'postgres']) chmodSync(join(bare.binaries, 'native', 'bin', program), 0o644);
  });

  afterEach(async () => {
    for (const folder of folders) await clearFolder(folder);
  });

  function links(): { target: string }[] {
    const file = join(bare.binaries, 'native', 'pg-symlinks.json');
    return JSON.parse(readFileSync(file, 'utf8')) as { target: string }[];
  }

  it('is completed by the first start, also when two start at once', async () => {
    const other = temporaryFolder();
    folders.push(other);
    const both = [bare.run(dataDir), bare.run(other)];
    for (const each of both) expect(await each.report()).toMatchObject({ notices: [] });
    for (const { target } of links()) expect(existsSync(join(bare.binaries, target))).toBe(true);
    for (const each of both) await each.stop();
  });

  it('is completed in a copy when it may not be changed, and the operator is told', async () => {
    const closed = ['lib', 'bin'].map((name) => join(bare.binaries, 'native', name));
    if (isRoot()) chownSync(dataDir, NOBODY_ID, NOBODY_ID);
    else for (const folder of closed) chmodSync(folder, 0o555);

    const ordinary = bare.run(dataDir, 'ordinary user');
    const report = await ordinary.report();
    expect(report.notices).toEqual([expect.stringContaining(join(dataDir, 'postgres-binaries-'))]);
    await placeOrder(report.url);
    await ordinary.stop();
    for (const folder of closed) chmodSync(folder, 0o755);
    const [link] = links();
    expect(existsSync(join(bare.binaries, link?.target ?? ''))).toBe(false);
  });

  it('is copied out when it lies below a home that is closed to the server', async () => {
    chmodSync(bare.dir, 0o700);
    const started = bare.run(dataDir);
    const report = await started.report();
    expect(report.notices).toHaveLength(isRoot() ? 1 : 0);
    const copies = readdirSync(dataDir).filter((name) => name.startsWith('postgres-binaries-'));
    expect(copies).toHaveLength(isRoot() ? 1 : 0);
    await started.stop();
  });
});
