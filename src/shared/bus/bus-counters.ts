import type { Delivery } from './outbox.ts';

/** What a module's ends of the bus count as they work. */
export interface BusCounters {
  /** Deliveries handed to a queue, and how many of them not for the first time. */
  sent(deliveries: number, again: number): void;
  /** Deliveries that a queue brought. */
  received(deliveries: number): void;
  /** Of those, the ones that the inbox had already. */
  duplicates(deliveries: number): void;
  /** Events whose effects have been committed. */
  handled(deliveries: readonly Delivery[]): void;
  /** Attempts that a handler refused. */
  failed(deliveries: number): void;
}

/** For whoever does not ask. */
export const noCounters: BusCounters = {
  sent: () => undefined,
  received: () => undefined,
  duplicates: () => undefined,
  handled: () => undefined,
  failed: () => undefined,
};
