import { z } from 'zod';
import type { CallContext } from '../../../src/shared/auth/index.ts';
import {
  command,
  defineContract,
  parseInput,
  problem,
  query,
  type Operation,
} from '../../../src/shared/contract/index.ts';
import { ContractError, problems, SystemFailure } from '../../../src/shared/errors/index.ts';
import { CallEndpoint, CallTokens } from '../../../src/shared/remote/index.ts';
import { createLogger } from '../../../src/shared/telemetry/index.ts';
import { TEST_SECRET } from '../../../src/shared/testing/index.ts';

const Sale = z.strictObject({ item: z.string().min(1), pieces: z.int().min(1).max(9) });

export const Till = defineContract('till', {
  operations: {
    count: query(z.strictObject({}), z.object({ sold: z.int(), marks: z.array(z.string()) })),
    sell: command(Sale, z.object({ receipt: z.int() })),
    mark: command(z.strictObject({ item: z.string().min(1) }), z.void(), { repeat: 'natural' }),
  },
  errors: { tooMany: problem(409, 'Too many', z.object({ pieces: z.int() })) },
});

const FEW = 4;
const STOP_LIMIT_MS = 1_000;

/** A module in memory, and what may be wrong with its commands. */
export async function openTill(faults: { forgetsKeys?: boolean; marksTwice?: boolean; inventsErrors?: boolean } = {}) {
  const kept = new Map<string, { input: string; answer: unknown }>();
  const marks: string[] = [];
  let sold = 0;
  const run = (operation: Operation, input: unknown): unknown => {
    if (operation.name === 'count') return { sold, marks };
    if (operation.name === 'mark') {
      const { item } = input as { item: string };
      if (faults.marksTwice === true || !marks.includes(item)) marks.push(item);
      return undefined;
    }
    const { pieces } = input as z.output<typeof Sale>;
    if (pieces > FEW)
      throw faults.inventsErrors === true
        ? new ContractError({ code: 'till.on_fire', status: 500, title: 'Fire' })
        : Till.errors.tooMany({ pieces });
    sold += pieces;
    return { receipt: sold };
  };
  const invoke = (operation: Operation, given: unknown, { idempotencyKey, deadlineMs }: CallContext): unknown => {
    if (Date.now() >= deadlineMs) throw new SystemFailure('too late', { mayHaveHappened: false });
    const input = parseInput(operation.input, given);
    if (operation.repeat !== 'key' || idempotencyKey === undefined || faults.forgetsKeys === true)
      return run(operation, input);
    const text = JSON.stringify(input);
    const earlier = kept.get(idempotencyKey);
    if (earlier === undefined) {
      const answer = run(operation, input);
      kept.set(idempotencyKey, { input: text, answer });
      return answer;
    }
    if (earlier.input !== text) throw problems.idempotencyKeyReused();
    return earlier.answer;
  };
  const endpoint = new CallEndpoint({
    contracts: [Till],
    calls: { invoke: async (...asked) => await Promise.resolve().then(() => invoke(...asked)) },
    tokens: new CallTokens(TEST_SECRET),
    logger: createLogger('silent'),
  });
  const url = `http://127.0.0.1:${await endpoint.listen(0, '127.0.0.1')}`;
  return { url, stop: () => endpoint.close(STOP_LIMIT_MS) };
}
