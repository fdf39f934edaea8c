import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { CLOCK, DATABASE, LOGGER } from '../../../shared/module/tokens.ts';
import type { Logger } from '../../../shared/telemetry/index.ts';
import type { Clock } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { answerOf, differenceOf, takeKey, type Charge } from '../domain/charge.ts';
import { amountOf, isCancelled, type Payment } from '../domain/payment.ts';
import { PaymentRepository } from '../persistence/payment.repository.ts';
import { WebhookRepository, type WebhookOutcome } from '../persistence/webhook.repository.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { chargeIn, isAuthentic } from '../providers/sandbox-webhook.ts';
import { ChargeRecorder } from './charge-recorder.ts';
import { ChargeReturner } from './charge-returner.ts';

type Op = typeof Payments.operations.receiveWebhook;
type Message = ParsedInputOf<Op>;

/** Verify → keep by its id and apply, in one transaction. What is not done by then stays open for the next delivery. */
export class ReceiveWebhook implements Coordination<Op> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(PaymentRepository) private readonly payments: PaymentRepository,
    @inject(WebhookRepository) private readonly webhooks: WebhookRepository,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(ChargeRecorder) private readonly recorder: ChargeRecorder,
    @inject(ChargeReturner) private readonly returner: ChargeReturner,
  ) {}

  async coordinate(message: Message, call: CallContext): Promise<void> {
    const { provider, webhookId, rawBody } = message;
    if (!isAuthentic(message, this.providers.webhookSecretOf(provider), this.clock.now().getTime())) {
      throw Payments.errors.webhookRefused({ provider });
    }
    const charge = chargeIn(rawBody);
    const leftOver = await this.database.transaction(call, (work) => this.#keepAndApply(work, message, charge));
    if (leftOver === undefined || charge === undefined) return;
    await this.returner.giveBack(leftOver, charge, call);
    await this.database.transaction(call, (work) => this.webhooks.finish(work, provider, webhookId, 'applied'));
  }

  /** The payment, where it has been cancelled and its charge must go back to the buyer. */
  async #keepAndApply(work: UnitOfWork, message: Message, charge: Charge | undefined): Promise<Payment | undefined> {
    const { provider, webhookId, rawBody } = message;
    const known = await this.webhooks.keep(work, { provider, id: webhookId, body: rawBody });
    if (known !== 'open') return undefined;
    const finish = (outcome: WebhookOutcome) => this.webhooks.finish(work, provider, webhookId, outcome);
    const payment = charge === undefined ? undefined : await this.payments.find(work, charge.orderId);
    if (charge === undefined || payment?.provider !== provider || charge.key !== takeKey(payment.orderId)) {
      await finish('ignored');
      return undefined;
    }
    const { orderId, capturesAt } = payment;
    const difference = differenceOf({ orderId, capturesAt, amount: amountOf(payment) }, charge);
    if (difference !== undefined) {
      this.logger.error({ orderId, webhookId, difference }, 'a provider tells of another charge than was asked for');
      await finish('refused');
      return undefined;
    }
    const recorded = await this.recorder.record(work, payment, charge);
    const isLeftOver = isCancelled(recorded) && !recorded.wasTaken;
    if (isLeftOver && answerOf(charge, capturesAt).kind !== 'declined') return recorded;
    await finish('applied');
    return undefined;
  }
}
