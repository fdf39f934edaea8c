import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { SystemFailure } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/tokens.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Payments } from '../contract/index.ts';
import { cancelKey, takeKey } from '../domain/charge.ts';
import { isTombstone, mayBeHeld, mayStillBeCharged, refundableOf, summaryOf, type Payment } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { RefundRepository, type Refund } from '../persistence/refund.repository.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { AuthorisationVoider } from './authorisation-voider.ts';
import { ChargeReturner } from './charge-returner.ts';
import { RefundExecutor } from './refund-executor.ts';

type Op = typeof Payments.operations.cancelPayment;

interface Cancelling {
  readonly payment: Payment;
  /** Of a captured payment with something left: the refund of all of it. */
  readonly refund: Refund | undefined;
}

/** Record that it is being cancelled, which keeps money from being taken → give back what there is → record that. */
export class CancelPayment implements Coordination<Op> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(RefundRepository) private readonly refunds: RefundRepository,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(RefundExecutor) private readonly executor: RefundExecutor,
    @inject(ChargeReturner) private readonly returner: ChargeReturner,
    @inject(AuthorisationVoider) private readonly voider: AuthorisationVoider,
  ) {}

  async coordinate({ orderId }: ParsedInputOf<Op>, call: CallContext): Promise<OutputOf<Op>> {
    const cancelling = await this.database.transaction(call, (work) => this.#begin(work, orderId));
    if (isTombstone(cancelling.payment)) return null;
    if (cancelling.payment.status !== 'cancelling') return summaryOf(cancelling.payment);
    return summaryOf(await this.#giveBack(cancelling, call));
  }

  async #begin(work: UnitOfWork, orderId: string): Promise<Cancelling> {
    const payment = await this.payments.beginCancelling(work, orderId, newId('pay'));
    const isKnown = payment.status === 'cancelling' && payment.wasTaken && !mayBeHeld(payment);
    return { payment, refund: isKnown ? await this.#reserveRest(work, payment) : undefined };
  }

  async #giveBack(cancelling: Cancelling, call: CallContext): Promise<Payment> {
    const { payment } = cancelling;
    if (!payment.wasTaken) return await this.#giveUp(payment, call);
    if (!mayBeHeld(payment)) return await this.#refund(cancelling, call);
    // How much was captured is known only when nothing more can be.
    const settled = await this.voider.voidRest(payment, call);
    const refund = await this.database.transaction(call, async (work) => {
      await this.payments.lock(work, settled.orderId);
      return await this.#reserveRest(work, settled);
    });
    return await this.#refund({ payment: settled, refund }, call);
  }

  /** Reserved like any refund, so that one that is under way and this one never give back more than was captured. */
  async #reserveRest(work: UnitOfWork, payment: Payment): Promise<Refund | undefined> {
    const { orderId } = payment;
    const refundId = cancelKey(orderId);
    const earlier = await this.refunds.find(work, refundId);
    if (earlier !== undefined) return earlier;
    const { amount } = refundableOf(payment, await this.refunds.sumReserved(work, orderId));
    if (amount === 0) return undefined;
    return await this.refunds.reserve(work, { refundId, orderId, amount, occurredAt: null });
  }

  async #refund({ payment, refund }: Cancelling, call: CallContext): Promise<Payment> {
    if (refund !== undefined) await this.executor.ask(payment, refund);
    return await this.database.transaction(call, async (work) => {
      if (refund !== undefined) await this.refunds.complete(work, payment, refund);
      return await this.returner.finish(work, payment, refund?.amount ?? 0);
    });
  }

  async #giveUp(payment: Payment, call: CallContext): Promise<Payment> {
    const charge = await this.providers.of(payment.provider).findCharge(takeKey(payment.orderId));
    if (charge !== undefined) return await this.returner.giveBack(payment, charge, call);
    if (mayStillBeCharged(payment, this.providers.timeoutMs)) {
      // A request that is still on its way would charge an order that everybody believes to be free of charge.
      const message = `the charge of ${payment.orderId} may still reach ${payment.provider}; cancel again in a moment`;
      throw new SystemFailure(message, { mayHaveHappened: true });
    }
    return await this.database.transaction(call, (work) => this.returner.finish(work, payment, 0));
  }
}
