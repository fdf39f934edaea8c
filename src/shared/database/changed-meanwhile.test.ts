import { describe, expect, it } from '@jest/globals';
import { againIfChangedMeanwhile } from './changed-meanwhile.ts';

const failing = (times: number, code: string) => {
  let calls = 0;
  const work = (): Promise<void> => {
    calls += 1;
    return calls <= times ? Promise.reject(Object.assign(new Error('no'), { code })) : Promise.resolve();
  };
  return { work, calls: () => calls };
};

describe('two starts that change the same role', () => {
  it('both succeed: the loser tries again', async () => {
    const { work, calls } = failing(2, 'XX000');
    await againIfChangedMeanwhile(work);
    expect(calls()).toBe(3);
  });

  it('try again five times at most', async () => {
    const { work, calls } = failing(100, 'XX000');
    await expect(againIfChangedMeanwhile(work)).rejects.toThrow('no');
    expect(calls()).toBe(5);
  });

  it('repeat nothing that failed for another reason, unless that was named', async () => {
    const other = failing(1, '42710');
    await expect(againIfChangedMeanwhile(other.work)).rejects.toThrow('no');
    expect(other.calls()).toBe(1);
    const named = failing(1, '42710');
    await againIfChangedMeanwhile(named.work, ['42710']);
    expect(named.calls()).toBe(2);
  });
});
