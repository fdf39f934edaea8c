import { describe, expect, it } from '@jest/globals';
import type { DeliveryOption } from '../contract/index.ts';
import { DeliveryOptionCache } from './delivery-option-cache.ts';

const post: DeliveryOption = { code: 'post', title: 'Post', prices: [{ amount: 395, currency: 'GBP' }], countries: [] };

function readerOf(...answers: readonly (readonly DeliveryOption[] | Error)[]) {
  let reads = 0;
  const read = (): Promise<readonly DeliveryOption[]> => {
    const answer = answers[Math.min(reads, answers.length - 1)];
    reads += 1;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? []);
  };
  return { read, reads: () => reads };
}

describe('the delivery options that quotes are made from', () => {
  it('are read once for everybody who asks within five seconds', async () => {
    const cache = new DeliveryOptionCache();
    const { read, reads } = readerOf([post]);
    await Promise.all([cache.all(0, read), cache.all(0, read), cache.all(4_999, read)]);
    expect(await cache.all(4_999, read)).toEqual([post]);
    expect(reads()).toBe(1);
  });

  it('are read again after five seconds, and at once after a change', async () => {
    const cache = new DeliveryOptionCache();
    const { read, reads } = readerOf([], [post]);
    await cache.all(0, read);
    expect(await cache.all(5_000, read)).toEqual([post]);
    cache.drop();
    await cache.all(5_001, read);
    expect(reads()).toBe(3);
  });

  it('are asked for again when the database did not answer', async () => {
    const cache = new DeliveryOptionCache();
    const { read } = readerOf(new Error('down'), [post]);
    await expect(cache.all(0, read)).rejects.toThrow('down');
    expect(await cache.all(1, read)).toEqual([post]);
  });
});
