import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type KernelWorld } from '../testing/index.ts';
import { reopenDeliveries } from './outbox.ts';
import { entriesOf, NewTill, OldTill, openBothVersions } from './test/versions.ts';

const WORLD_LIMIT_MS = 60_000;
const LONG_AGO = '2000-01-01T00:00:00.000Z';

interface Arrival {
  readonly status: string;
  readonly attempts: number;
  readonly error: { readonly name: string; readonly message: string } | null;
}

async function arrivalsOf(world: KernelWorld, till: string): Promise<Arrival[]> {
  const sql = 'select status, attempts, error from inbox where subject = $1 order by sequence';
  return await world.rows<Arrival>('journal', sql, [till]);
}

describe('an event of two versions', () => {
  let older: KernelWorld;
  let newer: KernelWorld;
  beforeAll(async () => {
    ({ older, newer } = await openBothVersions());
    await older.start();
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await newer.stop();
  }, WORLD_LIMIT_MS);

  const sellOld = (till: string, number: number): Promise<unknown> =>
    older.write('till', (work) => work.publish(OldTill.events.sold, { till, number }));
  const sellNew = (till: string, number: number): Promise<unknown> =>
    newer.write('till', (work) => work.publish(NewTill.events.sold, { till, number, currency: 'EUR' }));

  it('waits, when a process has it that is too old for it, and holds up nothing but its own till', async () => {
    await sellOld('north', 1);
    await eventually(async () => expect(await entriesOf(older, 'north')).toEqual(['1']));
    await sellNew('north', 2);
    await sellOld('north', 3);
    await sellOld('south', 1);
    await eventually(async () => {
      expect(await arrivalsOf(older, 'north')).toMatchObject([
        { status: 'done' },
        {
          status: 'retrying',
          attempts: 0,
          error: {
            name: 'NotKnownHere',
            message: 'version 2 of till.sold waits for a process of a version that knows it',
          },
        },
        { status: 'parked' },
      ]);
      expect(await entriesOf(older, 'south')).toEqual(['1']);
    });
    expect(await entriesOf(older, 'north')).toEqual(['1']);
  });

  it('waits, too, when only a newer version of its subscriber hears of its kind', async () => {
    await newer.start(['till']);
    await newer.write('till', (work) => work.publish(NewTill.events.closed, { till: 'west', by: 'Ada' }));
    await eventually(async () => {
      expect(await arrivalsOf(older, 'west')).toMatchObject([{ status: 'retrying', attempts: 0 }]);
    });
  });

  it('is taken by a process that knows it, with what comes after it, in order', async () => {
    await newer.start(['journal']);
    await eventually(async () => {
      expect(await entriesOf(newer, 'west')).toEqual(['closed']);
      const [first, second, third] = await entriesOf(newer, 'north');
      expect([first, second]).toEqual(['1', '2 EUR']);
      // Whichever of the two processes had it, in its own words.
      expect(['3', '3 GBP']).toContain(third);
    });
  });

  it('is understood by a newer process when an older one has published it', async () => {
    await older.stop();
    await newer.write('till', (work) => {
      work.publish(OldTill.events.sold, { till: 'east', number: 1 });
      work.publish(NewTill.events.sold, { till: 'east', number: 2, currency: 'EUR' });
    });
    await eventually(async () => expect(await entriesOf(newer, 'east')).toEqual(['1 GBP', '2 EUR']));
  });

  it('is replayed as the version that its subscriber knows', async () => {
    await newer.write('journal', async (work) => {
      for (const table of ['inbox', 'inbox_positions']) await work.run(`delete from ${table} where subject = 'north'`);
      await work.run(`delete from entries where till = 'north'`);
    });
    await newer.write('till', (work) => reopenDeliveries(work, 'journal', LONG_AGO));
    await eventually(async () => expect(await entriesOf(newer, 'north')).toEqual(['1 GBP', '2 EUR', '3 GBP']));
  });
});
