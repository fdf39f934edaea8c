import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeEachPlacement } from '../../../shared/testing/index.ts';
import { buyWith, chargeOf, lastOrder } from './paid-order.ts';

describe.each(['checkout', 'dispatch'])('where the money is taken at %s', (moment) => {
  describeEachPlacement(
    'an order that is charged with another amount than it costs',
    (world) => {
      it('is not confirmed: the buyer hears of it, and money and goods are back', async () => {
        const shop = world();
        const { sku, completed } = await buyWith(shop, 'tok_surcharged');
        expect(completed.status).toBe(409);
        expect(completed.body).toMatchObject({
          code: 'ordering.paid_otherwise',
          total: { amount: 600, currency: 'GBP' },
          paid: { amount: 601, currency: 'GBP' },
        });
        const order = await lastOrder(shop);
        expect(order).toMatchObject({ status: 'rejected', rejection: 'ordering.paid_otherwise' });
        const isHeld = moment === 'dispatch';
        expect(await chargeOf(shop, order.id)).toMatchObject({
          amount: { amount: 601 },
          status: isHeld ? 'voided' : 'refunded',
          refunded: { amount: isHeld ? 0 : 601 },
        });
        const stock = await shop.admin.get('/admin/v1/stock').query({ sku }).expect(200);
        expect(stock.body.items).toMatchObject([{ onHand: 100, reserved: 0, available: 100 }]);
        const { body: report } = await shop.admin
          .post('/admin/v1/payments/reconciliations')
          .set('Idempotency-Key', randomUUID())
          .expect(201);
        expect(report.items).toMatchObject([{ complete: true, open: 0 }]);
        const audit = await shop.admin.get('/admin/v1/system/audit').expect(200);
        expect(audit.body.items.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
      });

      it('is bought with another card', async () => {
        const shop = world();
        const { completed } = await buyWith(shop, 'tok_ok');
        expect(completed.status).toBe(201);
      });
    },
    { environment: { PAYMENT_CAPTURE: moment } },
  );
});
