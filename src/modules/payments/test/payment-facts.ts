import type { Charge } from '../../../sandbox/charge.ts';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { money, newId, type Money } from '../../../shared/values/index.ts';
import type { Payments, PaymentSummary } from '../contract/index.ts';
import { LedgerReader, type AccountSum, type UnbalancedTransaction } from '../persistence/ledger.reader.ts';
import type { PaymentsWorld } from './payments-world.ts';

export const GBP_10 = money(1_000, 'GBP');

export async function take(
  world: PaymentsWorld,
  orderId: string,
  token: string,
  amount: Money = GBP_10,
): Promise<OutputOf<typeof Payments.operations.takePayment>> {
  return await world.payments.takePayment({ orderId, amount, method: { provider: 'sandbox', token } }, world.call());
}

/** Captures so many pence, for a shipment of its own unless one is given. */
export async function capture(
  world: PaymentsWorld,
  orderId: string,
  amount: number,
  captureId = newId('shp'),
): Promise<OutputOf<typeof Payments.operations.capturePayment>> {
  return await world.payments.capturePayment({ orderId, captureId, amount: money(amount, 'GBP') }, world.call());
}

export async function summaryOf(world: PaymentsWorld, orderId: string): Promise<PaymentSummary | undefined> {
  const [summary] = await world.payments.getPayments({ orderIds: [orderId] }, world.call());
  return summary;
}

export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

/** Names of what was made known about an order, in order. */
export async function eventsOf(world: PaymentsWorld, orderId: string): Promise<string[]> {
  const rows = await world.read<{ type: string }>('select type from outbox where subject = $1 order by sequence', [
    orderId,
  ]);
  return rows.map(({ type }) => type.replace('payments.', ''));
}

/** What the ledger holds of an order, by account. */
export async function booksOf(world: PaymentsWorld, orderId: string): Promise<AccountSum[]> {
  return await world.read<AccountSum>(
    `select account, sum(debit)::bigint as debit, sum(credit)::bigint as credit from ledger_entries
     where order_id = $1 group by account order by account`,
    [orderId],
  );
}

/** What the provider itself says. */
export async function chargesOf(world: PaymentsWorld, orderId: string): Promise<Charge[]> {
  return (await world.sandbox.all()).filter((charge) => charge.orderId === orderId);
}

export async function unbalanced(world: PaymentsWorld): Promise<UnbalancedTransaction[]> {
  return await world.write((work) => new LedgerReader().findUnbalanced(work, 10));
}
