import { expect, it } from '@jest/globals';
import { ContractError } from '../../../shared/errors/index.ts';
import { buy, describeEachPlacement, sell, type BoughtOrder, type World } from '../../../shared/testing/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Ordering } from '../contract/index.ts';

const gbp = (amount: number) => ({ amount, currency: 'GBP' });

/** How an attempt ended: its answer, or the code of its refusal. */
async function outcomeOf<Answer>(attempt: Promise<Answer>): Promise<Answer | string> {
  return await attempt.catch((error: unknown) => {
    if (error instanceof ContractError) return error.code;
    throw error;
  });
}

/** One order with two pieces of goods, and what fulfilment tells it. */
class Goods {
  readonly orderId: string;
  readonly lineId: string;
  readonly #shop: World;

  constructor(shop: World, order: BoughtOrder) {
    this.#shop = shop;
    this.orderId = order.id;
    this.lineId = order.lines[0]?.id ?? '';
  }

  static async sold(shop: World): Promise<Goods> {
    return new Goods(shop, await buy(shop, [await sell(shop, { tracked: true })], { email: 'ada@example.com' }));
  }

  tell(name: 'abandonDispatch' | 'recordDispatch' | 'recordDelivery', dispatchId: string) {
    const { orderId } = this;
    const client = this.#shop.client(Ordering);
    return outcomeOf<unknown>(client[name]({ orderId, dispatchId }, this.#shop.context()));
  }

  begin(dispatchId: string, quantity: number, lineId = this.lineId) {
    const { orderId } = this;
    const input = { orderId, dispatchId, lines: [{ lineId, quantity }] };
    return outcomeOf(this.#shop.client(Ordering).beginDispatch(input, this.#shop.context()));
  }

  async ship(quantity: number): Promise<string> {
    const dispatchId = newId('dsp');
    await this.begin(dispatchId, quantity);
    await this.tell('recordDispatch', dispatchId);
    return dispatchId;
  }

  bringBack(returnId: string, quantity: number, refund?: number) {
    const { orderId, lineId } = this;
    const asked = refund === undefined ? {} : { refund: gbp(refund) };
    const input = { orderId, returnId, lines: [{ lineId, quantity }], reason: 'too small', ...asked };
    return outcomeOf(this.#shop.client(Ordering).beginReturn(input, this.#shop.context()));
  }

  endReturn(name: 'abandonReturn' | 'recordReturn', returnId: string) {
    const { orderId } = this;
    return outcomeOf<unknown>(this.#shop.client(Ordering)[name]({ orderId, returnId }, this.#shop.context()));
  }

  async order() {
    return await this.#shop.client(Ordering).getOrder({ orderId: this.orderId }, this.#shop.context());
  }
}

describeEachPlacement('an order whose goods leave', (world) => {
  it('agrees once to a dispatch, tells its share, and moves on when the goods are gone', async () => {
    const goods = await Goods.sold(world());
    const [first, second] = [newId('dsp'), newId('dsp')];
    const agreed = { amount: gbp(600), email: 'ada@example.com' };
    const answers = await Promise.all([1, 2, 3].map(() => goods.begin(first, 1)));
    expect(answers).toEqual([agreed, agreed, agreed]);
    expect(await goods.begin(second, 2)).toBe('ordering.not_left_to_dispatch');
    expect(await goods.order()).toMatchObject({ status: 'confirmed', lines: [{ shippedQuantity: 0 }] });
    for (let time = 0; time < 2; time += 1) {
      expect(await goods.tell('recordDispatch', first)).toEqual({ status: 'partly_shipped' });
    }
    expect(await goods.tell('recordDelivery', first)).toEqual({ status: 'partly_shipped' });
    expect(await goods.begin(second, 1)).toEqual(agreed);
    expect(await goods.tell('recordDispatch', second)).toEqual({ status: 'shipped' });
    for (let time = 0; time < 2; time += 1) {
      expect(await goods.tell('recordDelivery', second)).toEqual({ status: 'delivered' });
    }
    expect(await goods.order()).toMatchObject({ lines: [{ shippedQuantity: 2 }] });
  });

  it('keeps the pieces and the share of a dispatch that was given up, for good', async () => {
    const goods = await Goods.sold(world());
    const [failed, early, next] = [newId('dsp'), newId('dsp'), newId('dsp')];
    await goods.begin(failed, 2);
    for (const dispatchId of [failed, failed, early]) await goods.tell('abandonDispatch', dispatchId);
    expect(await goods.begin(failed, 2)).toBe('ordering.dispatch_abandoned');
    expect(await goods.begin(early, 2)).toBe('ordering.dispatch_abandoned');
    expect(await goods.begin(next, 2)).toMatchObject({ amount: gbp(1_200) });
  });

  it('is not cancelled meanwhile, and is not sent once it is being cancelled', async () => {
    const shop = world();
    const goods = await Goods.sold(shop);
    const cancel = () => outcomeOf(shop.client(Ordering).cancelOrder({ orderId: goods.orderId }, shop.context()));
    const dispatchId = newId('dsp');
    await goods.begin(dispatchId, 1);
    expect(await cancel()).toBe('ordering.dispatch_under_way');
    await goods.tell('abandonDispatch', dispatchId);
    expect(await cancel()).toMatchObject({ status: 'cancelled' });
    expect(await goods.begin(newId('dsp'), 1)).toBe('ordering.not_dispatchable');
  });

  it('sends what it has: no services, no strangers', async () => {
    const shop = world();
    const goods = new Goods(shop, await buy(shop, [await sell(shop, { tracked: false })]));
    expect(await goods.begin(newId('dsp'), 1)).toBe('ordering.line_not_found');
    expect(await goods.begin(newId('dsp'), 1, newId('lin'))).toBe('ordering.line_not_found');
    const unknown = new Goods(shop, { ...(await goods.order()), id: newId('ord') });
    expect(await unknown.begin(newId('dsp'), 1)).toBe('ordering.order_not_found');
    expect(await unknown.tell('abandonDispatch', newId('dsp'))).toBeUndefined();
  });
});

describeEachPlacement('an order whose goods come back', (world) => {
  it('sets pieces and money aside once, and tells of the refund when all is done', async () => {
    const shop = world();
    const goods = await Goods.sold(shop);
    await goods.ship(2);
    const returnId = newId('ret');
    const answers = await Promise.all([1, 2, 3].map(() => goods.bringBack(returnId, 1)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual({ refundId: expect.stringMatching(/^ref_/), amount: gbp(600) });
    expect(await goods.bringBack(newId('ret'), 2)).toBe('ordering.not_returnable');
    expect(await goods.order()).toMatchObject({ refunded: gbp(600), lines: [{ returnedQuantity: 0 }] });
    await Promise.all([1, 2, 3].map(() => goods.endReturn('recordReturn', returnId)));
    expect(await goods.order()).toMatchObject({
      refunded: gbp(600),
      lines: [{ returnedQuantity: 1, refundedQuantity: 1 }],
    });
    const reader = shop.database('ordering').reader(shop.context());
    const told = await reader.rows(`select type from outbox where subject = $1 and type = 'ordering.orderRefunded'`, [
      goods.orderId,
    ]);
    expect(told).toHaveLength(1);
  });

  it('takes all that back when the return is given up, for good', async () => {
    const goods = await Goods.sold(world());
    await goods.ship(2);
    const [failed, early] = [newId('ret'), newId('ret')];
    await goods.bringBack(failed, 2);
    for (const returnId of [failed, failed, early]) await goods.endReturn('abandonReturn', returnId);
    expect(await goods.order()).toMatchObject({
      refunded: gbp(0),
      lines: [{ returnedQuantity: 0, refundedQuantity: 0 }],
    });
    expect(await goods.bringBack(failed, 2)).toBe('ordering.return_abandoned');
    expect(await goods.bringBack(early, 2)).toBe('ordering.return_abandoned');
    expect(await goods.bringBack(newId('ret'), 2, 0)).toEqual({ refundId: null, amount: gbp(0) });
  });

  it('had to be sent before', async () => {
    const goods = await Goods.sold(world());
    expect(await goods.bringBack(newId('ret'), 1)).toBe('ordering.not_returnable');
    await goods.ship(1);
    expect(await goods.bringBack(newId('ret'), 2)).toBe('ordering.not_returnable');
    expect(await goods.bringBack(newId('ret'), 1, 1_201)).toBe('ordering.refund_too_large');
  });
});
