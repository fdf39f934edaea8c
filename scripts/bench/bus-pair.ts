import { BusChild } from './bus-child.ts';
import type { BusAddress, BusFigures } from './bus-messages.ts';
import { Tally, Turnstile } from './bus-modules.ts';

/** One publisher and one subscriber, each in a process of its own. */
export class BusPair {
  readonly publisher: BusChild;
  readonly subscriber: BusChild;

  private constructor(publisher: BusChild, subscriber: BusChild) {
    this.publisher = publisher;
    this.subscriber = subscriber;
  }

  static async start(address: BusAddress): Promise<BusPair> {
    const publisher = await BusChild.start(Turnstile.name, address);
    try {
      return new BusPair(publisher, await BusChild.start(Tally.name, address));
    } catch (error) {
      await publisher.stop();
      throw error;
    }
  }

  async figures(): Promise<{ publisher: BusFigures; subscriber: BusFigures }> {
    return { publisher: await this.publisher.figures(), subscriber: await this.subscriber.figures() };
  }

  async stop(): Promise<void> {
    await Promise.all([this.publisher.stop(), this.subscriber.stop()]);
  }
}
