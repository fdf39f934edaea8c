import type { FinalAnswer } from './charge.ts';

const SLOW_ANSWER_MS = 3_000;

/** How the provider treats a charge made with a token. What a row leaves out does not happen. */
export interface TokenBehaviour {
  /** `approved` ends as captured or authorised, as the request's `capture` flag says. */
  readonly answer: 'approved' | 'declined';
  /** The first answer is `pending`, the real one comes later and is told by webhook. */
  readonly pending?: true;
  /** Nothing is booked and nothing answered before this long. */
  readonly delayMs?: number;
  /** The first call with a key fails with 500 and books nothing. */
  readonly failsOnce?: true;
  /** The call that books the charge is never answered; a repeat of it is. */
  readonly firstCallUnanswered?: true;
}

const TOKENS: ReadonlyMap<string, TokenBehaviour> = new Map<string, TokenBehaviour>([
  ['tok_ok', { answer: 'approved' }],
  ['tok_declined', { answer: 'declined' }],
  ['tok_slow', { answer: 'approved', delayMs: SLOW_ANSWER_MS }],
  ['tok_error_once', { answer: 'approved', failsOnce: true }],
  ['tok_charged_then_timeout', { answer: 'approved', firstCallUnanswered: true }],
  ['tok_pending', { answer: 'approved', pending: true }],
  ['tok_pending_declined', { answer: 'declined', pending: true }],
]);

export function tokenBehaviour(token: string): TokenBehaviour | undefined {
  return TOKENS.get(token);
}

export function finalAnswer(behaviour: TokenBehaviour, capture: boolean): FinalAnswer {
  if (behaviour.answer === 'declined') return 'declined';
  return capture ? 'captured' : 'authorised';
}
