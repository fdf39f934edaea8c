import { z } from 'zod';
import { Envelope, parseInput } from '../contract/index.ts';

/** An event as somebody brings it over HTTP. What travels with those of the bus may be missing. */
export const PushedEvent = Envelope.extend({
  causationid: z.string().nullable().default(null),
});

/** What a service in another language has to make known: it is numbered and timed where it is stored. */
export const Publication = z.object({
  specversion: z.literal('1.0'),
  /** The service's own. A second one with the same id changes nothing. */
  id: z.string().min(1).max(200),
  source: z.string(),
  type: z.string(),
  traceparent: Envelope.shape.traceparent.optional(),
  correlationid: Envelope.shape.correlationid.optional(),
  causationid: Envelope.shape.causationid.default(null),
  data: Envelope.shape.data,
});
export type Publication = z.infer<typeof Publication>;

/** Where events come in over HTTP. Each resolves when its effect has committed, and throws ContractError. */
export interface EventDoor {
  /** False: `module` is not here, or does not hear such events. */
  hears(module: string, type: string): boolean;
  hear(module: string, event: Envelope): Promise<void>;
  /** False: it is no event of a module whose place a service in another language takes. */
  publishes(module: string, type: string): boolean;
  publish(module: string, event: Publication): Promise<void>;
}

/** Throws `request.invalid`. */
export function parsePushed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // What is no JSON has no fields either, which is what the schema says then.
    json = undefined;
  }
  return parseInput(schema, json);
}
