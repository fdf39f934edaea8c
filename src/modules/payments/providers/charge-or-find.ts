import { SystemFailure } from '../../../shared/errors/index.ts';
import type { Charge } from '../domain/charge.ts';
import type { ChargeRequest, PaymentProvider } from './payment-provider.ts';

/**
 * Asks for a charge; when the answer is lost, asks whether it was made. Throws SystemFailure when it was not, or when
 * not even that can be learnt: a repeat with the same key is safe.
 */
export async function chargeOrFind(provider: PaymentProvider, request: ChargeRequest): Promise<Charge> {
  try {
    return await provider.charge(request);
  } catch (error) {
    if (!(error instanceof SystemFailure)) throw error;
    const found = await provider.findCharge(request.key);
    if (found !== undefined) return found;
    throw error;
  }
}
