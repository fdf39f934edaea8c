import type { Delivery } from './outbox.ts';

export interface Handlers {
  /** Takes a batch into the inbox. When it throws, the batch is lost to the queue and the outbox sends it again. */
  deliver(deliveries: readonly Delivery[]): Promise<void>;
  /** A subscriber in another process has these events of this module. */
  acknowledge(subscriber: string, eventIds: readonly string[]): Promise<void>;
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
  /** Tells a publisher in another process that a subscriber's inbox has its events. */
  acknowledge(source: string, subscriber: string, eventIds: readonly string[]): Promise<void>;
  receive(module: string, handlers: Handlers): Promise<void>;
  /** A job in each period over all processes, at least; whoever gets it makes sure that it is one. */
  schedule(module: string, schedules: readonly Schedule[]): Promise<void>;
  /**
   * A name for the store behind the queues, another one as soon as it may have lost what it held. Rejects within
   * seconds when it is out of reach.
   */
  generation(): Promise<string>;
  /** Takes nothing new and waits for running handlers. */
  stopReceiving(): Promise<void>;
  close(): Promise<void>;
}
