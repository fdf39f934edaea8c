import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modules } from '../../src/modules/index.ts';
import { present } from '../../src/shared/errors/index.ts';
import type { ModuleDefinition } from '../../src/shared/module/index.ts';
import { serviceKeyOf } from '../../src/shared/remote/index.ts';
import { TEST_SECRET } from '../../src/shared/testing/index.ts';
import { newId } from '../../src/shared/values/index.ts';
import { samplesOf } from './samples-of.ts';
import { printVerdicts } from './print-verdicts.ts';
import { runConformance } from './run-conformance.ts';
import { subjectOf } from './subject.ts';
import { BendingProxy, type Faults } from './test/bending-proxy.ts';
import { hostAlone } from './test/hosted-module.ts';
import { openTill, Till } from './test/till.ts';

const LIMIT_MS = 60_000;
const MODULE = 'notifications';
const definition = present(
  modules.find(({ contract }) => contract.name === MODULE),
  'there are notifications',
);
const till = { contract: Till, knows: [], subscriptions: [], sagas: [] } as unknown as ModuleDefinition;

/** The promises that are broken, and why. */
async function brokenAt(url: string, of = definition): Promise<Record<string, string>> {
  const subject = subjectOf(of, modules);
  const key = serviceKeyOf(TEST_SECRET, subject.contract.name);
  const verdicts = await runConformance({ subject, url, key, samples: 10, seed: 7 });
  return Object.fromEntries(
    verdicts.flatMap(({ promise, broken }) => (broken === undefined ? [] : [[promise, broken]])),
  );
}

describe('a module that Banyan hosts', () => {
  let alone: Awaited<ReturnType<typeof hostAlone>>;
  beforeAll(async () => {
    alone = await hostAlone(MODULE);
  }, LIMIT_MS);
  afterAll(() => alone.stop());

  async function brokenWith(faults: Faults): Promise<Record<string, string>> {
    const proxy = await BendingProxy.open(alone.url, serviceKeyOf(TEST_SECRET, MODULE), faults);
    try {
      return await brokenAt(proxy.url);
    } finally {
      await proxy.close();
    }
  }

  it('keeps every promise that a service in its place must keep', async () => {
    expect(await brokenAt(alone.url)).toEqual({});
  });

  it('is found out when it takes everybody’s calls', async () => {
    const broken = Object.keys(await brokenWith({ takes: 'everybody’s' }));
    expect(broken.filter((promise) => promise.endsWith('turned away with 401')).length).toBe(9);
    expect(broken).toContain('a token is taken once');
  });

  it('is found out when events take effect twice, deadlines mean nothing, tokens are used again and it is unwell', async () => {
    const broken = await brokenWith({
      takes: 'used ones',
      reads: (body, path) =>
        path.startsWith('/events') ? { ...body, id: newId('evt') } : { ...body, timeLeftMs: LIMIT_MS },
      answers: (answer, path) => (path === '/health' ? { status: 500, text: 'ill' } : answer),
    });
    expect(Object.keys(broken)).toEqual([
      'it says that it is well',
      'a token is taken once',
      'inventory.stockLow takes effect once, also when it comes again',
      'listMessages is not begun after its deadline',
    ]);
    expect(broken['inventory.stockLow takes effect once, also when it comes again']).toContain('runs low');
  });

  it('is found out when answers lack a field, faults lose their places and later versions frighten it', async () => {
    const error = { code: 'request.invalid', status: 422, title: 'Something is wrong', faults: [] };
    const placeless = { status: 200, text: JSON.stringify({ kind: 'refusal', error }) };
    const broken = await brokenWith({
      answers: (answer, path, body) => {
        if (path.startsWith('/events') && body.includes('ofLaterVersion'))
          return { status: 400, text: 'unknown field' };
        if (answer.status === 404 && path.startsWith('/calls/notifications.')) return placeless;
        return { ...answer, text: answer.text.replace(/"nextCursor":[^}]*/, '"more":null').replace(/"\/\w+"/g, '""') };
      },
    });
    const names = Object.keys(broken);
    expect(names.filter((name) => name.includes('later version'))).toHaveLength(5);
    expect(names).toContain('listMessages answers as the contract says, or refuses with one of its errors');
    expect(names).toContain(
      'listMessages refuses what the contract does not take, and points at it, or says that it does not know it',
    );
  });
});

describe('a module with commands', () => {
  const tills: Awaited<ReturnType<typeof openTill>>[] = [];
  const open = async (...faults: Parameters<typeof openTill>): Promise<string> => {
    const opened = await openTill(...faults);
    tills.push(opened);
    return opened.url;
  };
  afterAll(async () => {
    await Promise.all(tills.map((each) => each.stop()));
  });

  it('keeps every promise when it keeps its keys', async () => {
    expect(await brokenAt(await open(), till)).toEqual({});
  });

  it('is found out when a command takes effect twice, or fails in a way that no contract knows', async () => {
    const broken = await brokenAt(await open({ forgetsKeys: true, marksTwice: true, inventsErrors: true }), till);
    expect(Object.keys(broken)).toEqual([
      'sell answers as the contract says, or refuses with one of its errors',
      'sell with the same key has one effect and one answer',
      'mark can be repeated without harm',
    ]);
  });
});

describe('what the kit sends', () => {
  it('is there for every operation and every event of Banyan', () => {
    const inputs = modules
      .flatMap(({ contract }) => Object.values(contract.operations))
      .map(({ id, input }) => [id, input] as const);
    const events = modules
      .flatMap(({ contract }) => Object.values(contract.events))
      .map(({ type, data }) => [type, data] as const);
    const without = [...inputs, ...events].filter(([, schema]) => samplesOf(schema, 1, 7).length === 0);
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it('is reported a line for each promise, with the reason where one is broken', () => {
    const verdicts = [
      { promise: 'a', note: '3 asked' },
      { promise: 'b', broken: 'it slept' },
    ];
    expect(printVerdicts(verdicts)).toBe('ok      a (3 asked)\nBROKEN  b\n        it slept\n2 promises, 1 broken\n');
  });
});
