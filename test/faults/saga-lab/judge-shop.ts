import { modules } from '../../../src/modules/index.ts';
import type { Charge } from '../../../src/sandbox/charge.ts';
import { SteadyClient } from '../../../src/shared/database/index.ts';

/** Sentences of one kind; more of the same tell nothing new. */
const MAX_SENTENCES = 20;

const SOLD = `('confirmed', 'partly_shipped', 'shipped', 'delivered')`;
const UNDONE = `('rejected', 'cancelled')`;
const TRACKED = `(select coalesce(sum((l ->> 'quantity')::bigint), 0) from jsonb_array_elements(o.lines) l
  where (l ->> 'tracked')::boolean)`;
/** Of those, the ones that are still here and sold. */
const TO_SEND = `(select coalesce(sum((l ->> 'quantity')::bigint - coalesce((l ->> 'shippedQuantity')::bigint, 0)
    - coalesce((l ->> 'cancelledQuantity')::bigint, 0)), 0)
  from jsonb_array_elements(o.lines) l where (l ->> 'tracked')::boolean)`;

interface OrderMoney {
  readonly id: string;
  readonly status: string;
  /** Shoppers pay by the sandbox; what staff place may have been paid elsewhere. */
  readonly fromCart: boolean;
  /** What the buyer owes for what is still sold, in minor units. */
  readonly due: number;
  /** What payments believes to have, or null where it knows of no payment by the sandbox. */
  readonly kept: number | null;
  /** What payments' ledger believes to have. */
  readonly booked: number;
}

/**
 * What is not (yet) as it must be when all has come to rest, one sentence each; none when all is well. The provider's
 * charges come from its own books: what the shop believes of itself is compared with them.
 */
export async function judgeShop(adminUrl: string, charges: readonly Charge[]): Promise<string[]> {
  const client = new SteadyClient(adminUrl);
  await client.connect();
  try {
    // One moment for all questions: else what happens between two of them would look like a fault.
    await client.query('begin isolation level repeatable read read only');
    const sentences: string[] = [];
    for (const sql of questions()) {
      const { rows } = await client.query<{ sentence: string }>(`${sql} limit ${MAX_SENTENCES}`);
      sentences.push(...rows.map(({ sentence }) => sentence));
    }
    const { rows } = await client.query<OrderMoney>(MONEY);
    return [...sentences, ...judgeMoney(rows, charges)];
  } finally {
    await client.end();
  }
}

function questions(): string[] {
  return [...modules.flatMap(restQuestions), ...orderQuestions(), ...stockQuestions(), ...effectQuestions()];
}

/** I3, I5 and I10: nothing is under way, and nothing is stuck. */
function restQuestions({ contract: { name } }: (typeof modules)[number]): string[] {
  return [
    `select name || ' of ' || key || ' is ' || status as sentence from ${name}.sagas
     where status not in ('completed', 'failed')`,
    `select '${name}: ' || event_id || ' to ' || subscriber || ' is ' || state as sentence from ${name}.deliveries
     where state <> 'acknowledged'`,
    `select '${name}: the event ' || event_id || ' is ' || status as sentence from ${name}.inbox where status <> 'done'`,
  ];
}

function orderQuestions(): string[] {
  return [
    `select id || ' is still pending' as sentence from ordering.orders where status = 'pending'`,
    `select id || ' is a cart that is still completing' as sentence from ordering.carts where status = 'completing'`,
    `select 'the cart of ' || o.id || ' is ' || c.status || ' and belongs to ' || coalesce(c.order_id, 'nobody') as sentence
     from ordering.orders o join ordering.carts c on c.id = o.cart_id
     where o.status in ${SOLD} and (c.status <> 'completed' or c.order_id <> o.id)`,
    `select 'cart ' || cart_id || ' was sold ' || count(*) || ' times' as sentence from ordering.orders
     where cart_id is not null and status in ${SOLD} group by cart_id having count(*) > 1`,
    `select 'refund ' || id || ' is still pending' as sentence from ordering.refunds where status = 'pending'
     union all select 'refund ' || refund_id || ' is still pending at payments' from payments.refunds
       where status = 'pending'
     union all select 'credit note ' || c.id || ' is still pending' from ordering.credit_notes c
       where c.status = 'pending' and not exists (select from ordering.sagas s where s.key = c.id and s.status = 'failed')`,
    `select 'payment of ' || order_id || ' is still ' || status as sentence from payments.payments
     where status in ('pending', 'cancelling')`,
  ];
}

/** I1 and I8: what is sold has its goods, what is undone has none, and nothing is only held. */
function stockQuestions(): string[] {
  return [
    `select o.id || ' is ' || o.status || ' and has goods that are ' || r.status as sentence
     from ordering.orders o join inventory.reservations r on r.order_id = o.id
     where o.status in ${UNDONE} and r.status in ('reserved', 'allocated')`,
    `select 'goods are still reserved for ' || order_id as sentence from inventory.reservations where status = 'reserved'`,
    `select o.id || ' is ' || o.status || ' and has ' || coalesce(r.quantity, 0) || ' of ' || ${TO_SEND} || ' pieces' as sentence
     from ordering.orders o left join lateral (
       select sum((l ->> 'quantity')::bigint) as quantity
       from inventory.reservations r, jsonb_array_elements(r.lines) l
       where r.order_id = o.id and r.status = 'allocated') r on true
     where o.status in ${SOLD} and coalesce(r.quantity, 0) <> ${TO_SEND}`,
    `select sku || ' has ' || s.allocated || ' allocated pieces, and orders have ' || coalesce(held.quantity, 0) as sentence
     from inventory.stock_items s left join lateral (
       select sum((l ->> 'quantity')::bigint) as quantity from inventory.reservations r, jsonb_array_elements(r.lines) l
       where r.status = 'allocated' and l ->> 'sku' = s.sku and l ->> 'location' = s.location) held on true
     where s.allocated <> coalesce(held.quantity, 0) or s.reserved <> 0`,
  ];
}

/** What is set off by a sale happens once for it, and never without it. */
function effectQuestions(): string[] {
  const countOf = (table: string): string => `(select count(*) from ${table} e where e.order_id = o.id)`;
  const confirmations = `(select count(*) from notifications.messages e
    where e.order_id = o.id and e.kind = 'order_confirmation')`;
  return [
    `select o.id || ' is confirmed and has ' || ${countOf('fulfilment.shipments')} || ' shipments' as sentence
     from ordering.orders o
     where o.status = 'confirmed' and ${TRACKED} > 0 and ${countOf('fulfilment.shipments')} <> 1`,
    `select o.id || ' is ' || o.status || ' and has a shipment that is ' || s.status as sentence
     from ordering.orders o join fulfilment.shipments s on s.order_id = o.id
     where o.status in ${UNDONE} and s.status <> 'cancelled'`,
    `select o.id || ' is ' || o.status || ' and was confirmed to its buyer ' || ${confirmations} || ' times' as sentence
     from ordering.orders o where o.email is not null and o.status <> 'cancelled'
       and ${confirmations} <> case when o.status = 'rejected' then 0 else 1 end`,
    `select o.id || ' is ' || o.status || ' and stands in the report ' || ${countOf('reporting.recorded_orders')} || ' times'
       as sentence
     from ordering.orders o
     where ${countOf('reporting.recorded_orders')} <> case when o.status = 'rejected' then 0 else 1 end`,
  ];
}

const MONEY = `
  select o.id, o.status, o.cart_id is not null as "fromCart", (case when o.status in ${SOLD} then o.total - o.refunded else 0 end)::float8 as due,
         (p.captured - p.refunded)::float8 as kept, coalesce(l.booked, 0)::float8 as booked
  from ordering.orders o
  left join payments.payments p on p.order_id = o.id and p.provider = 'sandbox'
  left join lateral (
    select sum(credit) filter (where account = 'sales') - coalesce(sum(debit) filter (where account = 'refunds'), 0) as booked
    from payments.ledger_entries where order_id = o.id) l on true`;

/** I2, I4 and I8: three books of the same money, of which the provider's is the one that counts. */
function judgeMoney(orders: readonly OrderMoney[], charges: readonly Charge[]): string[] {
  const byOrder = new Map<string, Charge[]>();
  for (const charge of charges) byOrder.set(charge.orderId, [...(byOrder.get(charge.orderId) ?? []), charge]);
  const known = new Set(orders.map(({ id }) => id));
  return [
    ...orders.flatMap((order) => judgeOrder(order, byOrder.get(order.id) ?? [])),
    ...charges.filter(({ orderId }) => !known.has(orderId)).map(({ id }) => `${id} is a charge of no order`),
  ];
}

function judgeOrder({ id, status, fromCart, due, kept, booked }: OrderMoney, charges: readonly Charge[]): string[] {
  const sentences: string[] = [];
  const good = charges.filter((charge) => charge.status !== 'declined' && charge.status !== 'voided');
  if (good.length > 1) sentences.push(`${id} has ${good.length} charges`);
  const taken = sum(charges.map(({ captured, refunded }) => captured - refunded));
  const held = sum(charges.map(heldBy));
  const owed = fromCart || kept !== null ? due : 0;
  if (taken + held !== owed) {
    sentences.push(`${id} is ${status}, owes ${owed}, and the provider has ${taken} of it and holds ${held}`);
  }
  if (kept !== null && kept !== taken) sentences.push(`payments has ${kept} for ${id}, and the provider ${taken}`);
  if (kept !== null && booked !== taken) {
    sentences.push(`the ledger has ${booked} for ${id}, and the provider ${taken}`);
  }
  return sentences;
}

function heldBy({ status, amount, captured }: Charge): number {
  return status === 'authorised' || status === 'pending' ? amount - captured : 0;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
