import { describe, expect, it } from '@jest/globals';
import type { Express } from 'express';
import supertest from 'supertest';
import { clientOf, rateLimit } from './index.ts';
import { asOwner, openKiosk, SWEET_ID } from './test/kiosk.ts';

const READS = 600;
const WRITES = 300;
const AT_ONCE = 50;

/** How often each status came back, for so many requests. */
async function ask(
  app: Express,
  times: number,
  method: 'get' | 'delete',
  path: string,
): Promise<Record<number, number>> {
  const agent = supertest.agent(app);
  const counts: Record<number, number> = {};
  for (let sent = 0; sent < times; sent += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, times - sent) }, () => agent[method](path).set(asOwner));
    for (const { status } of await Promise.all(batch)) counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describe('rate limits', () => {
  it('turn a client away that asks too often, and say when to come back', async () => {
    const { app } = openKiosk({ limit: rateLimit({ enabled: true }) });
    const path = `/admin/v1/sweets/${SWEET_ID}`;
    expect(await ask(app, WRITES + 5, 'delete', path)).toEqual({ 204: WRITES, 429: 5 });
    const reply = await supertest(app).delete(path).set(asOwner);
    expect(reply.body).toMatchObject({ status: 429, code: 'request.rate_limited' });
    expect(Number(reply.headers['retry-after'])).toBe(reply.body.retryAfterSeconds);
    expect(reply.body.retryAfterSeconds).toBeGreaterThan(0);
    expect(reply.headers).toMatchObject({ 'ratelimit-limit': '300', 'ratelimit-remaining': '0' });
    // Reading, and the shop itself, go on.
    expect((await supertest(app).get(path).set(asOwner)).status).toBe(200);
  }, 30_000);

  it('let a client read twice as often as write', async () => {
    const { app } = openKiosk({ limit: rateLimit({ enabled: true }) });
    expect(await ask(app, READS + 1, 'get', `/store/v1/sweets/${SWEET_ID}`)).toEqual({ 200: READS, 429: 1 });
  }, 30_000);

  it.each([
    ['a proxy that is trusted: each client alone', ['loopback'], { 204: 2 * WRITES }],
    ['anybody else: all as one', [], { 204: WRITES, 429: WRITES }],
  ])(
    'count clients behind %s',
    async (_, trustedProxies, expected) => {
      const { app } = openKiosk({ limit: rateLimit({ enabled: true }), trustedProxies });
      const counts: Record<number, number> = {};
      for (const client of ['203.0.113.1', '203.0.113.2']) {
        const agent = supertest.agent(app).set('X-Forwarded-For', client);
        for (let sent = 0; sent < WRITES; sent += AT_ONCE) {
          const batch = Array.from({ length: AT_ONCE }, () =>
            agent.delete(`/admin/v1/sweets/${SWEET_ID}`).set(asOwner),
          );
          for (const { status } of await Promise.all(batch)) counts[status] = (counts[status] ?? 0) + 1;
        }
      }
      expect(counts).toEqual(expected);
    },
    30_000,
  );

  it('can be turned off for load tests', async () => {
    const { app } = openKiosk({ limit: rateLimit({ enabled: false }) });
    expect(await ask(app, READS + 1, 'get', `/store/v1/sweets/${SWEET_ID}`)).toEqual({ 200: READS + 1 });
  }, 30_000);

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('count %s as the client %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});
