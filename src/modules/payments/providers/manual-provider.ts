import type { Page } from '../../../shared/values/index.ts';
import type { Charge } from '../domain/charge.ts';
import type { ChangedAccounts, ChargeRequest, PaymentProvider } from './payment-provider.ts';

/** Money that is paid and given back outside: there is nobody to ask, staff say what happened. */
export class ManualProvider implements PaymentProvider {
  readonly asksOutside = false;

  async charge({ key, orderId, amount }: ChargeRequest): Promise<Charge> {
    return await Promise.resolve({
      id: key,
      key,
      orderId,
      amount,
      status: 'captured',
      captured: amount.amount,
      refunded: 0,
      declineCode: null,
    });
  }

  findCharge(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  findAccount(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async capture(): Promise<void> {
    await Promise.resolve();
  }

  async voidCharge(): Promise<void> {
    await Promise.resolve();
  }

  async refund(): Promise<void> {
    await Promise.resolve();
  }

  async listCharges(): Promise<Page<Charge>> {
    return await Promise.resolve({ items: [], nextCursor: null });
  }

  async listChanged(): Promise<ChangedAccounts> {
    return await Promise.resolve({ items: [], cursor: undefined, isLast: true });
  }
}
