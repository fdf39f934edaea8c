import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { crashPointsOf } from '../../src/shared/sagas/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { expectBooksInOrder } from '../journeys/books.ts';
import { buildApp } from './child-app.ts';
import { sagas, type CrashCase } from './saga-lab/crash-case.ts';
import { crashCases } from './saga-lab/crash-cases.ts';
import { FaithfulClient } from './saga-lab/faithful-client.ts';
import { killAt, type Killed } from './saga-lab/kill-at.ts';
import { ShopLab, type RunningShop } from './saga-lab/shop-lab.ts';

const SUITE_LIMIT_MS = seconds(600);
const TEST_LIMIT_MS = seconds(120);
const SETTLE_LIMIT_MS = seconds(90);
/** Processes that start, do their work and die at a time. */
const AT_ONCE = 3;

const KILLED = { code: null, signal: 'SIGKILL' };

describe('a process that is killed in the middle of something', () => {
  const killed = new Map<CrashCase, Killed>();
  const failures = new Map<CrashCase, unknown>();
  let lab: ShopLab;
  let survivor: RunningShop;
  const client = new FaithfulClient(() => [survivor]);

  const kill = async (crash: CrashCase): Promise<void> => {
    try {
      killed.set(crash, await killAt({ lab, client }, crash));
    } catch (error) {
      // Its own test tells of it; the others are not kept from theirs.
      failures.set(crash, error);
    }
  };

  beforeAll(async () => {
    buildApp();
    lab = await ShopLab.open();
    const waiting = crashCases.filter(({ settledByOperator }) => settledByOperator === undefined);
    const next = async (): Promise<void> => {
      for (let crash = waiting.shift(); crash !== undefined; crash = waiting.shift()) await kill(crash);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    // What an operator settles is carried on by any process that is there: these must be alone.
    for (const crash of crashCases.filter(({ settledByOperator }) => settledByOperator !== undefined)) {
      await kill(crash);
    }
    survivor = await lab.start();
    await lab.endLeases();
  }, SUITE_LIMIT_MS);
  afterAll(async () => {
    await lab.close();
  }, TEST_LIMIT_MS);

  it.each(crashCases)(
    'at $point ($how) is taken over, and it ends as it should',
    async (crash) => {
      if (failures.has(crash)) throw failures.get(crash);
      const { begun, endings } = killed.get(crash) as Killed;
      expect(endings).toEqual(endings.map(() => KILLED));
      const answer = await client.ask(begun.question);
      expect({ status: answer.status, code: answer.body.code }).toEqual({ code: undefined, ...crash.ends.answer });
      if (crash.ends.order === undefined) return;
      const orderId = begun.orderId ?? (await orderOf(begun.cartId ?? ''));
      const { body } = await survivor.admin.get(`/admin/v1/orders/${orderId}`).expect(200);
      const charges = lab.provider.chargesOf(orderId).map(({ status }) => status);
      expect({ status: body.status, charges }).toEqual(crash.ends.order);
    },
    TEST_LIMIT_MS,
  );

  it(
    'leaves books behind that agree with the provider, and every request gets the same answer for ever',
    async () => {
      await lab.settled(SETTLE_LIMIT_MS);
      expect(await client.contradictions()).toEqual([]);
      await expectBooksInOrder(survivor);
    },
    TEST_LIMIT_MS,
  );

  it.each(sagas)('was killed at every point that $name has', (saga) => {
    const hit = [...killed.values()].flatMap(({ points }) => points);
    expect(crashPointsOf(saga).filter((point) => !hit.includes(point))).toEqual([]);
  });

  /** A rejected order has given its cart back, so that only the order knows of it. */
  const orderOf = async (cartId: string): Promise<string> => {
    const rows = await lab.rows<{ id: string }>('select id from ordering.orders where cart_id = $1', [cartId]);
    expect(rows).toHaveLength(1);
    return rows[0]?.id ?? '';
  };
});
