import { randomBytes } from 'node:crypto';

/** Such as `ch_0mitr1k2x…`. Ids sort by the time they were made, to the millisecond. */
export function newId(prefix: 'ch' | 'cp' | 're' | 'evt', nowMs: number): string {
  return `${prefix}_${nowMs.toString(36).padStart(9, '0')}${randomBytes(8).toString('hex')}`;
}
