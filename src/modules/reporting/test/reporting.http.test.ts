import { expect, it } from '@jest/globals';
import {
  describeEachPlacement,
  eventually,
  type World,
  buy,
  cancel,
  giveBackWithoutOrder,
  refund,
  sell,
  sellEarlier,
} from '../../../shared/testing/index.ts';
import type { SalesReport } from '../contract/index.ts';

const gbp = (amount: number) => ({ amount, currency: 'GBP' });

async function report(shop: World, query: string): Promise<SalesReport> {
  return (await shop.admin.get(`/admin/v1/reports/sales?${query}`).expect(200)).body as SalesReport;
}

describeEachPlacement('sales report', (world) => {
  it('counts what shoppers buy, without being asked for any dates', async () => {
    const shop = world();
    const order = await buy(shop, [await sell(shop, { tracked: true })]);
    await eventually(async () => {
      const { orders, lines, units, gross, net, byDay } = await report(shop, '');
      expect({ orders, lines, units }).toEqual({ orders: 1, lines: 1, units: 2 });
      expect(gross).toEqual(order.totals.total);
      expect(net).toEqual(order.totals.total);
      expect(byDay.map(({ day }) => day)).toEqual([order.placedAt.slice(0, 10)]);
    });
  });

  it('shows what was sold and what was given back, day by day', async () => {
    const shop = world();
    const tea = await sell(shop, { tracked: true });
    const first = await sellEarlier(shop, tea, '2010-12-01T08:26:00.000Z');
    await sellEarlier(shop, tea, '2010-12-01T23:59:59.999Z');
    await sellEarlier(shop, tea, '2010-12-03T10:00:00.000Z');
    await refund(shop, first.id, 500, '2010-12-02T10:00:00.000Z');
    await giveBackWithoutOrder(shop, 25, '2010-12-03T11:00:00.000Z');
    const none = { tax: gbp(0), delivery: gbp(0) };
    await eventually(async () => {
      expect(await report(shop, 'from=2010-12-01&to=2010-12-04&currency=GBP')).toEqual({
        from: '2010-12-01',
        to: '2010-12-04',
        currency: 'GBP',
        orders: 3,
        lines: 3,
        units: 6,
        gross: gbp(3_600),
        refunds: gbp(525),
        net: gbp(3_075),
        ...none,
        byDay: [
          { day: '2010-12-01', orders: 2, gross: gbp(2_400), refunds: gbp(0), net: gbp(2_400), ...none },
          { day: '2010-12-02', orders: 0, gross: gbp(0), refunds: gbp(500), net: gbp(-500), ...none },
          { day: '2010-12-03', orders: 1, gross: gbp(1_200), refunds: gbp(25), net: gbp(1_175), ...none },
        ],
      });
    });
    expect(await report(shop, 'from=2010-12-01&to=2010-12-03')).toMatchObject({ orders: 2, refunds: gbp(500) });
    expect(await report(shop, 'from=2010-12-01T09:00:00Z&to=2010-12-02T10:00:00Z')).toMatchObject({
      from: '2010-12-01',
      to: '2010-12-03',
      orders: 2,
    });
    expect(await report(shop, 'from=2010-12-01&to=2010-12-04&currency=EUR')).toMatchObject({ orders: 0, byDay: [] });
  });

  it('takes the money of a cancelled order back on the day it is cancelled', async () => {
    const shop = world();
    const today = new Date().toISOString().slice(0, 10);
    const order = await sellEarlier(shop, await sell(shop, { tracked: true }), '2010-11-05T10:00:00.000Z');
    const { refunds: before } = await report(shop, `from=${today}`);
    await cancel(shop, order.id);
    await eventually(async () => {
      expect((await report(shop, `from=${today}`)).refunds.amount).toBe(before.amount + order.totals.total.amount);
    });
    expect(await report(shop, 'from=2010-11-05&to=2010-11-06')).toMatchObject({ orders: 1, refunds: gbp(0) });
  });

  it('says what is wrong with a request', async () => {
    const { admin, store } = world();
    const tooLong = await admin.get('/admin/v1/reports/sales?from=2010-01-01&to=2011-02-06').expect(422);
    expect(tooLong.body).toMatchObject({ code: 'reporting.period_too_long', days: 401, limitDays: 400 });
    const empty = await admin.get('/admin/v1/reports/sales?from=2010-01-02&to=2010-01-01').expect(422);
    expect(empty.body).toMatchObject({ code: 'reporting.period_empty' });
    for (const query of [
      'from=yesterday',
      'to=2010-02-30',
      'currency=XQQ',
      'currency=gbp',
      'from=0000-01-01',
      'day=1',
    ]) {
      const refused = await admin.get(`/admin/v1/reports/sales?${query}`).expect(422);
      expect(refused.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: `/${query.split('=')[0]}` }] });
    }
    await store.get('/admin/v1/reports/sales').expect(401);
  });
});
