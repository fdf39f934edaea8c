import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Reporting, SalesQuery } from '../contract/index.ts';
import { dayOf, salesPeriod } from './sales-period.ts';

const now = new Date('2024-03-01T10:15:00.000Z');

describe('the days of a sales report', () => {
  it('are the last thirty, today included, unless others are asked for', () => {
    expect(salesPeriod({}, now)).toEqual({ from: '2024-02-01', to: '2024-03-02' });
    expect(salesPeriod({ to: '2010-12-31' }, now)).toEqual({ from: '2010-12-01', to: '2010-12-31' });
    expect(salesPeriod({ from: '2024-02-28' }, now)).toEqual({ from: '2024-02-28', to: '2024-03-02' });
  });

  it('leave out the date that ends them', () => {
    expect(salesPeriod({ from: '2010-12-01', to: '2010-12-04' }, now)).toEqual({
      from: '2010-12-01',
      to: '2010-12-04',
    });
  });

  it('count the days in which timestamps lie as a whole', () => {
    const asked = { from: '2010-12-01T23:59:59Z', to: '2010-12-03T00:00:00.001Z' };
    expect(salesPeriod(asked, now)).toEqual({ from: '2010-12-01', to: '2010-12-04' });
    expect(salesPeriod({ ...asked, to: '2010-12-03T00:00:00Z' }, now)).toEqual({
      from: '2010-12-01',
      to: '2010-12-03',
    });
  });

  it('may be four hundred and no more', () => {
    expect(salesPeriod({ from: '2010-01-01', to: '2011-02-05' }, now).to).toBe('2011-02-05');
    const tooLong = (): unknown => salesPeriod({ from: '2010-01-01', to: '2011-02-06' }, now);
    expect(tooLong).toThrow(expect.objectContaining({ code: Reporting.errors.periodTooLong.code, status: 422 }));
  });

  it('must not end before they begin', () => {
    const empty = (): unknown => salesPeriod({ from: '2010-12-02', to: '2010-12-02' }, now);
    expect(empty).toThrow(expect.objectContaining({ code: Reporting.errors.periodEmpty.code, status: 422 }));
  });

  it('are whole days that hold every moment asked for', () => {
    const moment = fc.date({
      min: new Date('2000-01-01T00:00:00Z'),
      max: new Date('2000-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        const [from, to] = [one, other].map((date) => date.toISOString()).sort() as [string, string];
        fc.pre(from < to);
        const period = salesPeriod({ from, to }, now);
        expect(period.from).toBe(dayOf(from));
        expect(Date.parse(period.to)).toBeGreaterThanOrEqual(Date.parse(to));
        expect(Date.parse(period.to) - Date.parse(to)).toBeLessThan(86_400_000);
      }),
    );
  });
});

describe('what may be asked of the sales report', () => {
  it.each(['2010-12-01', '2010-12-01T08:26:00Z', '2010-12-01T08:26:00.000Z'])('takes %s', (from) => {
    expect(SalesQuery.parse({ from })).toEqual({ from, currency: 'GBP' });
  });

  it.each(['yesterday', '2010-02-30', '2010-12-01T08:26:00+01:00', '0000-01-01', '9999-12-31', ''])(
    'refuses %s',
    (to) => {
      expect(SalesQuery.safeParse({ to }).success).toBe(false);
    },
  );
});
