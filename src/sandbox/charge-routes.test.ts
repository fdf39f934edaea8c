import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Charge } from './charge.ts';
import { eventually, present } from './test/eventually.ts';
import type { ErrorBody, SandboxCaller } from './test/sandbox-caller.ts';
import { freshBooks, openSandbox, type SandboxInProcess } from './test/sandbox-world.ts';

/** Long enough for a shop to change its mind. */
const PENDING_MS = 500;

let folder: Awaited<ReturnType<typeof freshBooks>>;
let sandbox: SandboxInProcess;
let caller: SandboxCaller;

beforeEach(async () => {
  folder = await freshBooks();
  sandbox = await openSandbox(folder.path, { pendingMs: PENDING_MS });
  caller = sandbox.caller;
});

afterEach(async () => {
  await sandbox.close();
  await folder.remove();
});

describe('what each test card does', () => {
  it('a good card is charged at once when the shop captures', async () => {
    const { status, body } = await caller.charge('a', 'tok_ok');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^ch_/),
      key: 'a',
      orderId: 'order of a',
      amount: 1_250,
      currency: 'GBP',
      status: 'captured',
      captured: 1_250,
      refunded: 0,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it('a good card is only authorised when the shop captures later', async () => {
    const { body } = await caller.charge('a', 'tok_ok', { capture: false });
    expect(body).toMatchObject({ status: 'authorised', captured: 0 });
  });

  it('a declined card takes no money, and the books say that it was tried', async () => {
    const { status, body } = await caller.charge('a', 'tok_declined');
    expect([status, body.status, body.declineCode, body.captured]).toEqual([402, 'declined', 'card_declined', 0]);
    expect(await caller.all()).toEqual([body]);
    expect((await caller.charge('a', 'tok_declined')).status).toBe(402);
  });

  it('a slow card is charged once, after three seconds, however often the shop asks meanwhile', async () => {
    const startedAt = Date.now();
    const asked = Promise.all([caller.charge('a', 'tok_slow'), caller.charge('a', 'tok_slow')]);
    expect(await caller.all()).toEqual([]);
    const [first, second] = await asked;
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2_990);
    expect(first.body).toEqual(second.body);
    expect(await caller.all()).toHaveLength(1);
  });

  it('a card that fails once charges nothing the first time and works the second', async () => {
    const first = await caller.charge('a', 'tok_error_once');
    expect([first.status, first.body.error.code]).toEqual([500, 'temporary_failure']);
    expect(await caller.all()).toEqual([]);
    expect(await caller.charge('a', 'tok_error_once')).toMatchObject({ status: 201, body: { status: 'captured' } });
  });

  it('a card that times out after charging leaves the first call open, and answers the repeat', async () => {
    const giveUp = new AbortController();
    let answered = false;
    const first = caller.charge('a', 'tok_charged_then_timeout', {}, giveUp.signal).then(
      () => (answered = true),
      () => undefined,
    );
    const charge = await eventually(async () => present((await caller.all())[0]));
    const repeat = await caller.charge('a', 'tok_charged_then_timeout');
    expect(repeat).toEqual({ status: 200, body: charge });
    giveUp.abort();
    await first;
    expect(answered).toBe(false);
    expect(await caller.all()).toHaveLength(1);
  });

  it.each([
    ['tok_pending', true, 'captured', 200],
    ['tok_pending', false, 'authorised', 200],
    ['tok_pending_declined', true, 'declined', 402],
  ])('%s (capture: %s) is pending first and %s soon after', async (token, capture, status, finalStatus) => {
    const first = await caller.charge('a', token, { capture });
    expect([first.status, first.body.status, first.body.captured]).toEqual([202, 'pending', 0]);
    await eventually(async () => expect((await caller.find(first.body.id)).status).toBe(status));
    expect((await caller.charge('a', token, { capture })).status).toBe(finalStatus);
  });

  it('a pending charge that the shop gives up is never charged', async () => {
    const { body } = await caller.charge('a', 'tok_pending');
    expect((await caller.void(body.id, 'b')).body.status).toBe('voided');
    const later = await caller.charge('c', 'tok_pending');
    await eventually(async () => expect((await caller.find(later.body.id)).status).toBe('captured'));
    expect((await caller.find(body.id)).status).toBe('voided');
  });

  it('a card that the sandbox does not know is refused', async () => {
    const { status, body } = await caller.charge('a', 'tok_imaginary');
    expect([status, body.error.code]).toEqual([400, 'unknown_token']);
  });
});

describe('asking twice', () => {
  it('charges a card once for one key, even when fifty requests come at the same time', async () => {
    const replies = await Promise.all(Array.from({ length: 50 }, () => caller.charge('same', 'tok_ok')));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await caller.all()).toHaveLength(1);
  });

  it('refuses a key that comes back with another amount', async () => {
    await caller.charge('a', 'tok_ok');
    const { status, body } = await caller.charge('a', 'tok_ok', { amount: 9_999 });
    expect([status, body.error.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await caller.all()).toHaveLength(1);
  });

  it('takes the same wish in another order of words for the same wish', async () => {
    const first = await caller.post<Charge>('/v1/charges', 'a', {
      capture: true,
      orderId: 'o',
      token: 'tok_ok',
      currency: 'GBP',
      amount: 5,
    });
    const again = await caller.charge('a', 'tok_ok', { orderId: 'o', amount: 5 });
    expect(again.body.id).toBe(first.body.id);
  });

  it('refuses to charge without a key', async () => {
    const body = { amount: 1, currency: 'GBP', token: 'tok_ok', orderId: 'o', capture: true };
    const reply = await caller.post<ErrorBody>('/v1/charges', undefined, body);
    expect([reply.status, reply.body.error.code]).toEqual([400, 'idempotency_key_required']);
  });
});

describe('looking into the books', () => {
  it('finds the charge of a key, and nothing under a key that charged nothing', async () => {
    const { body } = await caller.charge('a b&c', 'tok_ok');
    await caller.refund(body.id, 'refund key', 1);
    const found = await caller.get<{ items: Charge[] }>('/v1/charges?key=a%20b%26c');
    expect(found.body.items).toMatchObject([{ id: body.id, refunded: 1 }]);
    expect((await caller.get('/v1/charges?key=refund%20key')).body).toEqual({ items: [] });
    expect((await caller.get('/v1/charges?key=other')).body).toEqual({ items: [] });
  });

  it('lists every charge once, oldest first, also when new ones arrive meanwhile', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.push((await caller.charge(`k${i}`, 'tok_ok')).body.id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: Charge[]; nextCursor: string | null } = (
        await caller.get<{ items: Charge[]; nextCursor: string | null }>(
          `/v1/charges?limit=2${cursor && `&cursor=${cursor}`}`,
        )
      ).body;
      seen.push(...page.items.map(({ id }) => id));
      if (cursor === '') ids.push((await caller.charge('late', 'tok_ok')).body.id);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
    expect((await caller.get('/v1/charges?cursor=ch_unknown')).status).toBe(400);
  });
});
