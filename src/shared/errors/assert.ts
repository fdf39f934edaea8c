/** A broken invariant is a defect of ours: it stops the work at hand and is never turned into an answer. */
export class InvariantViolation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvariantViolation';
  }
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** The value, which the caller knows to be there; the message says why it must be. */
export function present<Value>(value: Value | null | undefined, message: string): Value {
  invariant(value !== null && value !== undefined, message);
  return value;
}
