import { describeEachPlacement } from '../../src/shared/testing/index.ts';
import { purchases } from './purchases.ts';

describeEachPlacement('a purchase', purchases);
