/**
 * How an amount is shared out among parts of a whole that come one by one, without losing a unit: each part gets its
 * share by weight, rounded down, and the one that completes the whole gets all that is left.
 */
export function nextShare(
  amount: number,
  given: number,
  part: { readonly weight: number; readonly of: number; readonly completes: boolean },
): number {
  const left = amount - given;
  if (part.completes || part.of === 0) return part.completes ? left : 0;
  // The product of two amounts passes 2^53, so it is made with big integers.
  const share = Number((BigInt(amount) * BigInt(part.weight)) / BigInt(part.of));
  // Parts that were given up and shared out anew, in other portions, may round differently by a unit.
  return Math.min(share, left);
}
