import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modules } from '../../src/modules/index.ts';
import { asCarried, type AnyContract, type Operation } from '../../src/shared/contract/index.ts';
import { ContractError, InvariantViolation, SystemFailure } from '../../src/shared/errors/index.ts';
import { System } from '../../src/shared/module/index.ts';
import { seen } from './seen.ts';
import { nearlyRight } from './strange-inputs.ts';
import { testCall, ThreeWays } from './three-ways.ts';
import { valuesOf } from '../../scripts/conformance/values-of.ts';

/** Inputs of each kind for each operation. More by PROPERTY_RUNS=200 npx jest test/contracts. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 4);
const LIMIT_MS = 60_000 + RUNS * 2_000;

const contracts: readonly AnyContract[] = [System, ...modules.map(({ contract }) => contract)];
const operations = contracts.flatMap((contract) => Object.values(contract.operations));

/** What the module behind an operation does: it answers, refuses as its contract says, or breaks. */
function endingsOf(operation: Operation): fc.Arbitrary<() => unknown> {
  const { errors = {} } = contracts.find(({ name }) => name === operation.contract) ?? {};
  const refusals = Object.values(errors).map(({ code, status, title, details }) =>
    valuesOf(details).map((facts) => () => {
      throw new ContractError({ code, status, title, details: asCarried(details.parse(facts)) });
    }),
  );
  const failures = fc.boolean().map((mayHaveHappened) => () => {
    throw new SystemFailure('the bank is closed', { mayHaveHappened });
  });
  const defects = fc.constantFrom(InvariantViolation, TypeError).map((Defect) => () => {
    throw new Defect('nobody thought of this');
  });
  const answers = valuesOf(operation.output).map((output) => () => output);
  return fc.oneof({ weight: 3, arbitrary: answers }, failures, defects, ...refusals);
}

/** All that it holds is frozen: whoever changes it fails. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !(value instanceof Map)) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}

/** Writes into every object and list of it. */
function scribble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const part of Object.values(value)) scribble(part);
  Object.assign(value, { scribbled: true });
}

describe('a call of any operation', () => {
  let three: ThreeWays;
  beforeAll(async () => {
    three = await ThreeWays.open(contracts);
  });
  afterAll(async () => {
    await three.close();
  });

  /** By every way: what arrived there, and what came back. */
  async function invokeAll(operation: Operation, input: unknown, ending: () => unknown) {
    const outcomes: Record<string, { heard: unknown[]; seen: unknown }> = {};
    for (const [way, transport] of Object.entries(three.ways)) {
      const heard: unknown[] = [];
      three.deed = (asked, given) => {
        heard.push(asked.id, structuredClone(given));
        scribble(given);
        return ending();
      };
      outcomes[way] = { heard, seen: await seen(transport.invoke(operation, input, testCall())) };
    }
    return outcomes;
  }

  it(
    'asks the same and is told the same, wherever the module is',
    async () => {
      for (const operation of operations) {
        const inputs = valuesOf(operation.input);
        const any = fc.oneof({ weight: 2, arbitrary: inputs }, nearlyRight(inputs), fc.anything());
        const property = fc.asyncProperty(any, endingsOf(operation), async (input, ending) => {
          const { local, codec, remote } = await invokeAll(operation, frozen(input), ending);
          expect({ operation: operation.id, ...codec }).toStrictEqual({ operation: operation.id, ...local });
          expect({ operation: operation.id, ...remote }).toStrictEqual({ operation: operation.id, ...local });
        });
        await fc.assert(property, { numRuns: RUNS });
      }
    },
    LIMIT_MS,
  );

  it(
    'gets a copy of its own: what the caller writes into it, the module does not see',
    async () => {
      for (const operation of operations) {
        const property = fc.asyncProperty(
          valuesOf(operation.input),
          valuesOf(operation.output),
          async (input, kept) => {
            const before = structuredClone(kept);
            for (const transport of Object.values(three.ways)) {
              three.deed = () => kept;
              scribble(await transport.invoke(operation, input, testCall()));
              expect(kept).toStrictEqual(before);
            }
          },
        );
        await fc.assert(property, { numRuns: Math.ceil(RUNS / 4) });
      }
    },
    LIMIT_MS,
  );
});
