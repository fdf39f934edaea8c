import type { ShopClient } from './shop-client.ts';

/** As in a shop, most buyers want different things; one product's buyers wait for each other at its stock. */
const VARIANTS = 50;

/** A shop with VARIANTS variants; what comes back buys one after the other. */
export async function openShop(shop: ShopClient): Promise<() => Promise<void>> {
  const skus: string[] = [];
  for (let count = 0; count < VARIANTS; count += 1) skus.push(await shop.stockVariant());
  let bought = 0;
  return async () => {
    bought += 1;
    await shop.purchase(skus[bought % VARIANTS] ?? '');
  };
}
