import type { UnitOfWork } from '../database/index.ts';

/** What is under way at one module's ends of the bus. Ages in seconds, by the database's clock. */
export interface BusState {
  /** Open deliveries of this module's events, by subscriber. */
  readonly outbox: readonly { readonly subscriber: string; readonly depth: number; readonly oldestSeconds: number }[];
  readonly quarantined: number;
  /** Events that have come and are not done: the oldest one's age, and their number by status. */
  readonly inbox: {
    readonly oldestSeconds: number;
    readonly retrying: number;
    readonly dead: number;
    readonly parked: number;
    /** Streams that wait for something. */
    readonly parkedKeys: number;
  };
}

export async function readBusState(work: UnitOfWork): Promise<BusState> {
  const outbox = await work.rows<BusState['outbox'][number]>(
    `select s.subscriber, count(d.event_id) as depth,
            coalesce(extract(epoch from now() - min(d.created_at)), 0)::float8 as "oldestSeconds"
     from (select subscriber from subscriptions union select subscriber from deliveries where state = 'open') s
     left join deliveries d on d.subscriber = s.subscriber and d.state = 'open'
     group by s.subscriber`,
  );
  const quarantined = await work.row<{ count: number }>(
    `select count(*) as count from deliveries where state = 'quarantined'`,
  );
  const inbox = await work.row<BusState['inbox']>(
    `select coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as "oldestSeconds",
            count(*) filter (where status = 'retrying') as retrying,
            count(*) filter (where status = 'dead') as dead,
            count(*) filter (where status = 'parked') as parked,
            count(distinct (source, subject)) filter (where status = 'parked') as "parkedKeys"
     from inbox where status in ('parked', 'retrying', 'dead')`,
  );
  return {
    outbox,
    quarantined: quarantined?.count ?? 0,
    inbox: inbox ?? { oldestSeconds: 0, retrying: 0, dead: 0, parked: 0, parkedKeys: 0 },
  };
}
