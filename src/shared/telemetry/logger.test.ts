import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.ts';

function logged(fields: object): { text: string; record: Record<string, unknown> } {
  let text = '';
  createLogger('info', undefined, { write: (line) => (text += line) }).info(fields, 'what happened');
  return { text, record: JSON.parse(text) as Record<string, unknown> };
}

describe('the log', () => {
  it('says what went wrong and why, down to the first cause', () => {
    const cause = Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
    const { record } = logged({ err: new Error('the commit was not confirmed', { cause }) });
    expect(record['err']).toMatchObject({
      name: 'Error',
      message: 'the commit was not confirmed',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { message: 'connection reset', code: 'ECONNRESET' },
    });
  });

  it('shows nothing of what a driver hangs onto its errors', () => {
    const client = { secretKey: 4711, connectionParameters: { password: 'hunter2' } };
    const err = Object.assign(new Error('terminated'), { client, sql: 'insert', parameters: ['jane@example.com'] });
    const { text } = logged({ err });
    for (const secret of ['4711', 'hunter2', 'jane@example.com']) expect(text).not.toContain(secret);
    expect(text).toContain('terminated');
  });

  it('leaves out secrets and personal data by the names of their fields', () => {
    const { text } = logged({ token: 'tok_1', buyer: { email: 'jane@example.com' }, order: { id: 'ord_1' } });
    expect(text).not.toMatch(/tok_1|jane@/);
    expect(text).toContain('ord_1');
  });
});
