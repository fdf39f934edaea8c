import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { judgeTills } from './judge-tills.ts';
import { databaseAt, PostgresLab } from './postgres-lab.ts';
import { TillLab } from './till-lab.ts';

const LAB_LIMIT_MS = 120_000;
const SETTLE_LIMIT_MS = 30_000;
const COPY = 'planted';

/** A fault, made by hand after all had gone well, and what the judge must say of it. */
const PLANTED: readonly { readonly fault: string; readonly sql: string; readonly says: readonly RegExp[] }[] = [
  {
    fault: 'a sale without its event',
    sql: `insert into till.sales values ('north', 9)`,
    says: [/^sale 9 of north was committed without its event$/, /^sale 9 of north is lost: it is not in ledger.lines$/],
  },
  {
    fault: 'an event of a sale that was taken back',
    sql: `delete from till.sales where till = 'south'`,
    says: [
      /^sale 1 of south has an event but was never committed$/,
      /^sale 1 of south is in journal.entries but was never committed$/,
    ],
  },
  {
    fault: 'a lost entry',
    sql: 'delete from journal.entries where number = 2',
    says: [/^sale 2 of north is lost: it is not in journal.entries$/],
  },
  {
    fault: 'a lost record of the second hop',
    sql: `delete from archive.records where number = 2 and kind = 'written'`,
    says: [/^sale 2 of north is lost: it is not in archive.records \(written\)$/],
  },
  {
    fault: 'a line that was written twice',
    sql: `insert into ledger.lines (event_id, till, number, causation, correlation, traceparent)
          select event_id, till, number, causation, correlation, traceparent from ledger.lines where number = 3`,
    says: [/^sale 3 of north has taken effect 2 times in ledger.lines$/],
  },
  {
    fault: 'entries in another order',
    sql: 'update journal.entries set position = 100 + position where number = 1',
    says: [/^sale 1 of north is out of order in journal.entries: it came after sale 3$/],
  },
  {
    fault: 'a delivery that is still under way',
    sql: `update till.deliveries set state = 'open' where subscriber = 'journal' and sequence = 3`,
    says: [/^1 deliveries of till to journal are open, the first of them 3 of north$/],
  },
  {
    fault: 'a dead letter',
    sql: `update ledger.inbox set status = 'dead', error = '{"message": "illegible"}' where sequence = 2`,
    says: [/^in the inbox of ledger number 2 of north from journal is dead after \d+ attempts: illegible$/],
  },
  {
    fault: 'a subscriber that has not come as far as its publisher',
    sql: `update archive.inbox_positions set sequence = 2 where source = 'journal' and subject = 'north'`,
    says: [/^archive has come to number 2 of north from journal, which has published 3$/],
  },
  {
    fault: 'a position in a stream that was never published',
    sql: `insert into ledger.inbox_positions (source, subject, sequence) values ('journal', 'west', 1)`,
    says: [/^ledger has come to number 1 of west from journal, which has published 0$/],
  },
  {
    fault: 'a correlation that was not carried on',
    sql: `update journal.entries set correlation = 'another' where till = 'south'`,
    says: [/^sale 1 of south: its entry has lost the correlation$/],
  },
  {
    fault: 'an event that does not name its cause',
    sql: `update journal.outbox set causation_id = null where subject = 'south'`,
    says: [/^sale 1 of south: what was written is not said to be caused by what was sold$/],
  },
  {
    fault: 'a trace that ends after the first hop',
    sql: `update ledger.lines set traceparent = replace(traceparent, split_part(traceparent, '-', 2), repeat('0', 32))
          where till = 'south'`,
    says: [/^sale 1 of south: its line has lost the trace$/],
  },
];

describe('the judge of what has become of sales', () => {
  let postgres: PostgresLab;
  let lab: TillLab;

  beforeAll(async () => {
    postgres = await PostgresLab.start();
    lab = await TillLab.open({ queues: 'postgres', postgres });
    const child = await lab.spawn(['till', 'journal', 'ledger', 'archive']);
    for (const number of [1, 2, 3]) await child.sell('north', [number]);
    await child.sell('south', [1]);
    await lab.settled(SETTLE_LIMIT_MS);
    await child.stop();
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await lab.close();
    await postgres.stop();
  }, LAB_LIMIT_MS);

  const judgeCopyAfter = async (sql: string): Promise<string[]> => {
    await administer(postgres.directUrl, `create database ${COPY} template ${lab.database}`);
    try {
      const copy = databaseAt(postgres.directUrl, COPY);
      await administer(copy, sql);
      return await judgeTills(copy);
    } finally {
      await administer(postgres.directUrl, `drop database ${COPY} with (force)`);
    }
  };

  it('finds nothing where all has gone well', async () => {
    expect(await judgeCopyAfter('select 1')).toEqual([]);
  });

  it.each(PLANTED)('finds $fault', async ({ sql, says }) => {
    const sentences = await judgeCopyAfter(sql);
    for (const sentence of says) expect(sentences).toContainEqual(expect.stringMatching(sentence));
  });

  it('gives what it finds as the reason when nothing settles', async () => {
    await lab.rows(`insert into till.sales values ('east', 1)`);
    await expect(lab.settled(0)).rejects.toThrow('sale 1 of east was committed without its event');
    await lab.rows(`delete from till.sales where till = 'east'`);
  });
});

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
