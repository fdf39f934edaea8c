import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '../telemetry/index.ts';
import { eventually } from '../testing/index.ts';
import { Retention } from './retention.ts';
import { TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
const EVENT_DAYS = 30;
/** An arrival is kept for so long after its event has gone. */
const MARGIN_DAYS = 7;
const KEY_DAYS = 10;
const SAGA_DAYS = 20;
/** More than one statement removes. */
const MANY = 2_500;

/** `$1` days ago. */
const DAYS_AGO = `now() - $1 * interval '1 day'`;

describe('what is kept for a while', () => {
  let world: TillWorld;
  beforeAll(async () => {
    world = await TillWorld.open('postgres');
    await world.kernel.start();
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  const prune = (module: string) => {
    const limits = { eventDays: EVENT_DAYS, idempotencyDays: KEY_DAYS, sagaDays: SAGA_DAYS };
    return new Retention(world.kernel.module(module).database, limits, createLogger('silent')).prune();
  };
  const run = (module: string, sql: string, values: readonly unknown[] = []): Promise<number> =>
    world.kernel.write(module, (work) => work.run(sql, values));
  const idsIn = async (module: string, sql: string): Promise<string[]> =>
    (await world.kernel.rows<{ id: string }>(module, sql)).map(({ id }) => id);

  /** An event of `days` ago, sent to one subscriber for each state. */
  const publish = async (id: string, days: number, ...states: string[]): Promise<void> => {
    await run(
      'till',
      `insert into outbox (id, type, data_version, subject, sequence, time, traceparent, correlation_id, data)
       values ($2, 'till.sold', 1, $2, 1, ${DAYS_AGO}, 'trace', 'planted', '{}')`,
      [days, id],
    );
    for (const [index, state] of states.entries()) {
      await run(
        'till',
        `insert into deliveries (event_id, subscriber, subject, sequence, state, due_at)
         values ($1, $2, $1, 1, $3, now() + interval '1 day')`,
        [id, `subscriber ${index}`, state],
      );
    }
  };
  const receive = (id: string, days: number, status: string): Promise<number> =>
    run(
      'journal',
      `insert into inbox (event_id, source, type, subject, sequence, status, due_at, received_at)
       values ($2, 'elsewhere', 'elsewhere.happened', $2, 1, $3, now() + interval '1 day', ${DAYS_AGO})`,
      [days, id, status],
    );
  const claimKey = (key: string, days: number, sagaId: string | null = null): Promise<number> =>
    run(
      'till',
      `insert into idempotency_keys (scope, key, request_hash, saga_id, created_at)
       values ('till', $2, 'hash', $3, ${DAYS_AGO})`,
      [days, key, sagaId],
    );
  const runSaga = (id: string, days: number, status: string): Promise<number> =>
    run(
      'till',
      `insert into sagas (id, name, version, key, status, state, context, lease_until, due_at, created_at)
       values ($2, 'unknown here', 1, $2, $3, '{}', '{}', now(), now() + interval '1 day', ${DAYS_AGO})`,
      [days, id, status],
    );

  it('is an event, with its deliveries, until all who hear it have it and it is old', async () => {
    await publish('old', EVENT_DAYS + 1, 'acknowledged', 'acknowledged');
    await publish('unheard', EVENT_DAYS + 1);
    await publish('young', EVENT_DAYS - 1, 'acknowledged');
    await publish('late', EVENT_DAYS + 1, 'acknowledged', 'open');
    await publish('set aside', EVENT_DAYS + 1, 'quarantined', 'acknowledged');
    expect(await prune('till')).toMatchObject({ events: 2 });
    expect(await idsIn('till', 'select id from outbox order by id')).toEqual(['late', 'set aside', 'young']);
    const deliveries = await idsIn('till', 'select event_id as id from deliveries order by event_id');
    expect(deliveries).toEqual(['late', 'late', 'set aside', 'set aside', 'young']);
    expect(await prune('till')).toMatchObject({ events: 0 });
  });

  it('is an arrival that is over, for longer than its event, and one that is not over for ever', async () => {
    await receive('done long ago', EVENT_DAYS + MARGIN_DAYS + 1, 'done');
    await receive('given up long ago', EVENT_DAYS + MARGIN_DAYS + 1, 'discarded');
    await receive('event just gone', EVENT_DAYS + 1, 'done');
    await receive('within the margin', EVENT_DAYS + MARGIN_DAYS - 1, 'done');
    const open = ['claimed', 'dead', 'parked', 'retrying'];
    for (const status of open) await receive(status, 10 * EVENT_DAYS, status);
    expect(await prune('journal')).toMatchObject({ inbox: 2 });
    const kept = await idsIn(
      'journal',
      `select event_id as id from inbox where source = 'elsewhere' order by event_id`,
    );
    expect(kept).toEqual([...open, 'event just gone', 'within the margin'].sort());
  });

  it('is an order number of a shopper, and as long as the order is under way for longer', async () => {
    await runSaga('running', KEY_DAYS + 1, 'running');
    await runSaga('stuck', KEY_DAYS + 1, 'needs_attention');
    await runSaga('going back', KEY_DAYS + 1, 'compensating');
    await runSaga('over', KEY_DAYS + 1, 'completed');
    await claimKey('plain', KEY_DAYS + 1);
    await claimKey('young', KEY_DAYS - 1);
    for (const saga of ['running', 'stuck', 'going back', 'over']) await claimKey(`of ${saga}`, KEY_DAYS + 1, saga);
    expect(await prune('till')).toMatchObject({ keys: 2, sagas: 0 });
    const kept = await idsIn('till', 'select key as id from idempotency_keys order by key');
    expect(kept).toEqual(['of going back', 'of running', 'of stuck', 'young']);
    await run('till', 'delete from idempotency_keys');
    await run('till', 'delete from sagas');
  });

  it('is a process until it is over, old, and nobody can ask for its answer any more', async () => {
    for (const status of ['running', 'compensating', 'needs_attention']) await runSaga(status, 10 * SAGA_DAYS, status);
    await runSaga('completed', SAGA_DAYS + 1, 'completed');
    await runSaga('failed', SAGA_DAYS + 1, 'failed');
    await runSaga('recent', SAGA_DAYS - 1, 'completed');
    await runSaga('asked for', SAGA_DAYS + 1, 'completed');
    await claimKey('young', KEY_DAYS - 1, 'asked for');
    expect(await prune('till')).toMatchObject({ keys: 0, sagas: 2 });
    const kept = await idsIn('till', 'select id from sagas order by id');
    expect(kept).toEqual(['asked for', 'compensating', 'needs_attention', 'recent', 'running']);
  });

  it('is removed however much there is of it', async () => {
    await run(
      'till',
      `insert into outbox (id, type, data_version, subject, sequence, time, traceparent, correlation_id, data)
       select 'many ' || n, 'till.sold', 1, 'many', n, ${DAYS_AGO}, 'trace', 'planted', '{}'
       from generate_series(1, $2) as n`,
      [EVENT_DAYS + 1, MANY],
    );
    await run(
      'till',
      `insert into deliveries (event_id, subscriber, subject, sequence, state)
       select id, 'journal', subject, sequence, 'acknowledged' from outbox where subject = 'many'`,
    );
    await run(
      'till',
      `insert into idempotency_keys (scope, key, request_hash, created_at)
       select 'many', n::text, 'hash', ${DAYS_AGO} from generate_series(1, $2) as n`,
      [KEY_DAYS + 1, MANY],
    );
    expect(await prune('till')).toMatchObject({ events: MANY, keys: MANY });
    expect(await idsIn('till', `select id from outbox where subject = 'many'`)).toEqual([]);
    expect(await idsIn('till', `select event_id as id from deliveries where subject = 'many'`)).toEqual([]);
  });

  it('is removed once, though several processes are at it', async () => {
    await run(
      'journal',
      `insert into inbox (event_id, source, type, subject, sequence, status, received_at)
       select 'many ' || n, 'elsewhere', 'elsewhere.happened', 'many', n, 'done', ${DAYS_AGO}
       from generate_series(1, $2) as n`,
      [EVENT_DAYS + MARGIN_DAYS + 1, MANY],
    );
    const removed = await Promise.all([prune('journal'), prune('journal'), prune('journal')]);
    const total = removed.reduce((sum, { inbox }) => sum + inbox, 0);
    // What one of them holds the others leave to it, and may end before it does.
    expect(total + (await prune('journal')).inbox).toBe(MANY);
  });

  it('leaves no gap: sales after it follow those before it', async () => {
    await world.sell('counter', 1, 2);
    await eventually(async () => {
      expect(await world.journal('counter')).toEqual([1, 2]);
      expect(await world.sentSale('counter', 2)).toMatchObject({ state: 'acknowledged' });
    });
    await run('till', `update outbox set time = ${DAYS_AGO} where subject = 'counter'`, [EVENT_DAYS + 1]);
    expect(await prune('till')).toMatchObject({ events: 2 });
    await world.sell('counter', 3);
    await eventually(async () => expect(await world.journal('counter')).toEqual([1, 2, 3]));
  });
});
