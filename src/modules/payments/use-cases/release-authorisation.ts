import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/tokens.ts';
import { money, type Money } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { isTombstone, summaryOf, type Payment } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { AuthorisationVoider } from './authorisation-voider.ts';
import { CancelPayment } from './cancel-payment.ts';
import { CapturePayment } from './capture-payment.ts';

type Op = typeof Payments.operations.releaseAuthorisation;

/** Record that nothing more is to be captured → have the provider let go of the rest → record that it has. */
export class ReleaseAuthorisation implements Coordination<Op> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(AuthorisationVoider) private readonly voider: AuthorisationVoider,
    @inject(CancelPayment) private readonly cancelPayment: CancelPayment,
    @inject(CapturePayment) private readonly capturePayment: CapturePayment,
  ) {}

  async coordinate({ orderId, captureFirst }: ParsedInputOf<Op>, call: CallContext): Promise<OutputOf<Op>> {
    if (captureFirst !== undefined) await this.#capture(orderId, captureFirst, call);
    const payment = await this.database.transaction(
      call,
      async (work) => (await this.payments.beginReleasing(work, orderId)) ?? (await this.payments.find(work, orderId)),
    );
    if (payment === undefined || isTombstone(payment)) return null;
    if (payment.status !== 'releasing') return summaryOf(payment);
    const { captured } = await this.voider.voidRest(payment, call);
    // Nothing was sold in the end: there is no payment to keep.
    if (captured === 0) return await this.cancelPayment.coordinate({ orderId }, call);
    return summaryOf(await this.database.transaction(call, (work) => this.#finish(work, orderId)));
  }

  /** Under the order's own id. A repeat finds the payment releasing, and what it has captured in the provider's books. */
  async #capture(orderId: string, amount: Money, call: CallContext): Promise<void> {
    const payment = await this.payments.find(this.database.reader(call), orderId);
    if (payment?.status !== 'authorised') return;
    try {
      await this.capturePayment.coordinate({ orderId, captureId: orderId, amount }, call);
    } catch (error) {
      // It is logged where it was refused. Money that is gone must not keep an order from being cancelled.
      if (!Payments.errors.captureRefused.is(error)) throw error;
    }
  }

  async #finish(work: UnitOfWork, orderId: string): Promise<Payment> {
    const finished = await this.payments.finishReleasing(work, orderId);
    if (finished === undefined) return present(await this.payments.find(work, orderId), 'a payment is never removed');
    const { id, provider, currency, released } = finished;
    if (released === 0) return finished;
    const amount = money(released, currency);
    work.publish(Payments.events.authorisationReleased, { orderId, paymentId: id, provider, amount });
    return finished;
  }
}
