import { createHash } from 'node:crypto';
import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { InvariantViolation, present } from '../../../shared/errors/index.ts';
import { DATABASE, LOGGER } from '../../../shared/module/tokens.ts';
import type { Logger } from '../../../shared/telemetry/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { PaymentMethod, Payments } from '../contract/index.ts';
import { answerOf, differenceOf, takeKey, type Charge } from '../domain/charge.ts';
import {
  assertSamePayment,
  isCancelled,
  isTombstone,
  takenOrThrow,
  UNKNOWN_TOKEN,
  type Payment,
} from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { chargeOrFind } from '../providers/charge-or-find.ts';
import { ProviderRefusal, type ChargeRequest, type PaymentProvider } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ChargeRecorder } from './charge-recorder.ts';
import { ChargeReturner } from './charge-returner.ts';

type Op = typeof Payments.operations.takePayment;

/**
 * Record that the money is about to be taken → ask the provider, outside of any transaction → look again and record
 * what it answered. Whoever dies on the way is repeated, and the key makes the provider answer for the first charge.
 */
export class TakePayment implements Coordination<Op> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(ChargeRecorder) private readonly recorder: ChargeRecorder,
    @inject(ChargeReturner) private readonly returner: ChargeReturner,
    @inject(LOGGER) private readonly logger: Logger,
  ) {}

  async coordinate(input: ParsedInputOf<Op>, call: CallContext): Promise<OutputOf<Op>> {
    const provider = this.providers.forAmount(input.method.provider, input.amount.amount);
    const intended = await this.database.transaction(call, async (work) => {
      const payment = await this.#intend(input, provider, work);
      if (payment.status !== 'pending' || provider.asksOutside) return payment;
      return await this.recorder.record(work, payment, await provider.charge(toRequest(input, payment)));
    });
    if (intended.status !== 'pending') return takenOrThrow(intended);
    return takenOrThrow(await this.#ask(provider, toRequest(input, intended), intended, call));
  }

  async #intend(input: ParsedInputOf<Op>, provider: PaymentProvider, work: UnitOfWork): Promise<Payment> {
    const { orderId, amount, method, captureNow, occurredAt = null } = input;
    const asked = { provider: method.provider, amount, tokenDigest: digestOf(method) };
    const payment = await this.payments.intend(work, {
      ...asked,
      orderId,
      occurredAt,
      paymentId: newId('pay'),
      capturesAt: captureNow ? 'checkout' : this.providers.captureMomentOf(provider),
    });
    if (!isTombstone(payment)) assertSamePayment(payment, asked);
    return payment;
  }

  async #ask(
    provider: PaymentProvider,
    request: ChargeRequest,
    intended: Payment,
    call: CallContext,
  ): Promise<Payment> {
    let charge: Charge;
    try {
      charge = await chargeOrFind(provider, request);
    } catch (error) {
      if (error instanceof ProviderRefusal) return await this.#refused(intended, error, call);
      throw error;
    }
    this.#compare(request, charge);
    const payment = await this.database.transaction(call, (work) => this.recorder.record(work, intended, charge));
    // Cancelled while the provider was being asked: nothing of what it took may stay.
    const isLeftOver = isCancelled(payment) && !payment.wasTaken;
    return isLeftOver && answerOf(charge, intended.capturesAt).kind !== 'declined'
      ? await this.returner.giveBack(payment, charge, call)
      : payment;
  }

  async #refused(intended: Payment, refusal: ProviderRefusal, call: CallContext): Promise<Payment> {
    if (refusal.code !== UNKNOWN_TOKEN) {
      this.logger.error({ err: refusal, orderId: intended.orderId }, 'a payment provider refused a request of ours');
      throw new InvariantViolation(refusal.message);
    }
    return await this.database.transaction(call, async (work) => {
      const declined = await this.recorder.decline(work, intended, UNKNOWN_TOKEN, null);
      return declined ?? present(await this.payments.find(work, intended.orderId), 'a payment is never removed');
    });
  }

  /** What the provider has charged is recorded and answered, whatever was wanted: the caller compares. */
  #compare({ orderId, amount, capture }: ChargeRequest, charge: Charge): void {
    const difference = differenceOf({ orderId, amount, capturesAt: capture ? 'checkout' : 'dispatch' }, charge);
    if (difference === undefined) return;
    this.logger.error({ orderId, difference }, 'a provider charged something else than was asked');
  }
}

function toRequest({ orderId, amount, method }: ParsedInputOf<Op>, { capturesAt }: Payment): ChargeRequest {
  const token = method.provider === 'sandbox' ? method.token : '';
  return { key: takeKey(orderId), orderId, amount, token, capture: capturesAt === 'checkout' };
}

function digestOf(method: PaymentMethod): string | null {
  return method.provider === 'sandbox' ? createHash('sha256').update(method.token).digest('base64url') : null;
}
