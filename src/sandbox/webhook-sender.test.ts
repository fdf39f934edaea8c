import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { eventually, present } from './test/eventually.ts';
import { freshBooks, openSandbox, SECRET, type InProcessOptions, type SandboxInProcess } from './test/sandbox-world.ts';
import { openReceiver, type WebhookReceiver } from './test/webhook-receiver.ts';
import { webhookSignature } from './webhook-signature.ts';

let folder: Awaited<ReturnType<typeof freshBooks>>;
let shop: WebhookReceiver;
let sandbox: SandboxInProcess;

beforeEach(async () => {
  folder = await freshBooks();
  shop = await openReceiver();
});

afterEach(async () => {
  await sandbox.close();
  await shop.close();
  await folder.remove();
});

async function start(options: InProcessOptions): Promise<void> {
  sandbox = await openSandbox(folder.path, options);
}

const nothingIsUnsent = () => eventually(() => expect(sandbox.books.unsentEvents()).toEqual([]));

describe('webhooks', () => {
  it('tell the shop how a pending charge ended, signed so that the shop can check who wrote', async () => {
    await start({ webhookUrl: shop.url });
    const { body } = await sandbox.caller.charge('a', 'tok_pending');
    const { headers, rawBody, event } = await eventually(() => present(shop.received[0]));
    const charge = await sandbox.caller.find(body.id);
    const { id, createdAt } = event;
    expect(event).toEqual({ id, type: 'charge.captured', createdAt, data: { charge } });
    expect(charge.status).toBe('captured');

    expect(headers['webhook-id']).toBe(id);
    const timestamp = Number(headers['webhook-timestamp']);
    expect(Math.abs(timestamp - Date.now() / 1_000)).toBeLessThan(60);
    const digest = createHmac('sha256', SECRET).update(`${id}.${timestamp}.${rawBody}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${digest}`);
  });

  it.each([
    ['tok_pending', false, 'charge.authorised'],
    ['tok_pending_declined', true, 'charge.declined'],
  ])('%s (capture: %s) ends as %s', async (token, capture, type) => {
    await start({ webhookUrl: shop.url });
    await sandbox.caller.charge('a', token, { capture });
    expect((await eventually(() => present(shop.received[0]))).event.type).toBe(type);
  });

  it('are signed as the Standard Webhooks specification shows', () => {
    // The example of https://github.com/standard-webhooks/standard-webhooks, libraries/javascript tests.
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signature = webhookSignature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('come again with the same id until the shop takes them, and then no more', async () => {
    await start({ webhookUrl: shop.url });
    shop.answerWith(500);
    await sandbox.caller.charge('a', 'tok_pending');
    await eventually(() => present(shop.received[2]));
    shop.answerWith(200);
    await nothingIsUnsent();
    expect(new Set(shop.received.map(({ event }) => event.id)).size).toBe(1);
  });

  it('are given up after twenty failures', async () => {
    await start({ webhookUrl: shop.url, retryDelayMs: 1 });
    shop.answerWith(500);
    await sandbox.caller.charge('a', 'tok_pending');
    await eventually(() => present(shop.received[19]));
    await nothingIsUnsent();
    expect(shop.received).toHaveLength(20);
  });

  it('that could not be sent before a restart are sent after it', async () => {
    await start({ webhookUrl: shop.url, retryDelayMs: 60_000 });
    shop.answerWith(503);
    await sandbox.caller.charge('a', 'tok_pending');
    await eventually(() => present(shop.received[0]));
    const eventId = present(shop.received[0]).event.id;
    await eventually(() => expect(sandbox.books.failedDeliveries(eventId)).toBe(1));
    await sandbox.close();
    shop.answerWith(200);
    await start({ webhookUrl: shop.url });
    await nothingIsUnsent();
    expect(shop.received[1]?.event).toEqual(shop.received[0]?.event);
  });

  it('wait until the shop has told its address', async () => {
    await start({});
    await sandbox.caller.charge('a', 'tok_pending');
    await eventually(() => present(sandbox.books.unsentEvents()[0]));
    sandbox.webhook.setUrl(shop.url);
    await nothingIsUnsent();
    expect(shop.received).toHaveLength(1);
  });

  it('of a charge that was pending at a restart are sent when it is answered after it', async () => {
    await start({ webhookUrl: shop.url, pendingMs: 3_600_000 });
    const { body } = await sandbox.caller.charge('a', 'tok_pending');
    await sandbox.close();
    await start({ webhookUrl: shop.url, pendingMs: 20 });
    const { event } = await eventually(() => present(shop.received[0]));
    expect(event.data.charge).toMatchObject({ id: body.id, status: 'captured' });
  });
});
