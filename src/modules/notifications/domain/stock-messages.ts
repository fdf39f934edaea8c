import type { MessageText } from './order-messages.ts';

export interface LowStock {
  readonly sku: string;
  readonly available: number;
  readonly threshold: number;
}

/** What the merchant reads when goods run low. */
export function lowStockNotice({ sku, available, threshold }: LowStock): MessageText {
  const left = available === 1 ? 'There is 1 piece' : `There are ${available} pieces`;
  return {
    subject: `${sku} runs low`,
    body: `${left} of ${sku} left to sell. You asked to be told at ${threshold}.\n`,
  };
}
