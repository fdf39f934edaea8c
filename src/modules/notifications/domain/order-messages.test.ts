import { describe, expect, it } from '@jest/globals';
import {
  dispatchNotice,
  orderCancellation,
  orderConfirmation,
  refundNotice,
  type ConfirmedOrder,
} from './order-messages.ts';

const gbp = (amount: number) => ({ amount, currency: 'GBP' });

const order: ConfirmedOrder = {
  number: 1042,
  currency: 'GBP',
  lines: [
    { title: 'Banyan Seedling, Clay', quantity: 2, total: gbp(2_900) },
    { title: 'Fig Jam', quantity: 1, total: gbp(320) },
  ],
  totals: { items: gbp(3_220), discount: gbp(322), delivery: gbp(450), tax: gbp(580), total: gbp(3_928) },
  shippingAddress: {
    name: 'Ada Shopper',
    line1: '1 Market Street',
    city: 'Leeds',
    postalCode: 'LS1 4DY',
    country: 'GB',
  },
};

describe('the confirmation of an order', () => {
  it('tells what was bought, what it costs and where it goes', () => {
    expect(orderConfirmation(order)).toEqual({
      subject: 'Your order 1042 is confirmed',
      body: `Thank you for your order 1042.

2 × Banyan Seedling, Clay: £29.00
1 × Fig Jam: £3.20

Items: £32.20
Discount: −£3.22
Delivery: £4.50
Tax: £5.80
Total: £39.28

It goes to:
Ada Shopper
1 Market Street
Leeds
LS1 4DY
GB
`,
    });
  });

  it('leaves out what there is none of', () => {
    const totals = { ...order.totals, discount: gbp(0), delivery: gbp(0), tax: gbp(0), total: gbp(3_220) };
    const { body } = orderConfirmation({ ...order, totals, shippingAddress: null });
    expect(body).toContain('Items: £32.20\nTotal: £32.20\n');
    expect(body).not.toMatch(/Discount|Delivery|Tax|goes to/);
  });

  it('stays readable for an order of a thousand lines', () => {
    const lines = Array.from({ length: 1_000 }, () => ({ title: 'Fig Jam', quantity: 1, total: gbp(320) }));
    const { body } = orderConfirmation({ ...order, lines });
    expect(body.match(/Fig Jam/g)).toHaveLength(100);
    expect(body).toContain('… and 900 more\n');
  });
});

describe('the message about a parcel', () => {
  const parcel = {
    orderNumber: 1042,
    lines: [
      { title: 'Fig Jam', quantity: 1 },
      { title: 'Banyan Seedling, Clay', quantity: 2 },
    ],
    carrier: 'Royal Mail',
    trackingNumber: 'RM 1234 5678 9GB',
  };

  it('tells what is in it and how to follow it', () => {
    expect(dispatchNotice(parcel)).toEqual({
      subject: 'Your order 1042 is on its way',
      body: `A parcel of your order 1042 has left.

1 × Fig Jam
2 × Banyan Seedling, Clay

Carrier: Royal Mail
Tracking number: RM 1234 5678 9GB
`,
    });
  });

  it('speaks of no carrier where none is known', () => {
    const { body } = dispatchNotice({ ...parcel, carrier: null, trackingNumber: null });
    expect(body).toBe('A parcel of your order 1042 has left.\n\n1 × Fig Jam\n2 × Banyan Seedling, Clay\n');
  });
});

describe('the messages that follow', () => {
  it('say that an order is cancelled and what is given back', () => {
    expect(orderCancellation(1042, gbp(3_928))).toEqual({
      subject: 'Your order 1042 is cancelled',
      body: 'Your order 1042 has been cancelled.\n\nWe are giving you back £39.28.\n',
    });
  });

  it('promise no money where none is given back', () => {
    expect(orderCancellation(1042, gbp(0)).body).toBe('Your order 1042 has been cancelled.\n');
  });

  it('say how much of an order is refunded', () => {
    expect(refundNotice(1042, { amount: 500, currency: 'JPY' })).toEqual({
      subject: 'A refund for your order 1042',
      body: 'There is a refund for your order 1042.\n\nWe are giving you back JP¥500.\n',
    });
  });
});
