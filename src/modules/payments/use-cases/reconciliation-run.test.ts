import { describe, expect, it } from '@jest/globals';
import { newCallContext, system } from '../../../shared/auth/index.ts';
import { seconds } from '../../../shared/values/index.ts';
import type { Difference } from '../contract/index.ts';
import type { ChargeAccount } from '../domain/charge.ts';
import type { OwnCursor } from '../persistence/own-books.reader.ts';
import { ReconciliationRun, type RunSteps } from './reconciliation-run.ts';

const PAGE = 500;
const MAX_PAGES = 200;
const MAX_EXAMINED = 2_000;
const FRESH = { provider: undefined, own: undefined };

const account = (position: number) => ({ charge: { key: `c${position}:take` } }) as ChargeAccount;
const open = (chargeKey: string): Difference => ({ kind: 'charge_unknown', chargeKey, detail: '', outcome: 'open' });

/** Books of so many charges and payments, of which some are suspect and remain open. */
function books(charges: number, payments: number, isSuspect: (key: string) => boolean = () => false) {
  const examined: string[] = [];
  const own = (position: number): OwnCursor => ({
    changedAt: String(position).padStart(9, '0'),
    orderId: `o${position}`,
  });
  const steps = {
    provider: {
      listChanged: async (after: string | undefined, limit: number) => {
        const start = Number(after ?? 0);
        const end = Math.min(charges, start + limit);
        const items = Array.from({ length: end - start }, (_, index) => account(start + index + 1));
        return await Promise.resolve({ items, cursor: String(end), isLast: end === charges });
      },
    },
    suspects: async (items: readonly ChargeAccount[]) =>
      await Promise.resolve(items.map(({ charge }) => charge.key).filter(isSuspect)),
    examine: async (key: string) => {
      examined.push(key);
      return await Promise.resolve(isSuspect(key) ? [open(key)] : []);
    },
    listOwn: async (after: OwnCursor | undefined, limit: number) => {
      const start = Number(after?.changedAt ?? 0);
      const length = Math.min(limit, payments - start);
      return await Promise.resolve(Array.from({ length }, (_, index) => own(start + index + 1)));
    },
    listOpen: async () => await Promise.resolve([] as string[]),
  } as unknown as RunSteps;
  return { steps, examined };
}

const call = (withinMs = seconds(60)) =>
  newCallContext({ caller: 'schedule', principal: system('tests'), deadlineMs: Date.now() + withinMs });

describe('one comparison of books', () => {
  it('reads both to their end, and says where that was', async () => {
    const { steps } = books(1_250, 3);
    const run = new ReconciliationRun(steps, FRESH, call());
    expect(await run.carryOut()).toBe(true);
    expect(run).toMatchObject({ charges: 1_250, payments: 3, open: 0 });
    expect(run.progress).toEqual({ provider: '1250', own: { changedAt: '000000003', orderId: 'o3' } });
  });

  it('reads a bounded part of large books, and the next one goes on from there until all is read', async () => {
    const { steps } = books(2.5 * MAX_PAGES * PAGE, 0);
    let progress: ReconciliationRun['progress'] = FRESH;
    const read: number[] = [];
    for (let time = 1; time <= 3; time += 1) {
      const run = new ReconciliationRun(steps, progress, call());
      const complete = await run.carryOut();
      read.push(run.charges);
      progress = run.progress;
      expect(complete).toBe(time === 3);
    }
    expect(read).toEqual([MAX_PAGES * PAGE, MAX_PAGES * PAGE, 0.5 * MAX_PAGES * PAGE]);
  });

  it('looks at a bounded number of charges one by one, and yet gets further each time', async () => {
    const { steps, examined } = books(3_000, 0, () => true);
    const run = new ReconciliationRun(steps, FRESH, call());
    expect(await run.carryOut()).toBe(false);
    expect(examined).toHaveLength(MAX_EXAMINED);
    expect(run.progress.provider).toBe(String(MAX_EXAMINED));
    expect(run.open).toBe(MAX_EXAMINED);
    expect(run.differences).toHaveLength(100);
  });

  it('ends in time, whatever is left', async () => {
    const run = new ReconciliationRun(books(1_000, 0).steps, FRESH, call(seconds(9)));
    expect(await run.carryOut()).toBe(false);
    expect(run.progress).toEqual(FRESH);
  });

  it('looks again at what has been open, and at each charge once', async () => {
    const { steps, examined } = books(2, 0, (key) => key === 'c1:take');
    const again = { ...steps, listOpen: async () => await Promise.resolve(['c1:take', 'old']) };
    const run = new ReconciliationRun(again, FRESH, call());
    expect(await run.carryOut()).toBe(true);
    expect(examined).toEqual(['c1:take', 'old']);
  });
});
