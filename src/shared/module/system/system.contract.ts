import { z } from 'zod';
import { command, defineContract, problem, query } from '../../contract/index.ts';
import { MAX_PAGE_SIZE } from '../../values/index.ts';

const ModuleName = z.string().min(1).max(50);
const Id = z.string().min(1).max(100);
const Note = z.string().trim().min(1).max(500);
const limit = z.int().min(1).max(MAX_PAGE_SIZE).default(50);

export const SagaStatusName = z.enum(['running', 'compensating', 'completed', 'failed', 'needs_attention']);

const SagaSummary = z.object({
  id: Id,
  module: ModuleName,
  name: z.string(),
  version: z.int(),
  /** What it is about, e.g. an order's id. */
  key: z.string(),
  status: SagaStatusName,
  step: z.int(),
  attempts: z.int(),
  dueAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

const Saga = SagaSummary.extend({
  epoch: z.int(),
  owner: z.string().nullable(),
  failure: z.object({ code: z.string(), title: z.string(), detail: z.string().nullable() }).nullable(),
  history: z.array(
    z.object({
      at: z.string(),
      step: z.string(),
      what: z.string(),
      attempt: z.int().optional(),
      error: z.string().optional(),
    }),
  ),
});

const DeadLetter = z.object({
  id: Id,
  module: ModuleName,
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  sequence: z.int(),
  attempts: z.int(),
  error: z.object({ name: z.string(), message: z.string(), stack: z.string().nullable() }),
  receivedAt: z.iso.datetime(),
});

/** For operators: what runs where, what is under way, what is stuck, and whether the books hold. */
export const System = defineContract('system', {
  operations: {
    listModules: query(
      z.strictObject({}),
      z.object({
        items: z.array(
          z.object({
            name: ModuleName,
            hosted: z.boolean(),
            version: z.string(),
            healthy: z.boolean(),
            detail: z.string().nullable(),
          }),
        ),
      }),
    ),
    /** Newest first, over all modules. */
    listSagas: query(
      z.strictObject({ status: SagaStatusName.optional(), limit }),
      z.object({ items: z.array(SagaSummary) }),
    ),
    getSaga: query(z.strictObject({ sagaId: Id }), Saga),
    /** A saga that needs attention tries its step again. Repeating it changes nothing. */
    retrySaga: command(z.strictObject({ sagaId: Id }), Saga, { repeat: 'natural' }),
    /** An operator has put things right by hand: the saga ends as failed, with the note. */
    settleSaga: command(z.strictObject({ sagaId: Id, note: Note }), Saga, { repeat: 'natural' }),
    /** Oldest first, over all modules. */
    listDeadLetters: query(z.strictObject({ limit }), z.object({ items: z.array(DeadLetter) })),
    /** The event is handled again, and those that wait behind it follow in order. */
    retryDeadLetter: command(z.strictObject({ eventId: Id }), z.void(), { repeat: 'natural' }),
    /** The event is given up; those that wait behind it follow. */
    discardDeadLetter: command(z.strictObject({ eventId: Id, note: Note.optional() }), z.void(), { repeat: 'natural' }),
    /** Each invariant with those that break it, at most 100 of each. */
    audit: query(
      z.strictObject({}),
      z.object({
        holds: z.boolean(),
        items: z.array(
          z.object({
            module: ModuleName,
            invariant: z.string(),
            promise: z.string(),
            holds: z.boolean(),
            offenders: z.array(z.string()),
          }),
        ),
      }),
    ),
  },
  errors: {
    sagaNotFound: problem(404, 'No such saga', z.object({ sagaId: z.string() })),
    sagaNotStuck: problem(
      409,
      'This saga does not need attention',
      z.object({ sagaId: z.string(), status: z.string() }),
    ),
    deadLetterNotFound: problem(404, 'No such dead letter', z.object({ eventId: z.string() })),
  },
});
