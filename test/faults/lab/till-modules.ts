import { z } from 'zod';
import { defineContract, event } from '../../../src/shared/contract/index.ts';
import type { UnitOfWork } from '../../../src/shared/database/index.ts';
import { defineModule, on, type HeardEvent, type ModuleDefinition } from '../../../src/shared/module/index.ts';
import { PlannedFaults } from './planned-faults.ts';

/** `padding` makes an event as large as a test wants it. */
const Sale = z.object({ till: z.string(), number: z.int(), padding: z.string().optional() });

/** Publishes what is sold at a till, numbered per till. */
export const Till = defineContract('till', {
  operations: {},
  events: { sold: event(1, { of: 'till', data: Sale }) },
});
/** Writes down what it hears, and makes that known in turn: the first of two hops. */
export const Journal = defineContract('journal', {
  operations: {},
  events: { written: event(1, { of: 'till', data: Sale }) },
});
/** The second hop. */
export const Ledger = defineContract('ledger', { operations: {} });
/** Hears both hops, each from another publisher. */
export const Archive = defineContract('archive', { operations: {} });

type Sold = HeardEvent<typeof Till.events.sold>;
type Written = HeardEvent<typeof Journal.events.written>;

/** Set for a child process by its parent, which plans there what is to go wrong. */
const labDir = process.env['LAB_DIR'];
const faults = labDir === undefined ? undefined : new PlannedFaults(labDir);

class WriteEntryWhenSold {
  async execute({ data, envelope }: Sold, work: UnitOfWork): Promise<void> {
    await work.run(
      `insert into entries (event_id, till, number, causation, correlation, traceparent)
       values ($1, $2, $3, $4, $5, $6)`,
      columnsOf({ data, envelope }),
    );
    work.publish(Journal.events.written, data);
    await faults?.strike(Journal.name, data.till, data.number);
  }
}

class WriteLineWhenWritten {
  async execute({ data, envelope }: Written, work: UnitOfWork): Promise<void> {
    await work.run(
      `insert into lines (event_id, till, number, causation, correlation, traceparent)
       values ($1, $2, $3, $4, $5, $6)`,
      columnsOf({ data, envelope }),
    );
    await faults?.strike(Ledger.name, data.till, data.number);
  }
}

const FILE = `
  insert into records (event_id, till, number, causation, correlation, traceparent, kind)
  values ($1, $2, $3, $4, $5, $6, $7)`;

class FileRecordWhenSold {
  async execute(sold: Sold, work: UnitOfWork): Promise<void> {
    await work.run(FILE, [...columnsOf(sold), 'sold']);
    await faults?.strike(Archive.name, sold.data.till, sold.data.number);
  }
}

class FileRecordWhenWritten {
  async execute(written: Written, work: UnitOfWork): Promise<void> {
    await work.run(FILE, [...columnsOf(written), 'written']);
  }
}

function columnsOf({ data, envelope }: Sold | Written): unknown[] {
  const { id, causationid, correlationid, traceparent } = envelope;
  return [id, data.till, data.number, causationid, correlationid, traceparent];
}

export const tillModules: readonly ModuleDefinition[] = [
  defineModule(Till, { operations: {} }),
  defineModule(Journal, {
    operations: {},
    subscriptions: [on(Till.events.sold, WriteEntryWhenSold, { from: 'beginning' })],
  }),
  defineModule(Ledger, {
    operations: {},
    subscriptions: [on(Journal.events.written, WriteLineWhenWritten, { from: 'beginning' })],
  }),
  defineModule(Archive, {
    operations: {},
    subscriptions: [
      on(Till.events.sold, FileRecordWhenSold, { from: 'beginning' }),
      on(Journal.events.written, FileRecordWhenWritten, { from: 'beginning' }),
    ],
  }),
];

/** No table but the first refuses a sale that comes twice: it is for the judge to find, not for the database to hide. */
const HEARD_COLUMNS = `
  position serial primary key, event_id text not null, till text not null, number integer not null,
  causation text, correlation text not null, traceparent text not null`;

/** The modules' own tables, by module. What stands in `sales` has been committed, together with its event. */
export const tillTables: Readonly<Record<string, string>> = {
  till: 'create table sales (till text not null, number integer not null, primary key (till, number))',
  journal: `create table entries (${HEARD_COLUMNS})`,
  ledger: `create table lines (${HEARD_COLUMNS})`,
  archive: `create table records (${HEARD_COLUMNS}, kind text not null)`,
};
