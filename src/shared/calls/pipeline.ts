import { z } from 'zod';
import type { CallContext } from '../auth/index.ts';
import { asCarried, parseInput, readTolerantly, type Operation } from '../contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../database/index.ts';
import { ContractError, InvariantViolation, present, SystemFailure } from '../errors/index.ts';
import {
  claim,
  earlierOf,
  findEarlier,
  isAboutKeys,
  keepAnswer,
  keepRefusal,
  requestKey,
  type RequestKey,
} from './idempotency.ts';
import { isCoordination, type Implementation } from './use-case.ts';

export interface PipelineOptions {
  /** Absent where every implementation is a coordination that brings its own. */
  readonly database?: ModuleDatabase;
  /** What the module does for an operation of its contract. */
  readonly implementationOf: (operation: Operation) => Implementation<Operation>;
  /** Who may call: the modules that know this one, and the process's own edges. */
  readonly callers: ReadonlySet<string>;
}

/** A command that its key makes happen once. */
interface KeyedRun {
  readonly key: RequestKey;
  readonly call: CallContext;
  readonly run: (work: UnitOfWork) => Promise<unknown>;
}

/** The edges of a process may call whatever it hosts. */
export const EDGES = ['http', 'bus', 'saga', 'schedule', 'replay'] as const;

/**
 * The one way into a module, from wherever a call comes: may the caller call → is there time left → parse the input →
 * claim the key, open the unit of work, run the use case → parse the output. Both parses copy, so neither side can
 * change the other's objects, and a call inside a process behaves as one between processes.
 */
export class Pipeline {
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  async invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    if (!this.#options.callers.has(call.caller)) {
      throw new InvariantViolation(
        `${call.caller} does not know ${operation.contract}: add it to the module's "knows"`,
      );
    }
    if (Date.now() >= call.deadlineMs) {
      throw new SystemFailure(`${operation.id} was called after its deadline`, { mayHaveHappened: false });
    }
    const parsed = parseInput(operation.input, input);
    const output = await this.#run(operation, parsed, call);
    const result = operation.output.safeParse(output);
    if (!result.success) {
      throw new InvariantViolation(
        `${operation.id} answered what its contract does not promise: ${result.error.message}`,
      );
    }
    return asCarried(result.data);
  }

  async #run(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const implementation = this.#options.implementationOf(operation);
    if (isCoordination(implementation)) return await implementation.coordinate(input, call);
    const database = present(this.#options.database, `${operation.id} needs a database`);
    if (operation.kind === 'query') return await implementation.execute(input, database.reader(call));
    const run = (work: UnitOfWork): Promise<unknown> => implementation.execute(input, work);
    const key = operation.repeat === 'key' ? requestKey(operation, input, call) : undefined;
    if (key === undefined) return await database.transaction(call, run);
    return await this.#runOnce(operation, database, { key, call, run });
  }

  async #runOnce(operation: Operation, database: ModuleDatabase, { key, call, run }: KeyedRun): Promise<unknown> {
    try {
      return await database.transaction(call, async (work) => {
        if (!(await claim(work, key))) return await this.#repeat(operation, work, key);
        const answer = await run(work);
        await keepAnswer(work, key, answer);
        return answer;
      });
    } catch (error) {
      if (!(error instanceof ContractError) || isAboutKeys(error)) throw error;
      await database.transaction(call, (work) => keepRefusal(work, key, error));
      const earlier = await findEarlier(database.reader(call), key);
      throw earlier?.kind === 'refused' ? earlier.error : error;
    }
  }

  async #repeat(operation: Operation, work: UnitOfWork, key: RequestKey): Promise<unknown> {
    const earlier = await earlierOf(work, key);
    if (earlier.kind === 'refused') throw earlier.error;
    if (earlier.kind === 'answered') return readKept(operation, earlier.answer);
    throw new InvariantViolation('a key of this operation belongs to a saga');
  }
}

/** The answer may have been kept by a newer version. Nothing is kept as null. */
function readKept({ output }: Operation, answer: unknown): unknown {
  return output instanceof z.ZodVoid ? undefined : readTolerantly(output, answer);
}
