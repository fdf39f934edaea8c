import { seconds } from '../../src/shared/values/index.ts';
import type { SeededRandom } from './lab/seed.ts';

/** What goes wrong. Places are those of the crew. */
export type Mishap =
  | { readonly kind: 'kill'; readonly place: number }
  | { readonly kind: 'stand still'; readonly place: number; readonly forMs: number }
  | { readonly kind: 'end connections' }
  | { readonly kind: 'empty queues' }
  | { readonly kind: 'lose commits'; readonly count: number }
  | { readonly kind: 'stop Postgres'; readonly forMs: number };

export interface Planned {
  readonly atMs: number;
  readonly mishap: Mishap;
}

const KINDS: readonly Mishap['kind'][] = [
  ...Array<Mishap['kind']>(4).fill('kill'),
  ...Array<Mishap['kind']>(3).fill('stand still'),
  ...Array<Mishap['kind']>(2).fill('end connections'),
  ...Array<Mishap['kind']>(3).fill('empty queues'),
  ...Array<Mishap['kind']>(3).fill('lose commits'),
  'stop Postgres',
];
/** Shorter and longer than a job's lock and than the server's patience with a transaction. */
const STANDS_MS = { min: seconds(1), max: seconds(10) };
const DOWN_MS = { min: 0, max: seconds(3) };
const MAX_LOST_COMMITS = 4;

/** All of it in an order and at moments that the seed alone decides. */
export function planMishaps(random: SeededRandom, durationMs: number, places: number): Planned[] {
  const moments = KINDS.map(() => random.integer(0, durationMs)).sort((a, b) => a - b);
  return random
    .shuffle(KINDS)
    .map((kind, index) => ({ atMs: moments[index] ?? 0, mishap: mishapOf(kind, random, places) }));
}

function mishapOf(kind: Mishap['kind'], random: SeededRandom, places: number): Mishap {
  switch (kind) {
    case 'kill':
      return { kind, place: random.integer(0, places - 1) };
    case 'stand still':
      return { kind, place: random.integer(0, places - 1), forMs: random.integer(STANDS_MS.min, STANDS_MS.max) };
    case 'lose commits':
      return { kind, count: random.integer(1, MAX_LOST_COMMITS) };
    case 'stop Postgres':
      return { kind, forMs: random.integer(DOWN_MS.min, DOWN_MS.max) };
    case 'end connections':
    case 'empty queues':
      return { kind };
  }
}
