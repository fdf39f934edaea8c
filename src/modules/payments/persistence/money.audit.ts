import { MAX_OFFENDERS, type Audit, type UnitOfWork } from '../../../shared/database/index.ts';
import { LedgerReader } from './ledger.reader.ts';

export class MoneyAudit implements Audit {
  readonly invariant = 'I2';
  readonly promise = 'every transaction of the money ledger balances';
  readonly #reader = new LedgerReader();

  async find(work: UnitOfWork): Promise<string[]> {
    const unbalanced = await this.#reader.findUnbalanced(work, MAX_OFFENDERS);
    return unbalanced.map(({ transactionId, debit, credit }) => `${transactionId}: ${debit} debit, ${credit} credit`);
  }
}
