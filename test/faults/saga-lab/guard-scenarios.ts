import { eventually } from '../../../src/shared/testing/index.ts';
import { seconds } from '../../../src/shared/values/index.ts';
import { fillCart, stockVariant } from '../../journeys/shop.ts';
import { TcpProxy } from '../lab/tcp-proxy.ts';
import { FaithfulClient, purchaseOf } from './faithful-client.ts';
import { countedBy } from './figures.ts';
import type { RunningShop, ShopLab } from './shop-lab.ts';
import { StallingProxy } from './stalling-proxy.ts';

const PIECES = 20;
const BOUGHT = 2;
const AT_ONCE = 10;
const PATIENCE_MS = seconds(40);
const CHARGE = /^POST \/v1\/charges /;

type Environment = Readonly<Record<string, string>>;

/** Something that goes well as long as the guards are there. Returns whoever has asked, and remembers the answers. */
export type GuardScenario = (lab: ShopLab, environment: Environment) => Promise<FaithfulClient>;

/** Many requests with one key at once. */
export const oneKeyManyTimes: GuardScenario = async (lab, environment) => {
  const shop = await lab.start(environment);
  const client = new FaithfulClient(() => [shop]);
  const cart = await fillCart(shop, await stockVariant(shop, { pieces: PIECES }));
  const question = purchaseOf(cart, 'tok_ok');
  await Promise.all(Array.from({ length: AT_ONCE }, () => client.askOnce(question)));
  return client;
};

/** The provider charges more than it was asked for. */
export const anotherAmount: GuardScenario = async (lab, environment) => {
  const shop = await lab.start(environment);
  const client = new FaithfulClient(() => [shop]);
  await client.buy(await fillCart(shop, await stockVariant(shop, { pieces: PIECES })), 'tok_surcharged');
  return client;
};

/**
 * The owner of a purchase has done everything and only cannot reach ordering's database to confirm the order. Meanwhile
 * another process takes over, cannot reach the stock until the step has run out of its time, and undoes it all. In the
 * middle of that the owner gets through.
 */
export const lateConfirmation: GuardScenario = async (lab, environment) => {
  const toOrdering = lab.keep(await StallingProxy.open(lab.databaseUrl));
  const { hostname, port } = new URL(lab.databaseUrl);
  const toStock = lab.keep(await TcpProxy.open({ host: hostname, port: Number(port) }));
  const owner = await lab.start({ ...environment, DATABASE_URL_ORDERING: toOrdering.through(lab.databaseUrl) });
  const other = await lab.start({ ...environment, DATABASE_URL_INVENTORY: toStock.through(lab.databaseUrl) });
  const client = new FaithfulClient(() => [other]);
  const orderId = await getStalled({ lab, owner, client, toOrdering });
  toStock.refuse(true);
  toStock.cutAll();
  await lab.rows(`update ordering.sagas set step_started_at = now() - interval '5 minutes' where key = $1`, [orderId]);
  await eventually(() => {
    if (lab.provider.chargesOf(orderId)[0]?.status !== 'refunded') throw new Error('nothing is given back yet');
  }, PATIENCE_MS);
  toOrdering.stall(false);
  await eventually(() => expectHeard(lab, owner, orderId), PATIENCE_MS);
  toStock.refuse(false);
  return client;
};

interface Stalling {
  readonly lab: ShopLab;
  readonly owner: RunningShop;
  readonly client: FaithfulClient;
  readonly toOrdering: StallingProxy;
}

/** Paid, allocated, and not confirmed. Returns the order's id. */
async function getStalled({ lab, owner, client, toOrdering }: Stalling): Promise<string> {
  const cart = await fillCart(owner, await stockVariant(owner, { pieces: PIECES }), BOUGHT);
  const held = lab.provider.line.disturb(CHARGE, 'hold answer', { times: 1 });
  void client.askOnce(purchaseOf(cart, 'tok_ok'), owner);
  await held.arrived;
  toOrdering.stall(true);
  held.over();
  return await eventually(async () => {
    const [order] = await lab.rows<{ id: string }>(
      `select o.id from ordering.orders o join inventory.reservations r on r.order_id = o.id
       where o.cart_id = $1 and r.status = 'allocated'`,
      [cart],
    );
    if (order === undefined) throw new Error(`the goods of ${cart} are not allocated yet`);
    return order.id;
  }, PATIENCE_MS);
}

/** The late owner has got through: it was refused, or it has confirmed the order. */
async function expectHeard(lab: ShopLab, owner: RunningShop, orderId: string): Promise<void> {
  const confirmed = await lab.rows(`select from ordering.orders where id = $1 and status = 'confirmed'`, [orderId]);
  if (confirmed.length === 0 && (await countedBy(owner, 'stale_writes')) === 0) {
    throw new Error('the late owner has not written yet');
  }
}
