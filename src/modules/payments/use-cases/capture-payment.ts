import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { invariant, present } from '../../../shared/errors/index.ts';
import { DATABASE, LOGGER } from '../../../shared/module/tokens.ts';
import type { Logger } from '../../../shared/telemetry/index.ts';
import { money } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { capturableOf, isCancelled, isTombstone, summaryOf, type Payment } from '../domain/payment.ts';
import { CaptureRepository, type Capture } from '../persistence/capture.repository.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { captureOrFind } from '../providers/capture-or-find.ts';
import { ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { CaptureRecorder } from './capture-recorder.ts';

type Op = typeof Payments.operations.capturePayment;

interface Reserved {
  readonly payment: Payment;
  /** Absent where there is nothing to capture. */
  readonly capture: Capture | undefined;
}

/**
 * Reserve the money under the payment's lock → have the provider capture it → record that. The captureId is the key, so
 * whoever dies on the way is repeated and takes nothing twice.
 */
export class CapturePayment implements Coordination<Op> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(CaptureRepository) private readonly captures: CaptureRepository,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(CaptureRecorder) private readonly recorder: CaptureRecorder,
    @inject(LOGGER) private readonly logger: Logger,
  ) {}

  async coordinate(input: ParsedInputOf<Op>, call: CallContext): Promise<OutputOf<Op>> {
    const { payment, capture } = await this.database.transaction(call, (work) => this.#reserve(input, work));
    const current = capture?.status === 'pending' ? await this.#capture(payment, capture, call) : payment;
    return {
      captureId: input.captureId,
      amount: money(capture?.amount ?? 0, current.currency),
      payment: summaryOf(current),
    };
  }

  async #reserve(input: ParsedInputOf<Op>, work: UnitOfWork): Promise<Reserved> {
    const { orderId, captureId, amount, occurredAt = null } = input;
    const payment = await this.payments.lock(work, orderId);
    if (payment === undefined || isTombstone(payment)) throw Payments.errors.paymentNotFound({ orderId });
    const earlier = await this.captures.find(work, captureId);
    invariant(earlier === undefined || earlier.orderId === orderId, `${captureId} is of another order than ${orderId}`);
    if (earlier !== undefined && earlier.status !== 'refused') return { payment, capture: earlier };
    if (isCancelled(payment)) throw Payments.errors.cancelled({ orderId });
    const { status } = payment;
    if (status === 'pending' || status === 'declined') throw Payments.errors.notAuthorised({ orderId, status });
    if (payment.capturesAt === 'checkout' || amount.amount === 0) return { payment, capture: undefined };
    const capturable = capturableOf(payment, await this.captures.sumReserved(work, orderId));
    if (amount.currency !== capturable.currency || amount.amount > capturable.amount) {
      throw Payments.errors.captureTooLarge({ orderId, capturable });
    }
    const capture = await this.captures.reserve(work, { captureId, orderId, amount: amount.amount, occurredAt });
    return { payment, capture };
  }

  async #capture(payment: Payment, capture: Capture, call: CallContext): Promise<Payment> {
    const { orderId, provider, chargeId } = payment;
    const request = {
      orderId,
      chargeId: present(chargeId, 'what a provider holds has a charge'),
      key: capture.captureId,
      amount: capture.amount,
    };
    try {
      await captureOrFind(this.providers.of(provider), request);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      await this.#refused(capture, error, call);
    }
    return await this.database.transaction(call, async (work) => {
      await this.recorder.complete(work, payment, capture);
      return present(await this.payments.find(work, orderId), 'a payment is never removed');
    });
  }

  /** What it had authorised has lapsed, or was voided while we asked. Repeated, it is asked again. */
  async #refused({ captureId, orderId }: Capture, refusal: ProviderRefusal, call: CallContext): Promise<never> {
    this.logger.error({ err: refusal, orderId, captureId }, 'a payment provider refused a capture');
    const payment = await this.database.transaction(call, async (work) => {
      await this.captures.refuse(work, captureId);
      return present(await this.payments.find(work, orderId), 'a payment is never removed');
    });
    if (isCancelled(payment)) throw Payments.errors.cancelled({ orderId });
    throw Payments.errors.captureRefused({ orderId, captureId, reason: refusal.code });
  }
}
