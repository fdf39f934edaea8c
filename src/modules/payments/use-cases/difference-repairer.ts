import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/tokens.ts';
import { assertChargeOf, type Charge } from '../domain/charge.ts';
import type { Payment } from '../domain/payment.ts';
import type { Repair } from '../domain/reconciliation.ts';
import { CaptureRepository } from '../persistence/capture.repository.ts';
import { RefundRepository } from '../persistence/refund.repository.ts';
import { CancelPayment } from './cancel-payment.ts';
import { CaptureRecorder } from './capture-recorder.ts';
import { ChargeRecorder } from './charge-recorder.ts';
import { ChargeReturner } from './charge-returner.ts';
import { RefundRecorder } from './refund-recorder.ts';
import { ReleaseAuthorisation } from './release-authorisation.ts';

/**
 * Puts right what a lost answer or a death has left behind, by the steps that would have done it then. Each of them
 * starts from the state that it expects, so that of two repairs, or a repair and a late answer, only one does something.
 */
export class DifferenceRepairer {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(CaptureRepository) private readonly captures: CaptureRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
    @inject(ChargeRecorder) private readonly chargeRecorder: ChargeRecorder,
    @inject(CaptureRecorder) private readonly captureRecorder: CaptureRecorder,
    @inject(RefundRecorder) private readonly refundRecorder: RefundRecorder,
    @inject(ChargeReturner) private readonly returner: ChargeReturner,
    @inject(CancelPayment) private readonly cancelPayment: CancelPayment,
    @inject(ReleaseAuthorisation) private readonly releaseAuthorisation: ReleaseAuthorisation,
  ) {}

  async repair(repair: Repair, payment: Payment, charge: Charge, call: CallContext): Promise<void> {
    const { orderId } = payment;
    assertChargeOf(orderId, charge);
    switch (repair.what) {
      case 'give back':
        await this.returner.giveBack(payment, charge, call);
        return;
      case 'finish cancelling':
        await this.cancelPayment.coordinate({ orderId }, call);
        return;
      case 'finish releasing':
        await this.releaseAuthorisation.coordinate({ orderId }, call);
        return;
      case 'record charge':
        await this.database.transaction(call, (work) => this.chargeRecorder.record(work, payment, charge));
        return;
      case 'record capture':
        await this.database.transaction(call, async (work) => {
          const capture = present(await this.captures.find(work, repair.key), 'a capture is never removed');
          await this.captureRecorder.complete(work, payment, capture);
        });
        return;
      case 'record refund':
        await this.database.transaction(call, async (work) => {
          const refund = present(await this.refunds.find(work, repair.key), 'a refund is never removed');
          await this.refundRecorder.complete(work, payment, refund);
        });
    }
  }
}
