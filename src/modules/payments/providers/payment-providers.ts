import { inject } from 'inversify';
import type { Config } from '../../../shared/config/index.ts';
import { CONFIG } from '../../../shared/module/tokens.ts';
import { Payments } from '../contract/index.ts';
import type { CaptureMoment } from '../domain/charge.ts';
import { PAYMENT_PROVIDERS, type PaymentProviderSettings } from '../payments.settings.ts';
import { ManualProvider } from './manual-provider.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { SandboxProvider } from './sandbox-provider.ts';

/** The providers that are set up here, by name. */
export class PaymentProviders {
  /** How long one request to a provider may take. */
  readonly timeoutMs: number;
  readonly #captureMoment: CaptureMoment;
  readonly #manual = new ManualProvider();
  readonly #sandbox: SandboxProvider | undefined;
  readonly #sandboxSecret: string | undefined;

  constructor(@inject(CONFIG) config: Config, @inject(PAYMENT_PROVIDERS) settings: PaymentProviderSettings) {
    this.timeoutMs = config.payments.timeoutMs;
    this.#captureMoment = config.payments.capture;
    if (settings.sandbox === undefined) return;
    this.#sandbox = new SandboxProvider(settings.sandbox.url, this.timeoutMs);
    this.#sandboxSecret = settings.sandbox.webhookSecret;
  }

  /** Throws `providerNotConfigured`. */
  of(name: string): PaymentProvider {
    if (name === 'manual') return this.#manual;
    if (name === 'sandbox' && this.#sandbox !== undefined) return this.#sandbox;
    throw Payments.errors.providerNotConfigured({ provider: name });
  }

  /** Who moves this amount: where there is nothing to pay, there is nobody to ask. Throws `providerNotConfigured`. */
  forAmount(name: string, amount: number): PaymentProvider {
    const provider = this.of(name);
    return amount === 0 ? this.#manual : provider;
  }

  /** When a payment that begins now is captured. Where nobody outside holds the money, there is but one moment. */
  captureMomentOf(provider: PaymentProvider): CaptureMoment {
    return provider.asksOutside ? this.#captureMoment : 'checkout';
  }

  /** Those with books of their own, by name. */
  withBooks(): [string, PaymentProvider][] {
    return this.#sandbox === undefined ? [] : [['sandbox', this.#sandbox]];
  }

  /** With what a provider signs its messages. Throws `providerNotConfigured`. */
  webhookSecretOf(name: string): string {
    if (name === 'sandbox' && this.#sandboxSecret !== undefined) return this.#sandboxSecret;
    throw Payments.errors.providerNotConfigured({ provider: name });
  }
}
