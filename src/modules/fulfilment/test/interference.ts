import { jest } from '@jest/globals';
import { Pipeline } from '../../../shared/calls/index.ts';
import type { Operation } from '../../../shared/contract/index.ts';
import { present } from '../../../shared/errors/index.ts';

/** What a call meets on its way: nothing, or something done to it before or instead. */
type Meddle = (proceed: () => Promise<unknown>) => Promise<unknown>;

/** Stands in the way of calls of one operation, wherever they come from, until `jest.restoreAllMocks`. */
export function meddleWith(operation: Operation, meddle: Meddle): void {
  const spy = jest.spyOn(Pipeline.prototype, 'invoke');
  const original = present(spy.getMockImplementation(), 'a spy passes calls on until it is told otherwise');
  spy.mockImplementation(function (this: Pipeline, called, input, call) {
    const proceed = (): Promise<unknown> => original.call(this, called, input, call);
    return called.id === operation.id ? meddle(proceed) : proceed();
  });
}

/** The first call breaks on its way there, the second on its way back, and the third gets through. */
export function breakTwice(operation: Operation): void {
  let calls = 0;
  meddleWith(operation, async (proceed) => {
    calls += 1;
    if (calls === 1) throw new Error('the line broke on the way there');
    const answer = await proceed();
    if (calls === 2) throw new Error('the line broke on the way back');
    return answer;
  });
}

/** Refuses every call with a fact of its contract. */
export function refuse(operation: Operation, refusal: Error): void {
  meddleWith(operation, () => Promise.reject(refusal));
}

interface Held {
  readonly letGo: () => void;
  /** Resolves when the first call has come. */
  readonly arrived: Promise<void>;
}

/** Holds calls until they are let go: all of them, or the first one alone. */
export function hold(operation: Operation, which: 'all' | 'first' = 'all'): Held {
  let [letGo, arrive] = [(): void => undefined, (): void => undefined];
  const gone = new Promise<void>((done) => (letGo = done));
  const arrived = new Promise<void>((done) => (arrive = done));
  let calls = 0;
  meddleWith(operation, async (proceed) => {
    calls += 1;
    arrive();
    if (calls === 1 || which === 'all') await gone;
    return await proceed();
  });
  return { letGo: () => letGo(), arrived };
}
