import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { present, SystemFailure } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/tokens.ts';
import { takeKey, voidKey, type ChargeAccount } from '../domain/charge.ts';
import type { Payment } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { ProviderRefusal, type PaymentProvider } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { CaptureRecorder } from './capture-recorder.ts';

/**
 * Has a provider let go of what it holds, and then settles the captures that were under way: after the void none can
 * happen any more, so what the provider's books show by then is the last word.
 */
export class AuthorisationVoider {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(CaptureRecorder) private readonly recorder: CaptureRecorder,
  ) {}

  /** The payment, with all that was captured of it. Its state is the caller's to change. */
  async voidRest(payment: Payment, call: CallContext): Promise<Payment> {
    const { orderId } = payment;
    const account = await this.#void(this.providers.of(payment.provider), payment);
    return await this.database.transaction(call, async (work) => {
      const locked = present(await this.payments.lock(work, orderId), 'a payment is never removed');
      await this.recorder.settle(work, locked, account);
      return present(await this.payments.find(work, orderId), 'a payment is never removed');
    });
  }

  async #void(provider: PaymentProvider, { orderId, chargeId }: Payment): Promise<ChargeAccount> {
    try {
      await provider.voidCharge(present(chargeId, 'what a provider holds has a charge'), voidKey(orderId));
    } catch (error) {
      // Refused, it holds nothing any more: all is captured, or somebody has voided it. Its books tell which.
      if (!(error instanceof ProviderRefusal)) throw error;
    }
    const account = present(await provider.findAccount(takeKey(orderId)), 'a charge does not vanish from its provider');
    if (account.charge.status !== 'authorised') return account;
    throw new SystemFailure(`the authorisation of ${orderId} could not be voided yet`, { mayHaveHappened: true });
  }
}
