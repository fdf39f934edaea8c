import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, present } from './test/eventually.ts';
import type { SandboxCaller } from './test/sandbox-caller.ts';
import { freshBooks, openSandbox, type SandboxInProcess } from './test/sandbox-world.ts';

let folder: Awaited<ReturnType<typeof freshBooks>>;
let sandbox: SandboxInProcess;
let caller: SandboxCaller;

beforeEach(async () => {
  folder = await freshBooks();
  sandbox = await openSandbox(folder.path);
  caller = sandbox.caller;
});

afterEach(async () => {
  await sandbox.close();
  await folder.remove();
});

async function authorised(token = 'tok_ok'): Promise<string> {
  return (await caller.charge('charge', token, { capture: false, amount: 1_000 })).body.id;
}

const capturesOf = async (id: string) => {
  const { items } = await caller.accounts();
  return present(items.find(({ charge }) => charge.id === id)).captures;
};

describe('taking authorised money', () => {
  it('captures all of it, and repeats its answer when asked twice', async () => {
    const id = await authorised();
    const first = await caller.capture(id, 'c');
    expect(first).toMatchObject({ status: 200, body: { status: 'captured', captured: 1_000 } });
    expect(await caller.capture(id, 'c')).toEqual(first);
    expect(await capturesOf(id)).toMatchObject([{ key: 'c', amount: 1_000, currency: 'GBP', chargeId: id }]);
  });

  it('captures in parts, each under its key, and holds the rest until the last one', async () => {
    const id = await authorised();
    expect((await caller.capture(id, 'c', { amount: 400 })).body).toMatchObject({
      status: 'authorised',
      captured: 400,
    });
    await caller.capture(id, 'c', { amount: 400 });
    expect((await caller.capture(id, 'c', { amount: 401 })).body.error.code).toBe('idempotency_key_reused');
    expect((await caller.capture(id, 'd', { amount: 600 })).body).toMatchObject({
      status: 'captured',
      captured: 1_000,
    });
    expect(await capturesOf(id)).toMatchObject([{ amount: 400 }, { amount: 600 }]);
  });

  it('never captures more than was authorised, also when many ask at the same time', async () => {
    const id = await authorised();
    const tooMuch = await caller.capture(id, 'much', { amount: 1_001 });
    expect([tooMuch.status, tooMuch.body.error.code]).toEqual([409, 'capture_exceeds_authorised']);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => caller.capture(id, `c${i}`, { amount: 150 })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(6);
    expect((await caller.find(id)).captured).toBe(900);
    await caller.capture(id, 'rest');
    expect((await caller.capture(id, 'again')).body.error.code).toBe('charge_not_capturable');
  });
});

describe('letting go of authorised money', () => {
  it('voids all of it, and repeats its answer when asked twice', async () => {
    const id = await authorised();
    const first = await caller.void(id, 'v');
    expect(first).toMatchObject({ status: 200, body: { status: 'voided', captured: 0 } });
    expect(await caller.void(id, 'v')).toEqual(first);
    expect((await caller.capture(id, 'c')).body.error.code).toBe('charge_not_capturable');
  });

  it('lets go of the rest after a capture in part, which keeps what was captured', async () => {
    const id = await authorised();
    await caller.capture(id, 'c', { amount: 300 });
    expect((await caller.void(id, 'v')).body).toMatchObject({ status: 'captured', captured: 300 });
    expect((await caller.capture(id, 'd', { amount: 1 })).body.error.code).toBe('charge_not_capturable');
  });

  it('does not void money that was taken: that needs a refund', async () => {
    const { body: taken } = await caller.charge('taken', 'tok_ok');
    const { status, body } = await caller.void(taken.id, 'v');
    expect([status, body.error.code]).toEqual([409, 'charge_not_voidable']);
  });
});

describe('what each test card does when it is captured', () => {
  it('one that fails once takes nothing the first time and works the second', async () => {
    await caller.charge('charge', 'tok_error_once', { capture: false, amount: 1_000 });
    const id = await authorised('tok_error_once');
    const first = await caller.capture(id, 'c', { amount: 400 });
    expect([first.status, first.body.error.code]).toEqual([500, 'temporary_failure']);
    expect((await caller.find(id)).captured).toBe(0);
    expect((await caller.capture(id, 'c', { amount: 400 })).body).toMatchObject({ captured: 400 });
  });

  it('one that times out after charging leaves the first call open, and answers the repeat', async () => {
    const giveUp = new AbortController();
    const authorising = caller.charge('charge', 'tok_charged_then_timeout', { capture: false }, giveUp.signal);
    const charge = await eventually(async () => present((await caller.all())[0]));
    const capturing = caller.capture(charge.id, 'c', { amount: 400 }, giveUp.signal);
    await eventually(async () => expect((await caller.find(charge.id)).captured).toBe(400));
    expect((await caller.capture(charge.id, 'c', { amount: 400 })).status).toBe(200);
    giveUp.abort();
    expect((await Promise.allSettled([authorising, capturing])).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(await capturesOf(charge.id)).toHaveLength(1);
  });

  it('one that is slow is captured once, after three seconds, however often the shop asks meanwhile', async () => {
    const id = await authorised('tok_slow');
    const startedAt = Date.now();
    const [first, second] = await Promise.all([caller.capture(id, 'c'), caller.capture(id, 'c')]);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2_990);
    expect(first.body).toEqual(second.body);
    expect(await capturesOf(id)).toHaveLength(1);
  });

  it('one that was pending is captured at once, when it has been authorised', async () => {
    // Long enough for a request to come before it, on a machine that is busy with other things.
    await sandbox.close();
    sandbox = await openSandbox(folder.path, { pendingMs: 1_000 });
    ({ caller } = sandbox);
    const id = await authorised('tok_pending');
    expect((await caller.capture(id, 'early')).body.error.code).toBe('charge_not_capturable');
    await eventually(async () => expect((await caller.find(id)).status).toBe('authorised'));
    expect((await caller.capture(id, 'c')).body).toMatchObject({ status: 'captured' });
  });

  it('one whose bank has changed its mind is refused, and nothing is taken', async () => {
    const id = await authorised('tok_capture_declined');
    const { status, body } = await caller.capture(id, 'c');
    expect([status, body.error.code]).toEqual([409, 'capture_declined']);
    expect(await caller.find(id)).toMatchObject({ status: 'authorised', captured: 0 });
  });

  it('one that is surcharged takes more than it was asked to', async () => {
    const { body } = await caller.charge('taken', 'tok_surcharged', { amount: 500 });
    expect(body).toMatchObject({ status: 'captured', amount: 501, captured: 501 });
  });
});

describe('looking at what has changed', () => {
  it('shows each charge once, by its latest change, with all that was booked on it', async () => {
    const id = await authorised();
    const { body: second } = await caller.charge('second', 'tok_ok');
    await caller.capture(id, 'c', { amount: 300 });
    await caller.refund(id, 'r', 100);
    const { items, nextCursor } = await caller.accounts();
    expect(nextCursor).toBeNull();
    expect(items.map(({ charge }) => charge.id)).toEqual([second.id, id]);
    expect(items[1]).toMatchObject({
      charge: { captured: 300, refunded: 100 },
      captures: [{ key: 'c', amount: 300 }],
      refunds: [{ key: 'r', amount: 100 }],
    });
    const found = await caller.get<{ items: unknown[] }>('/v1/accounts?key=charge');
    expect(found.body.items).toEqual([items[1]]);
    expect((await caller.get<{ items: unknown[] }>('/v1/accounts?key=c')).body.items).toEqual([]);
  });

  it('pages through it, and meets again at the end what changes meanwhile', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 4; i += 1) ids.push((await caller.charge(`k${i}`, 'tok_ok')).body.id);
    const first = await caller.accounts(0, 2);
    expect(first.items.map(({ charge }) => charge.id)).toEqual(ids.slice(0, 2));
    await caller.refund(present(ids[0]), 'r', 1);
    const rest = await caller.accounts(Number(first.nextCursor), 10);
    expect(rest.items.map(({ charge }) => charge.id)).toEqual([ids[2], ids[3], ids[0]]);
    const last = present(rest.items.at(-1)).change;
    expect(await caller.accounts(last)).toEqual({ items: [], nextCursor: null });
  });

  it('refuses a place that these books have never reached', async () => {
    await caller.charge('a', 'tok_ok');
    expect((await caller.get('/v1/accounts?after=2')).status).toBe(400);
    expect((await caller.get('/v1/accounts?after=-1')).status).toBe(400);
    expect((await caller.get('/v1/accounts?after=x')).status).toBe(400);
  });
});
