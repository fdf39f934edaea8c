import { newCallContext, system, type CallContext } from '../auth/index.ts';
import type { Envelope } from '../contract/index.ts';
import { isConnectionFailure, isRetryable, type UnitOfWork } from '../database/index.ts';
import { SystemFailure } from '../errors/index.ts';
import { seconds } from '../values/index.ts';
import type { Versions } from './inbox.ts';
import { busContext, type Delivery } from './outbox.ts';

const HANDLER_DEADLINE_MS = seconds(30);

/** What a module does about an event, inside the transaction that also marks the event as done. */
export type HandleEvent = (envelope: Envelope, work: UnitOfWork) => Promise<void>;

/** What a module hears of one type. */
export interface Hearing {
  /** The newest version of the event that this process can read. */
  readonly version: number;
  readonly handlers: readonly HandleEvent[];
}

/** Rolls back the transaction in which a handler failed, and says at which event. */
export class HandlerFailure extends Error {
  readonly delivery: Delivery;

  constructor(delivery: Delivery, cause: unknown) {
    super('a handler failed', { cause });
    this.delivery = delivery;
  }
}

/** What this version of a module does about events, by their type. */
export class Hearings {
  readonly versions: Versions;
  readonly #byType: ReadonlyMap<string, Hearing>;

  constructor(byType: ReadonlyMap<string, Hearing>) {
    this.#byType = byType;
    this.versions = Object.fromEntries([...byType].map(([type, { version }]) => [type, version]));
  }

  /** False: the event is newer than this program, or a newer one has subscribed to it. */
  knows({ envelope }: Delivery): boolean {
    const hearing = this.#byType.get(envelope.type);
    return hearing !== undefined && envelope.dataversion <= hearing.version;
  }

  /** Throws HandlerFailure where it is the event's fault, and what the database did to us as it is. */
  async run(delivery: Delivery, work: UnitOfWork): Promise<void> {
    try {
      const own = work.within(contextOf([delivery]));
      for (const handle of this.#byType.get(delivery.envelope.type)?.handlers ?? []) {
        await handle(delivery.envelope, own);
      }
    } catch (error) {
      // What the database did to us is no fault of the event; the transaction is repeated, or the batch is sent again.
      if (isRetryable(error) || isConnectionFailure(error) || error instanceof SystemFailure) throw error;
      throw new HandlerFailure(delivery, error);
    }
  }
}

/** As what a handler works: caused by the event, in the event's trace. A batch has no cause in common. */
export function contextOf(batch: readonly Delivery[]): CallContext {
  const envelope = batch.length === 1 ? batch[0]?.envelope : undefined;
  if (envelope === undefined) return busContext();
  return newCallContext({
    caller: 'bus',
    principal: system(`event:${envelope.type}`),
    deadlineMs: Date.now() + HANDLER_DEADLINE_MS,
    traceparent: envelope.traceparent,
    correlationId: envelope.correlationid,
    causationId: envelope.id,
  });
}
