import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import type { Payment } from '../domain/payment.ts';
import { RefundRepository, type Refund } from '../persistence/refund.repository.ts';

/** Writes down that a refund has been given. Whoever learns of it first records it, once. */
export class RefundRecorder {
  constructor(@inject(RefundRepository) private readonly refunds: RefundRepository) {}

  async complete(work: UnitOfWork, payment: Payment, refund: Refund): Promise<void> {
    const isFirst = await this.refunds.complete(work, payment, refund);
    if (!isFirst) return;
    const { orderId, id, provider, currency } = payment;
    const amount = money(refund.amount, currency);
    const { refundId } = refund;
    work.publish(Payments.events.paymentRefunded, { orderId, paymentId: id, provider, amount, refundId });
  }
}
