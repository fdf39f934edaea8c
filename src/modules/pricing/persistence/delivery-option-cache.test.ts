import { describe, expect, it } from '@jest/globals';
import { money } from '../../../shared/values/index.ts';
import type { DeliveryOption } from '../contract/index.ts';
import { DeliveryOptionCache } from './delivery-option-cache.ts';

const post = (amount: number): DeliveryOption => ({
  code: 'post',
  title: 'Post',
  prices: [money(amount, 'GBP')],
  countries: [],
});

describe('delivery options in the cache', () => {
  it('are read once in five seconds, also when many ask at once and when there is none', async () => {
    const cache = new DeliveryOptionCache();
    let reads = 0;
    const read = () => {
      reads += 1;
      return Promise.resolve(undefined);
    };
    await Promise.all([cache.find('post', 0, read), cache.find('post', 0, read), cache.find('post', 4_999, read)]);
    expect(reads).toBe(1);
    await cache.find('post', 5_000, read);
    expect(reads).toBe(2);
  });

  it('are new at once after a change, even for what was being read meanwhile', async () => {
    const cache = new DeliveryOptionCache();
    const before = cache.find('post', 0, () => Promise.resolve(post(399)));
    cache.drop();
    expect(await before).toEqual(post(399));
    expect(await cache.find('post', 1, () => Promise.resolve(post(499)))).toEqual(post(499));
  });

  it('are asked for again after a failure', async () => {
    const cache = new DeliveryOptionCache();
    await expect(cache.find('post', 0, () => Promise.reject(new Error('no connection')))).rejects.toThrow(
      'no connection',
    );
    expect(await cache.find('post', 1, () => Promise.resolve(post(399)))).toEqual(post(399));
  });

  it('make room for others, however many codes are tried', async () => {
    const cache = new DeliveryOptionCache();
    let reads = 0;
    const read = () => {
      reads += 1;
      return Promise.resolve(undefined);
    };
    for (let number = 0; number <= 1_000; number += 1) await cache.find(`code-${number}`, 0, read);
    await cache.find('code-1000', 1, read);
    expect(reads).toBe(1_001);
    await cache.find('code-0', 1, read);
    expect(reads).toBe(1_002);
  });
});
