import { entriesOf, type Posting } from '../domain/posting.ts';

/**
 * The part of a statement that writes postings into the ledger, given as JSON in `parameter`, if the statement's part
 * `changed` has changed something: the money and its books move together or not at all.
 */
export const postEntries = (parameter: string, condition = 'exists (select from changed)'): string => `
  insert into ledger_entries (id, transaction_id, account, debit, credit, currency, order_id, occurred_at)
  select e.id, e."transactionId", e.account, e.debit, e.credit, e.currency, e."orderId", coalesce(e."occurredAt", now())
  from jsonb_to_recordset(${parameter}::jsonb) as e(
    id text, "transactionId" text, account text, debit bigint, credit bigint, currency text, "orderId" text,
    "occurredAt" timestamptz)
  where ${condition}`;

export function entriesJson(...postings: readonly Posting[]): string {
  return JSON.stringify(entriesOf(postings));
}
