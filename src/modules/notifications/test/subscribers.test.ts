import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money, newId } from '../../../shared/values/index.ts';
import { Fulfilment } from '../../fulfilment/contract/index.ts';
import { Inventory } from '../../inventory/contract/index.ts';
import { Ordering } from '../../ordering/contract/index.ts';
import { MessageReader } from '../persistence/message.reader.ts';
import { MessageRepository } from '../persistence/message.repository.ts';
import { RecipientRepository } from '../persistence/recipient.repository.ts';
import { QueueCancellationWhenOrderCancelled } from '../subscribers/queue-cancellation-when-order-cancelled.ts';
import { QueueConfirmationWhenOrderConfirmed } from '../subscribers/queue-confirmation-when-order-confirmed.ts';
import { QueueDispatchNoticeWhenShipmentDispatched } from '../subscribers/queue-dispatch-notice-when-shipment-dispatched.ts';
import { QueueLowStockNoticeWhenStockLow } from '../subscribers/queue-low-stock-notice-when-stock-low.ts';
import { QueueRefundNoticeWhenOrderRefunded } from '../subscribers/queue-refund-notice-when-order-refunded.ts';
import { confirmedOrder } from './confirmed-order.ts';
import { ScratchDatabase } from '../../../shared/testing/index.ts';

const { orderConfirmed, orderCancelled, orderRefunded } = Ordering.events;
const confirm = new QueueConfirmationWhenOrderConfirmed(new RecipientRepository(), new MessageRepository());
const cancel = new QueueCancellationWhenOrderCancelled(new RecipientRepository(), new MessageRepository());
const refund = new QueueRefundNoticeWhenOrderRefunded(new RecipientRepository(), new MessageRepository());

const { shipmentDispatched } = Fulfilment.events;
const { stockLow } = Inventory.events;
const dispatch = new QueueDispatchNoticeWhenShipmentDispatched(new MessageRepository());
const lowStock = new QueueLowStockNoticeWhenStockLow(new MessageRepository());

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await ScratchDatabase.start('notifications');
}, 60_000);
afterAll(() => scratch.stop());

/** About one order, or all. */
async function messagesOf(orderId?: string) {
  const page = await new MessageReader().list(scratch.database.reader(scratch.context()), { limit: 100, orderId });
  return page.items;
}

async function kindsOf(orderId: string): Promise<string[]> {
  return (await messagesOf(orderId)).map(({ kind }) => kind).sort();
}

function cancellationOf(orderId: string) {
  const cancelledAt = '2010-12-02T09:00:00.000Z';
  return { orderId, number: 1001, reason: 'a card that looks stolen', refunded: money(1_800, 'GBP'), cancelledAt };
}

function refundOf(orderId: string) {
  return { orderId, refundId: newId('ref'), amount: money(600, 'GBP'), refundedAt: '2010-12-02T09:00:00.000Z' };
}

function parcelOf(orderId: string, email: string | null) {
  const line = { orderLineId: newId('lin'), sku: 'TEA', title: 'Tea', quantity: 2 };
  return {
    shipmentId: newId('shp'),
    orderId,
    orderNumber: 1001,
    email,
    lines: [line],
    carrier: null,
    trackingNumber: null,
    dispatchedAt: '2010-12-02T09:00:00.000Z',
  };
}

describe('a buyer who left an e-mail', () => {
  it('is told that the order is confirmed', async () => {
    const order = confirmedOrder();
    await scratch.hear(orderConfirmed, confirm, order);
    expect(await messagesOf(order.orderId)).toEqual([
      {
        id: expect.stringMatching(/^msg_/),
        kind: 'order_confirmation',
        channel: 'email',
        recipient: 'ada@example.com',
        subject: 'Your order 1001 is confirmed',
        body: expect.stringContaining('Total: £18.00'),
        orderId: order.orderId,
        status: 'recorded',
        createdAt: expect.any(String),
      },
    ]);
  });

  it('is told at the same address that the order is cancelled, and not what staff wrote about it', async () => {
    const order = confirmedOrder();
    await scratch.hear(orderConfirmed, confirm, order);
    await scratch.hear(orderCancelled, cancel, cancellationOf(order.orderId));
    const message = (await messagesOf(order.orderId)).find(({ kind }) => kind === 'order_cancellation');
    expect(message).toMatchObject({ recipient: 'ada@example.com', subject: 'Your order 1001 is cancelled' });
    expect(message?.body).toContain('£18.00');
    expect(message?.body).not.toContain('stolen');
  });

  it('is told of every refund', async () => {
    const order = confirmedOrder();
    await scratch.hear(orderConfirmed, confirm, order);
    await scratch.hear(orderRefunded, refund, refundOf(order.orderId));
    await scratch.hear(orderRefunded, refund, refundOf(order.orderId));
    expect(await kindsOf(order.orderId)).toEqual(['order_confirmation', 'refund_notice', 'refund_notice']);
  });
});

describe('a parcel that leaves', () => {
  it('is told of once, also before the order’s confirmation has come', async () => {
    const parcel = parcelOf(newId('ord'), 'ada@example.com');
    await scratch.hearAndDie(shipmentDispatched, dispatch, parcel);
    await Promise.all([1, 2, 3].map(() => scratch.hear(shipmentDispatched, dispatch, parcel)));
    expect(await messagesOf(parcel.orderId)).toMatchObject([
      { kind: 'dispatch_notice', recipient: 'ada@example.com', body: expect.stringContaining('2 × Tea') },
    ]);
  });

  it('is told of for each parcel of an order, and not to a buyer without an e-mail', async () => {
    const [orderId, other] = [newId('ord'), newId('ord')];
    await scratch.hear(shipmentDispatched, dispatch, parcelOf(orderId, 'ada@example.com'));
    await scratch.hear(shipmentDispatched, dispatch, parcelOf(orderId, 'ada@example.com'));
    await scratch.hear(shipmentDispatched, dispatch, parcelOf(other, null));
    expect(await kindsOf(orderId)).toEqual(['dispatch_notice', 'dispatch_notice']);
    expect(await messagesOf(other)).toEqual([]);
  });
});

describe('goods that run low', () => {
  const lowOf = async (sku: string) =>
    (await messagesOf()).filter(({ kind, subject }) => kind === 'low_stock' && subject.startsWith(sku));

  it('are told of to the merchant, each time anew, and once when the bus brings it twice', async () => {
    const low = { sku: 'TEA', available: 3, threshold: 3 };
    await scratch.deliver(stockLow, lowStock, low, 2);
    expect(await lowOf('TEA')).toMatchObject([{ channel: 'staff', recipient: 'merchant', orderId: null }]);
    await scratch.hear(stockLow, lowStock, low);
    expect(await lowOf('TEA')).toHaveLength(2);
  });
});

describe('a buyer without an e-mail', () => {
  it('is written nothing, now or later', async () => {
    const order = confirmedOrder({ email: null });
    await scratch.hear(orderConfirmed, confirm, order);
    await scratch.hear(orderRefunded, refund, refundOf(order.orderId));
    await scratch.hear(orderCancelled, cancel, cancellationOf(order.orderId));
    expect(await messagesOf(order.orderId)).toEqual([]);
  });
});

describe('nobody is told twice', () => {
  const once = ['order_cancellation', 'order_confirmation', 'refund_notice'];

  it('even if each event were handled eight times at once', async () => {
    const order = confirmedOrder();
    const [refunded, cancelled] = [refundOf(order.orderId), cancellationOf(order.orderId)];
    const eightTimes = async (hear: () => Promise<void>): Promise<void> => {
      await Promise.all(Array.from({ length: 8 }, hear));
    };
    await eightTimes(() => scratch.hear(orderConfirmed, confirm, order));
    await eightTimes(() => scratch.hear(orderRefunded, refund, refunded));
    await eightTimes(() => scratch.hear(orderCancelled, cancel, cancelled));
    expect(await kindsOf(order.orderId)).toEqual(once);
  });

  it('when the bus brings an event twice', async () => {
    const order = confirmedOrder();
    await scratch.deliver(orderConfirmed, confirm, order, 2);
    expect(await kindsOf(order.orderId)).toEqual(['order_confirmation']);
  });

  it('when the process dies halfway and begins again', async () => {
    const order = confirmedOrder();
    await scratch.hearAndDie(orderConfirmed, confirm, order);
    expect(await kindsOf(order.orderId)).toEqual([]);
    await scratch.hear(orderConfirmed, confirm, order);
    expect(await kindsOf(order.orderId)).toEqual(['order_confirmation']);
  });
});
