import { days } from '../../../shared/values/index.ts';
import { Reporting } from '../contract/index.ts';

/** Days as `2010-12-01`, UTC: `from` is counted, `to` is the first that is not. */
export interface SalesPeriod {
  readonly from: string;
  readonly to: string;
}

const DEFAULT_DAYS = 30;
const MAX_DAYS = 400;
const DAY_MS = days(1);

/** The whole days that were asked for. Throws `periodEmpty` and `periodTooLong`. */
export function salesPeriod(asked: { from?: string | undefined; to?: string | undefined }, now: Date): SalesPeriod {
  const toMs = asked.to === undefined ? startOfDay(now.getTime()) + DAY_MS : firstDayNotBefore(Date.parse(asked.to));
  const fromMs = asked.from === undefined ? toMs - DEFAULT_DAYS * DAY_MS : startOfDay(Date.parse(asked.from));
  const period = { from: dayOf(new Date(fromMs).toISOString()), to: dayOf(new Date(toMs).toISOString()) };
  const length = (toMs - fromMs) / DAY_MS;
  if (length <= 0) throw Reporting.errors.periodEmpty(period, '"to" must lie after "from".');
  if (length > MAX_DAYS) {
    const detail = `These are ${length} days; ask for ${MAX_DAYS} at most.`;
    throw Reporting.errors.periodTooLong({ days: length, limitDays: MAX_DAYS }, detail);
  }
  return period;
}

/** The UTC day of a moment as contracts write it: they know no other zone. */
export function dayOf(moment: string): string {
  return moment.slice(0, '2010-12-01'.length);
}

function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

function firstDayNotBefore(ms: number): number {
  return Math.ceil(ms / DAY_MS) * DAY_MS;
}
