import type { UnitOfWork } from '../../../shared/database/index.ts';

export interface OrderToRecord {
  readonly orderId: string;
  readonly day: string;
  readonly currency: string;
  readonly lines: number;
  readonly units: number;
  readonly gross: number;
  readonly tax: number;
  readonly delivery: number;
}

export interface RefundToRecord {
  readonly cause: 'refund' | 'cancellation' | 'credit_note';
  /** Of the refund, the cancelled order or the credit note. */
  readonly id: string;
  readonly day: string;
  readonly currency: string;
  readonly amount: number;
}

const RECORD_ORDER = `
  with recorded as (
    insert into recorded_orders (order_id, day, currency, lines, units, gross, tax, delivery)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (order_id) do nothing
    returning day, currency, lines, units, gross, tax, delivery
  )
  insert into daily_sales (day, currency, orders, lines, units, gross, tax, delivery)
  select day, currency, 1, lines, units, gross, tax, delivery from recorded
  on conflict (currency, day) do update
    set orders = daily_sales.orders + excluded.orders, lines = daily_sales.lines + excluded.lines,
        units = daily_sales.units + excluded.units, gross = daily_sales.gross + excluded.gross,
        tax = daily_sales.tax + excluded.tax, delivery = daily_sales.delivery + excluded.delivery`;

const RECORD_REFUND = `
  with recorded as (
    insert into recorded_refunds (cause, id, day, currency, amount) values ($1, $2, $3, $4, $5)
    on conflict (cause, id) do nothing
    returning day, currency, amount
  )
  insert into daily_sales (day, currency, refunds)
  select day, currency, amount from recorded where amount > 0
  on conflict (currency, day) do update set refunds = daily_sales.refunds + excluded.refunds`;

/**
 * Adds to the sums of a day, once for each order or refund: what is recorded already adds nothing.
 *
 * Each method is one statement that ends with one row of daily_sales, the only row that handlers share. Nothing may
 * follow it in its transaction: whoever waits for that row holds no other one that somebody could wait for.
 */
export class SalesRepository {
  async recordOrder(work: UnitOfWork, order: OrderToRecord): Promise<void> {
    const { orderId, day, currency, lines, units, gross, tax, delivery } = order;
    await work.run(RECORD_ORDER, [orderId, day, currency, lines, units, gross, tax, delivery]);
  }

  async recordRefund(work: UnitOfWork, { cause, id, day, currency, amount }: RefundToRecord): Promise<void> {
    await work.run(RECORD_REFUND, [cause, id, day, currency, amount]);
  }
}
