import { describe, expect, it } from '@jest/globals';
import { readProxies } from './read-proxies.ts';

describe('proxies that are believed', () => {
  it('are none unless somebody names them', () => {
    expect(readProxies(undefined)).toEqual([]);
  });

  it('are addresses and networks', () => {
    expect(readProxies('10.1.2.3, 10.0.0.0/8,fd00::/8, uniquelocal')).toEqual([
      '10.1.2.3',
      '10.0.0.0/8',
      'fd00::/8',
      'uniquelocal',
    ]);
  });

  // All of the world, as a network of no bits, could say of itself who it is.
  it.each(['everybody', '10.0.0.0/33', '10.0.0.0/', '0.0.0.0/0', '10.0.0/8', 'fd00::/129', '10.0.0.1/8/8'])(
    'are not %s',
    (text) => {
      expect(() => readProxies(text)).toThrow(`TRUSTED_PROXIES has "${text}"`);
    },
  );
});
