import { present } from '../../src/shared/errors/index.ts';

/** What is made anew wherever it is made: ids, moments, tokens, cursors. */
const NEW_EACH_TIME = /\b[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|[\w-]{24,}/g;
const ID = /^(?<prefix>[a-z]{2,4})_[0-9a-hjkmnp-tv-z]{26}$/;

/**
 * Two shops that live through the same: which id of the one is which of the other, and so for all that is made anew.
 * What is said of the first can be said of the second.
 */
export class Counterparts {
  readonly #there = new Map<string, string>();
  readonly #here = new Map<string, string>();
  readonly #idsByPrefix = new Map<string, string[]>();

  /** The places in which the two differ in anything but what is made anew. */
  differences(here: unknown, there: unknown, place = ''): string[] {
    if (typeof here === 'string' && typeof there === 'string') return this.#match(here, there) ? [] : [place];
    if (!isObject(here) || !isObject(there)) return Object.is(here, there) ? [] : [place];
    const names = new Set([...Object.keys(here), ...Object.keys(there)]);
    return [...names].flatMap((name) => this.differences(here[name], there[name], `${place}/${name}`));
  }

  /** The same with the ids of the other. */
  translate(value: unknown): unknown {
    return mapTexts(value, (text) => this.#there.get(text) ?? text);
  }

  /** With ids that have come up in the place of invented ones; `turn` chooses which. */
  withKnownIds(value: unknown, turn: number): unknown {
    return mapTexts(value, (text) => {
      const known = this.#idsByPrefix.get(ID.exec(text)?.groups?.['prefix'] ?? '') ?? [];
      return known[turn % known.length] ?? text;
    });
  }

  /** The first one's id with this prefix that came up last. */
  latest(prefix: string): string {
    return present(this.#idsByPrefix.get(prefix)?.at(-1), `no id with ${prefix}_ has come up`);
  }

  #match(here: string, there: string): boolean {
    if (here.replace(NEW_EACH_TIME, '…') !== there.replace(NEW_EACH_TIME, '…')) return false;
    const others = there.match(NEW_EACH_TIME) ?? [];
    return [...(here.match(NEW_EACH_TIME) ?? [])].every((text, index) => this.#isSame(text, others[index] ?? ''));
  }

  /** A moment may be one moment here and two there; an id is one everywhere. */
  #isSame(here: string, there: string): boolean {
    const prefix = ID.exec(here)?.groups?.['prefix'];
    if (prefix === undefined) return true;
    const isNew = !this.#there.has(here) && !this.#here.has(there);
    if (!isNew) return this.#there.get(here) === there;
    this.#there.set(here, there);
    this.#here.set(there, here);
    this.#idsByPrefix.set(prefix, [...(this.#idsByPrefix.get(prefix) ?? []), here]);
    return true;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((part) => mapTexts(part, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapTexts(part, change)]));
}
