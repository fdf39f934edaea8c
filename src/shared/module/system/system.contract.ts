import { z } from 'zod';
import { command, defineContract, problem, query } from '../../contract/index.ts';
import { MAX_PAGE_SIZE } from '../../values/index.ts';
import {
  DeadLetter,
  Id,
  ModuleName,
  OperatorAction,
  QuarantinedDelivery,
  Saga,
  SagaStatusName,
  SagaSummary,
} from './system.shapes.ts';

const Note = z.string().trim().min(1).max(500);
const limit = z.int().min(1).max(MAX_PAGE_SIZE).default(50);

/** An event may be a dead letter in several modules: `module` says which is meant; default: the first that is found. */
const DeadLetterChoice = z.strictObject({ eventId: Id, module: ModuleName.optional(), note: Note.optional() });

/**
 * For operators: what runs where, what is under way, what is stuck, and whether the books hold. Whatever a command
 * changes is kept as an action with the operator's name, in the same transaction.
 */
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
    /** A saga that needs attention tries its step again. A repeat finds it under way: sagaNotStuck. */
    retrySaga: command(z.strictObject({ sagaId: Id }), Saga, { repeat: 'natural' }),
    /**
     * The undo at which a saga is stuck was done by hand, and it goes on with the one below. A repeat finds it under
     * way: sagaNotStuck.
     */
    skipSagaStep: command(z.strictObject({ sagaId: Id, note: Note }), Saga, { repeat: 'natural' }),
    /**
     * All that is left was done by hand: the saga ends as failed, with what it does when it fails, such as rejecting
     * its order. A repeat finds it under way or ended: sagaNotStuck.
     */
    settleSaga: command(z.strictObject({ sagaId: Id, note: Note }), Saga, { repeat: 'natural' }),
    /** Oldest first, over all modules or of one. Errors: moduleNotHosted. */
    listDeadLetters: query(
      z.strictObject({ module: ModuleName.optional(), limit }),
      z.object({ items: z.array(DeadLetter) }),
    ),
    /**
     * The event is handled again, and those that wait behind it follow in order. A repeat finds it no longer dead:
     * deadLetterNotFound, and nothing changes.
     */
    retryDeadLetter: command(DeadLetterChoice, z.void(), { repeat: 'natural' }),
    /**
     * The event is given up; those that wait behind it follow. A repeat finds it no longer dead: deadLetterNotFound,
     * and nothing changes.
     */
    discardDeadLetter: command(DeadLetterChoice, z.void(), { repeat: 'natural' }),
    /** Events that could not be put on a subscriber's queue; oldest first, over all modules. */
    listQuarantined: query(z.strictObject({ limit }), z.object({ items: z.array(QuarantinedDelivery) })),
    /**
     * The event is sent to this subscriber again. A repeat finds it no longer quarantined: quarantinedNotFound, and
     * nothing changes.
     */
    retryQuarantined: command(
      z.strictObject({ eventId: Id, subscriber: ModuleName, note: Note.optional() }),
      z.void(),
      {
        repeat: 'natural',
      },
    ),
    /**
     * Feeds the events that `source` has retained since `from` to `subscriber` once more; what the subscriber has
     * handled already stops at its inbox. A repeat opens again what has been acknowledged in between, which stops there
     * too. Errors: moduleNotHosted, unknownSubscriber.
     */
    replayEvents: command(
      z.strictObject({ source: ModuleName, subscriber: ModuleName, from: z.iso.datetime(), note: Note.optional() }),
      z.object({ reopened: z.int() }),
      { repeat: 'natural' },
    ),
    /** What operators have done by hand; newest first, over all modules. */
    listActions: query(z.strictObject({ limit }), z.object({ items: z.array(OperatorAction) })),
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
    quarantinedNotFound: problem(
      404,
      'No such event in quarantine',
      z.object({ eventId: z.string(), subscriber: z.string() }),
    ),
    moduleNotHosted: problem(404, 'This process hosts no such module', z.object({ module: z.string() })),
    unknownSubscriber: problem(422, 'There is no such module', z.object({ subscriber: z.string() })),
  },
});
