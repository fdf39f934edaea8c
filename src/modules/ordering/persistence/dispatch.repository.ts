import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Dispatch, DispatchStatus } from '../domain/dispatch.ts';

/** Dispatches of an order. Whoever changes one has the order's lock. */
export class DispatchRepository {
  async list(work: UnitOfWork, orderId: string): Promise<Dispatch[]> {
    return await work.rows<Dispatch>(
      `select id, order_id as "orderId", status, lines, amount from dispatches where order_id = $1 order by begun_at, id`,
      [orderId],
    );
  }

  async insert(work: UnitOfWork, { id, orderId, status, lines, amount }: Dispatch): Promise<void> {
    await work.run('insert into dispatches (id, order_id, status, lines, amount) values ($1, $2, $3, $4, $5)', [
      id,
      orderId,
      status,
      JSON.stringify(lines),
      amount,
    ]);
  }

  async move(work: UnitOfWork, id: string, status: DispatchStatus): Promise<void> {
    await work.run('update dispatches set status = $2, changed_at = now() where id = $1', [id, status]);
  }

  /** Whether goods of the order are leaving at this moment. */
  async isUnderWay(work: UnitOfWork, orderId: string): Promise<boolean> {
    const row = await work.row(`select id from dispatches where order_id = $1 and status = 'begun' limit 1`, [orderId]);
    return row !== undefined;
  }
}
