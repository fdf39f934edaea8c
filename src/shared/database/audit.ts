import type { UnitOfWork } from './unit-of-work.ts';

/** Something that must always hold, and how to find what breaks it. */
export interface Audit {
  /** Its number in ARCHITECTURE.md, e.g. `I1`. */
  readonly invariant: string;
  /** What is promised, in one sentence. */
  readonly promise: string;
  /** Whatever breaks it, at most MAX_OFFENDERS. */
  find(work: UnitOfWork): Promise<string[]>;
}

export const MAX_OFFENDERS = 100;
