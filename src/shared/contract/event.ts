import { z } from 'zod';

export interface EventDefinition<Data extends z.ZodObject> {
  readonly version: number;
  /** The field of `data` that holds the aggregate's id: its events are delivered in order. */
  readonly of: string;
  readonly data: Data;
}

/** A fact that a module makes known, in the past tense. */
export interface EventType<Data extends z.ZodObject = z.ZodObject> extends EventDefinition<Data> {
  readonly contract: string;
  readonly name: string;
  /** `<contract>.<name>`, the CloudEvents `type`. */
  readonly type: string;
}

export type DataOf<Type> = Type extends { data: infer Data extends z.ZodObject } ? z.output<Data> : never;

export function event<Data extends z.ZodObject>(
  version: number,
  definition: { of: Extract<keyof z.output<Data>, string>; data: Data },
): EventDefinition<Data> {
  return { version, of: definition.of, data: definition.data };
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
