import { z } from 'zod';
import { Principal } from '../../src/shared/auth/index.ts';
import { Envelope, type AnyContract, type Operation } from '../../src/shared/contract/index.ts';

const principal = Principal.meta({ id: 'Principal', description: 'On whose behalf.' });

/** What is posted for a call of an operation, as src/shared/calls/codec.ts writes and reads it. */
export function callOf(operation: Operation) {
  return z.strictObject({
    operation: z.literal(operation.id),
    input: operation.input,
    caller: z.string().describe('The module that calls; the token says the same.'),
    principal,
    traceparent: z.string().describe('W3C trace context.'),
    correlationId: z.string().describe('The same for all that one request sets off.'),
    causationId: z.string().nullable().describe('The event that caused this.'),
    timeLeftMs: z.number().describe('After so many milliseconds nobody waits for the answer.'),
    idempotencyKey: z.string().nullable().describe('The same key again is the same command.'),
  });
}

export function answerOf(operation: Operation) {
  const isEmpty = operation.output instanceof z.ZodVoid;
  return z
    .object({ kind: z.literal('answer'), ...(isEmpty ? {} : { output: operation.output }) })
    .describe('It is done.');
}

/** A refusal by one of the module's errors, whose `details` have the shape that the contract gives to the code, or another. */
export function refusalOf({ errors }: AnyContract) {
  return z
    .union([...Object.values(errors).map(refusalBy), generalRefusal])
    .meta({ id: 'Refusal', description: 'Nothing has changed. Branch on the code.' });
}

function refusalBy({ code, status, title, details }: AnyContract['errors'][string]) {
  const hasDetails = Object.keys(details.shape).length > 0;
  return z.object({
    kind: z.literal('refusal'),
    error: z.object({
      code: z.literal(code),
      status: z.literal(status),
      title: z.string().describe(title),
      detail: z.string().optional(),
      ...(hasDetails ? { details } : {}),
    }),
  });
}

/** One that every module may give, or that comes from a module further on. */
const generalRefusal = z.object({
  kind: z.literal('refusal'),
  error: z.object({
    code: z.string().describe('`request.invalid`, with its faults, among others.'),
    status: z.int(),
    title: z.string(),
    detail: z.string().optional(),
    details: z.unknown().optional(),
    faults: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
  }),
});

export const failure = z
  .object({
    kind: z.literal('failure'),
    message: z.string(),
    mayHaveHappened: z.boolean().describe('False: it is known that nothing was done.'),
    defect: z
      .enum(['broken invariant', 'other'])
      .optional()
      .describe('The fault is in the program, not in the machinery: asking again is likely to meet it again.'),
  })
  .meta({ id: 'Failure', description: 'The machinery failed, not the business.' });

/** An event as it is brought to a service: `causationid` is left out where there is none. */
export function eventOf(type: string, version: number, data: z.ZodObject) {
  return Envelope.extend({
    type: z.literal(type),
    dataversion: z.literal(version).describe('Of the shape of `data`.'),
    subject: Envelope.shape.subject.describe('The aggregate’s id: its events come in order.'),
    sequence: Envelope.shape.sequence.describe('The event’s number among all of its aggregate’s.'),
    causationid: z.string().optional(),
    datacontenttype: z.literal('application/json').optional(),
    data,
  });
}
