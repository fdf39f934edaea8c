import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Charge, Refund } from './charge.ts';
import type { ErrorBody, SandboxCaller } from './test/sandbox-caller.ts';
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

async function charged(capture: boolean): Promise<string> {
  return (await caller.charge('charge', 'tok_ok', { capture, amount: 1_000 })).body.id;
}

describe('giving money back', () => {
  it('refunds in parts and lists them, and the last part makes the charge refunded', async () => {
    const id = await charged(true);
    const first = await caller.refund(id, 'r1', 300);
    expect(first).toMatchObject({ status: 201, body: { chargeId: id, key: 'r1', amount: 300, currency: 'GBP' } });
    expect(await caller.find(id)).toMatchObject({ status: 'captured', refunded: 300 });
    const second = await caller.refund(id, 'r2', 700);
    expect(await caller.find(id)).toMatchObject({ status: 'refunded', refunded: 1_000 });
    const listed = await caller.get<{ items: Refund[] }>(`/v1/charges/${id}/refunds`);
    expect(listed.body.items).toEqual([first.body, second.body]);
  });

  it('gives back once for one key, and refuses the key with another amount', async () => {
    const id = await charged(true);
    const replies = await Promise.all(Array.from({ length: 20 }, () => caller.refund(id, 'r', 100)));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect((await caller.find(id)).refunded).toBe(100);
    expect((await caller.refund(id, 'r', 101)).body.error.code).toBe('idempotency_key_reused');
  });

  it('never gives back more than was taken, also when many ask at the same time', async () => {
    const id = await charged(true);
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => caller.refund(id, `r${i}`, 150)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(6);
    const refused = replies.filter(({ status }) => status === 409);
    expect(new Set(refused.map(({ body }) => body.error.code))).toEqual(new Set(['refund_exceeds_captured']));
    expect((await caller.find(id)).refunded).toBe(900);
  });

  it('gives nothing back of money that was never taken', async () => {
    const { status, body } = await caller.refund(await charged(false), 'r', 1);
    expect([status, body.error.code]).toEqual([409, 'charge_not_refundable']);
  });

  it('gives back what was captured while the rest is still held', async () => {
    const id = await charged(false);
    await caller.capture(id, 'c', { amount: 400 });
    expect((await caller.refund(id, 'r', 401)).body.error.code).toBe('refund_exceeds_captured');
    await caller.refund(id, 'r', 400);
    expect(await caller.find(id)).toMatchObject({ status: 'authorised', captured: 400, refunded: 400 });
    expect((await caller.void(id, 'v')).body).toMatchObject({ status: 'refunded' });
  });
});

describe('requests that make no sense', () => {
  it.each([
    ['broken JSON', '{"amount":', 400, 'malformed_json'],
    ['a list', '[]', 400, 'malformed_json'],
    ['too long a body', JSON.stringify({ orderId: 'x'.repeat(70_000) }), 413, 'body_too_large'],
    ['a misspelt field', '{"amout":1}', 400, 'unknown_field'],
    ['a fraction of a penny', '{"amount":1.5,"currency":"GBP","capture":true}', 400, 'invalid_request'],
    ['nothing', '{}', 400, 'invalid_request'],
  ])('are refused: %s', async (_name, body, status, code) => {
    const reply = await caller.post<ErrorBody>('/v1/charges', 'k', body);
    expect([reply.status, reply.body.error.code]).toEqual([status, code]);
    expect(await caller.all()).toEqual([]);
  });

  it('a place or a charge that does not exist is not found', async () => {
    expect((await caller.get('/v2/charges')).status).toBe(404);
    expect((await caller.get<ErrorBody>('/v1/charges/ch_none')).body.error.code).toBe('charge_not_found');
    expect((await caller.void('ch_none', 'k')).status).toBe(404);
  });
});

describe('stopping', () => {
  it('does not wait for a card that never answers, nor charge a slow one halfway', async () => {
    const hanging = caller.charge('a', 'tok_charged_then_timeout').catch(() => 'cut off');
    const slow = caller.charge('b', 'tok_slow');
    // Both have arrived when the charge of the first is in the books.
    while ((await caller.all()).length === 0) continue;
    await sandbox.close();
    expect(await hanging).toBe('cut off');
    expect((await slow).status).toBe(503);
    sandbox = await openSandbox(folder.path);
    const found: Charge[] = await sandbox.caller.all();
    expect(found.map(({ key }) => key)).toEqual(['a']);
  });
});
