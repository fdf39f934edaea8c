import { Pool, type Dispatcher } from 'undici';
import type { Envelope } from '../contract/index.ts';
import { present, SystemFailure } from '../errors/index.ts';
import { seconds } from '../values/index.ts';
import { AnswerReader, OutOfTime, type Answer } from './answer-reader.ts';
import type { CallTokens } from './call-token.ts';

export const CLOUD_EVENT = 'application/cloudevents+json';
export const HEALTH_PATH = '/health';
/** As whom events are brought. */
const BUS = 'bus';
/** Below what a transaction may stand still, see ModuleDatabase: an event is posted inside the inbox's. */
const EVENT_LIMIT_MS = seconds(5);
const HEALTH_LIMIT_MS = seconds(2);
const CONNECT_TIMEOUT_MS = seconds(2);
const CONNECTIONS = 8;
const MAX_ANSWER_BYTES = 65_536;
/** What a dead letter keeps of an answer. */
const MAX_REASON_LENGTH = 500;
const UNAUTHORISED = 401;
const TOO_MANY = 429;
const UNAVAILABLE = 503;

/** The service has said no to an event, or falls silent over it alone: its own fault, and counted as an attempt. */
export class EventRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EventRefused';
  }
}

/** A service in another language that takes a module's place, as its events are brought to it. */
export class ForeignService {
  readonly #module: string;
  readonly #tokens: CallTokens;
  readonly #pools: readonly Pool[];
  #turn = 0;

  constructor(module: string, addresses: readonly string[], tokens: CallTokens) {
    this.#module = module;
    this.#tokens = tokens;
    const options = { connections: CONNECTIONS, pipelining: 1, maxResponseSize: MAX_ANSWER_BYTES };
    this.#pools = addresses.map(
      (address) => new Pool(address, { ...options, connect: { timeout: CONNECT_TIMEOUT_MS } }),
    );
  }

  /**
   * Returns when the service has answered 2xx. Throws EventRefused, or SystemFailure where no event would get through at
   * the moment. Either way it may have had its effect, so the service keeps the ids of those that had.
   */
  async deliver(envelope: Envelope): Promise<void> {
    const body = JSON.stringify(toCloudEvent(envelope));
    const pool = this.#next();
    let answer: Answer;
    try {
      const claims = { caller: BUS, callee: this.#module, operation: envelope.type };
      const authorization = `Bearer ${this.#tokens.sign(claims, body)}`;
      const headers = { 'content-type': CLOUD_EVENT, authorization, traceparent: envelope.traceparent };
      const path = `/events/${this.#module}/${envelope.type}`;
      answer = await ask(pool, { path, method: 'POST', headers, body }, EVENT_LIMIT_MS);
    } catch (error) {
      // One that silences a service which answers otherwise must not be sent for ever.
      if (error instanceof OutOfTime && (await faultAt(pool)) === null)
        throw new EventRefused(`no answer within ${EVENT_LIMIT_MS} ms from a service that is well`);
      throw new SystemFailure(`${this.#module} cannot be reached`, { mayHaveHappened: true, cause: error });
    }
    if (answer.status >= 200 && answer.status < 300) return;
    const reason = `${this.#module} answered ${answer.status}: ${answer.text.slice(0, MAX_REASON_LENGTH)}`;
    // None of these is said of an event: the key is wrong, or the service takes nothing for now.
    if ([UNAUTHORISED, TOO_MANY, UNAVAILABLE].includes(answer.status))
      throw new SystemFailure(reason, { mayHaveHappened: false });
    throw new EventRefused(reason);
  }

  /** Null: every address of it is well. */
  async fault(): Promise<string | null> {
    const faults = await Promise.all(this.#pools.map(faultAt));
    return faults.find((fault) => fault !== null) ?? null;
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.destroy()));
  }

  #next(): Pool {
    this.#turn = (this.#turn + 1) % this.#pools.length;
    return present(this.#pools[this.#turn], 'a service has an address');
  }
}

/** An envelope is a CloudEvent already; one that nothing has caused just does not say so. */
function toCloudEvent({ causationid, ...rest }: Envelope): object {
  return { ...rest, ...(causationid === null ? {} : { causationid }), datacontenttype: 'application/json' };
}

async function faultAt(pool: Pool): Promise<string | null> {
  try {
    const { status } = await ask(pool, { path: HEALTH_PATH, method: 'GET' }, HEALTH_LIMIT_MS);
    return status === 200 ? null : `it answers ${status} to ${HEALTH_PATH}`;
  } catch (error) {
    const { code = 'no answer in time' } = error as { code?: string };
    return `it cannot be reached (${code})`;
  }
}

async function ask(pool: Pool, options: Dispatcher.DispatchOptions, limitMs: number): Promise<Answer> {
  return await new Promise((done, fail) => {
    pool.dispatch(options, new AnswerReader(limitMs, done, fail));
  });
}
