import { z } from 'zod';
import { defineContract, problem, query } from '../../../shared/contract/index.ts';
import { Currency } from '../../../shared/values/index.ts';

/** The shop sells in this currency unless it is asked for another. */
const DEFAULT_CURRENCY = 'GBP';

/** A day, or a moment of it, in UTC. Postgres has no year 0, and what ends a period may be a day later. */
const DayOrMoment = z
  .union([z.iso.date(), z.iso.datetime()], { error: 'must be a date such as 2010-12-01 or a UTC timestamp' })
  .refine((text) => text >= '0001' && text < '9999', 'must lie in the years 1 to 9998');

/** A sum over many documents, in minor units: unlike Money it has no limit, and may be less than zero. */
const Sum = z.object({ amount: z.int(), currency: Currency }).meta({
  id: 'Sum',
  description: 'Integer minor units of an ISO 4217 currency; negative when more was given back than sold.',
});

const Figures = z.object({
  orders: z.int(),
  /** Totals of the orders placed, tax and delivery included. */
  gross: Sum,
  /** Money given back: refunds, cancellations and credit notes, on the day they happened. */
  refunds: Sum,
  /** `gross` less `refunds`. */
  net: Sum,
  /** Tax in `gross`; refunds do not change it. */
  tax: Sum,
  /** Delivery in `gross`; refunds do not change it. */
  delivery: Sum,
});

const SalesOfDay = Figures.extend({ day: z.iso.date() });

export const SalesQuery = z.strictObject({
  /** The day it lies in is counted whole. Default: 30 days before `to`. */
  from: DayOrMoment.optional(),
  /** A date is not counted itself; the day in which a timestamp lies is counted whole. Default: today is the last day. */
  to: DayOrMoment.optional(),
  currency: Currency.default(DEFAULT_CURRENCY),
});

export const SalesReport = Figures.extend({
  /** The first day that is counted. */
  from: z.iso.date(),
  /** The first day that is not counted any more. */
  to: z.iso.date(),
  currency: Currency,
  /** Lines of the orders placed. */
  lines: z.int(),
  /** Pieces on these lines. */
  units: z.int(),
  /** Days on which something happened, oldest first. */
  byDay: z.array(SalesOfDay),
}).meta({ id: 'SalesReport' });
export type SalesReport = z.infer<typeof SalesReport>;

export const Reporting = defineContract('reporting', {
  operations: {
    /** Follows the orders by events: it may be a moment behind. */
    getSalesReport: query(SalesQuery, SalesReport),
  },
  errors: {
    periodTooLong: problem(422, 'The period is too long', z.object({ days: z.int(), limitDays: z.int() })),
    periodEmpty: problem(422, 'The period ends before it begins', z.object({ from: z.iso.date(), to: z.iso.date() })),
  },
});
