/**
 * A failure of the machinery, not of the business: unreachable, timed out, crashed. When `mayHaveHappened`
 * is true the work may have been done all the same, so only what is safe to repeat may be repeated.
 */
export class SystemFailure extends Error {
  readonly mayHaveHappened: boolean;

  constructor(message: string, options: { mayHaveHappened: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'SystemFailure';
    this.mayHaveHappened = options.mayHaveHappened;
  }
}
