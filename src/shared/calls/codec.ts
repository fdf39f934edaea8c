import { z } from 'zod';
import { Principal, type CallContext } from '../auth/index.ts';
import { isConnectionFailure } from '../database/index.ts';
import { ContractError, InvariantViolation, SystemFailure, type ContractErrorFields } from '../errors/index.ts';

/**
 * A call as it crosses a process: plain JSON, with the time left instead of a moment of one machine's clock. What a newer
 * process says beside it is left out.
 */
const WireCall = z.object({
  operation: z.string(),
  input: z.unknown(),
  caller: z.string(),
  principal: Principal,
  traceparent: z.string(),
  correlationId: z.string(),
  causationId: z.string().nullable(),
  timeLeftMs: z.number(),
  idempotencyKey: z.string().nullable(),
});

type WireAnswer =
  | { readonly kind: 'answer'; readonly output: unknown }
  | { readonly kind: 'refusal'; readonly error: ContractErrorFields }
  | Failure;

interface Failure {
  readonly kind: 'failure';
  readonly message: string;
  readonly mayHaveHappened: boolean;
  /** The fault is in the program, and asking again is likely to meet it again. Absent: in the machinery. */
  readonly defect?: 'broken invariant' | 'other';
}

/** `timeLeftMs`: for whoever answers. */
export function encodeCall(
  operation: string,
  input: unknown,
  call: CallContext,
  timeLeftMs = call.deadlineMs - Date.now(),
): string {
  return JSON.stringify({
    operation,
    input,
    caller: call.caller,
    principal: call.principal,
    traceparent: call.traceparent,
    correlationId: call.correlationId,
    causationId: call.causationId,
    timeLeftMs,
    idempotencyKey: call.idempotencyKey ?? null,
  } satisfies z.input<typeof WireCall>);
}

export function decodeCall(text: string): { operation: string; input: unknown; call: CallContext } {
  const asked = WireCall.parse(JSON.parse(text));
  // Field by field: to gather the rest of them costs as much as to parse the whole text.
  const call: CallContext = {
    caller: asked.caller,
    principal: asked.principal,
    traceparent: asked.traceparent,
    correlationId: asked.correlationId,
    causationId: asked.causationId,
    deadlineMs: Date.now() + asked.timeLeftMs,
    idempotencyKey: asked.idempotencyKey ?? undefined,
  };
  return { operation: asked.operation, input: asked.input, call };
}

export function encodeAnswer(output: unknown): string {
  return JSON.stringify({ kind: 'answer', output } satisfies WireAnswer);
}

export function encodeError(error: unknown): string {
  if (error instanceof ContractError)
    return JSON.stringify({ kind: 'refusal', error: error.toJSON() } satisfies WireAnswer);
  const message = error instanceof Error ? error.message : String(error);
  const failure: Failure = { kind: 'failure', message, mayHaveHappened: true };
  if (error instanceof SystemFailure) return JSON.stringify({ ...failure, mayHaveHappened: error.mayHaveHappened });
  if (isConnectionFailure(error)) return JSON.stringify(failure);
  const defect = error instanceof InvariantViolation ? 'broken invariant' : 'other';
  return JSON.stringify({ ...failure, defect } satisfies WireAnswer);
}

/** The output, or the same kind of error that was thrown on the other side. */
export function decodeAnswer(text: string): unknown {
  const answer = JSON.parse(text) as WireAnswer;
  if (answer.kind === 'answer') return answer.output;
  if (answer.kind === 'refusal') throw new ContractError(answer.error);
  if (answer.defect === 'broken invariant') throw new InvariantViolation(answer.message);
  if (answer.defect !== undefined) throw new Error(answer.message);
  throw new SystemFailure(answer.message, { mayHaveHappened: answer.mayHaveHappened });
}
