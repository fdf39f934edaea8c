import { expect, it } from '@jest/globals';
import { plantDeadLetter, plantDelivery } from '../../src/operate/test/planted-events.ts';
import { describeEachPlacement, eventually, type World } from '../../src/shared/testing/index.ts';
import { complete, fillCart, stockVariant } from './shop.ts';

/** Modules that are told of a confirmed order. */
const HEAR_OF_ORDERS = ['fulfilment', 'notifications', 'reporting'];
const LAG_LIMIT_SECONDS = 300;

/** The figures of one scrape, by name and labels as they stand on the page. */
class Figures {
  readonly #lines: ReadonlyMap<string, number>;

  constructor(page: string) {
    const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.#lines = new Map(
      lines.map((line) => {
        const cut = line.lastIndexOf(' ');
        return [line.slice(0, cut), Number(line.slice(cut + 1))];
      }),
    );
  }

  /** All of a name, whatever its labels. */
  sum(name: string): number {
    const matching = [...this.#lines].filter(([line]) => line === name || line.startsWith(`${name}{`));
    return matching.reduce((sum, [, value]) => sum + value, 0);
  }

  of(name: string, module: string): number {
    return this.#lines.get(`${name}{module="${module}"}`) ?? 0;
  }

  bucket(module: string, le: string): number {
    return this.#lines.get(`banyan_bus_lag_seconds_bucket{le="${le}",module="${module}"}`) ?? 0;
  }
}

async function scrape(shop: World): Promise<Figures> {
  const page = await shop.store.get('/metrics').expect(200);
  return new Figures(page.text);
}

/** A page without anything that is still on its way. */
async function whenQuiet(shop: World): Promise<Figures> {
  return await eventually(async () => {
    const figures = await scrape(shop);
    expect(figures.sum('banyan_bus_outbox_depth')).toBe(0);
    expect(figures.sum('banyan_bus_inbox_retrying')).toBe(0);
    expect(figures.sum('banyan_bus_inbox_parked')).toBe(0);
    return figures;
  });
}

async function buyOnce(shop: World): Promise<void> {
  const sku = await stockVariant(shop, { pieces: 5 });
  await complete(shop, await fillCart(shop, sku, 2)).expect(201);
  // The purchase has gone as far as its listeners when each of them has handled what it hears of it.
  await eventually(async () => {
    const figures = await scrape(shop);
    for (const module of HEAR_OF_ORDERS) {
      expect(figures.of('banyan_bus_events_handled_total', module)).toBeGreaterThan(0);
    }
  });
}

describeEachPlacement('the figures of the bus', (world) => {
  it('show that what a purchase sets off has come to all who hear of it, and how long it took', async () => {
    const shop = world();
    await buyOnce(shop);
    const figures = await whenQuiet(shop);
    expect(figures.sum('banyan_bus_modules')).toBe(shop.application.modules.size);
    expect(figures.of('banyan_bus_deliveries_sent_total', 'ordering')).toBeGreaterThanOrEqual(HEAR_OF_ORDERS.length);
    for (const module of HEAR_OF_ORDERS) {
      const handled = figures.of('banyan_bus_events_handled_total', module);
      expect(figures.of('banyan_bus_deliveries_received_total', module)).toBeGreaterThanOrEqual(handled);
      expect(figures.of('banyan_bus_lag_seconds_count', module)).toBe(handled);
      expect(figures.bucket(module, String(LAG_LIMIT_SECONDS))).toBe(handled);
    }
    for (const name of ['banyan_bus_quarantined', 'banyan_bus_dead_letters', 'banyan_bus_handler_failures_total']) {
      expect(figures.sum(name)).toBe(0);
    }
  });

  it('count what comes a second time, and that it is no second effect', async () => {
    const shop = world();
    await buyOnce(shop);
    const ordering = shop.database('ordering');
    await eventually(async () => {
      const sql = `select from deliveries where state <> 'acknowledged'`;
      expect(await ordering.reader(shop.context()).rows(sql)).toEqual([]);
    });
    const before = await scrape(shop);
    const again = await ordering
      .single(shop.context())
      .run(`update deliveries set state = 'open', due_at = now() where subscriber = 'reporting'`);
    expect(again).toBeGreaterThan(0);
    await eventually(async () => {
      const after = await scrape(shop);
      const risen = (name: string, module: string): number => after.of(name, module) - before.of(name, module);
      expect(risen('banyan_bus_duplicates_total', 'reporting')).toBe(again);
      expect(risen('banyan_bus_deliveries_resent_total', 'ordering')).toBe(again);
      expect(risen('banyan_bus_events_handled_total', 'reporting')).toBe(0);
      expect(risen('banyan_bus_lag_seconds_count', 'reporting')).toBe(0);
    });
  });

  it('show how much is on its way, to whom, and since when', async () => {
    const shop = world();
    const id = await plantDelivery(shop.layout, 'ordering', 'notifications', { state: 'acknowledged' });
    const delivery = (change: string): Promise<number> =>
      shop.database('ordering').single(shop.context()).run(`update deliveries set ${change} where event_id = $1`, [id]);
    await delivery(`state = 'open', due_at = now() + interval '1 hour', created_at = now() - interval '1 minute'`);
    await eventually(async () => {
      const page = await shop.store.get('/metrics').expect(200);
      expect(page.text).toContain('banyan_bus_outbox_depth{module="ordering",subscriber="notifications"} 1\n');
      expect(new Figures(page.text).sum('banyan_bus_outbox_oldest_seconds')).toBeGreaterThanOrEqual(60);
    });
    await delivery(`due_at = now()`);
    await whenQuiet(shop);
  });

  it('show what waits for an operator, and for how long', async () => {
    const shop = world();
    await plantDeadLetter(shop.layout, 'reporting', 2);
    await plantDelivery(shop.layout, 'ordering', 'identity', { state: 'quarantined' });
    await eventually(async () => {
      const figures = await scrape(shop);
      expect(figures.of('banyan_bus_dead_letters', 'reporting')).toBe(1);
      expect(figures.of('banyan_bus_inbox_parked', 'reporting')).toBe(2);
      expect(figures.of('banyan_bus_inbox_parked_keys', 'reporting')).toBe(1);
      expect(figures.of('banyan_bus_inbox_oldest_seconds', 'reporting')).toBeGreaterThan(0);
      expect(figures.of('banyan_bus_quarantined', 'ordering')).toBe(1);
      expect(figures.sum('banyan_bus_dead_letters')).toBe(1);
      expect(figures.sum('banyan_bus_quarantined')).toBe(1);
    });
  });
});
