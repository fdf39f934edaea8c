import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { modules } from '../../src/modules/index.ts';
import { defineContract, event, query, type AnyContract } from '../../src/shared/contract/index.ts';
import { defineModule, ModuleGraph, on, type ModuleDefinition } from '../../src/shared/module/index.ts';
import { judgeKnowledge } from './judge-knowledge.ts';
import { readSources } from './source-tree.ts';

const Bakery = defineContract('bakery', {
  operations: { getBread: query(z.object({}), z.string()) },
  events: { breadBaked: event(1, { of: 'loaf', data: z.object({ loaf: z.string() }) }) },
});
const Till = defineContract('till', {
  operations: { getTotal: query(z.object({}), z.int()) },
  events: { breadSold: event(1, { of: 'loaf', data: z.object({ loaf: z.string() }) }) },
});

class Bake {
  execute(): Promise<never> {
    return Promise.reject(new Error('never called'));
  }
}

const bakery = (knows: readonly AnyContract[] = []): ModuleDefinition =>
  defineModule(Bakery, { operations: { getBread: Bake }, knows });
const till = (knows: readonly AnyContract[] = [Bakery]): ModuleDefinition =>
  defineModule(Till, { operations: { getTotal: Bake }, knows });

const calling = (call: string) => [
  {
    path: 'src/modules/till/use-cases/get-total.ts',
    text: `import { Bakery } from '../../bakery/contract/index.ts';\n${call}`,
  },
];

describe('who knows whom', () => {
  it('never goes round in a circle', () => {
    expect(() => new ModuleGraph(modules)).not.toThrow();
  });

  it('is refused when two modules call each other', () => {
    expect(() => new ModuleGraph([bakery([Till]), till()])).toThrow(/bakery → till → bakery.*the later|in a circle/);
  });

  it('is refused when a module hears one that calls it', () => {
    const listening = defineModule(Bakery, {
      operations: { getBread: Bake },
      subscriptions: [on(Till.events.breadSold, Bake, { from: 'now' })],
    });
    expect(() => new ModuleGraph([listening, till()])).toThrow(/in a circle: bakery → till → bakery/);
  });

  it('is refused for a module that is not there, or there twice', () => {
    expect(() => new ModuleGraph([till()])).toThrow(/bakery, which is no module: add it to src\/modules\/index.ts/);
    expect(() => new ModuleGraph([bakery(), bakery()])).toThrow(/two modules are called bakery/);
  });
});

describe('what a module says that it calls', () => {
  it('is what it calls, in every module', () => {
    expect(judgeKnowledge(modules, readSources(['src/modules']))).toEqual([]);
  });

  it('is found too long', () => {
    expect(judgeKnowledge([bakery(), till()], [])).toEqual([
      expect.stringMatching(/till says that it knows bakery, but never calls it/),
    ]);
  });

  it('is found too short, whether a use case or a saga calls', () => {
    for (const call of ['constructor(@inject(clientOf(Bakery)) bakery) {}', 'Bakery.operations.getBread.with({})']) {
      expect(judgeKnowledge([bakery(), till([])], calling(call))).toEqual([
        expect.stringMatching(/till calls bakery without saying so/),
      ]);
      expect(judgeKnowledge([bakery(), till()], calling(call))).toEqual([]);
    }
  });
});
