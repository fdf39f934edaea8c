import { describe, expect, it } from '@jest/globals';
import { renderTable } from './render-table.ts';

const columns = [
  { title: 'EVENT', of: ({ id }: { id: string }) => id },
  { title: 'ERROR', of: ({ error }: { error: string }) => error },
];

describe('a table for a person', () => {
  it('has its columns one below the other', () => {
    const items = [
      { id: 'evt_1', error: 'no price' },
      { id: 'evt_10000', error: '' },
    ];
    expect(renderTable(items, columns)).toBe('EVENT      ERROR\nevt_1      no price\nevt_10000');
  });

  it('keeps a text of several lines on one, and commands to the terminal out of it', () => {
    expect(renderTable([{ id: 'evt_1', error: 'no\n  price\u001b[2J' }], columns)).toBe(
      'EVENT  ERROR\nevt_1  no price [2J',
    );
  });

  it('cuts what is too long to read', () => {
    const [, row = ''] = renderTable([{ id: 'evt_1', error: 'x'.repeat(500) }], columns).split('\n');
    expect(row).toMatch(/^evt_1 {2}x{79}…$/);
  });
});
