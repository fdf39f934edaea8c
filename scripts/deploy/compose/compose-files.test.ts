import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { ROLES } from '../../../src/shared/config/index.ts';
import { composeOf, composeOutput, graph, placements, planOf, textOf } from '../test/deployments.ts';
import type { ComposeFile, ComposeService } from './compose-file.ts';

// Its dialect is named by an address that the validator knows under a slightly different one.
const { $schema: _dialect, ...schema } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../test/compose-spec.json'), 'utf8'),
) as { $schema: string };
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

const applications = ({ services }: ComposeFile): [string, ComposeService][] =>
  Object.entries(services).filter(([, { image, command }]) => image === 'banyan:1' && command === undefined);

describe.each(placements)('compose.yaml for $name', ({ placement }) => {
  const plan = planOf(placement);
  const file = composeOf(plan);
  const services = applications(file);

  it.each([
    ['as it is', {}, {}],
    ['with data elsewhere', { externalData: true }, {}],
    ['with servers of their own', {}, { ownDatabases: ['inventory', 'payments'] }],
  ])('is one by the specification, %s', (_, options, planOptions) => {
    expect([validate(composeOf(planOf(placement, planOptions), options)), validate.errors]).toEqual([true, null]);
  });

  it('would not be one with a word that the specification does not have', () => {
    const [name = '', service] = services[0] ?? [];
    expect(validate({ ...file, services: { [name]: { ...service, stop_grace: '45s' } } })).toBe(false);
  });

  it('says where every module is that a service does not host itself', () => {
    for (const [name, { environment, networks }] of services) {
      const own = environment['BANYAN_MODULES']?.split(',') ?? [];
      for (const module of graph.modules.filter((each) => !own.includes(each))) {
        const host = new URL(environment[`BANYAN_URL_${module.toUpperCase()}`] ?? '').hostname;
        const callee = file.services[host];
        expect(callee?.environment['BANYAN_MODULES']?.split(',')).toContain(module);
        expect(callee?.environment).toMatchObject({ BANYAN_INTERNAL_PORT: '4000', BANYAN_INTERNAL_HOST: '0.0.0.0' });
        expect([name, callee?.networks.filter((network) => networks.includes(network))]).toEqual([
          name,
          expect.arrayContaining(['calls']),
        ]);
      }
    }
  });

  it('hosts every module, in as many containers as the placement says', () => {
    const hosted = services.map(([name, { environment, deploy }]) => ({
      name,
      modules: environment['BANYAN_MODULES']?.split(','),
      roles: environment['BANYAN_ROLES']?.split(','),
      replicas: deploy?.replicas,
    }));
    expect(hosted).toEqual(placement.groups);
  });

  it('lets clients in at one place, when everybody else is there', () => {
    const open = Object.entries(file.services).filter(([, { ports }]) => ports !== undefined);
    expect(open.map(([, { ports }]) => ports)).toEqual([[{ target: 3000, published: '8080' }]]);
    const [front = '', service] = open[0] ?? [];
    expect(services.map(([name]) => name)).toContain(front);
    const others = services.map(([name]) => name).filter((name) => name !== front);
    for (const other of others) expect(service?.depends_on?.[other]).toEqual({ condition: 'service_healthy' });
  });

  it('migrates first and once, as the only one that has the password of the server', () => {
    const { migrate } = file.services;
    expect(migrate?.command).toEqual(['node', '--enable-source-maps', 'dist/main.js', '--migrate-only']);
    expect(migrate?.restart).toBe('no');
    expect(migrate?.environment['DATABASE_URL']).toContain('POSTGRES_PASSWORD');
    for (const [, { environment, depends_on: needs }] of services) {
      expect(needs?.['migrate']).toEqual({ condition: 'service_completed_successfully' });
      expect(environment['MIGRATE_ON_START']).toBe('false');
      expect(environment['DATABASE_URL']).toBe('postgres://postgres:5432/banyan');
    }
  });

  it('holds no secret, and its file of secrets has the names of all and the value of none', () => {
    for (const [, { environment }] of services) {
      expect(environment['BANYAN_SECRET']).toBe('${BANYAN_SECRET:?see .env.example}');
      const { BANYAN_MODULES: names = '', BANYAN_ROLES: roles = '' } = environment;
      const hasKeys = names.includes('identity') && roles.includes('http');
      expect(environment['BANYAN_ADMIN_KEY']).toBe(hasKeys ? '${BANYAN_ADMIN_KEY:?see .env.example}' : undefined);
    }
    const output = composeOutput(plan);
    const references = [...textOf(output, 'compose.yaml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    const lines = textOf(output, '.env.example')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.sort()).toEqual([...new Set(references)].sort().map((name) => `${name}=`));
  });

  it('runs without rights that it does not need, and within limits', () => {
    for (const [, service] of services) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: 'unless-stopped',
        deploy: { resources: { limits: { cpus: '1', memory: '512M' } } },
      });
      // Twice what the application takes for requests and for what runs by itself, and some seconds.
      expect(service.stop_grace_period).toBe('45s');
    }
  });

  it('keeps data where nobody but its users comes', () => {
    expect(file.networks['data']).toEqual({ internal: true });
    expect(file.services['postgres']?.networks).toEqual(['data']);
    expect(file.services['redis']).toMatchObject({
      networks: ['data'],
      command: ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
    });
  });

  it('is the same each time', () => {
    expect(composeOutput(planOf(placement))).toEqual(composeOutput(plan));
  });
});

describe('compose.yaml', () => {
  const [, two] = placements.map(({ placement }) => placement);
  const plan = (more: Parameters<typeof planOf>[1] = {}) => planOf(two ?? { public: undefined, groups: [] }, more);

  it('gives a module the server of its own, and the others no way to it', () => {
    const { services } = composeOf(plan({ ownDatabases: ['inventory'] }));
    expect(services['postgres-inventory']?.environment).toMatchObject({ POSTGRES_DB: 'inventory' });
    expect(services['back']?.environment['DATABASE_URL_INVENTORY']).toBe(
      'postgres://postgres-inventory:5432/inventory',
    );
    expect(services['front']?.environment).not.toHaveProperty('DATABASE_URL_INVENTORY');
    expect(services['migrate']?.environment['DATABASE_URL_INVENTORY']).toContain('${POSTGRES_PASSWORD_INVENTORY:?');
  });

  it('allows as many connections as all modules may open', () => {
    const { services } = composeOf(plan({ settings: { DATABASE_POOL_SIZE: '20' } }));
    // Four modules in one container, five in two, 20 each, and 20 to spare.
    expect(services['postgres']?.command).toContain('max_connections=300');
  });

  it('starts no server where data is elsewhere, and asks for addresses with and without an administrator', () => {
    const { services } = composeOf(plan(), { externalData: true });
    expect(Object.keys(services)).toEqual(['migrate', 'front', 'back']);
    expect(services['front']?.environment['DATABASE_URL']).toBe('${DATABASE_URL:?see .env.example}');
    expect(services['migrate']?.environment['DATABASE_URL']).toBe('${DATABASE_ADMIN_URL:?see .env.example}');
  });

  it('passes settings on as they are', () => {
    const { services } = composeOf(plan({ settings: { RATE_LIMIT: 'off', QUEUE_PREFIX: 'shop' } }));
    expect(services['back']?.environment).toMatchObject({ RATE_LIMIT: 'off', QUEUE_PREFIX: 'shop' });
  });

  it.each([
    ['a secret', { BANYAN_SECRET: 'a secret of some length' }, 'BANYAN_SECRET is a secret'],
    ['what the placement says', { BANYAN_MODULES: 'catalog' }, 'BANYAN_MODULES follows from the placement'],
    ['what nobody knows', { COLOUR: 'red' }, 'There is no variable COLOUR'],
    ['what the application refuses', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of'],
  ])('refuses a setting that is %s', (_, settings, sentence) => {
    expect(() => plan({ settings })).toThrow(sentence);
  });

  it('refuses two containers at one port, two books of one provider, and a name that is taken', () => {
    const group = { name: 'all', modules: graph.modules, roles: ROLES, replicas: 2 };
    const one = (more: object) => composeOf(planOf({ public: undefined, groups: [{ ...group, ...more }] }));
    expect(() => one({})).toThrow('all has the public port');
    expect(() => one({ name: 'redis', replicas: 1 })).toThrow('redis has the name of a service beside it');
    expect(() => composeOf(plan(), { sandbox: true })).toThrow('give the group back 1 replica');
    expect(() => plan({ ownDatabases: ['shelf'] })).toThrow('There is no module shelf');
  });
});
