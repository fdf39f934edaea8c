import { z } from 'zod';
import { invariant } from '../errors/index.ts';

/** How data of an earlier version becomes that of the version after it. */
export interface Upcast {
  /** The data of the earlier version, as it was published. */
  readonly data: z.ZodObject;
  /** Pure: what is replayed becomes the same again. */
  readonly toNext: (data: never) => Record<string, unknown>;
}

export interface EventDefinition<Data extends z.ZodObject> {
  readonly version: number;
  /** The field of `data` that holds the aggregate's id: its events are delivered in order. */
  readonly of: string;
  readonly data: Data;
  /** By the version that they begin from. Together they lead from each of these to `version`. */
  readonly upcasts: Readonly<Record<number, Upcast>>;
}

/** A fact that a module makes known, in the past tense. */
export interface EventType<Data extends z.ZodObject = z.ZodObject> extends EventDefinition<Data> {
  readonly contract: string;
  readonly name: string;
  /** `<contract>.<name>`, the CloudEvents `type`. */
  readonly type: string;
}

export type DataOf<Type> = Type extends { data: infer Data extends z.ZodObject } ? z.output<Data> : never;

/**
 * What is published has `version`. What processes of earlier versions publish, and what outboxes keep, reaches the
 * subscribers through `upcasts`: `event(2, { of: 'till', data: Sale, upcasts: { 1: upcast(FirstSale, addCurrency) } })`.
 */
export function event<Data extends z.ZodObject>(
  version: number,
  definition: {
    of: Extract<keyof z.output<Data>, string>;
    data: Data;
    upcasts?: Readonly<Record<number, Upcast>>;
  },
): EventDefinition<Data> {
  const { of, data, upcasts = {} } = definition;
  const earlier = Object.keys(upcasts).map(Number);
  const leads = earlier.every((from) => from < version && (from === version - 1 || from + 1 in upcasts));
  invariant(leads, `each upcast leads to the next version, and the last one to version ${version}`);
  return { version, of, data, upcasts };
}

export function upcast<Before extends z.ZodObject>(
  data: Before,
  toNext: (data: z.output<Before>) => Record<string, unknown>,
): Upcast {
  return { data, toNext };
}

/**
 * How an event travels and is kept: a CloudEvents 1.0 envelope in JSON. `subject` is the aggregate's id and
 * `sequence` the event's place among that aggregate's events, from 1, without gaps.
 */
export const Envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  dataversion: z.int(),
  subject: z.string(),
  sequence: z.int(),
  time: z.iso.datetime(),
  traceparent: z.string(),
  correlationid: z.string(),
  causationid: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type Envelope = z.infer<typeof Envelope>;
