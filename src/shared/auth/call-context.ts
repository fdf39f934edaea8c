import { newTraceparent, traceIdOf } from '../telemetry/index.ts';
import type { Principal } from './principal.ts';

/** What travels with every call, from the first request to the last effect. */
export interface CallContext {
  /** The module that calls, or `http`, `bus`, `saga`, `schedule` for the process's own edges. */
  readonly caller: string;
  readonly principal: Principal;
  /** W3C trace context of the step that calls. */
  readonly traceparent: string;
  /** The same for everything that one request set off. */
  readonly correlationId: string;
  /** The event that caused this, if one did. */
  readonly causationId: string | null;
  /** Milliseconds since 1970: nobody waits for the answer after this. */
  readonly deadlineMs: number;
  /** Names the effect of a command: repeated with the same key, it happens once. */
  readonly idempotencyKey: string | undefined;
}

export function newCallContext(fields: {
  caller: string;
  principal: Principal;
  deadlineMs: number;
  traceparent?: string;
  correlationId?: string;
  causationId?: string | null;
  idempotencyKey?: string | undefined;
}): CallContext {
  const traceparent = fields.traceparent ?? newTraceparent();
  return {
    caller: fields.caller,
    principal: fields.principal,
    traceparent,
    correlationId: fields.correlationId ?? traceIdOf(traceparent),
    causationId: fields.causationId ?? null,
    deadlineMs: fields.deadlineMs,
    idempotencyKey: fields.idempotencyKey,
  };
}
