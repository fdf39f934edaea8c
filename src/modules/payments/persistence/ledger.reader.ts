import type { UnitOfWork } from '../../../shared/database/index.ts';

export interface AccountSum {
  readonly account: string;
  readonly debit: number;
  readonly credit: number;
}

export interface UnbalancedTransaction {
  readonly transactionId: string;
  readonly debit: number;
  readonly credit: number;
}

const SUMMARISE = `
  select account, sum(debit)::bigint as debit, sum(credit)::bigint as credit from ledger_entries
  where currency = $1 and occurred_at >= $2 and occurred_at < $3
  group by account order by account`;

const FIND_UNBALANCED = `
  select transaction_id as "transactionId", sum(debit)::bigint as debit, sum(credit)::bigint as credit
  from ledger_entries
  group by transaction_id
  having sum(debit) <> sum(credit) or count(distinct currency) > 1
  order by transaction_id limit $1`;

export class LedgerReader {
  /** Sums by account of what occurred from `from` until before `to`. */
  async summarise(work: UnitOfWork, period: { currency: string; from: string; to: string }): Promise<AccountSum[]> {
    return await work.rows<AccountSum>(SUMMARISE, [period.currency, period.from, period.to]);
  }

  /** Transactions that give one account more than they take from the others. There must be none. */
  async findUnbalanced(work: UnitOfWork, limit: number): Promise<UnbalancedTransaction[]> {
    return await work.rows<UnbalancedTransaction>(FIND_UNBALANCED, [limit]);
  }
}
