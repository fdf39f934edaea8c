import type { UnitOfWork } from '../../../shared/database/index.ts';
import { toPage, type Money, type Page, type PageRequest } from '../../../shared/values/index.ts';
import { ReturnId, type Return, type ReturnLine, type ReturnStatus } from '../contract/index.ts';
import { lastIdOf } from './last-id-of.ts';

export interface RequestedReturn {
  readonly id: string;
  readonly orderId: string;
  readonly reason: string;
  readonly location: string;
  readonly lines: readonly ReturnLine[];
}

export interface ReturnFilter extends PageRequest {
  readonly orderId?: string | undefined;
  readonly status?: ReturnStatus | undefined;
}

type ReturnRow = Omit<Return, 'requestedAt' | 'endedAt'> & { requestedAt: Date; endedAt: Date | null };

const COLUMNS = `id, order_id as "orderId", status, reason, location, lines, refund, rejection,
  requested_at as "requestedAt", ended_at as "endedAt"`;

/** States of a return: pending (its pieces are no other return's) → completed or refused. */
export class ReturnRepository {
  async insert(work: UnitOfWork, { id, orderId, reason, location, lines }: RequestedReturn): Promise<void> {
    await work.run('insert into returns (id, order_id, reason, location, lines) values ($1, $2, $3, $4, $5)', [
      id,
      orderId,
      reason,
      location,
      JSON.stringify(lines),
    ]);
  }

  /** Pieces of an order that have come back or are about to, by line. */
  async listReturnedPieces(work: UnitOfWork, orderId: string): Promise<{ orderLineId: string; quantity: number }[]> {
    return await work.rows(
      `select l."orderLineId", sum(l.quantity)::bigint as quantity
       from returns r, jsonb_to_recordset(r.lines) as l("orderLineId" text, quantity integer)
       where r.order_id = $1 and r.status <> 'refused' group by l."orderLineId"`,
      [orderId],
    );
  }

  /** Pending → completed. Undefined when it has ended already. */
  async complete(work: UnitOfWork, id: string, refund: Money): Promise<Return | undefined> {
    const row = await work.row<ReturnRow>(
      `update returns set status = 'completed', refund = $2, ended_at = now()
       where id = $1 and status = 'pending' returning ${COLUMNS}`,
      [id, JSON.stringify(refund)],
    );
    return row === undefined ? undefined : toReturn(row);
  }

  /** Pending → refused. What has ended stays as it is. */
  async refuse(work: UnitOfWork, id: string, code: string): Promise<void> {
    await work.run(
      `update returns set status = 'refused', rejection = $2, ended_at = now() where id = $1 and status = 'pending'`,
      [id, code],
    );
  }

  async find(work: UnitOfWork, id: string): Promise<Return | undefined> {
    const row = await work.row<ReturnRow>(`select ${COLUMNS} from returns where id = $1`, [id]);
    return row === undefined ? undefined : toReturn(row);
  }

  /** Newest first. */
  async list(work: UnitOfWork, { limit, cursor, orderId, status }: ReturnFilter): Promise<Page<Return>> {
    const rows = await work.rows<ReturnRow>(
      `select ${COLUMNS} from returns
       where ($1::text is null or id < $1) and ($2::text is null or order_id = $2) and ($3::text is null or status = $3)
       order by id desc limit $4`,
      [cursor === undefined ? null : lastIdOf(cursor, ReturnId), orderId ?? null, status ?? null, limit + 1],
    );
    return toPage(rows, limit, ({ id }) => [id], toReturn);
  }
}

function toReturn({ requestedAt, endedAt, ...row }: ReturnRow): Return {
  return { ...row, requestedAt: requestedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
}
