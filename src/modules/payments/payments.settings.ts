/** What the process tells this module about providers. A provider that is absent is not set up here. */
export interface PaymentProviderSettings {
  readonly sandbox?: { readonly url: string; readonly webhookSecret: string };
}

export const PAYMENT_PROVIDERS = Symbol.for('banyan.payments.providers');
