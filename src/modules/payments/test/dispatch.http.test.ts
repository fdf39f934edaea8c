import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { describeEachPlacement, eventually, sell, shippingAddress } from '../../../shared/testing/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { Payments } from '../contract/index.ts';
import { buyWith, chargeOf } from './paid-order.ts';

describeEachPlacement(
  'a shop that takes the money as the goods go out',
  (world) => {
    const orderOf = async (orderId: string) =>
      (await world().admin.get(`/admin/v1/orders/${orderId}`).expect(200)).body;
    const bought = async (token = 'tok_ok'): Promise<string> => {
      const { completed } = await buyWith(world(), token);
      expect(completed.status).toBe(201);
      return completed.body.order.id as string;
    };
    const capture = (orderId: string, amount: number, captureId = newId('shp')) =>
      world()
        .client(Payments)
        .capturePayment({ orderId, captureId, amount: money(amount, 'GBP') }, world().context());
    const post = (path: string, body: object, key: string = randomUUID()) =>
      world().admin.post(path).set('Idempotency-Key', key).send(body);

    it('confirms an order whose money is held, and shows what is captured of it', async () => {
      const orderId = await bought();
      expect(await orderOf(orderId)).toMatchObject({
        status: 'confirmed',
        payment: { status: 'authorised', authorised: { amount: 600 }, captured: { amount: 0 } },
      });
      expect(await chargeOf(world(), orderId)).toMatchObject({ status: 'authorised', captured: { amount: 0 } });
      await capture(orderId, 250);
      expect(await orderOf(orderId)).toMatchObject({ payment: { status: 'authorised', captured: { amount: 250 } } });
      await world().client(Payments).releaseAuthorisation({ orderId }, world().context());
      expect(await orderOf(orderId)).toMatchObject({
        payment: { status: 'captured', authorised: { amount: 250 }, captured: { amount: 250 } },
      });
    });

    it.each(['tok_error_once', 'tok_charged_then_timeout'])('gets through %s at both moments', async (token) => {
      const orderId = await bought(token);
      const captureId = newId('shp');
      await eventually(() => capture(orderId, 600, captureId));
      expect(await chargeOf(world(), orderId)).toMatchObject({ status: 'captured', captured: { amount: 600 } });
    });

    it('confirms a pending order when the provider tells that the money is held', async () => {
      const { completed } = await buyWith(world(), 'tok_pending');
      expect(completed.status).toBe(202);
      const { id } = completed.body.order as { id: string };
      await eventually(async () =>
        expect(await orderOf(id)).toMatchObject({ status: 'confirmed', payment: { status: 'authorised' } }),
      );
    });

    it('voids the payment of an order that is cancelled before it goes out, so that no money moves', async () => {
      const orderId = await bought();
      const { body } = await post(`/admin/v1/orders/${orderId}/cancel`, {}).expect(200);
      expect(body).toMatchObject({
        status: 'cancelled',
        payment: { status: 'cancelled', captured: { amount: 0 }, refunded: { amount: 0 } },
      });
      expect(await chargeOf(world(), orderId)).toMatchObject({ status: 'voided', captured: { amount: 0 } });
    });

    it('refunds what was captured, and nothing else', async () => {
      const orderId = await bought();
      const refund = { amount: money(100, 'GBP'), reason: 'a dent' };
      const early = await post(`/admin/v1/orders/${orderId}/refunds`, refund).expect(409);
      expect(early.body.code).toBe('payments.refund_too_large');
      await capture(orderId, 600);
      await post(`/admin/v1/orders/${orderId}/refunds`, refund).expect(201);
      expect(await chargeOf(world(), orderId)).toMatchObject({ captured: { amount: 600 }, refunded: { amount: 100 } });
    });

    it('answers a repeated staff order as at first, also when its money was captured meanwhile', async () => {
      const sku = await sell(world(), { tracked: true });
      const order = (payment: object) => ({ currency: 'GBP', lines: [{ sku, quantity: 1 }], shippingAddress, payment });
      const online = order({ provider: 'sandbox', token: 'tok_ok' });
      const first = await post('/admin/v1/orders', online, 'the-same-key').expect(201);
      expect(first.body.payment).toMatchObject({ status: 'authorised', captured: { amount: 0 } });
      await capture(first.body.id, 600);
      const again = await post('/admin/v1/orders', online, 'the-same-key').expect(201);
      expect(again.text).toBe(first.text);
      const outside = await post('/admin/v1/orders', order({ provider: 'manual' })).expect(201);
      expect(outside.body.payment).toMatchObject({ status: 'captured', captured: { amount: 600 } });
    });
  },
  { environment: { PAYMENT_CAPTURE: 'dispatch' } },
);
