import type { CallContext } from '../../auth/index.ts';
import { reopenDeliveries } from '../../bus/index.ts';
import type { OutputOf, ParsedInputOf } from '../../contract/index.ts';
import type { ModuleDatabase } from '../../database/index.ts';
import { ActionLog } from './action-log.ts';
import type { System } from './system.contract.ts';

type Operations = typeof System.operations;
type Quarantined = OutputOf<Operations['listQuarantined']>['items'][number];

/** What one module has published, as an operator sends it again. */
export class DeliveryDesk {
  readonly #database: ModuleDatabase;

  constructor(database: ModuleDatabase) {
    this.#database = database;
  }

  async listQuarantined(call: CallContext, limit: number): Promise<Quarantined[]> {
    const rows = await this.#database
      .reader(call)
      .rows<Omit<Quarantined, 'module' | 'createdAt'> & { createdAt: Date }>(
        `select d.event_id as "eventId", d.subscriber, o.type, d.subject, d.sequence, d.error, d.created_at as "createdAt"
         from deliveries d join outbox o on o.id = d.event_id
         where d.state = 'quarantined' order by d.created_at, d.event_id, d.subscriber limit $1`,
        [limit],
      );
    return rows.map((row) => ({ ...row, module: this.#database.module, createdAt: row.createdAt.toISOString() }));
  }

  /** False when this module has no such delivery in quarantine. */
  async retryQuarantined(
    call: CallContext,
    { eventId, subscriber, note }: ParsedInputOf<Operations['retryQuarantined']>,
  ): Promise<boolean> {
    return await this.#database.transaction(call, async (work) => {
      const changed = await work.run(
        `update deliveries set state = 'open', send_failures = 0, error = null, created_at = now(), due_at = now()
         where event_id = $1 and subscriber = $2 and state = 'quarantined'`,
        [eventId, subscriber],
      );
      if (changed === 0) return false;
      await ActionLog.record(work, { action: 'delivery retried', target: `${eventId} to ${subscriber}`, note });
      return true;
    });
  }

  /** How many deliveries are open again. */
  async replay(
    call: CallContext,
    { subscriber, from, note }: ParsedInputOf<Operations['replayEvents']>,
  ): Promise<number> {
    return await this.#database.transaction(call, async (work) => {
      const reopened = await reopenDeliveries(work, subscriber, from);
      await ActionLog.record(work, { action: 'events replayed', target: `${subscriber} since ${from}`, note });
      return reopened;
    });
  }
}
