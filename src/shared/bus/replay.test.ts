import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../testing/index.ts';
import { reopenDeliveries } from './outbox.ts';
import { TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
const LONG_AGO = '2000-01-01T00:00:00.000Z';
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('a journal that was restored from a backup', () => {
  let world: TillWorld;
  beforeAll(async () => {
    world = await TillWorld.open('postgres');
    await world.kernel.start();
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  const sellTen = async (till: string): Promise<void> => {
    await world.sell(till, ...upTo(4));
    for (const number of upTo(6)) await world.sell(till, 4 + number);
    await eventually(async () => {
      expect(await world.journal(till)).toEqual(upTo(10));
      expect(await world.openDeliveries()).toBe(0);
    });
  };
  /** The journal as it was when it had written down so many sales of a till. */
  const restore = (till: string, kept: number): Promise<void> =>
    world.kernel.write('journal', async (work) => {
      await work.run('delete from entries where till = $1 and number > $2', [till, kept]);
      await work.run('delete from inbox where subject = $1 and sequence > $2', [till, kept]);
      await work.run('update inbox_positions set sequence = $2 where subject = $1', [till, kept]);
    });
  /** The till no longer keeps its first sales, as after a month. */
  const forget = (till: string, upToSequence: number): Promise<void> =>
    world.kernel.write('till', async (work) => {
      await work.run('delete from deliveries where subject = $1 and sequence <= $2', [till, upToSequence]);
      await work.run('delete from outbox where subject = $1 and sequence <= $2', [till, upToSequence]);
    });
  const replay = (fromIso: string): Promise<number> =>
    world.kernel.write('till', (work) => reopenDeliveries(work, 'journal', fromIso));
  const allAcknowledged = () => eventually(async () => expect(await world.openDeliveries()).toBe(0));
  const timeOf = async (till: string, sequence: number): Promise<string> => {
    const sql = 'select time from outbox where subject = $1 and sequence = $2';
    const [row] = await world.kernel.rows<{ time: Date }>('till', sql, [till, sequence]);
    return row?.time.toISOString() ?? '';
  };

  it('is given again exactly what it lacks, in order', async () => {
    await sellTen('north');
    await sellTen('south');
    await restore('north', 6);
    expect(await replay(LONG_AGO)).toBeGreaterThanOrEqual(20);
    await allAcknowledged();
    expect(await world.journal('north')).toEqual(upTo(10));
    expect(await world.journal('south')).toEqual(upTo(10));
  });

  it('is given again all of it when the backup was empty', async () => {
    await sellTen('west');
    await restore('west', 0);
    await replay(LONG_AGO);
    await allAcknowledged();
    expect(await world.journal('west')).toEqual(upTo(10));
  });

  it('is given only what came since the time that is named', async () => {
    await sellTen('recent');
    await restore('recent', 7);
    const last = await timeOf('recent', 10);
    expect(await replay(last)).toBe(1);
    await eventually(async () => expect(await world.arrivalOf('recent', 10)).toMatchObject({ status: 'parked' }));
    expect(await world.journal('recent')).toEqual(upTo(7));
    expect(await replay(await timeOf('recent', 8))).toBe(3);
    await eventually(async () => expect(await world.journal('recent')).toEqual(upTo(10)));
  });

  it('does not wait for what nobody keeps any more', async () => {
    await sellTen('forgetful');
    await restore('forgetful', 2);
    await forget('forgetful', 5);
    await replay(LONG_AGO);
    await allAcknowledged();
    expect(await world.journal('forgetful')).toEqual([1, 2, 6, 7, 8, 9, 10]);
    await world.sell('forgetful', 11);
    await eventually(async () => expect((await world.journal('forgetful')).at(-1)).toBe(11));
  });

  it('keeps once what it has, though all is sent again', async () => {
    await sellTen('complete');
    await forget('complete', 5);
    const arrivals = () =>
      world.kernel.rows('journal', `select * from inbox where subject = 'complete' order by sequence`);
    const before = await arrivals();
    await replay(LONG_AGO);
    await allAcknowledged();
    expect(await world.journal('complete')).toEqual(upTo(10));
    expect(await arrivals()).toEqual(before);
  });

  it('takes what is sold meanwhile in its order, too', async () => {
    await sellTen('busy');
    await restore('busy', 3);
    const selling = upTo(10).map((number) => world.sell('busy', 10 + number));
    await replay(LONG_AGO);
    await Promise.all(selling);
    await allAcknowledged();
    const sold = await world.journal('busy');
    expect(sold.slice(0, 10)).toEqual(upTo(10));
    expect([...sold].sort((one, other) => one - other)).toEqual(upTo(20));
  });
});
