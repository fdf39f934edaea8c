import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { seconds } from '../../../src/shared/values/index.ts';
import type { Shop } from '../../journeys/shop.ts';

/** Longer than a process waits for a checkout before it answers 202. */
const ATTEMPT_LIMIT_MS = seconds(12);
const PAUSE_MS = 200;
const DECISION_LIMIT_MS = seconds(90);
const ACCEPTED = 202;
const FIRST_FAILURE = 500;

export interface Question {
  readonly by: keyof Shop;
  readonly path: string;
  readonly key: string;
  readonly body: object;
}

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly code?: string;
    readonly id?: string;
    readonly orderId?: string;
    readonly status?: string;
    readonly order?: { readonly id: string; readonly status: string };
  };
  /** As it came, but for the name of the request that it answers. */
  readonly text: string;
}

export function purchaseOf(cartId: string, token: string, key: string = randomUUID()): Question {
  return {
    by: 'store',
    path: `/store/v1/carts/${cartId}/complete`,
    key,
    body: { payment: { provider: 'sandbox', token } },
  };
}

/**
 * Somebody who repeats a request, always with its key, until it is decided, and who remembers every answer. `doors` are
 * the processes that can be asked, at each attempt the next one.
 */
export class FaithfulClient {
  readonly #doors: () => readonly Shop[];
  readonly #heard = new Map<string, { question: Question; answers: Set<string> }>();
  #attempts = 0;

  constructor(doors: () => readonly Shop[]) {
    this.#doors = doors;
  }

  /** How many times it has asked. */
  get attempts(): number {
    return this.#attempts;
  }

  /** One question, one answer; undefined where the line broke. */
  async askOnce(question: Question, door = this.#nextDoor()): Promise<Answer | undefined> {
    this.#attempts += 1;
    const response = await door[question.by]
      .post(question.path)
      .set('Idempotency-Key', question.key)
      .timeout(ATTEMPT_LIMIT_MS)
      .send(question.body)
      .then(
        ({ status, body, text }) => ({ status, body: body as Answer['body'], text: withoutRequest(text) }),
        // Whoever is killed, stopped or restarted says nothing: that is what the repeats are for.
        () => undefined,
      );
    if (response !== undefined && isDecided(response)) this.#remember(question, response);
    return response;
  }

  /** Until the request is decided, whatever happens to those who are asked. */
  async ask(question: Question, limitMs: number = DECISION_LIMIT_MS): Promise<Answer> {
    const end = Date.now() + limitMs;
    for (;;) {
      const answer = await this.askOnce(question);
      if (answer !== undefined && isDecided(answer)) return answer;
      if (Date.now() > end) {
        throw new Error(`${question.path} was not decided within ${limitMs} ms: ${answer?.text ?? 'no answer'}`);
      }
      await pause(PAUSE_MS);
    }
  }

  async buy(cartId: string, token: string): Promise<Answer> {
    return await this.ask(purchaseOf(cartId, token));
  }

  /** I7: asks everything once more, at each door, and names the requests that have not always got the same bytes. */
  async contradictions(): Promise<string[]> {
    for (const door of this.#doors()) {
      await Promise.all([...this.#heard.values()].map(({ question }) => this.askOnce(question, door)));
    }
    return [...this.#heard.values()]
      .filter(({ answers }) => answers.size > 1)
      .map(({ question, answers }) => `${question.path} got ${[...answers].sort().join(' and ')}`);
  }

  #remember(question: Question, { status, text }: Answer): void {
    const id = `${question.by} ${question.path} ${question.key}`;
    const heard = this.#heard.get(id) ?? { question, answers: new Set<string>() };
    heard.answers.add(`${status} ${text}`);
    this.#heard.set(id, heard);
  }

  #nextDoor(): Shop {
    const doors = this.#doors();
    const door = doors[this.#attempts % doors.length];
    if (door === undefined) throw new Error('there is nobody to ask');
    return door;
  }
}

/** What a process has ended with is a decision, also where its status says that it took too long. */
function isDecided({ status, body }: Answer): boolean {
  if (status === ACCEPTED || body.code === 'idempotency.in_progress') return false;
  return status < FIRST_FAILURE || body.code?.startsWith('saga.') === true;
}

/** A refusal names the request that it answers; all else of it stays the same. */
function withoutRequest(text: string): string {
  return text.replace(/,"requestId":"[^"]*"/, '');
}
