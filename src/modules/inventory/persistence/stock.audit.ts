import { MAX_OFFENDERS, type Audit, type UnitOfWork } from '../../../shared/database/index.ts';
import { StockAuditReader } from './stock-audit.reader.ts';

export class StockAudit implements Audit {
  readonly invariant = 'I1';
  readonly promise = 'every count of stock is what its ledger and its reservations add up to';
  readonly #reader = new StockAuditReader();

  async find(work: UnitOfWork): Promise<string[]> {
    const differences = await this.#reader.differences(work, MAX_OFFENDERS);
    return differences.map(
      ({ sku, location, count, stock, ledger }) =>
        `${sku} at ${location}: ${count} is ${stock}, its ledger says ${ledger}`,
    );
  }
}
