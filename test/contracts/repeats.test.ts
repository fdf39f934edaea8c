import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modules } from '../../src/modules/index.ts';
import type { Operation } from '../../src/shared/contract/index.ts';
import { ContractError, present } from '../../src/shared/errors/index.ts';
import { findUnstorable } from '../../src/shared/http/index.ts';
import { startWorld, type World } from '../../src/shared/testing/index.ts';
import { testCall } from './three-ways.ts';
import { valuesOf } from '../../scripts/conformance/values-of.ts';

/** Inputs for each command. More by PROPERTY_RUNS=200 npx jest test/contracts. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 3);
const LIMIT_MS = 60_000 + RUNS * 5_000;

const keyed = modules
  .flatMap(({ contract }) => Object.values<Operation>(contract.operations))
  .filter(({ kind, repeat }) => kind === 'command' && repeat === 'key');

describe('a command that is repeated with its key', () => {
  let world: World;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ world, stop } = await startWorld({ name: 'one process', calls: 'direct', queues: 'postgres' }, {}));
  }, LIMIT_MS);
  afterAll(async () => {
    await stop();
  }, LIMIT_MS);

  async function outcomeOf(operation: Operation, input: unknown, idempotencyKey: string): Promise<unknown> {
    const module = present(world.application.modules.get(operation.contract), `${operation.contract} is not there`);
    try {
      return { answer: await module.pipeline.invoke(operation, input, testCall({ idempotencyKey })) };
    } catch (error) {
      if (error instanceof ContractError) return { refusal: error.toJSON() };
      throw error;
    }
  }

  it(
    'gets the answer that it got, whatever it was asked with',
    async () => {
      expect(keyed.length).toBeGreaterThan(5);
      for (const operation of keyed) {
        const property = fc.asyncProperty(valuesOf(operation.input), async (input) => {
          // What no column can hold is refused where it comes in.
          fc.pre(findUnstorable(input) === undefined);
          const key = randomUUID();
          const first = await outcomeOf(operation, input, key);
          expect({ of: operation.id, is: await outcomeOf(operation, structuredClone(input), key) }).toEqual({
            of: operation.id,
            is: first,
          });
        });
        await fc.assert(property, { numRuns: RUNS });
      }
    },
    LIMIT_MS,
  );
});
