import { present, SystemFailure } from '../../../shared/errors/index.ts';
import { cancelKey, voidKey, type Charge } from '../domain/charge.ts';
import { ProviderRefusal, type PaymentProvider } from './payment-provider.ts';

/** A charge can change under our hands, from pending to captured; it cannot go on changing. */
const MAX_ATTEMPTS = 4;

/**
 * Voids a charge or refunds what is left of it, whichever it takes, and returns it as it was before that: its
 * `captured` says whether money had moved. Repeated, it changes nothing more.
 */
export async function giveBackCharge(provider: PaymentProvider, charge: Charge): Promise<Charge> {
  const { orderId } = charge;
  let current = charge;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    try {
      if (current.status === 'pending' || current.status === 'authorised') {
        await provider.voidCharge(current.id, voidKey(orderId));
      }
      if (current.captured > current.refunded) {
        await provider.refund(current.id, cancelKey(orderId), current.captured - current.refunded);
      }
      return current;
    } catch (error) {
      // It was answered, captured or given back meanwhile: look again. What is refused leaves its key unused.
      if (!(error instanceof ProviderRefusal)) throw error;
      current = present(await provider.findCharge(charge.key), 'a charge does not vanish from its provider');
    }
  }
  throw new SystemFailure(`charge ${charge.id} could not be given back yet`, { mayHaveHappened: true });
}
