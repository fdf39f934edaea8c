import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Return, ReturnStatus } from '../domain/return.ts';

const COLUMNS = `id, order_id as "orderId", status, lines, refund_id as "refundId", amount`;

/** Returns of an order. Whoever changes one has the order's lock. */
export class ReturnRepository {
  async list(work: UnitOfWork, orderId: string): Promise<Return[]> {
    return await work.rows<Return>(`select ${COLUMNS} from returns where order_id = $1 order by begun_at, id`, [
      orderId,
    ]);
  }

  async insert(work: UnitOfWork, { id, orderId, status, lines, refundId, amount }: Return): Promise<void> {
    await work.run(
      'insert into returns (id, order_id, status, lines, refund_id, amount) values ($1, $2, $3, $4, $5, $6)',
      [id, orderId, status, JSON.stringify(lines), refundId, amount],
    );
  }

  async move(work: UnitOfWork, id: string, status: ReturnStatus): Promise<void> {
    await work.run('update returns set status = $2, changed_at = now() where id = $1', [id, status]);
  }
}
