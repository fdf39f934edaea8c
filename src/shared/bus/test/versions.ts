import { z } from 'zod';
import { defineContract, event, upcast } from '../../contract/index.ts';
import type { UnitOfWork } from '../../database/index.ts';
import { defineModule, on, type HeardEvent, type ModuleDefinition } from '../../module/index.ts';
import { KernelWorld } from '../../testing/index.ts';

const FirstSale = z.object({ till: z.string(), number: z.int() });
/** Version 2 says in which currency, which all sales before it had in common. */
const Sale = FirstSale.extend({ currency: z.string() });

/** The release before. */
export const OldTill = defineContract('till', {
  operations: {},
  events: {
    sold: event(1, { of: 'till', data: FirstSale }),
    closed: event(1, { of: 'till', data: z.object({ till: z.string() }) }),
  },
});

/** This release. */
export const NewTill = defineContract('till', {
  operations: {},
  events: {
    sold: event(2, {
      of: 'till',
      data: Sale,
      upcasts: { 1: upcast(FirstSale, (sale) => ({ ...sale, currency: 'GBP' })) },
    }),
    closed: event(1, { of: 'till', data: z.object({ till: z.string(), by: z.string().optional() }) }),
  },
});

const Journal = defineContract('journal', { operations: {} });
const TABLES = { journal: 'create table entries (position serial, till text not null, entry text not null)' };

async function note(work: UnitOfWork, till: string, entry: string): Promise<void> {
  await work.run('insert into entries (till, entry) values ($1, $2)', [till, entry]);
}

class NoteFirstSale {
  async execute({ data }: HeardEvent<typeof OldTill.events.sold>, work: UnitOfWork): Promise<void> {
    await note(work, data.till, `${data.number}`);
  }
}

class NoteSale {
  async execute({ data }: HeardEvent<typeof NewTill.events.sold>, work: UnitOfWork): Promise<void> {
    await note(work, data.till, `${data.number} ${data.currency}`);
  }
}

class NoteClosing {
  async execute({ data }: HeardEvent<typeof NewTill.events.closed>, work: UnitOfWork): Promise<void> {
    await note(work, data.till, 'closed');
  }
}

/** A till and a journal as the release before had them: the journal hears of sales alone. */
const OLD: readonly ModuleDefinition[] = [
  defineModule(OldTill, { operations: {} }),
  defineModule(Journal, {
    operations: {},
    subscriptions: [on(OldTill.events.sold, NoteFirstSale, { from: 'beginning' })],
  }),
];

/** And as this one has them: it hears when a till closes, too. */
const NEW: readonly ModuleDefinition[] = [
  defineModule(NewTill, { operations: {} }),
  defineModule(Journal, {
    operations: {},
    subscriptions: [
      on(NewTill.events.sold, NoteSale, { from: 'beginning' }),
      on(NewTill.events.closed, NoteClosing, { from: 'beginning' }),
    ],
  }),
];

/**
 * Two processes on one database and the same queues, one of each release. Nothing runs until they are started. The newer
 * one outlives the other.
 */
export async function openBothVersions(): Promise<{ older: KernelWorld; newer: KernelWorld }> {
  const newer = await KernelWorld.open({ modules: NEW, tables: TABLES });
  const older = await KernelWorld.open({ modules: OLD, tables: {}, beside: newer });
  return { older, newer };
}

/** What the journal holds of a till, in the order in which it was written. */
export async function entriesOf(world: KernelWorld, till: string): Promise<string[]> {
  const sql = 'select entry from entries where till = $1 order by position';
  return (await world.rows<{ entry: string }>('journal', sql, [till])).map(({ entry }) => entry);
}
