import { CONFIRMED, fillNewCart, forwardPointsOf, type Begun, type CrashCase, type Ending } from './crash-case.ts';
import { goodsCases } from './crash-cases-of-goods.ts';
import { staffCases } from './crash-cases-of-staff.ts';
import { endHold } from './end-hold.ts';
import { purchaseOf } from './faithful-client.ts';
import type { ShopLab } from './shop-lab.ts';

const EXPIRED: Ending = {
  answer: { status: 409, code: 'inventory.reservation_expired' },
  order: { status: 'rejected', charges: ['refunded'] },
};
const DECLINED: Ending = {
  answer: { status: 402, code: 'payments.declined' },
  order: { status: 'rejected', charges: ['declined'] },
};

const purchase = (what: string, token: string, ends: Ending, extra: Partial<CrashCase> = {}): CrashCase => ({
  point: `ordering.checkout/${what}`,
  how: token,
  ends,
  prepare: async (shop) => {
    const cartId = await fillNewCart(shop);
    return { question: purchaseOf(cartId, token), cartId };
  },
  ...extra,
});

const endTheHold = async ({ cartId = '' }: Begun, lab: ShopLab): Promise<void> => {
  await endHold(lab.databaseUrl, cartId);
};

/** The provider is slow where the hold on the stock has to run out in the meantime. */
const checkoutCases: readonly CrashCase[] = [
  ...forwardPointsOf('ordering.checkout').map((point) => ({ ...purchase('', 'tok_ok', CONFIRMED), point })),
  purchase('take payment/after', 'tok_pending', CONFIRMED),
  purchase('take payment/after', 'tok_charged_then_timeout', CONFIRMED),
  purchase('take payment/after', 'tok_ok', EXPIRED, {
    how: 'nobody takes over for so long that the hold runs out',
    afterwards: endTheHold,
  }),
  purchase('take payment/undo', 'tok_slow', EXPIRED, { meanwhile: endTheHold }),
  purchase('take payment/undone', 'tok_slow', EXPIRED, { meanwhile: endTheHold }),
  purchase('reserve stock/undo', 'tok_declined', DECLINED),
  purchase('reserve stock/undone', 'tok_declined', DECLINED),
  purchase('failed', 'tok_declined', DECLINED),
];

export const crashCases: readonly CrashCase[] = [...checkoutCases, ...staffCases, ...goodsCases];
