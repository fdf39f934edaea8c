import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { describeEachPlacement, type World } from '../../../shared/testing/index.ts';
import { Identity, type CreatedKey } from '../contract/index.ts';

let requests = 0;

async function createKey(shop: World, scopes: string[], name = 'till'): Promise<CreatedKey> {
  requests += 1;
  const answer = await shop.admin.post('/admin/v1/keys').set('Idempotency-Key', `k${requests}`).send({ name, scopes });
  expect(answer.status).toBe(201);
  return answer.body as CreatedKey;
}

function withKey(shop: World, key: string) {
  const agent = request.agent(shop.url);
  agent.set('Authorization', `Bearer ${key}`);
  return agent;
}

async function rowsOf(shop: World, table: string): Promise<string> {
  return JSON.stringify(await shop.database('identity').reader(shop.context()).rows(`select * from ${table}`));
}

describeEachPlacement('staff keys', (world) => {
  it('open what their scopes name and nothing else', async () => {
    const shop = world();
    const { key } = await createKey(shop, ['catalog:read']);
    await withKey(shop, key).get('/admin/v1/products').expect(200);
    const answer = await withKey(shop, key).post('/admin/v1/products').send({}).expect(403);
    expect(answer.body.code).toBe('auth.forbidden');
    await withKey(shop, key).get('/admin/v1/keys').expect(403);
    await withKey(shop, `${key}x`).get('/admin/v1/products').expect(401);
    await shop.store.get('/admin/v1/products').expect(401);
  });

  it('are shown once and kept nowhere', async () => {
    const shop = world();
    const { key, id } = await createKey(shop, ['catalog:read']);
    const listed = await shop.admin.get('/admin/v1/keys?limit=100').expect(200);
    expect(listed.body.items.map((each: { id: string }) => each.id)).toContain(id);
    expect(JSON.stringify(listed.body)).not.toContain(key);
    for (const table of ['staff_keys', 'idempotency_keys', 'outbox'])
      expect(await rowsOf(shop, table)).not.toContain(key);
  });

  it('come back the same when the request is repeated, until the secret is forgotten', async () => {
    const shop = world();
    const ask = () =>
      shop.admin
        .post('/admin/v1/keys')
        .set('Idempotency-Key', 'again')
        .send({ name: 'van', scopes: ['stock:read'] });
    const first = await ask().expect(201);
    expect((await ask().expect(201)).body).toEqual(first.body);
    await shop.database('identity').transaction(shop.context(), async (work) => {
      await work.run(`update staff_keys set created_at = now() - interval '2 days' where id = $1`, [first.body.id]);
    });
    await shop.client(Identity).forgetSecrets({}, shop.context());
    const late = await ask().expect(409);
    expect(late.body).toMatchObject({ code: 'identity.key_shown_before', keyId: first.body.id });
    await withKey(shop, first.body.key)
      .get('/admin/v1/stock')
      .expect((answer) => expect(answer.status).not.toBe(401));
  });

  it('are created once when ten clerks ask with one Idempotency-Key at once', async () => {
    const shop = world();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        shop.admin
          .post('/admin/v1/keys')
          .set('Idempotency-Key', 'rush')
          .send({ name: 'rush', scopes: ['stock:read'] }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(answers.map(({ body }) => (body as CreatedKey).key)).size).toBe(1);
  });

  it('cannot give away more than they have', async () => {
    const shop = world();
    const { key } = await createKey(shop, ['keys:write', 'stock:read']);
    const ask = (scopes: string[], idempotencyKey: string) =>
      withKey(shop, key).post('/admin/v1/keys').set('Idempotency-Key', idempotencyKey).send({ name: 'child', scopes });
    await ask(['stock:read'], 'c1').expect(201);
    const answer = await ask(['stock:read', 'stock:write'], 'c2').expect(403);
    expect(answer.body.detail).toContain('stock:write');
    await ask(['*'], 'c3').expect(403);
  });

  it('end when they are revoked, and a second revocation changes nothing', async () => {
    const shop = world();
    const { key, id } = await createKey(shop, ['catalog:read']);
    await shop.admin.delete(`/admin/v1/keys/${id}`).expect(204);
    await withKey(shop, key).get('/admin/v1/products').expect(401);
    const before = await rowsOf(shop, 'staff_keys');
    await shop.admin.delete(`/admin/v1/keys/${id}`).expect(204);
    expect(await rowsOf(shop, 'staff_keys')).toBe(before);
    await shop.admin.delete('/admin/v1/keys/key_00000000000000000000000000').expect(404);
    const listed = await shop.admin.get('/admin/v1/keys?limit=100').expect(200);
    const revoked = listed.body.items.find((each: { id: string }) => each.id === id);
    expect(revoked).toMatchObject({
      createdBy: expect.stringMatching(/^staff:key_/),
      revokedBy: expect.stringMatching(/^staff:key_/),
    });
  });

  it('end when they expire, and cannot be created expired', async () => {
    const shop = world();
    const { key, id } = await createKey(shop, ['catalog:read']);
    await shop.database('identity').transaction(shop.context(), async (work) => {
      await work.run('update staff_keys set expires_at = now() where id = $1', [id]);
    });
    await withKey(shop, key).get('/admin/v1/products').expect(401);
    const answer = await shop.admin
      .post('/admin/v1/keys')
      .set('Idempotency-Key', 'past')
      .send({ name: 'past', scopes: ['stock:read'], expiresAt: '2020-01-01T00:00:00Z' })
      .expect(422);
    expect(answer.body.errors[0].pointer).toBe('/expiresAt');
  });

  it('are listed page by page', async () => {
    const shop = world();
    for (let count = 0; count < 3; count += 1) await createKey(shop, ['stock:read']);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await shop.admin.get(`/admin/v1/keys?limit=2${query}`).expect(200);
      seen.push(...page.body.items.map((each: { id: string }) => each.id));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual([...new Set(seen)].sort());
    await shop.admin.get('/admin/v1/keys?cursor=nonsense').expect(422);
  });
});

describeEachPlacement('the configured staff key', (world) => {
  const set = (shop: World, name: string, token: string) =>
    shop.client(Identity).ensureKey({ name, token, scopes: ['*'] }, shop.context());

  it('is valid after every start, and the one before it ends', async () => {
    const shop = world();
    const first = await set(shop, 'owner', 'a token of the operator');
    expect((await set(shop, 'owner', 'a token of the operator')).id).toBe(first.id);
    const staffKey = await createKey(shop, ['keys:write'], 'owner');
    await set(shop, 'owner', 'another token of the operator');
    const who = (token: string) => shop.client(Identity).authenticate({ token }, shop.context());
    expect(await who('a token of the operator')).toBeNull();
    expect(await who('another token of the operator')).toMatchObject({ kind: 'staff', scopes: ['*'] });
    expect(await who(staffKey.key)).toMatchObject({ id: staffKey.id });
    await set(shop, 'owner', 'a token of the operator');
    expect(await who('a token of the operator')).toMatchObject({ id: first.id });
  });

  it('needs at least sixteen characters', async () => {
    await expect(set(world(), 'owner', 'fifteen letters')).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('the secret of a staff key', () => {
  it('is not part of the contract but in the one answer that shows it', () => {
    expect(Object.keys(Identity.operations.listKeys.output.shape.items.element.shape)).not.toContain('key');
  });
});
