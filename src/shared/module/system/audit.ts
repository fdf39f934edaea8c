import { MAX_OFFENDERS, type Audit, type UnitOfWork } from '../../database/index.ts';

/** An event that is still on its way after this long is late. */
const LATE_MINUTES = 10;
/** A process that has not moved for this long, though it is due, has no live owner. */
const ABANDONED_MINUTES = 5;

/** What every module owes, whatever its business. */
export const kernelAudits: readonly Audit[] = [
  {
    invariant: 'I5',
    promise: `every published event is in every subscriber's inbox within ${LATE_MINUTES} minutes`,
    find: (work) =>
      offenders(
        work,
        `select event_id || ' to ' || subscriber as offender from deliveries
         where state = 'quarantined' or (state = 'open' and created_at < now() - interval '${LATE_MINUTES} minutes')
         order by created_at limit $1`,
      ),
  },
  {
    invariant: 'I6',
    promise: 'no event that could be handled waits, and none is a dead letter',
    find: (work) =>
      offenders(work, `select event_id as offender from inbox where status = 'dead' order by received_at limit $1`),
  },
  {
    invariant: 'I10',
    promise: `nothing that is due stands still for ${ABANDONED_MINUTES} minutes, and nothing needs attention`,
    find: (work) =>
      offenders(
        work,
        `select id as offender from sagas
         where status in ('needs_attention', 'parked')
            or (status in ('running', 'compensating') and greatest(due_at, lease_until) < now() - interval '${ABANDONED_MINUTES} minutes')
         order by created_at limit $1`,
      ),
  },
];

async function offenders(work: UnitOfWork, sql: string): Promise<string[]> {
  const rows = await work.rows<{ offender: string }>(sql, [MAX_OFFENDERS]);
  return rows.map(({ offender }) => offender);
}
