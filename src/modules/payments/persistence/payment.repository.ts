import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { cancelKey } from '../domain/charge.ts';
import { NO_CURRENCY, NO_PROVIDER, type AskedPayment, type Payment } from '../domain/payment.ts';
import { capturePosting, returnedPostings } from '../domain/posting.ts';
import { entriesJson, postEntries } from './post-entries.ts';

const COLUMNS = `
  order_id as "orderId", id, provider, status, currency, amount, token_digest as "tokenDigest",
  charge_id as "chargeId", captured, refunded, decline_reason as "declineReason", occurred_at as "occurredAt",
  captured_at is not null as "wasCaptured",
  (extract(epoch from clock_timestamp() - asked_at) * 1000)::bigint as "askedAgoMs"`;

// A repeat may ask the provider again, which is noted as for the first time.
const INTEND = `
  insert into payments (order_id, id, provider, status, currency, amount, token_digest, occurred_at, asked_at)
  values ($1, $2, $3, 'pending', $4, $5, $6, $7, now())
  on conflict (order_id) do update
  set asked_at = case when payments.status = 'pending' then now() else payments.asked_at end
  returning ${COLUMNS}`;

const CAPTURE = `
  with changed as (
    update payments
    set status = 'captured', captured = amount, charge_id = $2, captured_at = coalesce(occurred_at, now())
    where order_id = $1 and status = 'pending'
    returning ${COLUMNS}
  ),
  entries as (${postEntries('$3')})
  select * from changed`;

const DECLINE = `
  update payments set status = 'declined', decline_reason = $2, charge_id = $3
  where order_id = $1 and status = 'pending'
  returning ${COLUMNS}`;

const BEGIN_CANCELLING = `
  insert into payments (order_id, id, provider, status, currency, amount)
  values ($1, $2, $3, 'cancelled', $4, 0)
  on conflict (order_id) do update
  set status = case when payments.status in ('pending', 'captured') then 'cancelling' else payments.status end
  returning ${COLUMNS}`;

const FINISH_CANCELLING = `
  update payments set status = 'cancelled' where order_id = $1 and status = 'cancelling'
  returning ${COLUMNS}`;

const BOOK_RETURNED = `
  with changed as (
    update payments
    set captured = amount, refunded = amount, charge_id = $2, captured_at = now()
    where order_id = $1 and status in ('cancelling', 'cancelled') and captured_at is null
    returning order_id, amount
  ),
  returned as (
    insert into refunds (refund_id, order_id, amount, status, done_at)
    select $4, order_id, amount, 'done', now() from changed
  ),
  entries as (${postEntries('$3')})
  select order_id from changed`;

/** Payments by order. Each change names the state that it starts from, so that of two that race only one happens. */
export class PaymentRepository {
  /** Records that this money is about to be taken. For an order that has a payment: that payment, whatever its state. */
  async intend(
    work: UnitOfWork,
    asked: AskedPayment & { orderId: string; paymentId: string; occurredAt: string | null },
  ): Promise<Payment> {
    const { orderId, paymentId, provider, amount, tokenDigest, occurredAt } = asked;
    const values = [orderId, paymentId, provider, amount.currency, amount.amount, tokenDigest, occurredAt];
    return present(await work.row<Payment>(INTEND, values), 'an upsert returns its row');
  }

  async find(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(`select ${COLUMNS} from payments where order_id = $1`, [orderId]);
  }

  /** As find; nobody else changes the payment or reserves refunds of it until the transaction ends. */
  async lock(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(`select ${COLUMNS} from payments where order_id = $1 for update`, [orderId]);
  }

  async list(work: UnitOfWork, orderIds: readonly string[]): Promise<Payment[]> {
    return await work.rows<Payment>(
      `select ${COLUMNS} from payments where order_id = any($1) and provider <> $2 order by order_id`,
      [[...orderIds], NO_PROVIDER],
    );
  }

  /** Pending → captured, with its ledger entries. Undefined where it was no longer pending. */
  async capture(work: UnitOfWork, payment: Payment, chargeId: string | null): Promise<Payment | undefined> {
    return await work.row<Payment>(CAPTURE, [payment.orderId, chargeId, entriesJson(capturePosting(payment))]);
  }

  /** Pending → declined. Undefined where it was no longer pending. */
  async decline(
    work: UnitOfWork,
    orderId: string,
    reason: string,
    chargeId: string | null,
  ): Promise<Payment | undefined> {
    return await work.row<Payment>(DECLINE, [orderId, reason, chargeId]);
  }

  /** Pending or captured → cancelling; an order without a payment gets a tombstone. What is final stays as it is. */
  async beginCancelling(work: UnitOfWork, orderId: string, paymentId: string): Promise<Payment> {
    const row = await work.row<Payment>(BEGIN_CANCELLING, [orderId, paymentId, NO_PROVIDER, NO_CURRENCY]);
    return present(row, 'an upsert returns its row');
  }

  /** Cancelling → cancelled. Undefined where somebody else has done it. */
  async finishCancelling(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(FINISH_CANCELLING, [orderId]);
  }

  /** The provider had captured what was being cancelled, and has given all of it back: both stand in the books, once. */
  async bookReturned(work: UnitOfWork, payment: Payment, chargeId: string): Promise<void> {
    const { orderId } = payment;
    await work.rows(BOOK_RETURNED, [orderId, chargeId, entriesJson(...returnedPostings(payment)), cancelKey(orderId)]);
  }
}
