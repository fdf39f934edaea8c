import { Transform, type TransformCallback } from 'node:stream';

/** A simple query in Postgres's protocol: `Q`, four bytes of length, the text, a zero. */
const SIMPLE_QUERY = 'Q'.charCodeAt(0);
const ERROR_RESPONSE = 'E'.charCodeAt(0);
const TEXT_OFFSET = 5;
const COMMIT = /^\s*commit\b/i;
const COMMITTED = 'COMMIT\0';
const ROLLED_BACK = 'ROLLBACK\0';

/** As whom a Postgres connection logs in, by the first bytes that its client sends. */
export function userOf(firstBytes: Buffer): string | undefined {
  return /\0user\0([^\0]+)\0/.exec(firstBytes.toString('latin1'))?.[1];
}

/**
 * Whether a client asks for a commit. The driver sends one message at a time and waits for its answer, so that a
 * COMMIT always comes alone and whole.
 */
export function isCommit(bytes: Buffer): boolean {
  if (bytes[0] !== SIMPLE_QUERY || bytes.length <= TEXT_OFFSET || bytes.readInt32BE(1) !== bytes.length - 1) {
    return false;
  }
  return COMMIT.test(bytes.toString('utf8', TEXT_OFFSET));
}

export interface CommitWatchOptions {
  /** Whether the answer to this commit is to be lost. */
  readonly take: () => boolean;
  /** The commit came to nothing, so there is no answer to lose. */
  readonly giveBack: () => void;
  /** The commit has happened. */
  readonly lose: () => void;
}

/**
 * What a Postgres server answers, on its way to the client.
 * States: calm (all passes) → asked (a COMMIT is with the server) → calm, or lost (the commit has happened, and
 * nothing passes any more).
 */
export class CommitWatch extends Transform {
  readonly #options: CommitWatchOptions;
  #state: 'calm' | 'asked' | 'lost' = 'calm';

  constructor(options: CommitWatchOptions) {
    super();
    this.#options = options;
  }

  /** What the client sends, before the server sees it. */
  see(bytes: Buffer): void {
    if (this.#state === 'calm' && isCommit(bytes) && this.#options.take()) this.#state = 'asked';
  }

  /** The connection is gone: what was asked for will not be answered. */
  abandon(): void {
    if (this.#state === 'asked') this.#options.giveBack();
    this.#state = 'lost';
  }

  override _transform(answer: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#state === 'lost') {
      done();
    } else if (this.#state === 'asked' && answer.includes(COMMITTED)) {
      this.#state = 'lost';
      this.#options.lose();
      done();
    } else {
      // A notice may come before the answer.
      if (this.#state === 'asked' && (answer[0] === ERROR_RESPONSE || answer.includes(ROLLED_BACK))) {
        this.#options.giveBack();
        this.#state = 'calm';
      }
      done(null, answer);
    }
  }
}
