import { createHash } from 'node:crypto';
import { csvLimits } from './csv-limits.ts';

const fingerprintCharacters = 8;

/** The same handle and options give the same SKU in every import: a second import must find the first one's variant. */
export function deriveSku(handle: string, distinguishing: readonly string[]): string {
  const sku = [handle, ...distinguishing].map(slug).join('-');
  if (sku.length <= csvLimits.skuCharacters) return sku;
  const kept = sku.slice(0, csvLimits.skuCharacters - fingerprintCharacters - 1).replace(/-+$/, '');
  return `${kept}-${fingerprint(sku)}`;
}

function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{Mark}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  // A value without Latin letters or digits ("大") would vanish, and all such variants would share one SKU.
  return plain === '' ? fingerprint(text) : plain;
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, fingerprintCharacters);
}
