import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { EDGES, LocalTransport, Pipeline } from '../calls/index.ts';
import { command, defineContract, query, type AnyContract, type Operation } from '../contract/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { CallEndpoint } from './call-endpoint.ts';
import { CallTokens } from './call-token.ts';
import { RemoteTransport } from './remote-transport.ts';
import { callContext, DESK_SECRET } from './test/desk.ts';

const STOP_LIMIT_MS = 2_000;
const Price = z.strictObject({ amount: z.int() });

/** The release before. */
const Older = defineContract('shelf', {
  operations: {
    find: query(z.strictObject({ name: z.string() }), z.object({ name: z.string(), price: Price })),
    put: command(z.strictObject({ name: z.string() }), z.object({ name: z.string() }), { repeat: 'natural' }),
  },
});
/** This release: more to ask for, more to answer, one operation more. */
const Newer = defineContract('shelf', {
  operations: {
    find: query(
      z.strictObject({ name: z.string(), colour: z.string().optional(), depth: z.int().default(1) }),
      z.object({ name: z.string(), price: Price.extend({ tax: z.int().optional() }), depth: z.int().default(0) }),
    ),
    put: command(z.strictObject({ name: z.string() }), z.object({ name: z.string(), shelf: z.int() }), {
      repeat: 'natural',
    }),
    count: query(z.strictObject({}), z.int()),
  },
});

/** A process that hosts the shelf of one release. */
class ShelfProcess {
  readonly heard: unknown[] = [];
  readonly #endpoint: CallEndpoint;

  constructor(contract: AnyContract, answers: Readonly<Record<string, unknown>>) {
    const local = new LocalTransport();
    const coordinate = (operation: Operation, input: unknown): Promise<unknown> => {
      this.heard.push(input);
      return Promise.resolve(answers[operation.name]);
    };
    const implementationOf = (operation: Operation) => ({
      coordinate: (input: unknown) => coordinate(operation, input),
    });
    local.host(contract.name, new Pipeline({ implementationOf, callers: new Set(EDGES) }));
    const [tokens, logger] = [new CallTokens(DESK_SECRET), createLogger('silent')];
    this.#endpoint = new CallEndpoint({ contracts: [contract], calls: local, tokens, logger });
  }

  async listen(): Promise<string> {
    return `http://127.0.0.1:${await this.#endpoint.listen(0, '127.0.0.1')}`;
  }

  async stop(): Promise<void> {
    await this.#endpoint.close(STOP_LIMIT_MS);
  }
}

describe('processes of two versions', () => {
  const older = new ShelfProcess(Older, { find: { name: 'tea', price: { amount: 5 } }, put: { name: 'tea' } });
  const newer = new ShelfProcess(Newer, {
    find: { name: 'tea', price: { amount: 5, tax: 1 }, depth: 2 },
    put: { name: 'tea', shelf: 1 },
    count: 7,
  });
  const call = callContext({ caller: 'http' });
  const lines: Record<'toOlder' | 'toNewer' | 'toBoth', RemoteTransport>[] = [];
  const ask = async (line: keyof (typeof lines)[0], operation: Operation, input: unknown): Promise<unknown> =>
    await lines[0]?.[line].invoke(operation, input, { ...call, deadlineMs: Date.now() + STOP_LIMIT_MS });

  beforeAll(async () => {
    const [old, recent] = [await older.listen(), await newer.listen()];
    const to = (...urls: string[]): RemoteTransport =>
      new RemoteTransport({ addresses: new Map([['shelf', urls]]), tokens: new CallTokens(DESK_SECRET) });
    lines.push({ toOlder: to(old), toNewer: to(recent), toBoth: to(old, recent) });
  });
  afterAll(async () => {
    for (const line of lines) await Promise.all(Object.values(line).map((each) => each.close()));
    await Promise.all([older.stop(), newer.stop()]);
  });

  it('understand each other where nothing new is asked for', async () => {
    const tea = { name: 'tea', price: { amount: 5 } };
    expect(await ask('toNewer', Older.operations.find, { name: 'tea' })).toEqual(tea);
    expect(await ask('toOlder', Newer.operations.find, { name: 'tea' })).toEqual({ ...tea, depth: 0 });
    expect(older.heard.at(-1)).toEqual({ name: 'tea' });
    expect(newer.heard.at(-1)).toEqual({ name: 'tea', depth: 1 });
  });

  it('do nothing rather than something else, where the older one does not know what it is asked', async () => {
    const before = older.heard.length;
    for (let count = 0; count < 3; count += 1) {
      const asked = ask('toOlder', Newer.operations.find, { name: 'tea', colour: 'green' });
      await expect(asked).rejects.toMatchObject({ name: 'SystemFailure', mayHaveHappened: false });
    }
    await expect(ask('toOlder', Newer.operations.count, {})).rejects.toThrow('does not answer shelf.count');
    expect(older.heard).toHaveLength(before);
    // It is well, and answers all else.
    expect(await ask('toOlder', Older.operations.find, { name: 'tea' })).toMatchObject({ name: 'tea' });
  });

  it('help each other out: where one of them knows it, it is answered', async () => {
    for (let count = 0; count < 4; count += 1) {
      expect(await ask('toBoth', Newer.operations.find, { name: 'tea', colour: 'green' })).toMatchObject({ depth: 2 });
      expect(await ask('toBoth', Newer.operations.count, {})).toBe(7);
    }
  });

  it('do not mistake an answer that lacks something: what was asked for may have happened', async () => {
    const put = ask('toOlder', Newer.operations.put, { name: 'tea' });
    await expect(put).rejects.toMatchObject({ name: 'SystemFailure', mayHaveHappened: true });
  });

  it('refuse what is wrong in both as what it is', async () => {
    const asked = ask('toOlder', Newer.operations.find, { name: 5 });
    await expect(asked).rejects.toMatchObject({ code: 'request.invalid' });
  });
});
