import type { ModuleDatabase, UnitOfWork } from '../database/index.ts';
import type { Logger } from '../telemetry/index.ts';
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

/**
 * Makes a publisher's table of subscriptions say what the code declares. Publishing reads the table, so that from here
 * on processes of older code store deliveries for new subscribers, too.
 */
export async function registerSubscriptions(
  database: ModuleDatabase,
  declared: readonly DeclaredSubscription[],
  logger: Logger,
): Promise<void> {
  if (!differs(await known(database.reader(busContext())), declared)) return;
  await database.transaction(busContext(), async (work) => {
    await work.run(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    // Waits for transactions that have published and keeps others from it: none can miss the change.
    await work.run('lock table outbox in share row exclusive mode');
    const before = new Set((await known(work)).map(keyOf));
    const wanted = new Set(declared.map(keyOf));
    const gone = [...before].filter((key) => !wanted.has(key));
    await work.run(`delete from subscriptions where type || ' ' || subscriber = any($1)`, [gone]);
    const added = declared.filter((subscription) => !before.has(keyOf(subscription)));
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

async function known(work: UnitOfWork): Promise<{ type: string; subscriber: string }[]> {
  return await work.rows('select type, subscriber from subscriptions');
}

function differs(
  before: readonly { type: string; subscriber: string }[],
  declared: readonly DeclaredSubscription[],
): boolean {
  const keys = new Set(before.map(keyOf));
  return keys.size !== declared.length || declared.some((subscription) => !keys.has(keyOf(subscription)));
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
