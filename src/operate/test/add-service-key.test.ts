import { Command } from 'commander';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../shared/config/index.ts';
import { serviceKeyOf } from '../../shared/remote/index.ts';
import { addServiceKey } from '../add-service-key.ts';

const SECRET = 'the secret of an installation';
const MODULES = ['till', 'stock'];

function ask(module: string, environment: NodeJS.ProcessEnv): string {
  const written: string[] = [];
  const program = new Command().exitOverride();
  addServiceKey(program, {
    modules: MODULES,
    readSettings: () => readConfig(environment, MODULES),
    write: (text) => written.push(text),
  });
  program.parse(['service-key', module], { from: 'user' });
  return written.join('');
}

describe('the key of a service', () => {
  it('is the same each time, another for each module, and tells nothing of the secret', () => {
    const keys = MODULES.map((module) => ask(module, { BANYAN_SECRET: SECRET }));
    expect(keys).toEqual(MODULES.map((module) => `${serviceKeyOf(SECRET, module)}\n`));
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toMatch(/^[\w-]{43}\n$/);
  });

  it('is refused where there is no such module, and where no secret is known', () => {
    expect(() => ask('shelf', { BANYAN_SECRET: SECRET })).toThrow('the modules are till, stock');
    expect(() => ask('till', { BANYAN_DATA_DIR: '/nowhere/at/all' })).toThrow('BANYAN_SECRET is not set');
  });
});
