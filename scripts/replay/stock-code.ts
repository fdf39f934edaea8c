import { createHash } from 'node:crypto';

const fingerprintCharacters = 6;

/** The wholesaler writes 85123A and 85123a for the same goods. */
export function toSku(stockCode: string): string {
  return stockCode
    .trim()
    .toUpperCase()
    .replace(/[^A-Z0-9._-]/g, '-')
    .replace(/^[._-]+/, '');
}

/** Goods have five digits and perhaps letters for colour or size; POST, DOT, C2, M, D, BANK CHARGES and such do not. */
export function isGoodsCode(sku: string): boolean {
  return /^\d{5}[A-Z]*$/.test(sku);
}

/** Two SKUs never share a handle: where lower case and dashes would lose something, a fingerprint is added. */
export function toHandle(sku: string): string {
  const slug = sku
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (slug.toUpperCase() === sku) return slug;
  const fingerprint = createHash('sha256').update(sku).digest('hex').slice(0, fingerprintCharacters);
  return slug === '' ? `sku-${fingerprint}` : `${slug}-${fingerprint}`;
}
