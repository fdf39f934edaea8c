import { z } from 'zod';
import { defineContract, event } from '../../contract/index.ts';
import { present } from '../../errors/index.ts';
import type { UnitOfWork } from '../../database/index.ts';
import { defineModule, on, type HeardEvent } from '../../module/index.ts';
import { KernelWorld } from '../../testing/index.ts';
import { BumpyWire } from './bumpy-wire.ts';

const Sale = z.object({ till: z.string(), number: z.int() });
export type Sale = z.infer<typeof Sale>;

/** Publishes what is sold at a till, numbered per till. */
export const Till = defineContract('till', { operations: {}, events: { sold: event(1, { of: 'till', data: Sale }) } });
/** Writes down what it hears. */
export const Journal = defineContract('journal', {
  operations: {},
  events: { noted: event(1, { of: 'till', data: Sale }) },
});

/** What else happens in the transaction of an entry, in the end of it. */
export type Incident = (work: UnitOfWork) => Promise<void> | void;

/** By `<till> <number>`. */
const incidents = new Map<string, Incident>();

class WriteDownWhenSold {
  async execute({ data }: HeardEvent<typeof Till.events.sold>, work: UnitOfWork): Promise<void> {
    await work.run('insert into entries (till, number) values ($1, $2)', [data.till, data.number]);
    await incidents.get(`${data.till} ${data.number}`)?.(work);
  }
}

/** How the till's outbox has a sale that the journal is to get. */
export interface SentSale {
  readonly eventId: string;
  readonly state: string;
  readonly attempts: number;
  readonly sendFailures: number;
  readonly error: { readonly name: string; readonly message: string } | null;
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
    await this.sellAll(numbers.map((number) => ({ till, number })));
  }

  /** Sales at any tills in one transaction. */
  async sellAll(sales: readonly Sale[]): Promise<void> {
    await this.kernel.write('till', (work) => {
      for (const sale of sales) work.publish(Till.events.sold, sale);
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

  /** The transactions in which the journal wrote down what was sold at these tills, each once. */
  async transactionsOf(...tills: string[]): Promise<string[]> {
    const sql = 'select distinct xmin::text as id from entries where till = any($1)';
    return (await this.kernel.rows<{ id: string }>('journal', sql, [tills])).map(({ id }) => id);
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

  async sentSale(till: string, sequence: number): Promise<SentSale> {
    const [row] = await this.kernel.rows<SentSale>(
      'till',
      `select event_id as "eventId", state, attempts, send_failures as "sendFailures", error from deliveries
       where subscriber = 'journal' and subject = $1 and sequence = $2`,
      [till, sequence],
    );
    return present(row, `sale ${sequence} of ${till} is not to be sent`);
  }

  failAt(till: string, number: number, times: number): void {
    let left = times;
    this.during(till, number, () => {
      left -= 1;
      if (left >= 0) throw new Error(`the pen broke at ${till} ${number}`);
    });
  }

  /** From now on this happens whenever that sale is written down. */
  during(till: string, number: number, incident: Incident): void {
    incidents.set(`${till} ${number}`, incident);
  }

  /** Retries fall due at once, so that no test waits for the longer pauses. */
  async hurry(): Promise<void> {
    await this.kernel.write('journal', (work) => work.run(`update inbox set due_at = now() where status = 'retrying'`));
  }

  /** Open deliveries fall due at once, and the relay hears of it with the sale that comes along. */
  async hurryDeliveries(): Promise<void> {
    await this.kernel.write('till', async (work) => {
      await work.run(`update deliveries set due_at = now() where state = 'open'`);
      work.publish(Till.events.sold, { till: 'the bell', number: 1 });
    });
  }

  /** Deliveries that the journal has not acknowledged yet. */
  async openDeliveries(): Promise<number> {
    return (await this.kernel.rows('till', `select event_id from deliveries where state = 'open'`)).length;
  }
}
