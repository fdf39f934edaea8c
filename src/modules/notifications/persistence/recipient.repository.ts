import type { UnitOfWork } from '../../../shared/database/index.ts';

export interface Recipient {
  readonly orderId: string;
  readonly orderNumber: number;
  readonly email: string;
}

export class RecipientRepository {
  async keep(work: UnitOfWork, { orderId, orderNumber, email }: Recipient): Promise<void> {
    await work.run(
      'insert into recipients (order_id, order_number, email) values ($1, $2, $3) on conflict (order_id) do nothing',
      [orderId, orderNumber, email],
    );
  }

  /** Undefined when the order came without an e-mail. */
  async find(work: UnitOfWork, orderId: string): Promise<Recipient | undefined> {
    return await work.row<Recipient>(
      'select order_id as "orderId", order_number as "orderNumber", email from recipients where order_id = $1',
      [orderId],
    );
  }
}
