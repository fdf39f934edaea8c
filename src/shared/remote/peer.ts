import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  handleType,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { Pool } from 'undici';
import { SystemFailure } from '../errors/index.ts';
import { seconds } from '../values/index.ts';
import { AnswerReader, OutOfTime, type Answer } from './answer-reader.ts';

/** After so many failures in a row a process is left alone, then tried with one call. */
const FAILURES_TO_BREAK = 5;
const BREAK_MS = seconds(1);
const CONNECT_TIMEOUT_MS = seconds(2);
/** Below the other side's, so that no request goes out on a connection that is just being closed. */
const KEEP_ALIVE_MS = seconds(20);
export const MAX_ANSWER_BYTES = 33_554_432;

const OK = 200;
const BROKEN = 500;
const NOT_KNOWN = 404;
/** Failures after which nothing has reached the other side. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The other process did not answer, or said that it does not take calls. */
export class Unanswered extends SystemFailure {}

/** The other process is of a version that does not know what it was asked. It is well, and answers other calls. */
export class NotKnown extends SystemFailure {}

/** One process that hosts a module, as its callers see it: connections that stay open, behind a circuit breaker. */
export class Peer {
  readonly address: string;
  readonly #pool: Pool;
  readonly #breaker: CircuitBreakerPolicy;

  constructor(address: string, connections: number) {
    this.address = address;
    this.#pool = new Pool(address, {
      connections,
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    this.#breaker = circuitBreaker(handleType(Unanswered), {
      halfOpenAfter: BREAK_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_BREAK),
    });
  }

  /** False: it has failed again and again just now. */
  get isTrusted(): boolean {
    return this.#breaker.state !== CircuitState.Open;
  }

  /** Returns the answer's text. Throws SystemFailure; after `deadlineMs` nobody waits any more. */
  async post(path: string, body: string, token: string, deadlineMs: number): Promise<string> {
    try {
      return await this.#breaker.execute(() => this.#post(path, body, token, deadlineMs));
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new SystemFailure(`${this.address} has failed again and again and is left alone`, {
        mayHaveHappened: false,
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #post(path: string, body: string, token: string, deadlineMs: number): Promise<string> {
    let answer: Answer;
    try {
      answer = await new Promise<Answer>((done, fail) => {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
        const limitMs = Math.max(0, deadlineMs - Date.now());
        this.#pool.dispatch({ path, method: 'POST', headers, body }, new AnswerReader(limitMs, done, fail));
      });
    } catch (error) {
      const { code = '' } = error as { code?: string };
      const what = error instanceof OutOfTime ? 'did not answer in time' : `could not be asked (${code})`;
      throw new Unanswered(`${this.address} ${what}: ${path}`, { mayHaveHappened: !NOT_SENT.has(code), cause: error });
    }
    const { status, text } = answer;
    if (status === OK) return text;
    if (status === NOT_KNOWN)
      throw new NotKnown(`${this.address} refused ${path}: ${text}`, { mayHaveHappened: false });
    // Whoever turns a call away has not begun with it; whoever broke while answering may have.
    throw new Unanswered(`${this.address} answered ${status} to ${path}: ${text}`, {
      mayHaveHappened: status === BROKEN,
    });
  }
}
