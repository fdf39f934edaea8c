import { minorUnitDigits, type Money } from '../../../shared/values/index.ts';

/** The shop writes English; its currency signs say which dollar is meant (`US$`). */
const LOCALE = 'en-GB';

/** How amounts of a currency are written: `£12.50`, `JP¥1,250`, with as many digits as the currency has. */
export function moneyText(currency: string): (money: Money) => string {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
  const unit = 10 ** minorUnitDigits(currency);
  return ({ amount }) => format.format(amount / unit);
}
