import type { InputFault } from '../errors/index.ts';

const MAX_DEPTH = 32;
/** NUL, and halves of characters: Postgres keeps neither in text nor in JSON. */
// eslint-disable-next-line no-control-regex -- NUL is what is looked for
const UNSTORABLE = /[\u0000\p{Surrogate}]/u;

/**
 * The first place in a JSON value that could not be kept, or that is nested deeper than anything Banyan takes. It is
 * looked for before the schemas see the value, because what walks a value by recursion fails on endless nesting.
 */
export function findUnstorable(value: unknown, pointer = '', depth = 0): InputFault | undefined {
  if (typeof value === 'string') return textFault(value, pointer);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === MAX_DEPTH) {
    return { pointer, code: 'too_deep', message: `At most ${MAX_DEPTH} levels of nesting are taken.` };
  }
  for (const [key, inner] of Object.entries(value)) {
    const place = `${pointer}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    const fault = textFault(key, pointer) ?? findUnstorable(inner, place, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function textFault(text: string, pointer: string): InputFault | undefined {
  if (!UNSTORABLE.test(text)) return undefined;
  return text.includes('\0')
    ? { pointer, code: 'nul_character', message: 'Text may not hold the character NUL.' }
    : { pointer, code: 'broken_character', message: 'Text may not hold half of a character (a lone surrogate).' };
}
