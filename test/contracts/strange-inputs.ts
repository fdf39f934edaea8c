import fc from 'fast-check';

/** What may stand where something else belongs. Most of it cannot even be sent. */
const STRANGE: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => NaN,
  () => Infinity,
  () => -0,
  () => 1e308,
  () => 2 ** 53,
  () => 0.1,
  () => 10n,
  () => '',
  () => 'text',
  () => true,
  () => [],
  () => ({}),
  () => new Date(0),
  () => new Map([['a', 1]]),
  () => Symbol('sign'),
  () => () => 'called',
  () => JSON.parse('{"__proto__":{"isAdmin":true}}') as unknown,
  () => ({ toJSON: () => 'something else' }),
];
const STRANGE_NAMES = ['__proto__', 'constructor', 'toJSON', 'unknown', ''];

/** Inputs that are nearly right: one place has something strange, lacks something or has something more. */
export function nearlyRight(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.record({
    place: fc.nat(),
    strange: fc.constantFrom(...STRANGE),
    kind: fc.constantFrom('replace' as const, 'remove' as const, 'add' as const),
    name: fc.constantFrom(...STRANGE_NAMES),
  });
  return fc.tuple(right, change).map(([value, { place, strange, kind, name }]) => {
    const root = { value: structuredClone(value) };
    const places = placesIn(root);
    const [parent, key] = places[place % places.length] ?? [root, 'value'];
    const target = (parent as Record<string, unknown>)[key];
    if (kind === 'remove' && parent !== root) Reflect.deleteProperty(parent, key);
    else if (kind === 'add' && typeof target === 'object' && target !== null) define(target, name, strange());
    else define(parent, key, strange());
    return root.value;
  });
}

/** An own property of any name, `__proto__` included. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

function placesIn(value: object): [object, string][] {
  return Object.entries(value).flatMap(([key, part]) => {
    const inside = typeof part === 'object' && part !== null ? placesIn(part as object) : [];
    return [[value, key] as [object, string], ...inside];
  });
}
