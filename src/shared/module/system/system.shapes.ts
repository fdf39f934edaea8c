import { z } from 'zod';

export const ModuleName = z.string().min(1).max(50);
export const Id = z.string().min(1).max(100);

export const SagaStatusName = z.enum(['running', 'compensating', 'parked', 'completed', 'failed', 'needs_attention']);

export const SagaSummary = z.object({
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

export const Saga = SagaSummary.extend({
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

export const DeadLetter = z.object({
  id: Id,
  /** Who could not handle it. */
  module: ModuleName,
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  sequence: z.int(),
  attempts: z.int(),
  /** How many later events of its stream wait behind it. */
  waiting: z.int(),
  error: z.object({ name: z.string(), message: z.string(), stack: z.string().nullable() }),
  receivedAt: z.iso.datetime(),
});

/** An event that its publisher could not put on a subscriber's queue. */
export const QuarantinedDelivery = z.object({
  eventId: Id,
  /** Who published it. */
  module: ModuleName,
  subscriber: ModuleName,
  type: z.string(),
  subject: z.string(),
  sequence: z.int(),
  error: z.object({ name: z.string(), message: z.string() }),
  createdAt: z.iso.datetime(),
});

/** What an operator has done by hand. */
export const OperatorAction = z.object({
  id: Id,
  /** In whose data it was done. */
  module: ModuleName,
  at: z.iso.datetime(),
  operator: z.string(),
  /** As a fact, e.g. `dead letter retried`. */
  action: z.string(),
  /** The id of what it was done to. */
  target: z.string(),
  note: z.string().nullable(),
});
