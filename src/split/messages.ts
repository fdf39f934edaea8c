import type { Door } from '../app.ts';

/** What a process tells its supervisor: it takes connections now; it was told to end, and asks for a successor. */
export type FromProcess = 'ready' | 'leaving';

/** What it is told: to end in good order; that the connection which comes with this has knocked at that door. */
export type ToProcess = 'end' | Door;
