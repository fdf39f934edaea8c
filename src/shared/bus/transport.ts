import type { Delivery } from './outbox.ts';

export interface Handlers {
  /** Takes a batch into the inbox. When it throws, the batch is lost to the queue and the outbox sends it again. */
  deliver(deliveries: readonly Delivery[]): Promise<void>;
  /** A schedule's period has come round. */
  fire(schedule: string): Promise<void>;
}

export interface Schedule {
  readonly name: string;
  readonly everyMs: number;
}

/** Carries batches of events to modules' queues. It may lose, repeat and reorder: outbox and inbox make up for it. */
export interface Transport {
  /** Connects, or throws StartFailure. */
  start(): Promise<void>;
  send(subscriber: string, batches: readonly (readonly Delivery[])[]): Promise<void>;
  receive(module: string, handlers: Handlers): Promise<void>;
  /** One firing per period over all processes; a period that passed while all were down fires once. */
  schedule(module: string, schedules: readonly Schedule[]): Promise<void>;
  /** Takes nothing new and waits for running handlers. */
  stopReceiving(): Promise<void>;
  close(): Promise<void>;
}
