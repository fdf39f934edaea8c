import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { ReturnedLine } from '../contract/index.ts';
import { RETURN } from './shipping-statements.ts';

export interface ReturnedGoods {
  readonly returnId: string;
  readonly orderId: string;
  readonly location: string;
  readonly lines: readonly ReturnedLine[];
}

/** What came back. */
export class ReturnedGoodsRepository {
  /** Takes goods in, unless this return has brought them before. The SKUs of which there is more now. */
  async receive(work: UnitOfWork, { returnId, orderId, location, lines }: ReturnedGoods): Promise<string[]> {
    const rows = await work.rows<{ sku: string }>(RETURN, [returnId, orderId, location, JSON.stringify(lines)]);
    return rows.map(({ sku }) => sku);
  }
}
