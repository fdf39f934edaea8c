import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import { cancelKey, type CaptureMoment, type Charge } from '../domain/charge.ts';
import { NO_CURRENCY, NO_PROVIDER, type AskedPayment, type Payment } from '../domain/payment.ts';
import { capturePosting, returnedPostings } from '../domain/posting.ts';
import { CHARGED, PAYMENT_COLUMNS } from './payment-columns.ts';
import { entriesJson, postEntries } from './post-entries.ts';

// A repeat may ask the provider again, which is noted as for the first time.
const INTEND = `
  insert into payments
    (order_id, id, provider, status, currency, amount, token_digest, occurred_at, captures_at, asked_at)
  values ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, now())
  on conflict (order_id) do update
  set asked_at = case when payments.status = 'pending' then now() else payments.asked_at end
  returning ${PAYMENT_COLUMNS}`;

const CAPTURE = `
  with changed as (
    update payments
    set status = 'captured', captured = $5, captured_at = coalesce(occurred_at, now()), ${CHARGED}
    where order_id = $1 and status = 'pending'
    returning ${PAYMENT_COLUMNS}
  ),
  entries as (${postEntries('$6')})
  select * from changed`;

const AUTHORISE = `
  update payments set status = 'authorised', authorised_at = now(), ${CHARGED}
  where order_id = $1 and status = 'pending'
  returning ${PAYMENT_COLUMNS}`;

const BEGIN_RELEASING = `
  update payments set status = 'releasing', changed_at = now() where order_id = $1 and status = 'authorised'
  returning ${PAYMENT_COLUMNS}`;

const FINISH_RELEASING = `
  update payments set status = 'captured', released = amount - captured, changed_at = now()
  where order_id = $1 and status = 'releasing' and captured > 0
  returning ${PAYMENT_COLUMNS}`;

const DECLINE = `
  update payments set status = 'declined', decline_reason = $2, charge_id = $3, changed_at = now()
  where order_id = $1 and status = 'pending'
  returning ${PAYMENT_COLUMNS}`;

const BEGIN_CANCELLING = `
  insert into payments (order_id, id, provider, status, currency, amount)
  values ($1, $2, $3, 'cancelled', $4, 0)
  on conflict (order_id) do update
  set status = case when payments.status in ('pending', 'authorised', 'releasing', 'captured') then 'cancelling'
    else payments.status end
  returning ${PAYMENT_COLUMNS}`;

const FINISH_CANCELLING = `
  update payments set status = 'cancelled', changed_at = now(),
    released = case when captures_at = 'dispatch' and authorised_at is not null then amount - captured else released end
  where order_id = $1 and status = 'cancelling'
  returning ${PAYMENT_COLUMNS}`;

const BOOK_RETURNED = `
  with changed as (
    update payments
    set captured = $5::bigint, refunded = $5::bigint, released = $3::bigint - $5::bigint, captured_at = now(), ${CHARGED}
    where order_id = $1 and status in ('cancelling', 'cancelled') and captured_at is null and authorised_at is null
    returning order_id
  ),
  returned as (
    insert into refunds (refund_id, order_id, amount, status, done_at)
    select $7, order_id, $5::bigint, 'done', now() from changed
  ),
  entries as (${postEntries('$6')})
  select order_id from changed`;

/** Payments by order. Each change names the state that it starts from, so that of two that race only one happens. */
export class PaymentRepository {
  /** Records that this money is about to be taken. For an order that has a payment: that payment, whatever its state. */
  async intend(
    work: UnitOfWork,
    asked: AskedPayment & {
      orderId: string;
      paymentId: string;
      occurredAt: string | null;
      capturesAt: CaptureMoment;
    },
  ): Promise<Payment> {
    const { orderId, paymentId, provider, amount, tokenDigest, occurredAt, capturesAt } = asked;
    const row = await work.row<Payment>(INTEND, [
      orderId,
      paymentId,
      provider,
      amount.currency,
      amount.amount,
      tokenDigest,
      occurredAt,
      capturesAt,
    ]);
    return present(row, 'an upsert returns its row');
  }

  async find(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(`select ${PAYMENT_COLUMNS} from payments where order_id = $1`, [orderId]);
  }

  /** As find; nobody else changes the payment, or reserves of it, until the transaction ends. */
  async lock(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(`select ${PAYMENT_COLUMNS} from payments where order_id = $1 for update`, [orderId]);
  }

  async list(work: UnitOfWork, orderIds: readonly string[]): Promise<Payment[]> {
    return await work.rows<Payment>(
      `select ${PAYMENT_COLUMNS} from payments where order_id = any($1) and provider <> $2 order by order_id`,
      [[...orderIds], NO_PROVIDER],
    );
  }

  /** Pending → captured, with its ledger entries. Undefined where it was no longer pending. */
  async capture(work: UnitOfWork, payment: Payment, charge: Charge): Promise<Payment | undefined> {
    const captured = money(charge.captured, charge.amount.currency);
    const posting = capturePosting(payment, payment.id, captured, payment.occurredAt?.toISOString() ?? null);
    return await work.row<Payment>(CAPTURE, [...chargedValues(payment, charge), captured.amount, entriesJson(posting)]);
  }

  /** Pending → authorised. Undefined where it was no longer pending. */
  async authorise(work: UnitOfWork, payment: Payment, charge: Charge): Promise<Payment | undefined> {
    return await work.row<Payment>(AUTHORISE, chargedValues(payment, charge));
  }

  /** Authorised → releasing: nothing more is captured of it. Undefined where it was not authorised. */
  async beginReleasing(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(BEGIN_RELEASING, [orderId]);
  }

  /** Releasing, with a part captured → captured: the rest is held no more. Undefined where it was not so. */
  async finishReleasing(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(FINISH_RELEASING, [orderId]);
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

  /** What is not final → cancelling; an order without a payment gets a tombstone. What is final stays as it is. */
  async beginCancelling(work: UnitOfWork, orderId: string, paymentId: string): Promise<Payment> {
    const row = await work.row<Payment>(BEGIN_CANCELLING, [orderId, paymentId, NO_PROVIDER, NO_CURRENCY]);
    return present(row, 'an upsert returns its row');
  }

  /** Cancelling → cancelled. Undefined where somebody else has done it. */
  async finishCancelling(work: UnitOfWork, orderId: string): Promise<Payment | undefined> {
    return await work.row<Payment>(FINISH_CANCELLING, [orderId]);
  }

  /** The provider had captured what was being cancelled, and has given all of it back: both stand in the books, once. */
  async bookReturned(work: UnitOfWork, payment: Payment, charge: Charge): Promise<void> {
    const captured = money(charge.captured, charge.amount.currency);
    const entries = entriesJson(...returnedPostings(payment, captured));
    const values = [...chargedValues(payment, charge), captured.amount, entries, cancelKey(payment.orderId)];
    await work.rows(BOOK_RETURNED, values);
  }
}

function chargedValues({ orderId }: Payment, { id, amount }: Charge): unknown[] {
  return [orderId, id, amount.amount, amount.currency];
}
