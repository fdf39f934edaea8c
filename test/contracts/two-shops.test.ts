import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modules } from '../../src/modules/index.ts';
import type { CallTransport } from '../../src/shared/calls/index.ts';
import type { AnyContract, Operation } from '../../src/shared/contract/index.ts';
import { present } from '../../src/shared/errors/index.ts';
import { findUnstorable } from '../../src/shared/http/index.ts';
import { CallTokens, RemoteTransport } from '../../src/shared/remote/index.ts';
import { freePort, startWorld, TEST_SECRET, type World } from '../../src/shared/testing/index.ts';
import { valuesOf } from '../../scripts/conformance/values-of.ts';
import { withSeed } from '../faults/lab/seed.ts';
import { untilQuiet } from '../journeys/everything-kept.ts';
import { Counterparts } from './counterparts.ts';
import { OPENING, type Asked } from './opening.ts';
import { seen } from './seen.ts';
import { testCall } from './three-ways.ts';

/** How often every operation is called. More by PROPERTY_RUNS=50 npx jest test/contracts. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1);
const LIMIT_MS = 60_000 + RUNS * 15_000;
/** Which of the ids that are known an input speaks of. */
const MAX_TURN = 100;

const contracts: readonly AnyContract[] = modules.map(({ contract }) => contract);
const operations = contracts.flatMap((contract) => Object.values<Operation>(contract.operations));

/** A shop, and a way to each of its operations. */
interface Reached {
  readonly world: World;
  readonly calls: CallTransport;
  stop(): Promise<void>;
}

async function openHere(): Promise<Reached> {
  const { world, stop } = await startWorld({ name: 'one process', calls: 'direct', queues: 'postgres' }, {});
  const moduleOf = ({ contract }: Operation) => present(world.application.modules.get(contract), `no ${contract}`);
  return {
    world,
    calls: { invoke: async (operation, ...asked) => await moduleOf(operation).pipeline.invoke(operation, ...asked) },
    stop,
  };
}

/** Every call over HTTP: the test's, and those of the modules among themselves. */
async function openElsewhere(): Promise<Reached> {
  const port = await freePort();
  const addresses = new Map(contracts.map(({ name }) => [name, [`http://127.0.0.1:${port}`]]));
  const settings = Object.fromEntries(
    [...addresses].map(([name, [url]]) => [`BANYAN_URL_${name.toUpperCase()}`, url ?? '']),
  );
  const { world, stop } = await startWorld(
    { name: 'calls over HTTP', calls: 'network', queues: 'postgres' },
    { ...settings, BANYAN_INTERNAL_PORT: String(port) },
  );
  const calls = new RemoteTransport({ addresses, tokens: new CallTokens(TEST_SECRET) });
  return {
    world,
    calls,
    stop: async () => {
      await calls.close();
      await stop();
    },
  };
}

describe('two shops, one of which has its modules behind a network', () => {
  let here: Reached;
  let elsewhere: Reached;
  beforeAll(async () => {
    [here, elsewhere] = await Promise.all([openHere(), openElsewhere()]);
  }, LIMIT_MS);
  afterAll(async () => {
    await Promise.all([here.stop(), elsewhere.stop()]);
  }, LIMIT_MS);

  it(
    'answer whatever they are asked with the same answers and the same refusals',
    async () => {
      const counterparts = new Counterparts();
      let asked = 0;
      const refused: unknown[] = [];
      const ask = async ({ operation, input }: Asked): Promise<void> => {
        const call = testCall({ idempotencyKey: `call-${(asked += 1)}` });
        const [first, second] = await Promise.all([
          seen(here.calls.invoke(operation, input, call)),
          seen(elsewhere.calls.invoke(operation, counterparts.translate(input), call)),
        ]);
        if (!('answer' in first)) refused.push({ of: operation.id, ...first });
        const differences = counterparts.differences(first, second);
        const about = differences.length === 0 ? [] : [operation.id, input, first, second];
        expect({ differences, about }).toEqual({ differences: [], about: [] });
        // What events bring about would else be seen sooner in one shop than in the other.
        if (operation.kind === 'command') await Promise.all([untilQuiet(here.world), untilQuiet(elsewhere.world)]);
      };
      for (const step of OPENING) await ask(step((prefix) => counterparts.latest(prefix)));
      // A card was declined.
      expect(refused).toMatchObject([{ of: 'ordering.completeCart' }]);
      await withSeed('two shops', async (random) => {
        for (let run = 0; run < RUNS; run += 1) {
          for (const operation of random.shuffle(operations)) {
            const [input] = fc.sample(valuesOf(operation.input), { seed: random.integer(0, 2 ** 30), numRuns: 1 });
            if (findUnstorable(input) !== undefined) continue;
            await ask({ operation, input: counterparts.withKnownIds(input, random.integer(0, MAX_TURN)) });
          }
        }
      });
      expect(asked - refused.length).toBeGreaterThan(OPENING.length);
    },
    LIMIT_MS,
  );
});
