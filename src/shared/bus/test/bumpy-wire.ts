import type { Delivery, Handlers, Schedule, Transport } from '../index.ts';

/** A wire that does to deliveries what a queue may do on a bad day, and then hands them on. */
export class BumpyWire implements Transport {
  /** Each delivery is sent this often. */
  copies = 1;
  /** The last comes first, each in a job of its own. */
  reversed = false;
  /** What matches stays on the wire, also when it is sent again. */
  holds: (delivery: Delivery) => boolean = () => false;
  /** How many deliveries have been handed on. */
  sent = 0;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async send(subscriber: string, batches: readonly (readonly Delivery[])[]): Promise<void> {
    const deliveries = batches.flat().filter((delivery) => !this.holds(delivery));
    const ordered = this.reversed ? deliveries.reverse() : deliveries;
    const jobs = Array.from({ length: this.copies }, () => ordered.map((delivery) => [delivery])).flat();
    await this.#transport.send(subscriber, jobs);
    this.sent += deliveries.length;
  }

  async start(): Promise<void> {
    await this.#transport.start();
  }

  async receive(module: string, handlers: Handlers): Promise<void> {
    await this.#transport.receive(module, handlers);
  }

  async schedule(module: string, schedules: readonly Schedule[]): Promise<void> {
    await this.#transport.schedule(module, schedules);
  }

  async acknowledge(source: string, subscriber: string, eventIds: readonly string[]): Promise<void> {
    await this.#transport.acknowledge(source, subscriber, eventIds);
  }

  async generation(): Promise<string> {
    return await this.#transport.generation();
  }

  async stopReceiving(): Promise<void> {
    await this.#transport.stopReceiving();
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}
