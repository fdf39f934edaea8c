import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config.ts';
import { ROLES } from './roles.ts';

const MODULES = ['till', 'stock', 'post'];
const settings = (more: Record<string, string>) => readConfig({ DATABASE_URL: 'postgres://db/shop', ...more }, MODULES);

describe('where modules are', () => {
  it('is one address, or several that do the same', () => {
    const { calls } = settings({
      BANYAN_URL_STOCK: 'http://a:3001',
      BANYAN_URL_POST: 'http://a:3001/, https://b:3002,http://a:3001',
    });
    expect([...calls.addresses]).toEqual([
      ['stock', ['http://a:3001']],
      ['post', ['http://a:3001', 'https://b:3002']],
    ]);
  });

  it('is another thing than where a service in another language takes their place', () => {
    const { calls } = settings({ BANYAN_URL_STOCK: 'http://a:3001', BANYAN_FOREIGN_STOCK: 'http://p:4010' });
    expect([...calls.addresses, ...calls.foreign]).toEqual([
      ['stock', ['http://a:3001']],
      ['stock', ['http://p:4010']],
    ]);
  });

  it.each([
    ['BANYAN_FOREIGN_SHELF', 'http://a:3001', 'there is no module "shelf"'],
    ['BANYAN_URL_STOCK', 'stock:3001', 'BANYAN_URL_STOCK must be URLs such as http://host:3001'],
    ['BANYAN_URL_SHELF', 'http://a:3001', 'there is no module "shelf"; the modules are till, stock, post'],
    ['DATABASE_URL_SHELF', 'postgres://db/shelf', 'there is no module "shelf"'],
    ['DATABASE_URL_STOCK', 'mysql://db/stock', 'DATABASE_URL_STOCK must be a URL such as postgres://'],
    ['BANYAN_INTERNAL_PORT', '70000', 'BANYAN_INTERNAL_PORT'],
    ['BANYAN_ROLES', 'http,cook', 'BANYAN_ROLES is "http,cook"; it takes one or several of http, sagas, subscribers'],
    ['BANYAN_ROLES', ',', 'BANYAN_ROLES is ","'],
  ])('is refused at the start: %s=%s', (name, value, sentence) => {
    expect(() => settings({ [name]: value })).toThrow(sentence);
  });
});

describe('a split', () => {
  const inFile = (text: string): ReturnType<typeof settings>['split'] => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-placement-'));
    try {
      writeFileSync(join(folder, 'placement.json'), text);
      return settings({ BANYAN_SPLIT: 'true', BANYAN_PLACEMENT: join(folder, 'placement.json') }).split;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const groups = (more: object) => JSON.stringify({ groups: { front: { modules: ['till'] }, ...more } });

  it('gives each module a process of its own where no file says otherwise', () => {
    expect(settings({ BANYAN_SPLIT: 'true' }).split).toEqual({
      public: undefined,
      groups: MODULES.map((name) => ({ name, modules: [name], roles: ROLES, replicas: 1 })),
    });
    expect(settings({}).split).toBeUndefined();
  });

  it('puts modules together, and several processes behind one name, as its file says', () => {
    const back = { modules: ['stock', 'post'], replicas: 2 };
    expect(inFile(JSON.stringify({ public: 'front', groups: { front: { modules: ['till'] }, back } }))).toEqual({
      public: 'front',
      groups: [
        { name: 'front', modules: ['till'], roles: ROLES, replicas: 1 },
        { name: 'back', roles: ROLES, ...back },
      ],
    });
  });

  it('may have the parts of a module apart: its requests, its sagas and its subscribers', () => {
    const front = { modules: MODULES, roles: ['http'] };
    const back = { modules: MODULES, roles: ['sagas', 'subscribers'], replicas: 2 };
    expect(inFile(JSON.stringify({ groups: { front, back } }))?.groups).toEqual([
      { name: 'front', ...front, replicas: 1 },
      { name: 'back', ...back },
    ]);
  });

  it.each([
    ['it is no JSON', '{', 'cannot be used'],
    ['a module has no process', groups({ back: { modules: ['stock'] } }), 'no group has post'],
    ['a module is in two groups', groups({ back: { modules: ['till', 'stock', 'post'] } }), 'till is in two groups'],
    ['it names a module that is none', groups({ back: { modules: ['shelf'] } }), 'there is no module shelf'],
    ['it has a word that nobody knows', groups({ back: { modules: ['stock', 'post'], size: 2 } }), 'size'],
    [
      'nobody has the sagas of a module',
      groups({ back: { modules: ['stock', 'post'], roles: ['http', 'subscribers'] } }),
      'no group has the role sagas for stock',
    ],
    [
      'its public group answers no requests',
      JSON.stringify({
        public: 'back',
        groups: {
          front: { modules: MODULES, roles: ['http'] },
          back: { modules: MODULES, roles: ['sagas', 'subscribers'] },
        },
      }),
      '"public" is back',
    ],
    [
      'its public group is none',
      JSON.stringify({ public: 'side', groups: { front: { modules: MODULES } } }),
      '"public" is side',
    ],
  ])('is refused where %s', (_, text, sentence) => {
    expect(() => inFile(text)).toThrow(sentence);
  });
});
