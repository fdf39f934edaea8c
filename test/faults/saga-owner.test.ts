import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, TEST_ROLE_PREFIX } from '../../src/shared/testing/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { expectBooksInOrder } from '../journeys/books.ts';
import { fillCart, stockVariant } from '../journeys/shop.ts';
import { buildApp } from './child-app.ts';
import { PostgresLab } from './lab/postgres-lab.ts';
import { withSeed, type SeededRandom } from './lab/seed.ts';
import { FaithfulClient, purchaseOf, type Answer } from './saga-lab/faithful-client.ts';
import { countedBy } from './saga-lab/figures.ts';
import { ShopLab, type RunningShop } from './saga-lab/shop-lab.ts';

const SUITE_LIMIT_MS = seconds(180);
const TEST_LIMIT_MS = seconds(180);
const SETTLE_LIMIT_MS = seconds(90);
const PATIENCE_MS = seconds(60);

const PURCHASES = 12;
const LEASE_MS = seconds(1);
const OUTAGE_MS = 300;
const LOST_REPLIES = 4;
const CHARGE = /^POST \/v1\/charges /;
/** One at least is still being paid for when the fault comes. */
const TOKENS = ['tok_slow', 'tok_ok', 'tok_ok', 'tok_declined', 'tok_error_once', 'tok_pending'] as const;

/** The same two processes live through all of it, one fault after the other. */
describe('a process of two that share the work', () => {
  let postgres: PostgresLab;
  let lab: ShopLab;
  let owner: RunningShop;
  let other: RunningShop;
  let sku: string;
  const client = new FaithfulClient(() => [other]);

  beforeAll(async () => {
    buildApp();
    postgres = await PostgresLab.start();
    lab = await ShopLab.open(postgres);
    owner = await lab.start({ SAGA_LEASE_MS: String(LEASE_MS) });
    other = await lab.start({ SAGA_LEASE_MS: String(LEASE_MS) });
    sku = await stockVariant(other, { pieces: 1_000 });
  }, SUITE_LIMIT_MS);
  afterEach(() => {
    lab.provider.line.heal();
    owner.process.signal('SIGCONT');
  });
  afterAll(async () => {
    await lab.close();
    await postgres.stop();
  }, SUITE_LIMIT_MS);

  const expectPeace = async (): Promise<void> => {
    await lab.settled(SETTLE_LIMIT_MS);
    expect(await client.contradictions()).toEqual([]);
    await expectBooksInOrder(other);
  };

  const openSagas = async (): Promise<number> =>
    (await lab.rows(`select from ordering.sagas where status in ('running', 'compensating')`)).length;

  const fillCarts = async (random: SeededRandom): Promise<string[]> =>
    await Promise.all(Array.from({ length: PURCHASES }, () => fillCart(other, sku, random.integer(1, 3))));

  /** All at once, each asked of one of the processes at first, and of the other one until it is decided. */
  const buyAll = async (random: SeededRandom, carts: string[], first: () => RunningShop): Promise<Answer[]> =>
    await Promise.all(
      carts.map(async (cart, at) => {
        const question = purchaseOf(cart, at < TOKENS.length ? (TOKENS[at] ?? '') : random.pick(TOKENS));
        await client.askOnce(question, first());
        return await client.ask(question);
      }),
    );

  it(
    'that stands still for longer than its lease is replaced, and when it wakes up it changes nothing any more',
    async () => {
      const [staleBefore, lostBefore] = [await countedBy(owner, 'stale_writes'), await countedBy(other, 'owners_lost')];
      const held = lab.provider.line.disturb(CHARGE, 'hold answer', { times: 1 });
      const question = purchaseOf(await fillCart(owner, sku), 'tok_ok');
      const lateAnswer = client.askOnce(question, owner);
      await held.arrived;
      owner.process.signal('SIGSTOP');
      expect(await client.ask(question)).toMatchObject({ status: 201, body: { order: { status: 'confirmed' } } });
      expect(await countedBy(other, 'owners_lost')).toBeGreaterThan(lostBefore);
      await lab.settled(SETTLE_LIMIT_MS);
      held.over();
      owner.process.signal('SIGCONT');
      await eventually(
        async () => expect(await countedBy(owner, 'stale_writes')).toBeGreaterThan(staleBefore),
        PATIENCE_MS,
      );
      await lateAnswer;
      await expectPeace();
    },
    TEST_LIMIT_MS,
  );

  it(
    'that wakes up while another one is at the same purchase leaves it to that one, and nothing happens twice',
    async () => {
      const staleBefore = await countedBy(owner, 'stale_writes');
      const [first, second] = [1, 1].map((times) => lab.provider.line.disturb(CHARGE, 'hold answer', { times }));
      const question = purchaseOf(await fillCart(owner, sku), 'tok_ok');
      const lateAnswer = client.askOnce(question, owner);
      await first?.arrived;
      owner.process.signal('SIGSTOP');
      await second?.arrived;
      first?.over();
      owner.process.signal('SIGCONT');
      await eventually(
        async () => expect(await countedBy(owner, 'stale_writes')).toBeGreaterThan(staleBefore),
        PATIENCE_MS,
      );
      second?.over();
      expect(await client.ask(question)).toMatchObject({ status: 201 });
      await lateAnswer;
      await expectPeace();
    },
    TEST_LIMIT_MS,
  );

  it(
    'that is paused at any moment of many purchases costs none of them',
    () =>
      withSeed('a pause', async (random) => {
        const lostBefore = await countedBy(other, 'owners_lost');
        // So that one of them, at least, is the owner's when it stands still.
        const held = lab.provider.line.disturb(CHARGE, 'hold answer', { times: 1 });
        const purchases = buyAll(random, await fillCarts(random), () => owner);
        await held.arrived;
        await pause(random.integer(0, LEASE_MS));
        owner.process.signal('SIGSTOP');
        await eventually(
          async () => expect(await countedBy(other, 'owners_lost')).toBeGreaterThan(lostBefore),
          PATIENCE_MS,
        );
        await pause(random.integer(0, LEASE_MS));
        held.over();
        owner.process.signal('SIGCONT');
        expect((await purchases).map(({ status }) => status)).toContain(201);
        await expectPeace();
      }),
    TEST_LIMIT_MS,
  );

  it(
    'loses its database in the middle of many purchases, and brings them to their end when it is back',
    () =>
      withSeed('a restart of Postgres', async (random) => {
        const purchases = buyAll(random, await fillCarts(random), () => random.pick([owner, other]));
        await eventually(async () => expect(await openSagas()).toBeGreaterThan(0), PATIENCE_MS);
        await pause(random.integer(0, OUTAGE_MS));
        expect(await openSagas()).toBeGreaterThan(0);
        await postgres.stopImmediately();
        await pause(OUTAGE_MS);
        await postgres.startAgain();
        expect((await purchases).map(({ status }) => status)).toContain(201);
        await expectPeace();
      }),
    TEST_LIMIT_MS,
  );

  it(
    'does not hear that its commits have happened, and does nothing twice for it',
    () =>
      withSeed('lost replies', async (random) => {
        const carts = await fillCarts(random);
        const before = postgres.proxy.lostReplies;
        postgres.proxy.loseCommitReplies(LOST_REPLIES, `${TEST_ROLE_PREFIX}_ordering`);
        const answers = await buyAll(random, carts, () => random.pick([owner, other]));
        expect(answers.map(({ status }) => status)).toContain(201);
        expect(postgres.proxy.lostReplies - before).toBe(LOST_REPLIES);
        await expectPeace();
      }),
    TEST_LIMIT_MS,
  );
});
