import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresLab } from './postgres-lab.ts';
import { RedisLab } from './redis-lab.ts';
import { TillLab } from './till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const SETTLE_LIMIT_MS = 60_000;
/** Much longer than a sale takes. */
const PAUSE_MS = 500;
const KILLED = { code: null, signal: 'SIGKILL' };
const STOPPED = { code: 0, signal: null };

describe.each(['postgres', 'redis'] as const)('tills with queues in %s, in processes of their own', (queues) => {
  let postgres: PostgresLab;
  let redis: RedisLab | undefined;
  let lab: TillLab | undefined;

  beforeAll(async () => {
    postgres = await PostgresLab.start();
    redis = await RedisLab.start();
  }, LAB_LIMIT_MS);
  afterEach(async () => {
    await lab?.close();
    lab = undefined;
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await redis?.stop();
    await postgres.stop();
  }, LAB_LIMIT_MS);

  const open = async (): Promise<TillLab> => {
    // Where no Redis is to be had, all queues are in Postgres.
    lab = await TillLab.open({ queues: redis === undefined ? 'postgres' : queues, postgres, redis });
    return lab;
  };

  it(
    'fail, die and dawdle where they are told to, and are found in order in the end',
    async () => {
      const tills = await open();
      tills.failAt('north', 1, 2, 'throw');
      tills.failAt('north', 2, 1, 'kill');
      tills.failAt('north', 3, 1, 'slow', { module: 'ledger', waitMs: 100 });
      const [till, journal] = await Promise.all([tills.spawn(['till', 'ledger', 'archive']), tills.spawn(['journal'])]);
      await till.sell('north', [1]);
      await till.sell('north', [2, 3], 'x'.repeat(10_000));
      expect(await journal.ended).toEqual(KILLED);
      expect(await tills.violations()).toContain('sale 3 of north is lost: it is not in journal.entries');
      const next = await tills.spawn(['journal']);
      expect(await tills.settled(SETTLE_LIMIT_MS)).toBeLessThan(SETTLE_LIMIT_MS);
      expect([tills.faultsAt('north', 1), tills.faultsAt('north', 2), tills.faultsAt('north', 3, 'ledger')]).toEqual([
        2, 1, 1,
      ]);
      expect([await next.stop(), await till.stop()]).toEqual([STOPPED, STOPPED]);
    },
    LAB_LIMIT_MS,
  );

  it(
    'wait while they are paused, and say what they could not sell',
    async () => {
      const child = await (await open()).spawn(['till']);
      await child.sell('north', [1]);
      await expect(child.sell('north', [1])).rejects.toThrow(/Validation error|duplicate key/);
      child.signal('SIGSTOP');
      const sold = child.sell('north', [2]).then(() => 'sold');
      expect(await Promise.race([sold, new Promise((done) => setTimeout(() => done('paused'), PAUSE_MS))])).toBe(
        'paused',
      );
      child.signal('SIGCONT');
      expect(await sold).toBe('sold');
      expect(await child.kill()).toEqual(KILLED);
      await expect(child.sell('north', [3])).rejects.toThrow('has ended');
      expect(await lab?.rows('select till, number from till.sales order by number')).toEqual([
        { till: 'north', number: 1 },
        { till: 'north', number: 2 },
      ]);
    },
    LAB_LIMIT_MS,
  );
});
