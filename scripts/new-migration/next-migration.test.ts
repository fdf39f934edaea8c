import { describe, expect, it } from '@jest/globals';
import { nextMigration } from './next-migration.ts';

describe('the next migration', () => {
  it('is the first of a module that has none', () => {
    expect(nextMigration([], 'gift cards')).toBe('0001_gift_cards.sql');
  });

  it('comes after the last, even where a number is missing', () => {
    expect(nextMigration(['0001_a.sql', '0007_b.sql', '0003_c.sql'], 'Gift-Cards expire')).toBe(
      '0008_gift_cards_expire.sql',
    );
  });

  it.each(['', 'x', '../../etc', 'über'])('is refused when "%s" is all that it is called', (what) => {
    expect(() => nextMigration([], what)).toThrow(/does not say what the migration does/);
  });
});
