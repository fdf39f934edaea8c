import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import type { Payment } from '../domain/payment.ts';
import { capturePosting } from '../domain/posting.ts';
import { entriesJson, postEntries } from './post-entries.ts';

export interface Capture {
  readonly captureId: string;
  readonly orderId: string;
  /** Minor units of the payment's currency. */
  readonly amount: number;
  /** `pending`: reserved, the provider may have been asked. `done`: captured and in the books. `refused`: free again. */
  readonly status: 'pending' | 'done' | 'refused';
  readonly occurredAt: Date | null;
}

const COLUMNS = `capture_id as "captureId", order_id as "orderId", amount, status, occurred_at as "occurredAt"`;

const RESERVE = `
  insert into captures (capture_id, order_id, amount, status, occurred_at) values ($1, $2, $3, 'pending', $4)
  on conflict (capture_id) do update set status = 'pending', amount = $3, occurred_at = $4
    where captures.status = 'refused'
  returning ${COLUMNS}`;

// What the provider has captured counts, also where it had been taken for refused.
const COMPLETE = `
  with changed as (
    update captures set status = 'done', done_at = now() where capture_id = $1 and status <> 'done'
    returning order_id, amount
  ),
  taken as (
    update payments p
    set captured = p.captured + changed.amount, changed_at = now(),
      released = least(p.released, p.amount - p.captured - changed.amount),
      captured_at = coalesce(p.captured_at, now()),
      status = case when p.status = 'authorised' and p.captured + changed.amount + p.released = p.amount
        then 'captured' else p.status end
    from changed where p.order_id = changed.order_id
  ),
  entries as (${postEntries('$2')})
  select order_id from changed`;

/** Captures by the id of what they are for. Reserve only under the payment's row lock, or two may reserve the same money. */
export class CaptureRepository {
  async find(work: UnitOfWork, captureId: string): Promise<Capture | undefined> {
    return await work.row<Capture>(`select ${COLUMNS} from captures where capture_id = $1`, [captureId]);
  }

  async listPending(work: UnitOfWork, orderId: string): Promise<Capture[]> {
    return await work.rows<Capture>(
      `select ${COLUMNS} from captures where order_id = $1 and status = 'pending' order by capture_id`,
      [orderId],
    );
  }

  /** Minor units that are captured or about to be. */
  async sumReserved(work: UnitOfWork, orderId: string): Promise<number> {
    const row = await work.row<{ sum: number }>(
      `select coalesce(sum(amount), 0)::bigint as sum from captures where order_id = $1 and status <> 'refused'`,
      [orderId],
    );
    return present(row, 'a sum is always there').sum;
  }

  /** A new capture, or one that was refused before. */
  async reserve(
    work: UnitOfWork,
    capture: { captureId: string; orderId: string; amount: number; occurredAt: string | null },
  ): Promise<Capture> {
    const { captureId, orderId, amount, occurredAt } = capture;
    const row = await work.row<Capture>(RESERVE, [captureId, orderId, amount, occurredAt]);
    return present(row, 'under the lock of its payment a capture changes nowhere else');
  }

  /** → done, with the payment's sum and the ledger. False where somebody else has done it. */
  async complete(work: UnitOfWork, payment: Payment, capture: Capture): Promise<boolean> {
    const { captureId, amount, occurredAt } = capture;
    const taken = money(amount, payment.currency);
    const posting = capturePosting(payment, captureId, taken, occurredAt?.toISOString() ?? null);
    return (await work.row(COMPLETE, [captureId, entriesJson(posting)])) !== undefined;
  }

  /** Pending → refused: its money is free to be captured for something else. */
  async refuse(work: UnitOfWork, captureId: string): Promise<void> {
    await work.run(`update captures set status = 'refused' where capture_id = $1 and status = 'pending'`, [captureId]);
  }
}
