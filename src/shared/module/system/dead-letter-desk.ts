import { nameOf, type CallContext } from '../../auth/index.ts';
import type { OutputOf } from '../../contract/index.ts';
import type { ModuleDatabase } from '../../database/index.ts';
import { ActionLog } from './action-log.ts';
import type { System } from './system.contract.ts';

type DeadLetter = OutputOf<typeof System.operations.listDeadLetters>['items'][number];

/** One module's dead letters, as an operator sees, retries and discards them. */
export class DeadLetterDesk {
  readonly #database: ModuleDatabase;

  constructor(database: ModuleDatabase) {
    this.#database = database;
  }

  async list(call: CallContext, limit: number): Promise<DeadLetter[]> {
    const rows = await this.#database
      .reader(call)
      .rows<Omit<DeadLetter, 'module' | 'receivedAt'> & { receivedAt: Date }>(
        `select event_id as id, source, type, subject, sequence, attempts, error, received_at as "receivedAt",
                (select count(*) from inbox later
                 where later.source = dead.source and later.subject = dead.subject and later.status = 'parked') as waiting
         from inbox dead where status = 'dead' order by received_at, event_id limit $1`,
        [limit],
      );
    return rows.map((row) => ({ ...row, module: this.#database.module, receivedAt: row.receivedAt.toISOString() }));
  }

  /** False when this module has no such dead letter. */
  async retry(call: CallContext, eventId: string, note: string | undefined): Promise<boolean> {
    return await this.#database.transaction(call, async (work) => {
      const changed = await work.run(
        `update inbox set status = 'retrying', attempts = 0, due_at = now() where event_id = $1 and status = 'dead'`,
        [eventId],
      );
      if (changed === 0) return false;
      await ActionLog.record(work, { action: 'dead letter retried', target: eventId, note });
      return true;
    });
  }

  /** False when this module has no such dead letter. The event counts as handled, so its successors follow. */
  async discard(call: CallContext, eventId: string, note: string | undefined): Promise<boolean> {
    return await this.#database.transaction(call, async (work) => {
      const by = { discardedBy: nameOf(call.principal), note: note ?? null };
      const discarded = await work.row<{ source: string; subject: string; sequence: number }>(
        `update inbox set status = 'discarded', finished_at = now(), error = error || $2::jsonb
         where event_id = $1 and status = 'dead' returning source, subject, sequence`,
        [eventId, JSON.stringify(by)],
      );
      if (discarded === undefined) return false;
      await work.run(
        `insert into inbox_positions (source, subject, sequence) values ($1, $2, $3)
         on conflict (source, subject) do update set sequence = greatest(inbox_positions.sequence, excluded.sequence)`,
        [discarded.source, discarded.subject, discarded.sequence],
      );
      await ActionLog.record(work, { action: 'dead letter discarded', target: eventId, note });
      return true;
    });
  }
}
