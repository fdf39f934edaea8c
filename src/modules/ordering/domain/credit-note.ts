import { problems } from '../../../shared/errors/index.ts';
import { MAX_AMOUNT, money, type Money } from '../../../shared/values/index.ts';
import type { CreditNote } from '../contract/index.ts';

interface CreditedLine {
  readonly sku?: string | undefined;
  readonly title: string;
  readonly quantity: number;
  readonly unitPrice: Money;
}

/** Lines with their totals, and the sum. Throws request.invalid for another currency or an amount past the limit. */
export function creditedLines(
  lines: readonly CreditedLine[],
  currency: string,
): { lines: CreditNote['lines']; total: number } {
  let total = 0;
  const credited = lines.map((line, index) => {
    if (line.unitPrice.currency !== currency) {
      throw fault(`/lines/${index}/unitPrice/currency`, 'wrong_currency', `This note is in ${currency}.`);
    }
    const amount = line.quantity * line.unitPrice.amount;
    total += amount;
    if (total > MAX_AMOUNT) throw fault(`/lines/${index}`, 'too_big', `A note goes up to ${MAX_AMOUNT} minor units.`);
    return { ...line, sku: line.sku ?? null, total: money(amount, currency) };
  });
  return { lines: credited, total };
}

function fault(pointer: string, code: string, message: string): Error {
  return problems.invalidInput([{ pointer, code, message }]);
}
