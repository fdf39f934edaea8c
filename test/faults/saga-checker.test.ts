import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Guard } from '../../src/shared/telemetry/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import { buildApp } from './child-app.ts';
import type { FaithfulClient } from './saga-lab/faithful-client.ts';
import { anotherAmount, lateConfirmation, oneKeyManyTimes, type GuardScenario } from './saga-lab/guard-scenarios.ts';
import { ShopLab } from './saga-lab/shop-lab.ts';

const SUITE_LIMIT_MS = seconds(120);
const TEST_LIMIT_MS = seconds(180);
const REST_LIMIT_MS = seconds(60);

interface Case {
  readonly guard: Guard;
  readonly scenario: GuardScenario;
  readonly finds: RegExp;
}

/** What each guard keeps from happening, as the checks of these suites say it. */
const cases: readonly Case[] = [
  { guard: 'idempotency claim', scenario: oneKeyManyTimes, finds: /complete got 201 .* and 409 / },
  { guard: 'amount check', scenario: anotherAmount, finds: /is confirmed, owes 1250, and the provider has 1251/ },
  { guard: 'epoch fence', scenario: lateConfirmation, finds: /is confirmed, owes 2500, and the provider has 0/ },
];

interface Told {
  readonly lab: ShopLab;
  readonly client: FaithfulClient;
}

/** Has the story happen, with or without the guard, and the suites' checks look at what came of it. */
async function tell(
  { scenario }: Case,
  environment: Record<string, string>,
  look: (told: Told) => Promise<void>,
): Promise<void> {
  const lab = await ShopLab.open();
  try {
    await look({ lab, client: await scenario(lab, { NODE_ENV: 'test', ...environment }) });
  } finally {
    await lab.close();
  }
}

describe('the checks of the suites about purchases', () => {
  beforeAll(() => {
    buildApp();
  }, SUITE_LIMIT_MS);

  it.each(cases)(
    'notice when the $guard is taken out',
    (each) =>
      tell(each, { BANYAN_TEST_WITHOUT: each.guard }, async ({ lab, client }) => {
        const found = [...(await lab.atRest(REST_LIMIT_MS)), ...(await client.contradictions())];
        expect(found).toContainEqual(expect.stringMatching(each.finds));
      }),
    TEST_LIMIT_MS,
  );

  it.each(cases)(
    'find nothing in the same story when the $guard is there',
    (each) =>
      tell(each, {}, async ({ lab, client }) => {
        await lab.settled(REST_LIMIT_MS);
        expect(await client.contradictions()).toEqual([]);
      }),
    TEST_LIMIT_MS,
  );
});
