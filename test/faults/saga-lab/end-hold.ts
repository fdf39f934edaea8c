import { EXPIRE } from '../../../src/modules/inventory/persistence/reservation-statements.ts';
import { SteadyClient } from '../../../src/shared/database/index.ts';
import { eventually } from '../../../src/shared/testing/index.ts';
import { seconds } from '../../../src/shared/values/index.ts';

const HELD_LIMIT_MS = seconds(30);

/** What the schedule does when the hold on the stock of a cart's order is over, as soon as there is one. */
export async function endHold(databaseUrl: string, cartId: string): Promise<void> {
  const client = new SteadyClient(databaseUrl);
  await client.connect();
  try {
    await eventually(async () => {
      const { rowCount } = await client.query(
        `update inventory.reservations set expires_at = now()
         where status = 'reserved' and order_id = (select order_id from ordering.carts where id = $1)`,
        [cartId],
      );
      if (rowCount !== 1) throw new Error(`nothing is reserved for ${cartId}`);
    }, HELD_LIMIT_MS);
    await client.query('set search_path = inventory');
    await client.query(EXPIRE, [1, 'expired']);
  } finally {
    await client.end();
  }
}
