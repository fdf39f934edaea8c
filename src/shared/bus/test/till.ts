import { z } from 'zod';
import { defineContract, event } from '../../contract/index.ts';
import { present } from '../../errors/index.ts';
import type { UnitOfWork } from '../../database/index.ts';
import { defineModule, on, type HeardEvent } from '../../module/index.ts';
import { KernelWorld } from '../../testing/index.ts';
import { BumpyWire } from './bumpy-wire.ts';

/** Publishes what is sold at a till, numbered per till. */
const Till = defineContract('till', {
  operations: {},
  events: { sold: event(1, { of: 'till', data: z.object({ till: z.string(), number: z.int() }) }) },
});
/** Writes down what it hears. */
const Journal = defineContract('journal', { operations: {} });

/** How often the handler still fails at a sale, by `<till> <number>`. */
const failuresLeft = new Map<string, number>();

class WriteDownWhenSold {
  async execute({ data }: HeardEvent<typeof Till.events.sold>, work: UnitOfWork): Promise<void> {
    await work.run('insert into entries (till, number) values ($1, $2)', [data.till, data.number]);
    const sale = `${data.till} ${data.number}`;
    const left = failuresLeft.get(sale) ?? 0;
    failuresLeft.set(sale, left - 1);
    if (left > 0) throw new Error(`the pen broke at ${sale}`);
  }
}

/** A till and a journal, with a wire in between that can be bumpy. */
export class TillWorld {
  readonly kernel: KernelWorld;
  readonly wire: BumpyWire;

  private constructor(kernel: KernelWorld, wire: BumpyWire) {
    this.kernel = kernel;
    this.wire = wire;
  }

  static async open(queues: 'postgres' | 'redis'): Promise<TillWorld> {
    let wire: BumpyWire | undefined;
    const kernel = await KernelWorld.open({
      modules: [
        defineModule(Till, { operations: {} }),
        defineModule(Journal, {
          operations: {},
          subscriptions: [on(Till.events.sold, WriteDownWhenSold, { from: 'beginning' })],
        }),
      ],
      tables: { journal: 'create table entries (position serial, till text not null, number integer not null)' },
      queues,
      wire: (transport) => (wire = new BumpyWire(transport)),
    });
    return new TillWorld(kernel, present(wire, 'opening the world makes its wire'));
  }

  /** Several sales in one transaction. */
  async sell(till: string, ...numbers: number[]): Promise<void> {
    await this.kernel.write('till', (work) => {
      for (const number of numbers) work.publish(Till.events.sold, { till, number });
    });
  }

  /** A sale that is taken back before the till has closed. */
  async sellAndRollBack(till: string, number: number): Promise<void> {
    const reason = new Error('the customer went away');
    const sold = this.kernel.write('till', (work) => {
      work.publish(Till.events.sold, { till, number });
      throw reason;
    });
    await sold.catch((error: unknown) => {
      if (error !== reason) throw error;
    });
  }

  /** What the journal holds of a till, in the order in which it was written. */
  async journal(till: string): Promise<number[]> {
    const sql = 'select number from entries where till = $1 order by position';
    return (await this.kernel.rows<{ number: number }>('journal', sql, [till])).map(({ number }) => number);
  }

  /** How the journal's inbox has a sale. */
  async arrivalOf(till: string, sequence: number): Promise<{ id: string; status: string; attempts: number }> {
    const [row] = await this.kernel.rows<{ id: string; status: string; attempts: number }>(
      'journal',
      'select event_id as id, status, attempts from inbox where subject = $1 and sequence = $2',
      [till, sequence],
    );
    return present(row, `sale ${sequence} of ${till} has not arrived`);
  }

  failAt(till: string, number: number, times: number): void {
    failuresLeft.set(`${till} ${number}`, times);
  }

  /** Retries fall due at once, so that no test waits for the longer pauses. */
  async hurry(): Promise<void> {
    await this.kernel.write('journal', (work) => work.run(`update inbox set due_at = now() where status = 'retrying'`));
  }

  /** Deliveries that the journal has not acknowledged yet. */
  async openDeliveries(): Promise<number> {
    return (await this.kernel.rows('till', `select event_id from deliveries where state = 'open'`)).length;
  }
}
