import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeEachPlacement, type World } from '../../../shared/testing/index.ts';
import { Catalog, type ImportReport } from '../contract/index.ts';

const OWN_SAMPLE = resolve('samples/catalog.csv');
const PARTNERS_SAMPLE = resolve('../shared/data/shopify/home-and-garden.csv');
const COLUMNS =
  'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Tracker,Status';

async function importFile(shop: World, csv: string, currency = 'GBP'): Promise<ImportReport> {
  const answer = await shop.admin
    .post(`/admin/v1/products/import?currency=${currency}`)
    .set('Content-Type', 'text/csv')
    .send(csv)
    .expect(200);
  return answer.body as ImportReport;
}

const importRows = (shop: World, ...rows: string[]) => importFile(shop, [COLUMNS, ...rows].join('\n'));

async function exportFile(shop: World, currency = 'GBP'): Promise<string> {
  const answer = await shop.admin.get(`/admin/v1/products/export?currency=${currency}`).expect(200);
  expect(answer.headers['content-type']).toMatch(/^text\/csv/);
  return answer.text;
}

async function announcements(shop: World, prefix: string): Promise<number> {
  const row = await shop
    .database('catalog')
    .reader(shop.context())
    .row<{ count: number }>('select count(*) from outbox where starts_with(subject, $1)', [prefix]);
  return row?.count ?? 0;
}

const products = (count: number, price: string, status = 'draft') =>
  Array.from(
    { length: count },
    (_, index) => `bulk-${index},Bulk ${index},,,BULK-${index},${price},,shopify,${status}`,
  );

for (const file of existsSync(PARTNERS_SAMPLE) ? [OWN_SAMPLE, PARTNERS_SAMPLE] : [OWN_SAMPLE]) {
  describeEachPlacement(`the product file ${file}`, (world) => {
    it('imports, exports and imports again as unchanged', async () => {
      const shop = world();
      const text = readFileSync(file, 'utf8');
      const first = await importFile(shop, text);
      expect(first).toMatchObject({ updated: 0, unchanged: 0, rejected: 0, errors: [] });
      const unchanged = { created: 0, updated: 0, unchanged: first.created, rejected: 0, errors: [] };
      expect(await importFile(shop, text)).toEqual(unchanged);
      const exported = await exportFile(shop);
      expect(await importFile(shop, exported)).toEqual(unchanged);
      expect(await exportFile(shop)).toBe(exported);
    });

    it('exports as a file that makes the same shop anew', async () => {
      const shop = world();
      const exported = await exportFile(shop);
      await shop.database('catalog').transaction(shop.context(), async (work) => {
        await work.run('delete from variants');
        await work.run('delete from products');
      });
      expect((await importFile(shop, exported)).errors).toEqual([]);
      const sorted = (text: string) => text.split('\n').sort();
      expect(sorted(await exportFile(shop))).toEqual(sorted(exported));
    });
  });
}

describeEachPlacement('an import', (world) => {
  it('says what it did, and changes only what differs', async () => {
    const shop = world();
    await importRows(
      shop,
      'pot,Pot,Size,S,POT-S,1.00,2.00,,active',
      'pot,,,M,POT-M,2.00,,,',
      'tin,Tin,,,TIN,3.00,,,active',
    );
    const report = await importRows(
      shop,
      'pot,Pot,Size,S,POT-S,1.50,2.00,,active',
      'pot,,,L,POT-L,3.00,,,',
      'tin,Tin,,,TIN,3.00,,,active',
      'cup,Cup,,,CUP,x,,,active',
      'jar,Jar,,,JAR,4.00,,,draft',
    );
    expect(report).toMatchObject({ created: 1, updated: 1, unchanged: 1, rejected: 1 });
    expect(report.errors).toEqual([
      expect.objectContaining({ row: 5, column: 'Variant Price', code: 'invalid_price' }),
    ]);
    const pot = await shop.admin.get('/admin/v1/products/pot').expect(200);
    expect(pot.body).toMatchObject({ version: 2, optionNames: ['Size'] });
    expect(pot.body.variants.map((variant: { sku: string }) => variant.sku)).toEqual(['POT-S', 'POT-L']);
    expect((await shop.admin.get('/admin/v1/products/tin')).body.version).toBe(1);
    await shop.store.get('/store/v1/products/jar').expect(404);
  });

  it('announces what it puts up for sale, once', async () => {
    const shop = world();
    const rows = ['news-a,A,,,NEWS-A,1.00,,,active', 'news-b,B,,,NEWS-B,1.00,,,draft'];
    await importRows(shop, ...rows);
    await importRows(shop, ...rows);
    expect(await announcements(shop, 'NEWS-')).toBe(1);
    await importRows(shop, ...rows.map((row) => row.replace('1.00', '2.00')));
    expect(await announcements(shop, 'NEWS-')).toBe(1);
    await importRows(shop, ...rows.map((row) => row.replace('draft', 'active')));
    expect(await announcements(shop, 'NEWS-')).toBe(2);
  });

  it('does not take a SKU from another product', async () => {
    const shop = world();
    await importRows(shop, 'owner,Owner,,,OWNED,1.00,,,active');
    const report = await importRows(shop, 'thief,Thief,,,OWNED,1.00,,,active', 'honest,Honest,,,HONEST,1.00,,,active');
    expect(report).toMatchObject({ created: 1, rejected: 1 });
    expect(report.errors).toEqual([expect.objectContaining({ row: 2, column: 'Variant SKU', code: 'sku_taken' })]);
  });

  it('leaves prices in other currencies and columns that it lacks alone', async () => {
    const shop = world();
    const row = 'mug,Mug,Size,S,MUG-S,5.00,9.00,shopify,active';
    await importRows(shop, row);
    expect(
      await importFile(shop, `${COLUMNS}\n${row.replace('5.00', '600').replace('9.00', '')}`, 'JPY'),
    ).toMatchObject({ updated: 1 });
    expect(await importRows(shop, row)).toMatchObject({ unchanged: 1 });
    await importFile(shop, 'Handle,Title,Variant SKU,Variant Price\nmug,Mug,MUG-S,5.50');
    const { body } = await shop.admin.get('/admin/v1/products/mug').expect(200);
    expect(body).toMatchObject({
      optionNames: ['Size'],
      status: 'published',
      variants: [
        {
          title: 'S',
          tracked: true,
          prices: [
            { amount: 550, currency: 'GBP' },
            { amount: 600, currency: 'JPY' },
          ],
        },
      ],
    });
    expect(await importRows(shop, row.replace('5.00', '5.50'))).toMatchObject({ unchanged: 1 });
  });

  it('keeps a product that the API made as it is through an export', async () => {
    const shop = world();
    const body = {
      handle: 'api-made',
      title: 'Made, by "hand"',
      description: '=SUM(1)\r\n<p>é 大</p>\r',
      status: 'archived',
      category: 'Hand made',
      tags: ['one two', 'three'],
      images: [{ url: 'https://images.example/b.jpg', alt: 'B' }, { url: 'https://images.example/a.jpg' }],
      variants: [
        { sku: 'API-1', prices: [{ amount: 1, currency: 'EUR' }] },
        { sku: 'API-2', title: 'Default Title', tracked: false, prices: [{ amount: 0, currency: 'EUR' }] },
        { sku: 'API-3', title: 'Third', prices: [{ amount: 123456, currency: 'EUR' }] },
      ],
    };
    const before = await shop.admin.post('/admin/v1/products').send(body).expect(201);
    const report = await importFile(shop, await exportFile(shop, 'EUR'), 'EUR');
    expect(report).toEqual({ created: 0, updated: 0, unchanged: 1, rejected: 0, errors: [] });
    await shop.admin.get('/admin/v1/products/api-made').expect(200, before.body);
  });

  it('of ten thousand rows is done within one request, and a repeat finds nothing to do', async () => {
    const shop = world();
    const rows = products(10_000, '1.00');
    expect(await importRows(shop, ...rows)).toMatchObject({ created: 10_000, rejected: 0 });
    expect(await importRows(shop, ...rows)).toMatchObject({ unchanged: 10_000 });
    expect(await importRows(shop, ...products(10_000, '2.00'))).toMatchObject({ updated: 10_000 });
  }, 60_000);

  it('that stopped halfway goes on from there, and announces each variant once', async () => {
    const shop = world();
    const rows = products(2_500, '3.00', 'active').map((row) => row.replaceAll(/bulk/gi, 'HALF'));
    await importRows(shop, ...rows.slice(0, 1_200));
    expect(await importRows(shop, ...rows)).toMatchObject({ created: 1_300, unchanged: 1_200 });
    expect(await announcements(shop, 'HALF-')).toBe(2_500);
  }, 60_000);

  it('runs beside changes to the same products without a failure', async () => {
    const shop = world();
    await importRows(shop, ...products(200, '1.00'));
    const { body } = await shop.admin.get('/admin/v1/products/bulk-7').expect(200);
    const changes = Array.from({ length: 10 }, (_, index) =>
      shop.admin
        .patch(`/admin/v1/products/${body.id}`)
        .send({ vendor: `Vendor ${index}` })
        .expect(200),
    );
    const imports = ['3.00', '4.00', '5.00'].map((price) => importRows(shop, ...products(200, price)));
    await Promise.all([...changes, ...imports]);
    const sellable = await shop.client(Catalog).getVariants({ skus: ['BULK-7', 'BULK-8'] }, shop.context());
    expect(new Set(sellable.map(({ prices }) => prices[0]?.amount)).size).toBe(1);
  });

  it('refuses a file that it cannot read, and other content', async () => {
    const shop = world();
    const report = await importFile(shop, 'Name,Price\nPot,1');
    expect(report).toMatchObject({ created: 0, rejected: 0 });
    expect(report.errors.map(({ code }) => code)).toEqual(['missing_column', 'missing_column', 'missing_column']);
    await shop.admin.post('/admin/v1/products/import?currency=GBP').send({ csv: 'x' }).expect(415);
    await shop.admin
      .post('/admin/v1/products/import?currency=XXQ')
      .set('Content-Type', 'text/csv')
      .send('x')
      .expect(422);
    await shop.store
      .post('/admin/v1/products/import?currency=GBP')
      .set('Content-Type', 'text/csv')
      .send('x')
      .expect(401);
  });
});

describeEachPlacement('an export', (world) => {
  it('of more than one import takes goes on in a second file', async () => {
    const shop = world();
    await importRows(shop, ...products(10_000, '1.00'));
    await importRows(shop, 'extra,Extra,,,EXTRA,1.00,,,active');
    const first = await shop.admin.get('/admin/v1/products/export?currency=GBP').expect(200);
    const next = /^<(.+)>; rel="next"$/.exec(first.headers['link'] ?? '')?.[1] ?? '';
    const second = await shop.admin.get(next).expect(200);
    expect(second.headers['link']).toBeUndefined();
    expect([first, second].map(({ text }) => text.split('\n').length - 2)).toEqual([10_000, 1]);
    expect(await importFile(shop, first.text)).toMatchObject({ unchanged: 10_000, errors: [] });
  }, 60_000);

  it('leaves out what is not sold in its currency', async () => {
    expect((await exportFile(world(), 'EUR')).split('\n')).toHaveLength(2);
  });
});
