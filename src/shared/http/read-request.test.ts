import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import supertest, { type Test } from 'supertest';
import { aSweet, asOwner, openKiosk, sendSweet, SWEET_ID, SWEETS_PATH } from './test/kiosk.ts';

const IMPORT_PATH = '/admin/v1/sweets/import';

function withName(name: string): string {
  return JSON.stringify({ ...aSweet, name: '@' }).replace('"@"', `"${name}"`);
}

describe('what a client sends', () => {
  it('that is not JSON is answered with a problem document that says so', async () => {
    const reply = await sendSweet('{"name": ');
    expect(reply.headers['content-type']).toMatch('application/problem+json');
    expect(reply.body).toMatchObject({
      type: '/docs/errors#request.malformed_json',
      title: 'The body is not valid JSON',
      status: 400,
      code: 'request.malformed_json',
      requestId: reply.headers['x-request-id'],
    });
    expect(reply.status).toBe(400);
  });

  it('with a field that does not exist is refused, and the field is named', async () => {
    const reply = await sendSweet({ ...aSweet, price: { ...aSweet.price, vat: 20 } });
    expect(reply.status).toBe(422);
    expect(reply.body.errors).toEqual([expect.objectContaining({ pointer: '/price/vat', code: 'unknown_field' })]);
  });

  it('with a field of the wrong type is refused, and the place is named', async () => {
    const reply = await sendSweet({ ...aSweet, name: 7 });
    expect(reply.status).toBe(422);
    expect(reply.body.errors).toEqual([expect.objectContaining({ pointer: '/name', code: 'invalid_type' })]);
  });

  it.each(['null', '"text"', '7', '[]', 'true'])('that is %s instead of an object is refused', async (body) => {
    const reply = await sendSweet(body);
    expect([reply.status, reply.body.errors[0].pointer]).toEqual([422, '']);
  });

  it.each(['null', '7', '{"why":"not"}', '["x"]'])('where nothing is expected (%s) is refused', async (body) => {
    const { app } = openKiosk();
    const reply = await supertest(app).delete(`${SWEETS_PATH}/${SWEET_ID}`).set(asOwner).type('json').send(body);
    expect(reply.status).toBe(422);
  });

  it('with an amount that a computer cannot count exactly is refused', async () => {
    for (const amount of ['9007199254740993', '1e400', '0.5', '-1']) {
      const reply = await sendSweet(`{"name":"Toffee","price":{"amount":${amount},"currency":"GBP"}}`);
      expect([amount, reply.status, reply.body.errors[0].pointer]).toEqual([amount, 422, '/price/amount']);
    }
  });

  it('with characters that no database keeps is refused, and the place is named', async () => {
    const nul = await sendSweet(withName('a\\u0000b'));
    expect(nul.body).toMatchObject({ status: 422, errors: [{ pointer: '/name', code: 'nul_character' }] });
    const half = await sendSweet(withName('a\\ud83d'));
    expect(half.body).toMatchObject({ status: 422, errors: [{ pointer: '/name', code: 'broken_character' }] });
    const inKey = await sendSweet({ ...aSweet, notes: { '\0': 1 } });
    expect(inKey.body).toMatchObject({ status: 422, errors: [{ pointer: '/notes', code: 'nul_character' }] });
  });

  it('may talk about such characters, and may hold any language and emoji', async () => {
    const { app, heard } = openKiosk();
    for (const name of ['a\\\\u0000b', '🍬 конфета 糖果'])
      expect((await sendSweet(withName(name), { app, heard })).status).toBe(201);
    expect(heard.map(({ input }) => (input as { name: string }).name)).toEqual(['a\\u0000b', '🍬 конфета 糖果']);
  });

  it('however deeply nested, is refused and does no harm', async () => {
    const depth = 200_000;
    const { app, heard } = openKiosk();
    const nested = `{"name":"x","price":{"amount":1,"currency":"GBP"},"notes":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    const reply = await sendSweet(nested, { app, heard });
    expect([reply.status, reply.body.errors[0].code]).toEqual([422, 'too_deep']);
    expect((await sendSweet(aSweet, { app, heard })).status).toBe(201);
  });

  it('cannot reach into our own objects with __proto__', async () => {
    const reply = await sendSweet(`{"__proto__":{"admin":true},"name":"x","price":{"amount":1,"currency":"GBP"}}`);
    expect(reply.status).toBe(422);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('a body', () => {
  it('larger than the limit is refused, with the limit', async () => {
    const reply = await sendSweet({ ...aSweet, name: 'x'.repeat(2_000_000) });
    expect(reply.body).toMatchObject({
      status: 413,
      code: 'request.too_large',
      detail: expect.stringContaining('1mb'),
    });
  });

  it('that grows past the limit when it is unpacked is refused', async () => {
    const { app } = openKiosk();
    const request = supertest(app).post(SWEETS_PATH).set(asOwner).set('idempotency-key', 'a').type('json');
    request.set('content-encoding', 'gzip').serialize((body: unknown) => body as string);
    expect((await request.send(gzipSync(Buffer.alloc(50_000_000, ' ')))).body.code).toBe('request.too_large');
  });

  it('that is not packed as it claims, or in a way we do not know, is refused clearly', async () => {
    const { app } = openKiosk();
    for (const [encoding, code] of [
      ['gzip', 'request.malformed_json'],
      ['deflate', 'request.malformed_json'],
      ['br', 'request.malformed_json'],
      ['lzma', 'request.unsupported_media_type'],
    ] as const) {
      const request = supertest(app).post(SWEETS_PATH).set(asOwner).set('idempotency-key', 'a').type('json');
      const reply = await request.set('content-encoding', encoding).send(JSON.stringify(aSweet));
      expect([encoding, reply.body.code]).toEqual([encoding, code]);
    }
  });

  it.each(['application/xml', 'text/plain', 'application/x-www-form-urlencoded', 'text/csv'])(
    'of type %s is refused where JSON is wanted',
    async (type) => {
      const reply = await sendSweet('a=b').type(type);
      expect(reply.body).toMatchObject({
        status: 415,
        code: 'request.unsupported_media_type',
        detail: 'Send application/json.',
      });
    },
  );

  it('in a character set that JSON does not have is refused clearly', async () => {
    const reply = await sendSweet(aSweet).set('content-type', 'application/json; charset=latin1');
    expect(reply.body).toMatchObject({ status: 415, code: 'request.unsupported_media_type' });
  });

  it('of CSV arrives as the text that was sent', async () => {
    const { app, heard } = openKiosk({ answer: () => ({ created: 1 }) });
    const csv = 'name,price\n"Toffee, salted",1.20\n';
    const reply = await supertest(app).post(IMPORT_PATH).set(asOwner).type('text/csv').send(csv);
    expect([reply.status, reply.body]).toEqual([200, { created: 1 }]);
    expect(heard[0]?.input).toEqual({ csv });
  });

  it('of CSV may not be empty, nor hold NUL, nor be JSON', async () => {
    const { app } = openKiosk();
    const send = (type: string, text: string): Test =>
      supertest(app).post(IMPORT_PATH).set(asOwner).type(type).send(text);
    expect((await send('text/csv', '')).status).toBe(422);
    expect((await send('text/csv', 'a\0b')).body.errors[0].code).toBe('nul_character');
    expect((await send('application/json', '{}')).body.detail).toBe('Send text/csv.');
  });

  it('reaches a signed row byte for byte', async () => {
    const { app, heard } = openKiosk();
    const text = '{ "paid":  1.50 }';
    const reply = await supertest(app).post('/provider/hook').set('authorization', 'Basic x').type('json').send(text);
    expect([reply.status, heard[0]?.input]).toEqual([204, { text }]);
  });

  it('may be missing where no field is required', async () => {
    const { app, heard } = openKiosk();
    expect((await supertest(app).patch(`${SWEETS_PATH}/${SWEET_ID}`).set(asOwner)).status).toBe(200);
    expect(heard[0]?.input).toEqual({ id: SWEET_ID });
  });
});
