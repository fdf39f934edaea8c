import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../auth/index.ts';
import { InvariantViolation, SystemFailure } from '../errors/index.ts';
import { eventually, freePort } from '../testing/index.ts';
import type { RemoteTransport } from './remote-transport.ts';
import { callContext, callersOf, Desk, DeskProcess, soldOut } from './test/desk.ts';
import { LossyLine } from './test/lossy-line.ts';

const { look, book, sell } = Desk.operations;
const LONG_MS = 60_000;

describe('a call to another process', () => {
  let desk: DeskProcess;
  let callers: RemoteTransport;
  beforeAll(async () => {
    desk = await DeskProcess.start();
    callers = callersOf(desk.url);
  });
  beforeEach(() => {
    desk.heard.length = 0;
    desk.deed = () => undefined;
  });
  afterAll(async () => {
    await callers.close();
    await desk.stop();
  });

  it('is answered as it would be here, and changes nothing of what the caller passed', async () => {
    const wish = { name: 'tea', tags: ['hot'] };
    desk.deed = (input) => void input.tags?.push('changed over there');
    expect(await callers.invoke(look, wish, callContext())).toEqual({ name: 'tea', times: 1 });
    expect(wish).toEqual({ name: 'tea', tags: ['hot'] });
  });

  it('carries who acts, in which trace, under which key', async () => {
    const principal: Principal = { kind: 'staff', id: 'key_1', scopes: ['orders:read'] };
    const call = callContext({
      principal,
      idempotencyKey: 'k1',
      causationId: 'evt_1',
    });
    await callers.invoke(sell, { name: 'tea' }, call);
    const { deadlineMs, ...heard } = desk.heard[0]?.call ?? callContext();
    const { deadlineMs: _, ...asked } = call;
    expect(heard).toEqual(asked);
    // What is left is carried, so that the way there comes on top of it; on a busy machine it takes its time.
    expect(Math.abs(deadlineMs - call.deadlineMs)).toBeLessThan(1_000);
  });

  it('fails with the error that was thrown over there', async () => {
    desk.deed = ({ name }) => {
      throw soldOut(name);
    };
    await expect(callers.invoke(sell, { name: 'tea' }, callContext())).rejects.toMatchObject({
      name: 'ContractError',
      code: 'desk.sold_out',
      status: 409,
      details: { name: 'tea' },
    });
    expect(desk.heard).toHaveLength(1);
  });

  it('points to the faults of an input before it goes anywhere', async () => {
    await expect(callers.invoke(look, { name: '', colour: 'red' }, callContext())).rejects.toMatchObject({
      code: 'request.invalid',
    });
    expect(desk.heard).toHaveLength(0);
  });

  it('says that it may have happened when the machinery broke over there, and does not guess', async () => {
    desk.deed = () => {
      throw Object.assign(new Error('the cable is cut'), { code: 'ECONNRESET' });
    };
    const asked = callers.invoke(look, { name: 'tea' }, callContext());
    await expect(asked).rejects.toMatchObject({ name: 'SystemFailure', mayHaveHappened: true });
    await expect(asked).rejects.toThrow('the cable is cut');
    expect(desk.heard).toHaveLength(1);
  });

  it.each([InvariantViolation, TypeError])('meets a defect of the other side as one here: %p', async (Defect) => {
    desk.deed = () => {
      throw new Defect('the desk has five legs');
    };
    const failure: unknown = await callers
      .invoke(look, { name: 'tea' }, callContext())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'the desk has five legs' });
    expect(failure).not.toBeInstanceOf(SystemFailure);
    // What contradicts the books is left to an operator by a saga, and not repeated for ever.
    expect(failure instanceof InvariantViolation).toBe(Defect === InvariantViolation);
  });

  it('ends at its deadline, and may have happened', async () => {
    desk.deed = () => pause(300);
    const asked = callers.invoke(sell, { name: 'tea' }, callContext({ deadlineMs: Date.now() + 100 }));
    await expect(asked).rejects.toMatchObject({ mayHaveHappened: true });
    await expect(asked).rejects.toThrow('did not answer in time');
  });

  it('does not begin after its deadline', async () => {
    const asked = callers.invoke(sell, { name: 'tea' }, callContext({ deadlineMs: Date.now() - 1 }));
    await expect(asked).rejects.toMatchObject({ mayHaveHappened: false });
    expect(desk.heard).toHaveLength(0);
  });

  it('leaves room for others where a module hangs: what is too much is turned away at once', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((done) => (open = done));
    desk.deed = () => opened;
    const call = callContext({ deadlineMs: Date.now() + LONG_MS });
    const asked = Promise.allSettled(Array.from({ length: 1_300 }, () => callers.invoke(look, { name: 'tea' }, call)));
    await eventually(() => expect(desk.heard.length).toBeGreaterThan(0));
    open();
    const ends = await asked;
    const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason as SystemFailure);
    expect(refused).toHaveLength(1_300 - 128 - 1_024);
    expect(refused.every(({ mayHaveHappened }) => !mayHaveHappened)).toBe(true);
  });
});

describe('an answer that is lost', () => {
  let desk: DeskProcess;
  let line: LossyLine;
  let callers: RemoteTransport;
  beforeEach(async () => {
    desk = await DeskProcess.start();
    line = await LossyLine.open(desk.url);
    callers = callersOf(line.url);
  });
  afterEach(async () => {
    await callers.close();
    await line.close();
    await desk.stop();
  });

  it('is asked for again where that is safe', async () => {
    line.lose(2);
    expect(await callers.invoke(look, { name: 'tea' }, callContext())).toEqual({ name: 'tea', times: 3 });
    line.lose(1);
    await callers.invoke(book, { name: 'milk' }, callContext());
    line.lose(1);
    await callers.invoke(sell, { name: 'rice' }, callContext({ idempotencyKey: 'k1' }));
    const heard = desk.heard.map(({ operation, call }) => `${operation} ${call.idempotencyKey ?? '-'}`);
    expect(heard).toEqual(['look -', 'look -', 'look -', 'book -', 'book -', 'sell k1', 'sell k1']);
  });

  it('is never asked for again where the work could be done twice', async () => {
    line.lose(1);
    const asked = callers.invoke(sell, { name: 'tea' }, callContext());
    await expect(asked).rejects.toMatchObject({ name: 'SystemFailure', mayHaveHappened: true });
    expect(desk.heard).toHaveLength(1);
  });

  it('is given up after 4 attempts', async () => {
    line.lose(100);
    await expect(callers.invoke(look, { name: 'tea' }, callContext())).rejects.toBeInstanceOf(SystemFailure);
    expect(desk.heard).toHaveLength(4);
  });
});

describe('a module in several processes', () => {
  it('is asked at one after the other', async () => {
    const desks = [await DeskProcess.start(), await DeskProcess.start()];
    const callers = callersOf(...desks.map(({ url }) => url));
    for (let count = 0; count < 6; count += 1) await callers.invoke(look, { name: 'tea' }, callContext());
    expect(desks.map(({ heard }) => heard.length)).toEqual([3, 3]);
    await callers.close();
    for (const desk of desks) await desk.stop();
  });

  it('answers as long as one of them does, also what must not be done twice', async () => {
    const desk = await DeskProcess.start();
    const callers = callersOf(`http://127.0.0.1:${await freePort()}`, desk.url);
    for (let count = 0; count < 20; count += 1) await callers.invoke(sell, { name: 'tea' }, callContext());
    expect(desk.heard).toHaveLength(20);
    await callers.close();
    await desk.stop();
  });

  it('loses no call when one of them stops', async () => {
    const [first, second] = [await DeskProcess.start(), await DeskProcess.start()];
    for (const desk of [first, second]) desk.deed = () => pause(20);
    const callers = callersOf(first.url, second.url);
    const asked = Array.from({ length: 100 }, async (_, index) => {
      await pause(index * 5);
      return await callers.invoke(sell, { name: 'tea' }, callContext());
    });
    await pause(100);
    await first.stop();
    await Promise.all(asked);
    expect(first.heard.length + second.heard.length).toBe(100);
    expect(first.heard.length).toBeGreaterThan(0);
    await callers.close();
    await second.stop();
  });
});

describe('a process that is away', () => {
  it('is left alone for a moment, and asked again when it is back', async () => {
    const port = await freePort();
    const callers = callersOf(`http://127.0.0.1:${port}`);
    const ask = (): Promise<unknown> => callers.invoke(sell, { name: 'tea' }, callContext());
    await expect(ask()).rejects.toMatchObject({ mayHaveHappened: false });
    await expect(ask()).rejects.toThrow('left alone');
    const desk = await DeskProcess.start(port);
    await eventually(async () => expect(await ask()).toMatchObject({ name: 'tea' }));
    expect(desk.heard).toHaveLength(1);
    await callers.close();
    await desk.stop();
  });
});
