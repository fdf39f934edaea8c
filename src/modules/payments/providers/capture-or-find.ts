import { SystemFailure } from '../../../shared/errors/index.ts';
import { takeKey } from '../domain/charge.ts';
import type { PaymentProvider } from './payment-provider.ts';

/**
 * Asks for a capture; when the answer is lost, asks whether it was made. Throws SystemFailure when it was not, or when
 * not even that can be learnt: a repeat with the same key is safe.
 */
export async function captureOrFind(
  provider: PaymentProvider,
  request: { orderId: string; chargeId: string; key: string; amount: number },
): Promise<void> {
  const { orderId, chargeId, key, amount } = request;
  try {
    await provider.capture(chargeId, key, amount);
  } catch (error) {
    if (!(error instanceof SystemFailure)) throw error;
    const account = await provider.findAccount(takeKey(orderId));
    if (account?.captures.some((capture) => capture.key === key) === true) return;
    throw error;
  }
}
