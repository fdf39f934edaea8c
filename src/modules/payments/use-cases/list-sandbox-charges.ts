import { inject } from 'inversify';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { money } from '../../../shared/values/index.ts';
import type { Payments } from '../contract/index.ts';
import { ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';

type Op = typeof Payments.operations.listSandboxCharges;

/** Asks the provider and nobody else: its books are what ours are checked against. */
export class ListSandboxCharges implements Coordination<Op> {
  constructor(@inject(PaymentProviders) private readonly providers: PaymentProviders) {}

  async coordinate(page: ParsedInputOf<Op>): Promise<OutputOf<Op>> {
    const { items, nextCursor } = await this.#list(page);
    return {
      items: items.map(({ id, key, orderId, amount, status, captured, refunded }) => ({
        id,
        key,
        orderId,
        amount,
        status,
        captured: money(captured, amount.currency),
        refunded: money(refunded, amount.currency),
      })),
      nextCursor,
    };
  }

  async #list(page: ParsedInputOf<Op>) {
    try {
      return await this.providers.of('sandbox').listCharges(page);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      const message = 'This cursor did not come from this list.';
      throw problems.invalidInput([{ pointer: '/cursor', code: 'invalid_cursor', message }]);
    }
  }
}
