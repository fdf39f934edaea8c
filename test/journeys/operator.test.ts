import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { plantDeadLetter, plantDelivery } from '../../src/operate/test/planted-events.ts';
import { newId } from '../../src/shared/values/index.ts';
import { describeEachPlacement, eventually, rowsAmongTables, type World } from '../../src/shared/testing/index.ts';

const SYSTEM = '/admin/v1/system';
/** Longer than an event may be on its way. */
const LONG_AGO = '2020-01-01T00:00:00.000Z';

interface Item {
  readonly id: string;
  readonly eventId: string;
  readonly target: string;
}

async function itemsAt(shop: World, path: string): Promise<Item[]> {
  const { body } = await shop.admin.get(`${SYSTEM}/${path}`).query({ limit: 100 }).expect(200);
  return body.items;
}

async function actionsOn(shop: World, target: string): Promise<Item[]> {
  return (await itemsAt(shop, 'actions')).filter((action) => action.target.includes(target));
}

/** How the inbox of a module has the events of a stream, in order. */
async function statusesOf(shop: World, module: string, subject: string): Promise<string[]> {
  const rows = await rowsAmongTables<{ status: string }>(
    shop.layout,
    module,
    `select status from inbox where subject = $1 order by sequence`,
    [subject],
  );
  return rows.map(({ status }) => status);
}

async function offendersOf(shop: World, invariant: string): Promise<string[]> {
  const { body } = await shop.admin.get(`${SYSTEM}/audit`).expect(200);
  return body.items
    .filter((item: { invariant: string }) => item.invariant === invariant)
    .flatMap(({ offenders }: { offenders: string[] }) => offenders);
}

describeEachPlacement('an operator', (world) => {
  it('sees how many events wait behind a dead letter, of one module or of all', async () => {
    const shop = world();
    const { id } = await plantDeadLetter(shop.layout, 'reporting', 2);
    const found = (await itemsAt(shop, 'dead-letters')).filter((letter) => letter.id === id);
    expect(found).toMatchObject([{ module: 'reporting', source: 'ordering', attempts: 8, waiting: 2 }]);
    expect(await itemsAt(shop, 'dead-letters?module=reporting')).toContainEqual(found[0]);
    expect(await itemsAt(shop, 'dead-letters?module=catalog')).toEqual([]);
    const { body } = await shop.admin.get(`${SYSTEM}/dead-letters?module=warehouse`).expect(404);
    expect(body).toMatchObject({ code: 'system.module_not_hosted', module: 'warehouse' });
  });

  it.each([
    ['retry', 'dead letter retried', 'done'],
    ['discard', 'dead letter discarded', 'discarded'],
  ])(
    'can %s a dead letter once, those behind it follow, and the act is kept with its note',
    async (how, action, end) => {
      const shop = world();
      const { id, subject } = await plantDeadLetter(shop.layout, 'reporting', 2);
      const path = `${SYSTEM}/dead-letters/${id}/${how}`;
      await shop.admin.post(path).send({ note: 'the price is there now' }).expect(204);
      await eventually(async () => expect(await statusesOf(shop, 'reporting', subject)).toEqual([end, 'done', 'done']));
      const { body } = await shop.admin.post(path).expect(404);
      expect(body).toMatchObject({ code: 'system.dead_letter_not_found', eventId: id });
      expect(await actionsOn(shop, id)).toEqual([
        {
          id: expect.stringMatching(/^opa_/),
          module: 'reporting',
          at: expect.stringMatching(/^\d{4}-.*Z$/),
          operator: expect.stringMatching(/^staff:key_/),
          action,
          target: id,
          note: 'the price is there now',
        },
      ]);
    },
  );

  it('needs no note to retry', async () => {
    const shop = world();
    const { id } = await plantDeadLetter(shop.layout, 'reporting');
    await shop.admin.post(`${SYSTEM}/dead-letters/${id}/retry`).expect(204);
    expect(await actionsOn(shop, id)).toMatchObject([{ action: 'dead letter retried', note: null }]);
  });

  it('finds what no queue would take, in the audit too, and sends it again', async () => {
    const shop = world();
    const id = await plantDelivery(shop.layout, 'ordering', 'reporting', { state: 'quarantined' });
    const found = (await itemsAt(shop, 'quarantine')).filter(({ eventId }) => eventId === id);
    expect(found).toMatchObject([
      {
        module: 'ordering',
        subscriber: 'reporting',
        type: 'ordering.orderCancelled',
        sequence: 1,
        error: { name: 'Error', message: 'the queue refused it' },
      },
    ]);
    expect(await offendersOf(shop, 'I5')).toEqual([`${id} to reporting`]);
    const retry = (subscriber: string) =>
      shop.admin.post(`${SYSTEM}/quarantine/${id}/retry`).send({ subscriber, note: 'the queue is back' });
    await retry('notifications').expect(404);
    await retry('reporting').expect(204);
    await eventually(async () => {
      const rows = await rowsAmongTables(shop.layout, 'reporting', 'select status from inbox where event_id = $1', [
        id,
      ]);
      expect(rows).toEqual([{ status: 'done' }]);
      expect(await offendersOf(shop, 'I5')).toEqual([]);
    });
    const { body } = await retry('reporting').expect(404);
    expect(body).toMatchObject({ code: 'system.quarantined_not_found', eventId: id, subscriber: 'reporting' });
    expect(await actionsOn(shop, id)).toMatchObject([
      { module: 'ordering', action: 'delivery retried', target: `${id} to reporting`, note: 'the queue is back' },
    ]);
  });

  it('is told by the audit of an event that is late, and not of one that has arrived', async () => {
    const shop = world();
    // To a module that has no queue of its own nothing is sent.
    const late = await plantDelivery(shop.layout, 'ordering', 'identity', { state: 'quarantined' });
    const arrived = await plantDelivery(shop.layout, 'ordering', 'reporting', { state: 'acknowledged' });
    await rowsAmongTables(
      shop.layout,
      'ordering',
      `update deliveries set created_at = $3, due_at = now() + interval '1 hour',
         state = case event_id when $1 then 'open' else state end
       where event_id in ($1, $2)`,
      [late, arrived, LONG_AGO],
    );
    expect(await offendersOf(shop, 'I5')).toEqual([`${late} to identity`]);
    await rowsAmongTables(shop.layout, 'ordering', 'delete from deliveries where event_id = $1', [late]);
  });

  it('feeds a module once more with what it has lost, and only since the time that is named', async () => {
    const shop = world();
    const [before, since] = ['2021-05-01T00:00:00.000Z', '2021-06-01T00:00:00.000Z'];
    const old = await plantDelivery(shop.layout, 'ordering', 'notifications', {
      state: 'acknowledged',
      time: before,
    });
    const lost = await plantDelivery(shop.layout, 'ordering', 'notifications', {
      state: 'acknowledged',
      time: since,
    });
    const replay = { source: 'ordering', subscriber: 'notifications', from: since, note: 'restored of May' };
    const first = await shop.admin.post(`${SYSTEM}/replays`).send(replay).expect(200);
    expect(first.body).toEqual({ reopened: 1 });
    const inbox = () =>
      rowsAmongTables(
        shop.layout,
        'notifications',
        'select event_id, status, attempts from inbox where event_id in ($1, $2)',
        [old, lost],
      );
    const once = [{ event_id: lost, status: 'done', attempts: 1 }];
    await eventually(async () => expect(await inbox()).toEqual(once));
    await eventually(async () => {
      const open = await rowsAmongTables(
        shop.layout,
        'ordering',
        `select from deliveries where state <> 'acknowledged'`,
      );
      expect(open).toHaveLength(0);
    });
    const again = await shop.admin.post(`${SYSTEM}/replays`).send(replay).expect(200);
    expect(again.body).toEqual({ reopened: 1 });
    await eventually(async () => {
      const open = await rowsAmongTables(
        shop.layout,
        'ordering',
        `select from deliveries where state <> 'acknowledged'`,
      );
      expect(open).toHaveLength(0);
    });
    expect(await inbox()).toEqual(once);
    const act = { module: 'ordering', action: 'events replayed', note: 'restored of May' };
    expect(await actionsOn(shop, `notifications since ${since}`)).toMatchObject([act, act]);
  });

  it('settles a process once, and the act is kept beside its history', async () => {
    const shop = world();
    const [settled, retried] = [await plantStuckSaga(shop), await plantStuckSaga(shop)];
    await shop.admin.post(`${SYSTEM}/sagas/${settled}/settle`).send({ note: 'paid back by hand' }).expect(200);
    await shop.admin.post(`${SYSTEM}/sagas/${retried}/retry`).expect(200);
    await shop.admin.post(`${SYSTEM}/sagas/${settled}/retry`).expect(409);
    expect(await actionsOn(shop, settled)).toMatchObject([
      { module: 'ordering', action: 'saga settled', target: settled, note: 'paid back by hand' },
    ]);
    expect(await actionsOn(shop, retried)).toMatchObject([{ action: 'saga retried', note: null }]);
  });

  it('sees the newest of what was done first, and as much of it as asked for', async () => {
    const shop = world();
    const letters = [await plantDeadLetter(shop.layout, 'reporting'), await plantDeadLetter(shop.layout, 'ordering')];
    for (const { id } of letters) await shop.admin.post(`${SYSTEM}/dead-letters/${id}/retry`).expect(204);
    const { body } = await shop.admin.get(`${SYSTEM}/actions?limit=2`).expect(200);
    expect(body.items.map(({ target }: Item) => target)).toEqual(letters.map(({ id }) => id).reverse());
  });

  describe.each([
    ['POST', 'dead-letters/evt_unknown/retry', undefined, 404],
    ['POST', 'dead-letters/evt_unknown/discard', undefined, 404],
    ['POST', 'quarantine/evt_unknown/retry', { subscriber: 'reporting' }, 404],
    ['POST', 'quarantine/evt_unknown/retry', {}, 422],
    ['POST', 'replays', { source: 'warehouse', subscriber: 'reporting', from: LONG_AGO }, 404],
    ['POST', 'replays', { source: 'ordering', subscriber: 'warehouse', from: LONG_AGO }, 422],
    ['POST', 'replays', { source: 'ordering', subscriber: 'reporting', from: 'yesterday' }, 422],
    ['GET', 'quarantine', undefined, 200],
    ['GET', 'actions', undefined, 200],
  ] as const)('at %s %s with %j', (method, path, content, status) => {
    const ask = (agent: Pick<World['admin'], 'get' | 'post'>) =>
      method === 'GET' ? agent.get(`${SYSTEM}/${path}`) : agent.post(`${SYSTEM}/${path}`).send(content);

    it(`gets ${status}, needs the scope for it, and changes nothing`, async () => {
      const shop = world();
      const before = await itemsAt(shop, 'actions');
      await ask(shop.admin).expect(status);
      await ask(shop.store).expect(401);
      const other = method === 'GET' ? 'catalog:read' : 'system:read';
      const { body } = await shop.admin
        .post('/admin/v1/keys')
        .set('Idempotency-Key', randomUUID())
        .send({ name: 'elsewhere', scopes: [other] })
        .expect(201);
      await ask(request.agent(shop.url).set('Authorization', `Bearer ${body.key}`)).expect(403);
      expect(await itemsAt(shop, 'actions')).toEqual(before);
    });
  });
});

/** One that no process knows how to go on with. */
async function plantStuckSaga(shop: World): Promise<string> {
  const id = newId('saga');
  await rowsAmongTables(
    shop.layout,
    'ordering',
    `insert into sagas (id, name, version, key, status, state, failure, context, lease_until)
     values ($1, 'planted', 1, $1, 'needs_attention', '{}', $2, '{}', now())`,
    [id, JSON.stringify({ code: 'payments.declined', title: 'Declined', status: 402 })],
  );
  return id;
}
