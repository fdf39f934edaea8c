import type { Delivery, Handlers, Schedule, Transport } from '../index.ts';

/** A wire that does to deliveries what a queue may do on a bad day, and then hands them on. */
export class BumpyWire implements Transport {
  /** Each batch is sent this often. */
  copies = 1;
  /** The last comes first, each in a job of its own. */
  reversed = false;
  /** What matches stays on the wire, also when it is sent again. */
  holds: (delivery: Delivery) => boolean = () => false;
  /** A batch that holds what matches is not taken, while the others are. */
  refuses: (delivery: Delivery) => boolean = () => false;
  /** Nothing is out there to speak to. */
  down = false;
  /** How many deliveries have been handed on. */
  sent = 0;
  /** How many calls have failed because the wire was down. */
  unanswered = 0;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async send(subscriber: string, batches: readonly (readonly Delivery[])[]): Promise<void> {
    this.#reach();
    const refused = batches.flat().find((delivery) => this.refuses(delivery));
    if (refused !== undefined) throw new Error(`the queue refuses ${refused.envelope.subject} ${refused.sequence}`);
    const passing = batches.map((batch) => batch.filter((delivery) => !this.holds(delivery)));
    const full = passing.filter((batch) => batch.length > 0);
    const singly = (): Delivery[][] => full.flat().map((delivery) => [delivery]);
    const jobs = this.reversed ? singly().reverse() : full;
    await this.#transport.send(subscriber, Array.from({ length: this.copies }, () => jobs).flat());
    this.sent += full.flat().length;
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
    this.#reach();
    await this.#transport.acknowledge(source, subscriber, eventIds);
  }

  async generation(): Promise<string> {
    this.#reach();
    return await this.#transport.generation();
  }

  async stopReceiving(): Promise<void> {
    await this.#transport.stopReceiving();
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Fails at once, as where a connection is refused. */
  #reach(): void {
    if (!this.down) return;
    this.unanswered += 1;
    throw new Error('the queues are out of reach');
  }
}
