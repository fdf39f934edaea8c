/** The first odd number that JavaScript cannot tell from its neighbours. Only as text can it be sent at all. */
const PAST_2_53 = '9007199254740993';
const PRICE = `{"amount":${PAST_2_53},"currency":"GBP"}`;

/** Bodies with an amount past 2^53, as text. */
export const TOO_LARGE = {
  product: `{"handle":"new-tea","title":"New tea","status":"published","variants":[{"sku":"NEW-TEA","prices":[${PRICE}]}]}`,
  order: (sku: string): string =>
    `{"currency":"GBP","lines":[{"sku":"${sku}","quantity":1,"unitPrice":${PRICE}}],"payment":{"provider":"manual"}}`,
};
