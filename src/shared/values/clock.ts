/** Where a process reads the time. Rules get a moment as data; only the edges ask a clock. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
