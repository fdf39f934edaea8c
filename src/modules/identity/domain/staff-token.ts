import { createHash, createHmac } from 'node:crypto';

const PREFIX = 'bnk_';

/**
 * The token of a key: 256 bits that only who knows the installation's secret and the key's salt can work out. The
 * salt matters, because a secret may have been derived from something guessable such as a database address.
 */
export function deriveToken(secret: string, keyId: string, salt: string): string {
  return PREFIX + createHmac('sha256', secret).update(`staff-key:${keyId}:${salt}`).digest('base64url');
}

/**
 * What is kept of a token. A plain, fast hash suffices: passwords need a slow one because they can be guessed, and
 * 256 random bits cannot. It also lets one indexed look-up find the key, with nothing to compare in secret.
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
