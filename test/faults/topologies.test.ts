import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { modules } from '../../src/modules/index.ts';
import { createTestDatabase, ownServers, type TestDatabase } from '../../src/shared/testing/index.ts';
import { CROWD_ENVIRONMENT, expectCrowdServed } from '../journeys/crowd.ts';
import { ADMIN_KEY, buildApp, ChildApp } from './child-app.ts';
import { environmentOf } from './test-environment.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const TEST_LIMIT_MS = 300_000;
const REPLAY_LIMIT_MS = 120_000;

const NAMES = modules.map(({ contract }) => contract.name);
const TWO_GROUPS = {
  groups: {
    front: { modules: ['identity', 'catalog', 'pricing', 'ordering'] },
    back: { modules: ['inventory', 'payments', 'fulfilment', 'notifications', 'reporting'] },
  },
};

interface Topology {
  readonly where: string;
  readonly arguments: readonly string[];
  readonly placement?: object;
  /** Default: one for all. */
  readonly database?: () => Promise<TestDatabase>;
}

const topologies: readonly Topology[] = [
  { where: 'with a process for each module', arguments: ['--split'] },
  { where: 'in two groups', arguments: ['--split'], placement: TWO_GROUPS },
  { where: 'with a database server for each module', arguments: [], database: () => ownServers(NAMES) },
];

describe.each(topologies)('the shop $where', ({ arguments: given, placement, database: open = createTestDatabase }) => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  }, TEST_LIMIT_MS);
  beforeAll(buildApp, TEST_LIMIT_MS);

  it(
    'serves 200 buyers who want the last 50 pieces, and sells a day of invoices to the penny',
    async () => {
      const database = await open();
      cleanups.push(() => database.drop());
      const folder = await mkdtemp(join(tmpdir(), 'banyan-topology-'));
      cleanups.push(() => rm(folder, { recursive: true, force: true }));
      const file = join(folder, 'placement.json');
      if (placement !== undefined) await writeFile(file, JSON.stringify(placement));
      const app = new ChildApp({
        environment: {
          ...environmentOf(database.url, folder),
          ...database.settings,
          ...CROWD_ENVIRONMENT,
          ...(placement === undefined ? {} : { BANYAN_PLACEMENT: file }),
        },
        arguments: given,
      });
      cleanups.push(() => app.stop());
      const shop = await app.shop();
      await expectCrowdServed(shop);
      const { code, output } = await replay(shop.url, folder);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Each row') });
      app.signal('SIGTERM');
      expect(await app.ending()).toEqual({ code: 0, signal: null });
      expect(app.complaint).toBe('');
    },
    TEST_LIMIT_MS,
  );
});

/** The project's own sample; REPLAY_FILE names another, such as a day of the real data set. */
async function replay(url: string, folder: string): Promise<{ code: number; output: string }> {
  const file = process.env['REPLAY_FILE'] ?? join('samples', 'invoices.csv');
  const args = ['--import', 'tsx', 'scripts/replay.ts', file, '--url', url, '--key', ADMIN_KEY];
  return await new Promise((done) => {
    execFile(
      process.execPath,
      [...args, '--report', join(folder, 'report.csv')],
      { cwd: ROOT, timeout: REPLAY_LIMIT_MS },
      (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}
