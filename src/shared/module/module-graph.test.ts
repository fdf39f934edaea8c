import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineContract, event, type AnyContract } from '../contract/index.ts';
import { defineSaga } from '../sagas/index.ts';
import { defineModule, on, type ModuleDefinition } from './define-module.ts';
import { ModuleGraph } from './module-graph.ts';

const contractOf = (name: string) =>
  defineContract(name, {
    operations: {},
    events: { happened: event(1, { of: 'id', data: z.object({ id: z.string() }) }) },
  });

const [Shop, Store, Post] = [contractOf('shop'), contractOf('store'), contractOf('post')];

class Listen {
  async execute(): Promise<void> {
    await Promise.resolve();
  }
}

const moduleOf = (
  contract: AnyContract,
  parts: { calls?: AnyContract[]; hears?: ReturnType<typeof contractOf>[] } = {},
): ModuleDefinition =>
  defineModule(contract, {
    operations: {},
    knows: parts.calls ?? [],
    subscriptions: (parts.hears ?? []).map(({ events }) => on(events.happened, Listen, { from: 'now' })),
  });

describe('the graph of modules', () => {
  it('knows who may call a module and who hears its events, each once', () => {
    const graph = new ModuleGraph([
      moduleOf(Store),
      moduleOf(Shop, { calls: [Store], hears: [Store, Store] }),
      moduleOf(Post, { hears: [Store, Shop] }),
    ]);
    expect(graph.modules).toEqual(['store', 'shop', 'post']);
    expect(graph.callersOf('store')).toEqual(['shop']);
    expect(graph.subscribersOf('store.happened')).toEqual(['shop', 'post']);
    expect(graph.callersOf('post')).toEqual([]);
    expect(graph.subscribersOf('post.happened')).toEqual([]);
  });

  it('counts what wakes a saga as heard', () => {
    const saga = defineSaga<{ id: string }>('shop.sell', { version: 1 }).wakeOn(Store.events.happened, ({ id }) => id);
    const graph = new ModuleGraph([moduleOf(Store), defineModule(Shop, { operations: {}, sagas: [saga] })]);
    expect(graph.subscribersOf('store.happened')).toEqual(['shop']);
  });

  it('refuses two modules that call each other', () => {
    const circle = [moduleOf(Shop, { calls: [Store] }), moduleOf(Store, { calls: [Shop] })];
    expect(() => new ModuleGraph(circle)).toThrow('shop → store → shop');
  });

  it('refuses a circle of calls and events together', () => {
    const circle = [
      moduleOf(Shop, { calls: [Store] }),
      moduleOf(Store, { hears: [Post] }),
      moduleOf(Post, { calls: [Shop] }),
    ];
    expect(() => new ModuleGraph(circle)).toThrow(/circle: shop → store → post → shop.*never the reverse/);
  });

  it('refuses a module that calls itself', () => {
    expect(() => new ModuleGraph([moduleOf(Shop, { calls: [Shop] })])).toThrow('shop → shop');
  });

  it('refuses two modules of one name', () => {
    expect(() => new ModuleGraph([moduleOf(Shop), moduleOf(Shop)])).toThrow('two modules are called shop');
  });

  it('refuses knowledge of a module that is not there, and says where modules are listed', () => {
    expect(() => new ModuleGraph([moduleOf(Shop, { calls: [Store] })])).toThrow(/shop knows store.*modules\/index\.ts/);
    expect(() => new ModuleGraph([moduleOf(Post, { hears: [Store] })])).toThrow(/post knows store/);
  });
});
