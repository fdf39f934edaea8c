import { MAX_OFFENDERS, type Audit, type UnitOfWork } from '../../../shared/database/index.ts';
import { LedgerReader } from './ledger.reader.ts';

const OPEN_DIFFERENCES = `
  select charge_key || ' of ' || provider || ': ' || kind || ', ' || detail as offender
  from differences order by found_at, charge_key, kind limit $1`;

export class MoneyAudit implements Audit {
  readonly invariant = 'I2';
  readonly promise = 'the money ledger balances, and our books are those of the payment providers';
  readonly #reader = new LedgerReader();

  async find(work: UnitOfWork): Promise<string[]> {
    const unbalanced = await this.#reader.findUnbalanced(work, MAX_OFFENDERS);
    const differing = await work.rows<{ offender: string }>(OPEN_DIFFERENCES, [MAX_OFFENDERS]);
    return [
      ...unbalanced.map(({ transactionId, debit, credit }) => `${transactionId}: ${debit} debit, ${credit} credit`),
      ...differing.map(({ offender }) => offender),
    ].slice(0, MAX_OFFENDERS);
  }
}
