import { z } from 'zod';
import type { CallContext } from '../../auth/index.ts';
import { command, defineContract, problem, query, type Operation, type ParsedInputOf } from '../../contract/index.ts';
import type { UnitOfWork } from '../../database/index.ts';
import { defineModule } from '../../module/index.ts';
import { KernelWorld } from '../../testing/index.ts';

const Sale = z.strictObject({ sku: z.string(), quantity: z.int().min(1), tags: z.array(z.string()).default([]) });
const Sold = z.object({ position: z.int(), tags: z.array(z.string()) });

export const Counter = defineContract('counter', {
  operations: {
    sell: command(Sale, Sold),
    listSales: query(z.strictObject({}), z.array(z.object({ sku: z.string(), quantity: z.int() }))),
    /** Answers what its contract does not promise. */
    boast: query(z.strictObject({}), z.object({ sales: z.int() })),
  },
  errors: { soldOut: problem(409, 'Sold out', z.object({ sku: z.string() })) },
});

/** What the use case was given and what it gave, as the very objects. */
export const seen: { input?: { tags: string[] }; output?: { tags: string[] } } = {};
export const soldOut = new Set<string>();

class Sell {
  async execute(input: ParsedInputOf<typeof Counter.operations.sell>, work: UnitOfWork) {
    const row = await work.row<{ position: number }>(
      'insert into sales (sku, quantity) values ($1, $2) returning position',
      [input.sku, input.quantity],
    );
    if (soldOut.has(input.sku)) throw Counter.errors.soldOut({ sku: input.sku });
    input.tags.push('changed by the use case');
    const output = { position: row?.position ?? 0, tags: input.tags };
    Object.assign(seen, { input, output });
    return output;
  }
}

class ListSales {
  async execute(_: object, work: UnitOfWork) {
    return await work.rows<{ sku: string; quantity: number }>('select sku, quantity from sales order by position');
  }
}

class Boast {
  execute() {
    return Promise.resolve({ sales: 1.5 });
  }
}

/** A counter where things are sold, asked straight through its pipeline. */
export class CounterWorld {
  readonly kernel: KernelWorld;

  private constructor(kernel: KernelWorld) {
    this.kernel = kernel;
  }

  static async open(): Promise<CounterWorld> {
    const kernel = await KernelWorld.open({
      modules: [defineModule(Counter, { operations: { sell: Sell, listSales: ListSales, boast: Boast } })],
      tables: { counter: 'create table sales (position serial, sku text not null, quantity integer not null)' },
    });
    return new CounterWorld(kernel);
  }

  async ask(operation: Operation, input: unknown, call: Partial<CallContext> = {}): Promise<unknown> {
    return await this.kernel.module('counter').pipeline.invoke(operation, input, this.kernel.context(call));
  }

  async sell(sku: string, quantity: number, idempotencyKey?: string): Promise<unknown> {
    return await this.ask(Counter.operations.sell, { sku, quantity }, { idempotencyKey });
  }

  /** How many sales of a SKU there are. */
  async salesOf(sku: string): Promise<number> {
    const sales = (await this.ask(Counter.operations.listSales, {})) as { sku: string }[];
    return sales.filter((sale) => sale.sku === sku).length;
  }
}
