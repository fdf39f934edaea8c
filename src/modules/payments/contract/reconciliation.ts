import { z } from 'zod';
import { id } from '../../../shared/values/index.ts';

/**
 * What a provider's books and ours can disagree about. `…_unknown`: they have it and we do not. `…_missing`: we have it
 * and they do not. `…_differs`: both have it, otherwise. `not_given_back`: money of an order that was never sold or was
 * cancelled. `ledger_differs`: our payment and our own ledger disagree.
 */
export const DifferenceKind = z.enum([
  'charge_unknown',
  'charge_missing',
  'amount_differs',
  'status_differs',
  'capture_unknown',
  'capture_missing',
  'refund_unknown',
  'refund_missing',
  'not_given_back',
  'ledger_differs',
]);
export type DifferenceKind = z.infer<typeof DifferenceKind>;

export const Difference = z.object({
  kind: DifferenceKind,
  /** The key of the charge at its provider, `<orderId>:take` where it is ours. */
  chargeKey: z.string(),
  /** A sentence with both sides' figures. */
  detail: z.string(),
  /** `repaired`: this run has put it right. `open`: somebody has to; the audit names it until it is gone. */
  outcome: z.enum(['repaired', 'open']),
});
export type Difference = z.infer<typeof Difference>;

/** One comparison of our books with a provider's. */
export const Reconciliation = z
  .object({
    id: id('rcn'),
    provider: z.string(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    /** False: there was more than one run compares, or the provider did not answer. The next run goes on from there. */
    complete: z.boolean(),
    /** Why it ended early, where something failed. */
    failure: z.string().nullable(),
    /** How many of the provider's charges and of our payments were looked at. */
    charges: z.int(),
    payments: z.int(),
    repaired: z.int(),
    open: z.int(),
    /** At most 100 of them. */
    differences: z.array(Difference),
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof Reconciliation>;
