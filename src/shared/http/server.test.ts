import { describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { anyone } from '../auth/index.ts';
import { SystemFailure } from '../errors/index.ts';
import { get } from './index.ts';
import { aSweet, asOwner, Kiosk, kioskRoutes, openKiosk, sendSweet, SWEET_ID, SWEETS_PATH } from './test/kiosk.ts';

describe('an address', () => {
  it('where there is nothing answers 404', async () => {
    const { app } = openKiosk();
    for (const path of ['/', '/store/v1/nothing', '/STORE/v1/sweets', '/store/v1/sweets/swt_x/y']) {
      expect((await supertest(app).get(path)).body).toMatchObject({ status: 404, code: 'request.not_found' });
    }
  });

  it('with a malformed id answers 404, however it is malformed', async () => {
    const { app, heard } = openKiosk();
    for (const malformed of ['7', 'swt_', '%zz', '%00', '%ff', '..%2f..%2fetc', `${SWEET_ID}'--`, 'x'.repeat(5000)]) {
      const reply = await supertest(app).get(`/store/v1/sweets/${malformed}`);
      expect([malformed, reply.status, reply.body.code]).toEqual([malformed, 404, 'request.not_found']);
    }
    expect(heard).toEqual([]);
  });

  it('with a method that it does not have answers 405 and names those that it has', async () => {
    const { app } = openKiosk();
    const reply = await supertest(app).put(`${SWEETS_PATH}/${SWEET_ID}`).set(asOwner).send({});
    expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
    expect(reply.body.code).toBe('request.method_not_allowed');
  });

  it('with a query parameter that does not exist is refused, whether it has others or none', async () => {
    const { app } = openKiosk();
    const listed = await supertest(app).get('/store/v1/sweets?limit=5&colour=red');
    expect(listed.body).toMatchObject({ status: 422, errors: [{ pointer: '/colour', code: 'unknown_field' }] });
    const shown = await supertest(app).get(`/store/v1/sweets/${SWEET_ID}?expand=all`);
    expect(shown.body).toMatchObject({ status: 422, errors: [{ pointer: '/expand', code: 'unknown_field' }] });
  });

  it('with a faulty query parameter is refused, and the parameter is named', async () => {
    const { app } = openKiosk();
    for (const [query, pointer] of [
      ['limit=0', '/limit'],
      ['limit=many', '/limit'],
      ['flavour=mint&flavour=rum', '/flavour'],
      ['flavour=%00', '/flavour'],
    ] as const) {
      const reply = await supertest(app).get(`/store/v1/sweets?${query}`);
      expect([query, reply.status, reply.body.errors?.[0].pointer]).toEqual([query, 422, pointer]);
    }
  });

  it('made of a word is not taken for an id, in whatever order the rows stand', async () => {
    const { app } = openKiosk({ routes: [...kioskRoutes].reverse() });
    const reply = await supertest(app).get(`${SWEETS_PATH}/export`).set(asOwner);
    expect([reply.headers['content-type'], reply.text]).toEqual(['text/csv; charset=utf-8', 'name\nToffee\n']);
  });

  it('given to two rows by mistake stops the start', () => {
    const twice = get('/store/v1/sweets', { operation: Kiosk.operations.listSweets, access: anyone, summary: 'Again' });
    expect(() => openKiosk({ routes: [...kioskRoutes, twice] })).toThrow('GET /store/v1/sweets has two rows');
  });
});

describe('a staff address', () => {
  it('needs a key, and says so', async () => {
    const { app, heard } = openKiosk();
    for (const header of [undefined, 'Bearer wrong', 'Basic b3duZXI=', 'Bearer', 'owner']) {
      const request = supertest(app).post(SWEETS_PATH);
      if (header !== undefined) request.set('authorization', header);
      const reply = await request.send(aSweet);
      expect(reply.body).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
    expect(heard).toEqual([]);
  });

  it('needs a key with its scope, and names the scope', async () => {
    const { app } = openKiosk();
    const reply = await supertest(app).post(SWEETS_PATH).set('authorization', 'Bearer reader').send(aSweet);
    expect(reply.body).toMatchObject({
      status: 403,
      code: 'auth.forbidden',
      detail: 'This key lacks the scope catalog:write.',
    });
  });

  it('reads nothing of what a stranger sends', async () => {
    const { app } = openKiosk();
    const reply = await supertest(app).post(SWEETS_PATH).type('json').send('{ not json');
    expect(reply.status).toBe(401);
  });
});

describe('an Idempotency-Key', () => {
  it('is demanded where a repeat would do harm', async () => {
    const { app } = openKiosk();
    const reply = await supertest(app).post(SWEETS_PATH).set(asOwner).send(aSweet);
    expect(reply.body).toMatchObject({ status: 422, code: 'idempotency.key_missing' });
  });

  it.each(['', 'two words', 'x'.repeat(201), 'clé'])('of "%s" is refused', async (key) => {
    const reply = await sendSweet(aSweet).set('idempotency-key', key);
    expect(reply.body).toMatchObject({ status: 422, code: 'idempotency.key_invalid' });
  });

  it('travels with the call, together with who asks', async () => {
    const { app, heard } = openKiosk();
    await sendSweet(aSweet, { app, heard });
    expect(heard[0]?.call).toMatchObject({ caller: 'http', idempotencyKey: 'first', principal: { id: 'key_owner' } });
  });
});

describe('a failure', () => {
  it('of ours answers 500 and tells nothing of its reason', async () => {
    const { app } = openKiosk({
      answer: () => {
        throw new Error('password of role banyan_kiosk is hunter2');
      },
    });
    const reply = await supertest(app).get(`/store/v1/sweets/${SWEET_ID}`);
    expect([reply.status, reply.body.code]).toEqual([500, 'system.failure']);
    expect(reply.text).not.toMatch(/hunter2|banyan_kiosk|at .*\.ts/);
  });

  it('of something that cannot be reached answers 503 and says whether to repeat', async () => {
    const failing = (mayHaveHappened: boolean) =>
      openKiosk({
        answer: () => {
          throw new SystemFailure('connect ECONNREFUSED 10.0.0.7:5432', { mayHaveHappened });
        },
      });
    const unsure = await sendSweet(aSweet, failing(true));
    expect(unsure.body).toMatchObject({
      status: 503,
      code: 'system.unavailable',
      detail: expect.stringContaining('same Idempotency-Key'),
    });
    expect(unsure.headers['retry-after']).toBe('1');
    const sure = await sendSweet(aSweet, failing(false));
    expect(sure.body.detail).toBe('Nothing has happened; repeat the request.');
    expect(sure.text).not.toContain('10.0.0.7');
  });

  it('that a contract names arrives with its code and its facts', async () => {
    const { app } = openKiosk({
      answer: () => {
        throw Kiosk.errors.soldOut({ left: 0 });
      },
    });
    const reply = await supertest(app).get(`/store/v1/sweets/${SWEET_ID}`);
    expect(reply.body).toMatchObject({
      type: '/docs/errors#kiosk.sold_out',
      status: 409,
      code: 'kiosk.sold_out',
      left: 0,
    });
  });
});

describe('a reply', () => {
  it('carries the id that the request came with, or a new one', async () => {
    const { app } = openKiosk();
    const path = `/store/v1/sweets/${SWEET_ID}`;
    expect((await supertest(app).get(path).set('x-request-id', 'till-7:42')).headers['x-request-id']).toBe('till-7:42');
    for (const unusable of ['two words', 'x'.repeat(101), '<b>']) {
      expect((await supertest(app).get(path).set('x-request-id', unusable)).headers['x-request-id']).toMatch(
        /^[0-9a-f-]{36}$/,
      );
    }
  });

  it('is kept by nobody on the way, and does not say what we run on', async () => {
    const { headers } = await supertest(openKiosk({ answer: () => ({}) }).app).get(`/store/v1/sweets/${SWEET_ID}`);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});
