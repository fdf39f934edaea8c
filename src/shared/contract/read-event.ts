import type { z } from 'zod';
import { invariant, present } from '../errors/index.ts';
import type { DataOf, Envelope, EventType } from './event.ts';
import { readTolerantly } from './tolerant-reader.ts';

/**
 * An event's data as this version of the program has it: through the upcasts where it was published by an earlier one.
 * Throws ZodError where it does not fit, and InvariantViolation where its version is not known: nothing is guessed.
 */
export function readEvent<Type extends EventType>(type: Type, { dataversion, data }: Envelope): DataOf<Type> {
  const { version, upcasts } = type;
  invariant(dataversion <= version, `version ${dataversion} of ${type.type} is newer than this program`);
  let current: Record<string, unknown> = data;
  for (let from = dataversion; from < version; from += 1) {
    const { data: schema, toNext } = present(upcasts[from], `no upcast of ${type.type} begins at version ${from}`);
    current = (toNext as (data: z.output<z.ZodObject>) => Record<string, unknown>)(readTolerantly(schema, current));
  }
  // An event type's schema is that of its data, which the generic type no longer says.
  return readTolerantly(type.data, current) as DataOf<Type>;
}
