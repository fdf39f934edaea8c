import { z } from 'zod';

/** The parts of the public API's answers that the replay reads. */
const money = z.object({ amount: z.int(), currency: z.string() });

const orderLine = z.object({ id: z.string(), sku: z.string(), quantity: z.int(), unitPrice: money });

const bareOrder = z.object({ id: z.string(), status: z.string(), lines: z.array(orderLine) });

/** Some answers hold the order itself, some `{ order }`. */
export const orderShape = z.union([z.object({ order: bareOrder }).transform((body) => body.order), bareOrder]);

export type PlacedOrder = z.infer<typeof bareOrder>;

export const importShape = z.object({
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
  errors: z.array(z.object({ row: z.int(), column: z.string(), code: z.string(), message: z.string() })),
});

export const salesReportShape = z.object({ orders: z.int(), gross: money, refunds: money });

export const moneyLedgerShape = z.object({
  items: z.array(z.object({ account: z.string(), debit: money, credit: money })),
});

export const stockLedgerShape = z.object({ items: z.array(z.object({ kind: z.string(), quantity: z.int() })) });

const problemShape = z.object({
  title: z.string().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  orderId: z.string().optional(),
  details: z.looseObject({ orderId: z.string().optional() }).optional(),
  errors: z.array(z.looseObject({ pointer: z.string().optional(), message: z.string().optional() })).optional(),
});

export type Problem = z.infer<typeof problemShape>;

/** What an error answer says of itself; a proxy's page of HTML says nothing. */
export function readProblem(body: unknown): Problem {
  const problem = problemShape.safeParse(body);
  return problem.success ? problem.data : {};
}
