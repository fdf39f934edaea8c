import type { Dispatcher } from 'undici';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Nobody waits for the answer any more. */
export class OutOfTime extends Error {}

type Controller = Dispatcher.DispatchController;

/**
 * Gathers an answer as undici reads it, which costs half of what its streams and signals do. When the time is over the
 * request is given up wherever it stands: its connection is closed, or it leaves the queue for one.
 */
export class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #done: (answer: Answer) => void;
  readonly #fail: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #controller: Controller | undefined;
  #isOver = false;

  constructor(limitMs: number, done: (answer: Answer) => void, fail: (error: Error) => void) {
    this.#done = done;
    this.#fail = fail;
    this.#timer = setTimeout(() => this.#giveUp(), limitMs);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new OutOfTime());
  }

  onResponseStart(_: Controller, status: number): void {
    this.#status = status;
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    this.#done({ status: this.#status, text: this.#text() });
  }

  onResponseError(_: Controller, error: Error): void {
    clearTimeout(this.#timer);
    this.#fail(error);
  }

  #giveUp(): void {
    this.#isOver = true;
    const error = new OutOfTime();
    this.#controller?.abort(error);
    this.#fail(error);
  }

  #text(): string {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first !== undefined ? first.toString() : Buffer.concat(this.#chunks).toString();
  }
}
