import { expect, it } from '@jest/globals';
import { describeEachPlacement } from '../../src/shared/testing/index.ts';
import { complete, fillCart, stockVariant } from './shop.ts';

describeEachPlacement('the audit', (world) => {
  it('holds after a purchase, and names the count that somebody changed by hand', async () => {
    const shop = world();
    const sku = await stockVariant(shop, { pieces: 3 });
    await complete(shop, await fillCart(shop, sku)).expect(201);
    const before = await shop.admin.get('/admin/v1/system/audit').expect(200);
    expect(before.body.holds).toBe(true);
    expect(before.body.items.map(({ invariant }: { invariant: string }) => invariant)).toEqual(
      expect.arrayContaining(['I1', 'I2', 'I5', 'I6', 'I10']),
    );
    await shop.database('inventory').transaction(shop.context(), async (work) => {
      await work.run('update stock_items set on_hand = on_hand + 1 where sku = $1', [sku]);
    });
    const after = await shop.admin.get('/admin/v1/system/audit').expect(200);
    const broken = after.body.items.filter(({ holds }: { holds: boolean }) => !holds);
    expect(broken).toMatchObject([{ module: 'inventory', invariant: 'I1', offenders: [expect.stringContaining(sku)] }]);
  });
});
