import { expect, it } from '@jest/globals';
import { describeEachPlacement, type World } from '../../../shared/testing/index.ts';
import { Catalog, type Product } from '../contract/index.ts';

const gbp = (amount: number) => ({ amount, currency: 'GBP' });
let made = 0;

/** A product with a handle and SKU of its own. */
function teaTin(changes: object = {}) {
  made += 1;
  return {
    handle: `tea-tin-${made}`,
    title: `Tea tin ${made}`,
    status: 'published',
    variants: [{ sku: `TEA-${made}`, prices: [gbp(450)] }],
    ...changes,
  };
}

async function create(shop: World, changes: object = {}): Promise<Product> {
  const answer = await shop.admin.post('/admin/v1/products').send(teaTin(changes));
  expect(answer.body.errors ?? []).toEqual([]);
  expect(answer.status).toBe(201);
  return answer.body as Product;
}

async function announced(shop: World, sku: string): Promise<unknown[]> {
  const rows = await shop
    .database('catalog')
    .reader(shop.context())
    .rows<{ data: unknown }>('select data from outbox where subject = $1 order by sequence', [sku]);
  return rows.map(({ data }) => data);
}

describeEachPlacement('the catalog', (world) => {
  it('shows a published product to shoppers, by id and by handle, without what is the merchant’s alone', async () => {
    const shop = world();
    const product = await create(shop, {
      tags: ['Tea'],
      images: [{ url: 'https://images.example/tin.jpg' }],
      category: 'Pantry',
    });
    const byHandle = await shop.store.get(`/store/v1/products/${product.handle}`).expect(200);
    const byId = await shop.store.get(`/store/v1/products/${product.id}`).expect(200);
    expect(byId.body).toEqual(byHandle.body);
    expect(byId.body).toEqual({
      id: product.id,
      handle: product.handle,
      title: product.title,
      description: '',
      category: 'Pantry',
      vendor: null,
      tags: ['Tea'],
      images: [{ url: 'https://images.example/tin.jpg', alt: null }],
      optionNames: [],
      variants: [{ sku: product.variants[0]?.sku, title: product.title, optionValues: [], prices: [gbp(450)] }],
    });
  });

  it('hides drafts and archived products from shoppers, and shows them to staff', async () => {
    const shop = world();
    for (const status of ['draft', 'archived']) {
      const product = await create(shop, { status, category: `hidden-${made}` });
      const answer = await shop.store.get(`/store/v1/products/${product.handle}`).expect(404);
      expect(answer.body).toMatchObject({ code: 'catalog.product_not_found', idOrHandle: product.handle });
      const path = `products?category=${product.category}`;
      expect((await shop.store.get(`/store/v1/${path}`).expect(200)).body.items).toEqual([]);
      expect((await shop.admin.get(`/admin/v1/${path}`).expect(200)).body.items).toEqual([product]);
      await shop.admin.get(`/admin/v1/products/${product.handle}`).expect(200, product);
    }
  });

  it('finds products by title, handle and SKU, and takes % and _ for what they are', async () => {
    const shop = world();
    const product = await create(shop, { title: 'Cup 100%_pure \\ wool' });
    const find = async (q: string) => {
      const answer = await shop.store.get('/store/v1/products').query({ q, limit: 100 }).expect(200);
      return (answer.body.items as Product[]).map(({ id }) => id);
    };
    for (const q of [
      'cup 100%',
      '100%_PURE',
      '\\ wool',
      product.handle,
      product.variants[0]?.sku.toLowerCase() ?? '',
    ]) {
      expect(await find(q)).toContain(product.id);
    }
    for (const q of ['cup%wool', 'cup_100', '%%%', '\\\\']) expect(await find(q)).not.toContain(product.id);
  });

  it('is paged without gaps or repeats', async () => {
    const shop = world();
    const category = `pages-${shop.placement.length}`;
    const expected: string[] = [];
    for (let count = 0; count < 5; count += 1) expected.push((await create(shop, { category })).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { body: { items: Product[]; nextCursor: string | null } } = await shop.store
        .get('/store/v1/products')
        .query({ category, limit: 2, ...(cursor ? { cursor } : {}) })
        .expect(200);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(expected.sort());
    const bad = await shop.store.get('/store/v1/products?cursor=nonsense').expect(422);
    expect(bad.body.errors[0].pointer).toBe('/cursor');
  });

  it('never has two products with one handle, nor two variants with one SKU', async () => {
    const shop = world();
    const first = await create(shop);
    const sku = first.variants[0]?.sku;
    const sameHandle = await shop.admin
      .post('/admin/v1/products')
      .send(teaTin({ handle: first.handle }))
      .expect(409);
    expect(sameHandle.body).toMatchObject({ code: 'catalog.handle_taken', handle: first.handle });
    const variants = [{ sku, prices: [gbp(1)] }];
    const sameSku = await shop.admin.post('/admin/v1/products').send(teaTin({ variants })).expect(409);
    expect(sameSku.body).toMatchObject({ code: 'catalog.sku_taken', skus: [sku] });
    const second = await create(shop);
    await shop.admin.patch(`/admin/v1/products/${second.id}`).send({ handle: first.handle }).expect(409);
    await shop.admin.patch(`/admin/v1/products/${second.id}`).send({ variants }).expect(409);
    await shop.admin.get(`/admin/v1/products/${second.id}`).expect(200, second);
  });

  it('lets one of many clerks have the handle they all want at once', async () => {
    const shop = world();
    const handle = `wanted-${shop.placement.length}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => shop.admin.post('/admin/v1/products').send(teaTin({ handle }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });

  it('creates a product once when the request is repeated with its Idempotency-Key', async () => {
    const shop = world();
    const body = teaTin();
    const ask = () => shop.admin.post('/admin/v1/products').set('Idempotency-Key', 'tin').send(body);
    const first = await ask().expect(201);
    expect((await ask().expect(201)).text).toBe(first.text);
  });

  it('refuses what is no product, with a pointer to each fault', async () => {
    const answer = await world()
      .admin.post('/admin/v1/products')
      .send({
        ...teaTin({ handle: 'No Handle' }),
        colour: 'red',
        variants: [
          { sku: 'X', prices: [gbp(1), gbp(2)] },
          { sku: 'X', prices: [] },
        ],
      })
      .expect(422);
    const pointers = answer.body.errors.map((fault: { pointer: string }) => fault.pointer);
    expect(pointers).toEqual(
      expect.arrayContaining(['/handle', '/colour', '/variants/0/prices', '/variants/1/prices']),
    );
  });
});

describeEachPlacement('a change to a product', (world) => {
  it('takes effect only on the version that was read', async () => {
    const shop = world();
    const product = await create(shop);
    const path = `/admin/v1/products/${product.id}`;
    const changed = await shop.admin.patch(path).set('If-Match', '"1"').send({ title: 'Tin' }).expect(200);
    expect([changed.body.version, changed.headers['etag']]).toEqual([2, '"2"']);
    const stale = await shop.admin.patch(path).set('If-Match', '"1"').send({ title: 'Box' }).expect(412);
    expect(stale.body).toMatchObject({ code: 'request.stale_version', current: 2 });
    await shop.admin.patch(path).send({ title: 'Box', version: 1 }).expect(412);
    await shop.admin.patch(path).set('If-Match', 'two').send({ title: 'Box' }).expect(422);
    expect((await shop.admin.patch(path).send({ title: 'Box', version: 2 }).expect(200)).body.version).toBe(3);
    expect((await shop.admin.patch(path).send({ title: 'Box' }).expect(200)).body.version).toBe(3);
  });

  it('is not lost when many change different things at once', async () => {
    const shop = world();
    const { id } = await create(shop);
    const changes = [{ title: 'T' }, { description: 'D' }, { category: 'C' }, { vendor: 'V' }, { tags: ['t'] }];
    await Promise.all(changes.map((change) => shop.admin.patch(`/admin/v1/products/${id}`).send(change).expect(200)));
    const after = await shop.admin.get(`/admin/v1/products/${id}`).expect(200);
    expect(after.body).toMatchObject({ ...Object.assign({}, ...changes), version: 6 });
  });

  it('is known to sellers at once, also when a variant goes', async () => {
    const shop = world();
    const product = await create(shop);
    const sku = product.variants[0]?.sku ?? '';
    const other = `${sku}-B`;
    const variants = [
      { sku: other, title: 'Big', tracked: false, prices: [gbp(900), { amount: 1000, currency: 'EUR' }] },
    ];
    await shop.admin.patch(`/admin/v1/products/${product.id}`).send({ variants, title: 'Tin' }).expect(200);
    expect(await shop.client(Catalog).getVariants({ skus: [sku, other, 'NO-SUCH'] }, shop.context())).toEqual([
      {
        sku: other,
        productId: product.id,
        title: 'Tin – Big',
        prices: [{ amount: 1000, currency: 'EUR' }, gbp(900)],
        tracked: false,
        published: true,
      },
    ]);
  });

  it('announces a variant when it is for sale and when what is known of it changes', async () => {
    const shop = world();
    const product = await create(shop, { status: 'draft', title: 'Tin' });
    const sku = product.variants[0]?.sku ?? '';
    const change = (body: object) => shop.admin.patch(`/admin/v1/products/${product.id}`).send(body).expect(200);
    const known = { sku, productId: product.id, tracked: true };
    await change({ description: 'Still a draft.' });
    expect(await announced(shop, sku)).toEqual([]);
    await change({ status: 'published' });
    await change({ description: 'Nothing new to sellers.', category: 'Pantry' });
    expect(await announced(shop, sku)).toEqual([{ ...known, title: 'Tin' }]);
    await change({ title: 'Box' });
    await change({ variants: [{ sku, tracked: false, prices: [gbp(1)] }] });
    expect((await announced(shop, sku)).slice(1)).toEqual([
      { ...known, title: 'Box' },
      { ...known, title: 'Box', tracked: false },
    ]);
  });

  it('needs a product that is there', async () => {
    await world().admin.patch('/admin/v1/products/prd_00000000000000000000000000').send({ title: 'T' }).expect(404);
    await world().admin.patch('/admin/v1/products/tea').send({ title: 'T' }).expect(404);
  });
});
