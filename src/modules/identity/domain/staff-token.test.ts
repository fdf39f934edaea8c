import { describe, expect, it } from '@jest/globals';
import { deriveToken, hashToken } from './staff-token.ts';

describe('a staff key', () => {
  it('can be worked out again only with the same secret, key and salt', () => {
    const token = deriveToken('secret', 'key_1', 'salt');
    expect(token).toMatch(/^bnk_[A-Za-z0-9_-]{43}$/);
    expect(deriveToken('secret', 'key_1', 'salt')).toBe(token);
    const others = [
      deriveToken('other', 'key_1', 'salt'),
      deriveToken('secret', 'key_2', 'salt'),
      deriveToken('secret', 'key_1', 'pepper'),
    ];
    expect(new Set([token, ...others]).size).toBe(4);
  });

  it('is kept as a hash that does not contain it', () => {
    const token = deriveToken('secret', 'key_1', 'salt');
    expect(hashToken(token)).toHaveLength(32);
    expect(hashToken(token).toString('latin1')).not.toContain(token);
  });
});
