import { parseInput, type Operation } from '../../src/shared/contract/index.ts';
import { ContractError } from '../../src/shared/errors/index.ts';
import { samplesOf } from './samples-of.ts';
import { expectThat, type Check } from './check.ts';
import type { Effects } from './effects.ts';
import { newKey, type Outcome, type ServiceClient } from './service-client.ts';
import { INVALID, type Subject } from './subject.ts';

const INVALID_STATUS = 422;
/** Faulty inputs made from each valid one, at most. */
const MAX_FAULTY = 20;
const KEY_REUSED = 'idempotency.key_reused';

interface Setting {
  readonly client: ServiceClient;
  readonly subject: Subject;
  readonly effects: Effects;
  readonly samples: number;
  readonly seed: number;
}

/** What the operations of the contract promise, each by itself. */
export function callChecks(setting: Setting): Check[] {
  const { client, subject } = setting;
  return [
    {
      promise: 'what the contract does not have gets 404',
      run: async () => {
        const unknown = client.prepareCall({ id: `${subject.contract.name}.danceAllNight` }, {});
        for (const request of [unknown, { ...unknown, path: '/store/v1/products' }]) {
          const { status, text } = await client.send(request);
          expectThat(status === 404, `${request.path} answered ${status}: ${text}`);
        }
        return undefined;
      },
    },
    ...subject.operations.flatMap((operation) => checksOf(operation, setting)),
  ];
}

function checksOf(operation: Operation, setting: Setting): Check[] {
  const { client, samples, seed, subject } = setting;
  const { name } = operation;
  return [
    {
      promise: `${name} answers as the contract says, or refuses with one of its errors`,
      run: async () => {
        const inputs = samplesOf(operation.input, samples, seed);
        expectThat(inputs.length > 0, 'no input was found that the contract takes');
        let answered = 0;
        for (const input of inputs) {
          const outcome = await client.call(operation, input, { idempotencyKey: newKey() });
          expectPromised(operation, subject, input, outcome);
          if (outcome.kind === 'answer') answered += 1;
        }
        return `${answered} answered, ${inputs.length - answered} refused`;
      },
    },
    {
      promise: `${name} refuses what the contract does not take, and points at it, or says that it does not know it`,
      run: async () => {
        const faulty = samplesOf(operation.input, 1, seed).flatMap((input) => faultyFrom(operation, input));
        for (const { input, pointers } of faulty) expectPointed(input, pointers, await client.call(operation, input));
        return `${faulty.length} faulty inputs`;
      },
    },
    {
      promise: `${name} is not begun after its deadline`,
      run: async () => {
        const [input] = samplesOf(operation.input, 1, seed);
        const outcome = await client.call(operation, input, { timeLeftMs: -1, idempotencyKey: newKey() });
        const isNotBegun = outcome.kind === 'failure' && !outcome.mayHaveHappened;
        expectThat(
          isNotBegun,
          `it answered ${JSON.stringify(outcome).slice(0, 200)} instead of a failure that has not happened`,
        );
        return undefined;
      },
    },
    ...(operation.kind === 'command' ? [repeatCheck(operation, setting)] : []),
  ];
}

function repeatCheck(operation: Operation, { client, effects, samples, seed }: Setting): Check {
  const { name, repeat } = operation;
  const byKey = repeat === 'key';
  return {
    promise: byKey ? `${name} with the same key has one effect and one answer` : `${name} can be repeated without harm`,
    run: async () => {
      const inputs = samplesOf(operation.input, samples, seed + 1);
      for (const input of inputs) {
        const idempotencyKey = newKey();
        const first = await client.call(operation, input, { idempotencyKey });
        const again = async (): Promise<void> => {
          const second = await client.call(operation, input, { idempotencyKey });
          expectThat(second.kind !== 'failure', `the repeat failed: ${JSON.stringify(second)}`);
          const isSame = JSON.stringify(second) === JSON.stringify(first);
          expectThat(!byKey || isSame, `first ${JSON.stringify(first)}, then ${JSON.stringify(second)}`);
        };
        await effects.expectNone(again, 'the repeat');
        const other = inputs.find((each) => JSON.stringify(each) !== JSON.stringify(input));
        // A refusal has changed nothing, so that a service need not keep its key.
        if (byKey && first.kind === 'answer' && other !== undefined)
          await expectReused(client, operation, other, idempotencyKey);
      }
      return undefined;
    },
  };
}

async function expectReused(
  client: ServiceClient,
  operation: Operation,
  input: unknown,
  idempotencyKey: string,
): Promise<void> {
  const outcome = await client.call(operation, input, { idempotencyKey });
  const isRefused = outcome.kind === 'refusal' && outcome.error.code === KEY_REUSED;
  expectThat(isRefused, `the key with another request got ${JSON.stringify(outcome)} instead of ${KEY_REUSED}`);
}

function expectPromised({ output }: Operation, { errors }: Subject, input: unknown, outcome: Outcome): void {
  const to = `to ${JSON.stringify(input)}`;
  if (outcome.kind === 'failure') throw new Error(`${to} it failed: ${outcome.message}`);
  if (outcome.kind === 'answer') {
    const parsed = output.safeParse(outcome.output);
    expectThat(parsed.success, `${to} it answered another shape: ${parsed.error?.message ?? ''}`);
    return;
  }
  if (outcome.kind === 'unknown') throw new Error(`${to} it does not know what it was asked: ${outcome.text}`);
  const { code, status, details } = outcome.error;
  const error = errors.get(code);
  expectThat(error !== undefined, `${to} it refused with ${code}, which no contract declares`);
  expectThat(error.status === status, `${code} came with ${status} instead of ${error.status}`);
  const hasShape = error.details === undefined || error.details.safeParse(details ?? {}).success;
  expectThat(hasShape, `${code} came with other details: ${JSON.stringify(details)}`);
}

interface Faulty {
  readonly input: unknown;
  readonly pointers: readonly string[];
}

/** A valid input with a field too many, too few, or of the wrong kind. */
function faultyFrom(operation: Operation, valid: unknown): Faulty[] {
  const fields = typeof valid === 'object' && valid !== null ? (valid as Record<string, unknown>) : {};
  const candidates: unknown[] = [
    'a text',
    null,
    { ...fields, unheardOf: true },
    ...Object.keys(fields).flatMap((name) => {
      const { [name]: _left, ...rest } = fields;
      return [rest, { ...fields, [name]: { no: 'such thing' } }, { ...fields, [name]: -1 }];
    }),
  ];
  return candidates.slice(0, MAX_FAULTY).flatMap((input) => {
    const pointers = pointersAt(operation, input);
    return pointers.length === 0 ? [] : [{ input, pointers }];
  });
}

function pointersAt(operation: Operation, input: unknown): string[] {
  try {
    parseInput(operation.input, input);
    return [];
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return (error.faults ?? []).map(({ pointer }) => pointer);
  }
}

function expectPointed(input: unknown, pointers: readonly string[], outcome: Outcome): void {
  if (outcome.kind === 'unknown') return;
  const what = `to ${JSON.stringify(input)} it answered ${JSON.stringify(outcome).slice(0, 300)}`;
  expectThat(outcome.kind === 'refusal', what);
  const { code, status, faults = [] } = outcome.error;
  expectThat(code === INVALID && status === INVALID_STATUS, what);
  const missed = pointers.find((pointer) => !faults.some((each) => each.pointer === pointer));
  expectThat(missed === undefined, `${what}, which does not point at "${missed ?? ''}"`);
}
