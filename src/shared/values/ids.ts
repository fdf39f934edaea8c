import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_BYTES = 10;

/**
 * A new identifier: `<prefix>_` and 26 characters of Crockford's base 32 in the layout of a ULID
 * (48 bits of milliseconds, then 80 random bits). Ids made later sort later; none can be guessed.
 */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  return `${prefix}_${encodeTime(nowMs)}${encodeRandom(randomBytes(RANDOM_BYTES))}`;
}

/** The schema of ids with this prefix, e.g. `id('ord')` accepts `ord_01j…`. */
export function id(prefix: string): z.ZodString {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), `must be an id that begins with ${prefix}_`)
    .meta({ examples: [`${prefix}_01jd3v5x8wq2m7k4r9t6y0abcd`] });
}

function encodeTime(nowMs: number): string {
  let rest = nowMs;
  let text = '';
  for (let position = 0; position < TIME_CHARACTERS; position += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeRandom(bytes: Buffer): string {
  let text = '';
  for (let offset = 0; offset < bytes.length; offset += 5) {
    // Five bytes are exactly eight characters of five bits; two numbers keep within 32-bit arithmetic.
    const high = bytes.readUIntBE(offset, 3);
    const low = bytes.readUIntBE(offset + 2, 3) & 0xfffff;
    text +=
      ALPHABET.charAt((high >> 19) & 31) +
      ALPHABET.charAt((high >> 14) & 31) +
      ALPHABET.charAt((high >> 9) & 31) +
      ALPHABET.charAt((high >> 4) & 31) +
      ALPHABET.charAt((low >> 15) & 31) +
      ALPHABET.charAt((low >> 10) & 31) +
      ALPHABET.charAt((low >> 5) & 31) +
      ALPHABET.charAt(low & 31);
  }
  return text;
}
