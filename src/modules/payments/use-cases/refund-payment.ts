import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { invariant } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/tokens.ts';
import { money } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { isTombstone, refundableOf, type Payment } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { RefundRepository, type Refund } from '../persistence/refund.repository.ts';
import { RefundExecutor } from './refund-executor.ts';
import { RefundRecorder } from './refund-recorder.ts';

type Op = typeof Payments.operations.refundPayment;

interface Reserved {
  readonly payment: Payment;
  readonly refund: Refund;
}

/** Reserve the money under the payment's lock → have the provider give it back → record that. */
export class RefundPayment implements Coordination<Op> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
    @inject(RefundExecutor) private readonly executor: RefundExecutor,
    @inject(RefundRecorder) private readonly recorder: RefundRecorder,
  ) {}

  async coordinate(input: ParsedInputOf<Op>, call: CallContext): Promise<OutputOf<Op>> {
    const { payment, refund } = await this.database.transaction(call, async (work) => {
      const found = await this.#reserve(input, work);
      if (!this.executor.asksOutside(found.payment, found.refund))
        await this.recorder.complete(work, found.payment, found.refund);
      return found;
    });
    if (refund.status === 'pending' && this.executor.asksOutside(payment, refund)) {
      await this.executor.ask(payment, refund);
      await this.database.transaction(call, (work) => this.recorder.complete(work, payment, refund));
    }
    return { refundId: refund.refundId, amount: money(refund.amount, payment.currency) };
  }

  async #reserve(input: ParsedInputOf<Op>, work: UnitOfWork): Promise<Reserved> {
    const { orderId, refundId, amount, occurredAt = null } = input;
    const payment = await this.payments.lock(work, orderId);
    if (payment === undefined || isTombstone(payment)) throw Payments.errors.paymentNotFound({ orderId });
    const earlier = await this.refunds.find(work, refundId);
    if (earlier !== undefined) {
      invariant(earlier.orderId === orderId, `${refundId} is a refund of another order than ${orderId}`);
      return { payment, refund: earlier };
    }
    const refundable = refundableOf(payment, await this.refunds.sumReserved(work, orderId));
    if (amount.currency !== refundable.currency || amount.amount > refundable.amount) {
      throw Payments.errors.refundTooLarge({ orderId, refundable });
    }
    return {
      payment,
      refund: await this.refunds.reserve(work, { refundId, orderId, amount: amount.amount, occurredAt }),
    };
  }
}
