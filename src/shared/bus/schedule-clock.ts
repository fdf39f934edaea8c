import type { UnitOfWork } from '../database/index.ts';

/** So much of a period must have passed since the last firing: queues fire at its edges, a little early or late. */
const LEAST_SHARE = 0.5;

const CLAIM = `
  insert into schedule_firings (name) values ($1)
  on conflict (name) do update set fired_at = now()
    where schedule_firings.fired_at <= now() - $2 * interval '1 millisecond'`;

/** True: this firing is the period's own, for one caller over all processes, by the database's clock. */
export async function claimFiring(work: UnitOfWork, name: string, everyMs: number): Promise<boolean> {
  return (await work.run(CLAIM, [name, everyMs * LEAST_SHARE])) === 1;
}

/** Whether a whole period has passed without a firing, as when nothing ran. */
export async function hasMissed(work: UnitOfWork, name: string, everyMs: number): Promise<boolean> {
  const row = await work.row<{ missed: boolean }>(
    `select fired_at <= now() - $2 * interval '1 millisecond' as missed from schedule_firings where name = $1`,
    [name, everyMs],
  );
  return row?.missed ?? true;
}
