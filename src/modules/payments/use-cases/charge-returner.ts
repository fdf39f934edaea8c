import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/tokens.ts';
import { money } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { assertChargeOf, type Charge } from '../domain/charge.ts';
import type { Payment } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { giveBackCharge } from '../providers/give-back-charge.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';

/**
 * Gives back what a provider has charged for a payment that is being cancelled and was never recorded as taken.
 * The cancelling itself, a late answer and a late webhook may all come here, at once too: the provider sees one key,
 * and the books are written once.
 */
export class ChargeReturner {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
  ) {}

  /** The cancelled payment. */
  async giveBack(payment: Payment, charge: Charge, call: CallContext): Promise<Payment> {
    assertChargeOf(payment.orderId, charge);
    const before = await giveBackCharge(this.providers.of(payment.provider), charge);
    return await this.database.transaction(call, async (work) => {
      if (before.captured > 0) await this.payments.bookReturned(work, payment, before);
      return await this.finish(work, payment, 0);
    });
  }

  /** Cancelling → cancelled, and made known, unless it is already. `givenBack` is of what was known as captured. */
  async finish(work: UnitOfWork, payment: Payment, givenBack: number): Promise<Payment> {
    const { orderId, id, provider, currency } = payment;
    const cancelled = await this.payments.finishCancelling(work, orderId);
    if (cancelled === undefined) return present(await this.payments.find(work, orderId), 'a payment is never removed');
    const amount = money(givenBack, currency);
    work.publish(Payments.events.paymentCancelled, { orderId, paymentId: id, provider, amount });
    return cancelled;
  }
}
