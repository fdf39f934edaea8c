import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ordering } from '../../ordering/contract/index.ts';
import { money, newId } from '../../../shared/values/index.ts';
import { ShipmentReader } from '../persistence/shipment.reader.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';
import { CancelShipmentWhenOrderCancelled } from '../subscribers/cancel-shipment-when-order-cancelled.ts';
import { OpenShipmentWhenOrderConfirmed } from '../subscribers/open-shipment-when-order-confirmed.ts';
import { ShipmentCanceller } from '../use-cases/shipment-canceller.ts';
import { confirmedOrder } from './confirmed-order.ts';
import { ScratchDatabase } from '../../../shared/testing/index.ts';

const { orderConfirmed, orderCancelled } = Ordering.events;
const open = new OpenShipmentWhenOrderConfirmed(new ShipmentRepository());
const cancel = new CancelShipmentWhenOrderCancelled(new ShipmentCanceller(new ShipmentRepository()));

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await ScratchDatabase.start('fulfilment');
}, 60_000);
afterAll(() => scratch.stop());

async function shipmentsOf(orderId: string) {
  const page = await new ShipmentReader().list(scratch.database.reader(scratch.context()), { limit: 10, orderId });
  return page.items;
}

async function publishedOf(orderId: string): Promise<string[]> {
  const rows = await scratch.rows<{ type: string }>(
    `select type from outbox where data ->> 'orderId' = $1 order by subject, sequence`,
    [orderId],
  );
  return rows.map(({ type }) => type);
}

function cancellationOf(orderId: string) {
  const cancelledAt = '2010-12-02T09:00:00.000Z';
  return { orderId, number: 1001, reason: 'changed their mind', refunded: money(1_800, 'GBP'), cancelledAt };
}

describe('a confirmed order', () => {
  it('opens one shipment of the goods that lie on a shelf, to the address of the order', async () => {
    const order = confirmedOrder();
    await scratch.hear(orderConfirmed, open, order);
    expect(await shipmentsOf(order.orderId)).toEqual([
      {
        id: expect.stringMatching(/^shp_/),
        orderId: order.orderId,
        orderNumber: 1001,
        status: 'open',
        lines: [{ orderLineId: order.lines[0]?.id, sku: 'TEA', title: 'Tea', quantity: 2 }],
        shippingAddress: order.shippingAddress,
        part: 1,
        carrier: null,
        trackingNumber: null,
        openedAt: expect.any(String),
        dispatchedAt: null,
        deliveredAt: null,
        cancelledAt: null,
      },
    ]);
    expect(await publishedOf(order.orderId)).toEqual(['fulfilment.shipmentOpened']);
  });

  it('keeps its lines in their order, the same SKU twice included', async () => {
    const line = confirmedOrder().lines[0] as ReturnType<typeof confirmedOrder>['lines'][number];
    const lines = Array.from({ length: 12 }, (_, index) => ({ ...line, id: newId('lin'), quantity: index + 1 }));
    const order = confirmedOrder({ lines, shippingAddress: null });
    await scratch.hear(orderConfirmed, open, order);
    const [shipment] = await shipmentsOf(order.orderId);
    expect(shipment?.lines.map(({ orderLineId }) => orderLineId)).toEqual(lines.map(({ id }) => id));
    expect(shipment?.shippingAddress).toBeNull();
  });

  it('of services alone opens none', async () => {
    const lines = confirmedOrder().lines.filter(({ tracked }) => !tracked);
    const order = confirmedOrder({ lines });
    await scratch.hear(orderConfirmed, open, order);
    expect(await shipmentsOf(order.orderId)).toEqual([]);
    expect(await publishedOf(order.orderId)).toEqual([]);
  });

  it('is shipped once, even if it were handled eight times at once', async () => {
    const order = confirmedOrder();
    await Promise.all(Array.from({ length: 8 }, () => scratch.hear(orderConfirmed, open, order)));
    await scratch.hear(orderConfirmed, open, order);
    expect(await shipmentsOf(order.orderId)).toHaveLength(1);
    expect(await publishedOf(order.orderId)).toEqual(['fulfilment.shipmentOpened']);
  });

  it('is shipped once when the bus brings its event twice', async () => {
    const order = confirmedOrder();
    await scratch.deliver(orderConfirmed, open, order, 2);
    expect(await shipmentsOf(order.orderId)).toHaveLength(1);
    expect(await publishedOf(order.orderId)).toEqual(['fulfilment.shipmentOpened']);
  });

  it('is shipped once when the process dies halfway and begins again', async () => {
    const order = confirmedOrder();
    await scratch.hearAndDie(orderConfirmed, open, order);
    expect(await shipmentsOf(order.orderId)).toEqual([]);
    await scratch.hear(orderConfirmed, open, order);
    expect(await shipmentsOf(order.orderId)).toHaveLength(1);
    expect(await publishedOf(order.orderId)).toEqual(['fulfilment.shipmentOpened']);
  });
});

describe('a cancelled order', () => {
  it('takes back its open shipment, once', async () => {
    const order = confirmedOrder();
    await scratch.hear(orderConfirmed, open, order);
    const cancellation = cancellationOf(order.orderId);
    await Promise.all([1, 2, 3].map(() => scratch.hear(orderCancelled, cancel, cancellation)));
    const [shipment] = await shipmentsOf(order.orderId);
    expect(shipment).toMatchObject({ status: 'cancelled', cancelledAt: expect.any(String) });
    expect(await publishedOf(order.orderId)).toEqual(['fulfilment.shipmentOpened', 'fulfilment.shipmentCancelled']);
  });

  it('takes its shipment back when the process dies halfway and begins again', async () => {
    const order = confirmedOrder();
    await scratch.hear(orderConfirmed, open, order);
    await scratch.hearAndDie(orderCancelled, cancel, cancellationOf(order.orderId));
    expect((await shipmentsOf(order.orderId))[0]?.status).toBe('open');
    await scratch.deliver(orderCancelled, cancel, cancellationOf(order.orderId), 2);
    expect((await shipmentsOf(order.orderId))[0]?.status).toBe('cancelled');
    expect(await publishedOf(order.orderId)).toEqual(['fulfilment.shipmentOpened', 'fulfilment.shipmentCancelled']);
  });

  it('without a shipment changes nothing', async () => {
    const orderId = newId('ord');
    await scratch.hear(orderCancelled, cancel, cancellationOf(orderId));
    expect(await publishedOf(orderId)).toEqual([]);
  });

  it('is not shipped again by an event of before', async () => {
    const order = confirmedOrder();
    await scratch.hear(orderConfirmed, open, order);
    await scratch.hear(orderCancelled, cancel, cancellationOf(order.orderId));
    await scratch.hear(orderConfirmed, open, order);
    expect((await shipmentsOf(order.orderId)).map(({ status }) => status)).toEqual(['cancelled']);
  });
});
