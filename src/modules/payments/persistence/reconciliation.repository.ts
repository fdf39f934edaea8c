import type { UnitOfWork } from '../../../shared/database/index.ts';
import { problems, present } from '../../../shared/errors/index.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../../shared/values/index.ts';
import type { Reconciliation } from '../contract/index.ts';
import type { OwnCursor } from './own-books.reader.ts';

/** How far a run has come, in the provider's books and in ours. */
export interface Progress {
  readonly provider: string | undefined;
  readonly own: OwnCursor | undefined;
}

interface Row extends Omit<Reconciliation, 'startedAt' | 'endedAt'> {
  readonly startedAt: Date;
  readonly endedAt: Date;
}

interface ProgressRow {
  readonly now: Date;
  readonly providerTo: string | null;
  readonly ownTo: Date | null;
  readonly ownToOrder: string | null;
}

/** What a complete run of so long ago had not seen is looked at again: commits can be later than their times. */
const OVERLAP_MINUTES = 30;
const KEPT_DAYS = 90;

// A run that is not complete is continued where it ended; a new one begins where a complete one of a while ago did end.
const BEGIN = `
  select now() as now, r.provider_to as "providerTo", r.own_to as "ownTo", r.own_to_order as "ownToOrder"
  from (select 1) as one
  left join lateral (
    select * from (
      (select *, 1 as rank from reconciliations where provider = $1 order by started_at desc, id desc limit 1)
      union all
      (select *, 2 as rank from reconciliations
       where provider = $1 and complete and started_at <= now() - interval '${OVERLAP_MINUTES} minutes'
       order by started_at desc, id desc limit 1)
    ) as candidates
    where rank = 2 or not complete
    order by rank limit 1
  ) as r on true`;

const INSERT = `
  insert into reconciliations (id, provider, started_at, complete, failure, provider_to, own_to, own_to_order, charges,
    payments, repaired, open, differences)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  returning ended_at as "endedAt"`;

const LIST = `
  select id, provider, started_at as "startedAt", ended_at as "endedAt", complete, failure, charges, payments, repaired,
    open, differences
  from reconciliations where ($1::text is null or id < $1) order by id desc limit $2`;

const FORGET = `delete from reconciliations where started_at < now() - interval '${KEPT_DAYS} days'`;

/** Reports of comparisons with a provider's books. */
export class ReconciliationRepository {
  /** Where the next run begins, and the database's time. */
  async begin(work: UnitOfWork, provider: string): Promise<{ startedAt: string; progress: Progress }> {
    const row = present(await work.row<ProgressRow>(BEGIN, [provider]), 'a row of one is always there');
    const { now, providerTo, ownTo, ownToOrder } = row;
    const own = ownTo === null ? undefined : { changedAt: ownTo.toISOString(), orderId: ownToOrder ?? '' };
    return { startedAt: now.toISOString(), progress: { provider: providerTo ?? undefined, own } };
  }

  /** Writes the report of a run, and forgets those that are older than 90 days. */
  async insert(
    work: UnitOfWork,
    report: Omit<Reconciliation, 'endedAt'>,
    { provider, own }: Progress,
  ): Promise<Reconciliation> {
    await work.run(FORGET);
    const { id, startedAt, complete, failure, charges, payments, repaired, open, differences } = report;
    const progress = [provider ?? null, own?.changedAt ?? null, own?.orderId ?? null];
    const counts = [charges, payments, repaired, open, JSON.stringify(differences)];
    const values = [id, report.provider, startedAt, complete, failure, ...progress, ...counts];
    const row = present(await work.row<{ endedAt: Date }>(INSERT, values), 'an insert returns its row');
    return { ...report, endedAt: row.endedAt.toISOString() };
  }

  /** Newest first: ids sort by the time when they were made. */
  async list(work: UnitOfWork, { limit, cursor }: PageRequest): Promise<Page<Reconciliation>> {
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const rows = await work.rows<Row>(LIST, [after ?? null, limit + 1]);
    return toPage(
      rows,
      limit,
      ({ id }) => [id],
      ({ startedAt, endedAt, ...report }) => ({
        ...report,
        startedAt: startedAt.toISOString(),
        endedAt: endedAt.toISOString(),
      }),
    );
  }
}

function readCursor(cursor: string): string {
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (id !== undefined) return id;
  const message = 'This is no cursor of this list.';
  throw problems.invalidInput([{ pointer: '/cursor', code: 'invalid_cursor', message }]);
}
