import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.ts';

const MODULES = ['till', 'stock'];
const own = { DATABASE_URL_TILL: 'postgres://db/till', DATABASE_URL_STOCK: 'postgres://db/stock' };
const read = (more: Record<string, string>) =>
  readConfig({ DATA_ISOLATION: 'server', DATABASE_URL: 'postgres://db/queues', ...own, ...more }, MODULES);

describe('a database for each module', () => {
  it('is what the level server takes, on one server or many, and one for the queues', () => {
    expect(read({}).database).toMatchObject({
      isolation: 'server',
      moduleUrls: { till: 'postgres://db/till', stock: 'postgres://db/stock' },
    });
    expect(read({ DATABASE_URL_STOCK: 'postgres://other/till' }).database.isolation).toBe('server');
    // A process needs those of the modules that it hosts.
    expect(read({ DATABASE_URL_STOCK: '', BANYAN_MODULES: 'till' }).database.isolation).toBe('server');
    // Queues in Redis leave DATABASE_URL without a user.
    expect(read({ DATABASE_URL: own.DATABASE_URL_TILL, REDIS_URL: 'redis://r' }).database.isolation).toBe('server');
  });

  it.each([
    ['a module has none', { DATABASE_URL_STOCK: '' }, 'set DATABASE_URL_STOCK.'],
    [
      'nobody has one',
      { DATABASE_URL: '', DATABASE_URL_TILL: '', DATABASE_URL_STOCK: '' },
      'set DATABASE_URL, DATABASE_URL_TILL, DATABASE_URL_STOCK; DATABASE_URL is that of the queues.',
    ],
    [
      'two have the same',
      { DATABASE_URL_STOCK: 'postgres://someone:else@DB:5432/till' },
      'DATABASE_URL_TILL and DATABASE_URL_STOCK are one database (db:5432/till)',
    ],
    [
      'one has that of the queues',
      { DATABASE_URL: own.DATABASE_URL_TILL },
      'DATABASE_URL_TILL and DATABASE_URL are one database',
    ],
  ])('is refused where %s', (_, more, sentence) => {
    expect(() => read(more)).toThrow(sentence);
  });

  it('is at no other level asked for', () => {
    for (const level of ['tables', 'schema']) {
      expect(readConfig({ DATA_ISOLATION: level }, MODULES).database.isolation).toBe(level);
    }
    expect(readConfig({}, MODULES).database.isolation).toBe('schema');
    expect(() => readConfig({ DATA_ISOLATION: 'rows' }, MODULES)).toThrow('must be tables, schema or server');
  });
});
