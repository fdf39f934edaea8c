import type { ModuleDatabase, UnitOfWork } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { hours } from '../values/index.ts';
import { busContext } from './outbox.ts';

/** Where a subscriber begins that is new to a type of event: with what is retained, or with what comes. */
export type SubscriptionStart = 'beginning' | 'now';

export interface DeclaredSubscription {
  readonly type: string;
  readonly subscriber: string;
  readonly from: SubscriptionStart;
}

/** How long publishers are kept waiting at most when a subscription changes; then the start fails and says so. */
const LOCK_TIMEOUT = '10s';

/** Retained events of types that a subscriber hears for the first time, numbered behind what it was sent before. */
const BACKFILL = `
  with sends as (
    select o.id, o.subject, row_number() over (partition by o.subject order by o.sequence) as nth
    from outbox o
    where o.type = any($2)
      and not exists (select from deliveries d where d.event_id = o.id and d.subscriber = $1)
  ),
  heads as (
    insert into streams (subject, subscriber, sequence)
    select subject, $1, count(*) from sends group by subject order by subject
    on conflict (subject, subscriber) do update set sequence = streams.sequence + excluded.sequence
    returning subject, sequence
  )
  insert into deliveries (event_id, subscriber, subject, sequence)
  select s.id, $1, s.subject, h.sequence - count(*) over (partition by s.subject) + s.nth
  from sends s join heads h using (subject)`;

/** How often a process that runs says that it still has its subscriptions. */
export const SUBSCRIPTIONS_ROUND_MS = hours(1);
/** What no process has had for so long is given up: until then one of another version may come back. */
const FORGOTTEN_AFTER_MS = hours(24);

interface Known {
  readonly type: string;
  readonly subscriber: string;
  /** Time since a process that knows it was there. */
  readonly unseenMs: number;
}

/**
 * Makes a publisher's table of subscriptions have what the code declares. Publishing reads the table, so that from here
 * on processes of older code store deliveries for new subscribers, too. To be repeated each SUBSCRIPTIONS_ROUND_MS.
 */
export async function registerSubscriptions(
  database: ModuleDatabase,
  declared: readonly DeclaredSubscription[],
  logger: Logger,
): Promise<void> {
  const before = await known(database.reader(busContext()));
  const isDeclared = new Set(declared.map(keyOf));
  const isKnown = new Set(before.map(keyOf));
  const forgotten = before.filter((each) => !isDeclared.has(keyOf(each)) && each.unseenMs > FORGOTTEN_AFTER_MS);
  const stale = before.some((each) => isDeclared.has(keyOf(each)) && each.unseenMs > SUBSCRIPTIONS_ROUND_MS / 2);
  const single = database.single(busContext());
  if (stale) await single.run(TOUCH, [[...isDeclared]]);
  if (forgotten.length > 0) await single.run(FORGET, [forgotten.map(keyOf), FORGOTTEN_AFTER_MS]);
  if (declared.some((subscription) => !isKnown.has(keyOf(subscription)))) await add(database, declared, logger);
}

const TOUCH = `update subscriptions set seen_at = now() where type || ' ' || subscriber = any($1)`;
/** Seen in the meantime means wanted. */
const FORGET = `
  delete from subscriptions
  where type || ' ' || subscriber = any($1) and seen_at < now() - $2 * interval '1 millisecond'`;

async function add(database: ModuleDatabase, declared: readonly DeclaredSubscription[], logger: Logger): Promise<void> {
  await database.transaction(busContext(), async (work) => {
    await work.run(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    // Waits for transactions that have published and keeps others from it: none can miss the change.
    await work.run('lock table outbox in share row exclusive mode');
    const isKnown = new Set((await known(work)).map(keyOf));
    const added = declared.filter((subscription) => !isKnown.has(keyOf(subscription)));
    for (const [subscriber, subscriptions] of bySubscriber(added)) {
      await work.run(`insert into subscriptions (type, subscriber) select unnest($1::text[]), $2`, [
        subscriptions.map(({ type }) => type),
        subscriber,
      ]);
      const types = subscriptions.filter(({ from }) => from === 'beginning').map(({ type }) => type);
      const deliveries = types.length === 0 ? 0 : await work.run(BACKFILL, [subscriber, types]);
      if (deliveries > 0) logger.info({ subscriber, types, deliveries }, 'a new subscriber is sent what is retained');
    }
  });
}

async function known(work: UnitOfWork): Promise<Known[]> {
  return await work.rows(
    `select type, subscriber, (extract(epoch from now() - seen_at) * 1000)::float8 as "unseenMs" from subscriptions`,
  );
}

function keyOf({ type, subscriber }: { type: string; subscriber: string }): string {
  return `${type} ${subscriber}`;
}

function bySubscriber(subscriptions: readonly DeclaredSubscription[]): Map<string, DeclaredSubscription[]> {
  const groups = new Map<string, DeclaredSubscription[]>();
  for (const subscription of subscriptions) {
    const group = groups.get(subscription.subscriber);
    if (group === undefined) groups.set(subscription.subscriber, [subscription]);
    else group.push(subscription);
  }
  return groups;
}
