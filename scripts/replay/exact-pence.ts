/** Reads "2.55" digit by digit as pence; null for what is no amount or finer than a penny. Never through a float. */
export function parsePence(text: string): number | null {
  const digits = /^(-?)(\d{1,10})(?:\.(\d{1,10}))?$/.exec(text.trim());
  if (!digits) return null;
  const fraction = (digits[3] ?? '').replace(/0+$/, '');
  if (fraction.length > 2) return null;
  const pence = Number(`${digits[2]}${fraction.padEnd(2, '0')}`);
  return digits[1] === '-' && pence !== 0 ? -pence : pence;
}

export function linePence(line: { quantity: number; unitPricePence: number }): number {
  return checkedPence(line.quantity * line.unitPricePence);
}

export function sumPence(amounts: Iterable<number>): number {
  let sum = 0;
  for (const amount of amounts) sum = checkedPence(sum + amount);
  return sum;
}

export function formatPence(pence: number): string {
  const digits = String(Math.abs(pence)).padStart(3, '0');
  const pounds = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${pence < 0 ? '-' : ''}${pounds}.${digits.slice(-2)}`;
}

function checkedPence(pence: number): number {
  if (!Number.isSafeInteger(pence)) throw new Error(`${pence} pence is more than can be counted exactly.`);
  return pence;
}
