import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { answerOf, type Charge } from '../domain/charge.ts';
import { amountOf, type Payment } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';

/**
 * Writes down what a provider has answered, as it was answered: whether it is enough is for those to say who know what
 * was sold. The answer may come twice and from two sides, as the reply to our request and as a webhook: whichever comes
 * first is recorded, the other one finds it done.
 */
export class ChargeRecorder {
  constructor(@inject(PaymentRepository) private readonly payments: PaymentRepository) {}

  /** The payment as it stands afterwards. */
  async record(work: UnitOfWork, payment: Payment, charge: Charge): Promise<Payment> {
    const answer = answerOf(charge, payment.capturesAt);
    const changed =
      answer.kind === 'taken'
        ? await this.#take(work, payment, charge)
        : answer.kind === 'declined'
          ? await this.decline(work, payment, answer.reason, charge.id)
          : undefined;
    if (changed !== undefined) return changed;
    return present(await this.payments.find(work, payment.orderId), 'a payment is never removed');
  }

  /** Undefined where the payment was no longer pending. */
  async decline(
    work: UnitOfWork,
    payment: Payment,
    reason: string,
    chargeId: string | null,
  ): Promise<Payment | undefined> {
    const declined = await this.payments.decline(work, payment.orderId, reason, chargeId);
    if (declined !== undefined) work.publish(Payments.events.paymentDeclined, { ...factsOf(declined), reason });
    return declined;
  }

  async #take(work: UnitOfWork, payment: Payment, charge: Charge): Promise<Payment | undefined> {
    if (payment.capturesAt === 'dispatch') {
      const authorised = await this.payments.authorise(work, payment, charge);
      if (authorised !== undefined) work.publish(Payments.events.paymentAuthorised, factsOf(authorised));
      return authorised;
    }
    const captured = await this.payments.capture(work, payment, charge);
    if (captured !== undefined) {
      const amount = money(captured.captured, captured.currency);
      work.publish(Payments.events.paymentCaptured, { ...factsOf(captured), amount });
    }
    return captured;
  }
}

function factsOf(payment: Payment) {
  const { orderId, id, provider } = payment;
  return { orderId, paymentId: id, provider, amount: amountOf(payment) };
}
