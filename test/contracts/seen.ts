import { ContractError, InvariantViolation, SystemFailure } from '../../src/shared/errors/index.ts';

/** What a caller sees of a call: all that an edge and a saga tell apart. */
export async function seen(call: Promise<unknown>): Promise<object> {
  try {
    return { answer: await call };
  } catch (error) {
    if (error instanceof ContractError) return { refusal: error.toJSON() };
    if (error instanceof SystemFailure) return { failure: error.message, mayHaveHappened: error.mayHaveHappened };
    return { defect: (error as Error).message, isContradiction: error instanceof InvariantViolation };
  }
}
