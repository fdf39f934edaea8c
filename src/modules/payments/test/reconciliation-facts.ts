import { present } from '../../../shared/errors/index.ts';
import type { Reconciliation } from '../contract/index.ts';
import { MoneyAudit } from '../persistence/money.audit.ts';
import type { PaymentsWorld } from './payments-world.ts';

/** The report of a comparison with the only provider that there is. */
export async function reconcile(world: PaymentsWorld): Promise<Reconciliation> {
  const { items } = await world.payments.reconcilePayments({}, world.call());
  return present(items[0], 'one provider has books');
}

/** As if an hour had passed, so that nothing of this order can still be on its way. */
export async function ageOf(world: PaymentsWorld, orderId: string): Promise<void> {
  await world.write(async (work) => {
    const anHourAgo = `- interval '1 hour' where order_id = $1`;
    await work.run(`update payments set asked_at = asked_at ${anHourAgo}`, [orderId]);
    await work.run(`update captures set reserved_at = reserved_at ${anHourAgo}`, [orderId]);
    await work.run(`update refunds set reserved_at = reserved_at ${anHourAgo}`, [orderId]);
  });
}

/** Whatever the audit of money names. */
export async function offenders(world: PaymentsWorld): Promise<string[]> {
  return await world.write((work) => new MoneyAudit().find(work));
}
