import type { FinalAnswer } from './charge.ts';

const SLOW_ANSWER_MS = 3_000;

/**
 * How the provider treats a charge made with a token, and later the captures of it. What a row leaves out does not
 * happen.
 */
export interface TokenBehaviour {
  /** `approved` ends as captured or authorised, as the request's `capture` flag says. */
  readonly answer: 'approved' | 'declined';
  /** The first answer is `pending`, the real one comes later and is told by webhook. Captures are answered at once. */
  readonly pending?: true;
  /** Nothing is booked and nothing answered before this long. */
  readonly delayMs?: number;
  /** The first call with a key fails with 500 and books nothing. */
  readonly failsOnce?: true;
  /** The call that books the charge, or a capture, is never answered; a repeat of it is. */
  readonly firstCallUnanswered?: true;
  /** What was authorised cannot be had any more when it is to be captured. */
  readonly captureDeclined?: true;
  /** It charges so many minor units more than it was asked to. */
  readonly surcharge?: number;
}

const TOKENS: ReadonlyMap<string, TokenBehaviour> = new Map<string, TokenBehaviour>([
  ['tok_ok', { answer: 'approved' }],
  ['tok_declined', { answer: 'declined' }],
  ['tok_slow', { answer: 'approved', delayMs: SLOW_ANSWER_MS }],
  ['tok_error_once', { answer: 'approved', failsOnce: true }],
  ['tok_charged_then_timeout', { answer: 'approved', firstCallUnanswered: true }],
  ['tok_pending', { answer: 'approved', pending: true }],
  ['tok_pending_declined', { answer: 'declined', pending: true }],
  ['tok_capture_declined', { answer: 'approved', captureDeclined: true }],
  ['tok_surcharged', { answer: 'approved', surcharge: 1 }],
]);

export function tokenBehaviour(token: string): TokenBehaviour | undefined {
  return TOKENS.get(token);
}

export function finalAnswer(behaviour: TokenBehaviour, capture: boolean): FinalAnswer {
  if (behaviour.answer === 'declined') return 'declined';
  return capture ? 'captured' : 'authorised';
}
