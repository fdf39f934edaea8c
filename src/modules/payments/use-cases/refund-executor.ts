import { inject } from 'inversify';
import { InvariantViolation, present } from '../../../shared/errors/index.ts';
import { LOGGER } from '../../../shared/module/tokens.ts';
import type { Logger } from '../../../shared/telemetry/index.ts';
import type { Payment } from '../domain/payment.ts';
import type { Refund } from '../persistence/refund.repository.ts';
import { ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';

/** Has a provider carry out a refund that is reserved. Its id is the key, so a repeat gives nothing back twice. */
export class RefundExecutor {
  constructor(
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(LOGGER) private readonly logger: Logger,
  ) {}

  asksOutside(payment: Payment, refund: Refund): boolean {
    return this.providers.forAmount(payment.provider, refund.amount).asksOutside;
  }

  async ask(payment: Payment, refund: Refund): Promise<void> {
    if (refund.status === 'done' || !this.asksOutside(payment, refund)) return;
    const chargeId = present(payment.chargeId, 'what a provider has captured has a charge');
    try {
      await this.providers.of(payment.provider).refund(chargeId, refund.refundId, refund.amount);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      // It was reserved within what we know to be captured: the provider's books say otherwise.
      this.logger.error({ err: error, orderId: payment.orderId, refundId: refund.refundId }, 'a refund was refused');
      throw new InvariantViolation(error.message);
    }
  }
}
