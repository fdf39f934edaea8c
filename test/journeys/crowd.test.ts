import { it } from '@jest/globals';
import { describeEachPlacement } from '../../src/shared/testing/index.ts';
import { CROWD_ENVIRONMENT, expectCrowdServed } from './crowd.ts';

const TEST_LIMIT_MS = 120_000;

describeEachPlacement(
  'a crowd',
  (world) => {
    it(
      'of 200 buyers for 50 pieces gets 50 orders and 150 clear refusals, and nobody pays for nothing',
      async () => {
        await expectCrowdServed(world());
      },
      TEST_LIMIT_MS,
    );
  },
  { environment: CROWD_ENVIRONMENT },
);
