import { present, SystemFailure } from '../../../shared/errors/index.ts';
import { assertChargeOf, differenceOf, type Charge } from '../domain/charge.ts';
import type { ChargeRequest, PaymentProvider } from './payment-provider.ts';

/**
 * Asks for a charge; when the answer is lost, asks whether it was made. An answer that is not what was asked for is not
 * believed before the provider's books say the same. Throws SystemFailure when the charge was not made, or when not
 * even that can be learnt: a repeat with the same key is safe.
 */
export async function chargeOrFind(provider: PaymentProvider, request: ChargeRequest): Promise<Charge> {
  const { key, orderId } = request;
  const charge = await chargeOnce(provider, request);
  assertChargeOf(orderId, charge);
  if (differenceOf({ ...request, capturesAt: request.capture ? 'checkout' : 'dispatch' }, charge) === undefined) {
    return charge;
  }
  const found = present(await provider.findCharge(key), 'a charge does not vanish from its provider');
  assertChargeOf(orderId, found);
  return found;
}

async function chargeOnce(provider: PaymentProvider, request: ChargeRequest): Promise<Charge> {
  try {
    return await provider.charge(request);
  } catch (error) {
    if (!(error instanceof SystemFailure)) throw error;
    const found = await provider.findCharge(request.key);
    if (found !== undefined) return found;
    throw error;
  }
}
