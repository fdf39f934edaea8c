import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import type { ChargeAccount } from '../domain/charge.ts';
import type { Payment } from '../domain/payment.ts';
import { CaptureRepository, type Capture } from '../persistence/capture.repository.ts';

/** Writes down captures that the provider has made. Whoever learns of one first records it, once. */
export class CaptureRecorder {
  constructor(@inject(CaptureRepository) private readonly captures: CaptureRepository) {}

  /** False where somebody else has recorded it. */
  async complete(work: UnitOfWork, payment: Payment, capture: Capture): Promise<boolean> {
    const isFirst = await this.captures.complete(work, payment, capture);
    if (!isFirst) return false;
    const { orderId, id, provider, currency } = payment;
    const amount = money(capture.amount, currency);
    const { captureId } = capture;
    work.publish(Payments.events.paymentCaptured, { orderId, paymentId: id, provider, amount, captureId });
    return true;
  }

  /** For an authorisation that has ended: what the provider has captured by now is captured, the rest never will be. */
  async settle(work: UnitOfWork, payment: Payment, account: ChargeAccount): Promise<void> {
    const made = new Set(account.captures.map(({ key }) => key));
    for (const capture of await this.captures.listPending(work, payment.orderId)) {
      if (made.has(capture.captureId)) await this.complete(work, payment, capture);
      else await this.captures.refuse(work, capture.captureId);
    }
  }
}
