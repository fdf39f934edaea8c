import type { ShopLab } from './shop-lab.ts';

/** Every transaction that writes how far a checkout is, and every one that writes its order. */
const WATCH = `
  create table public.writes (order_id text not null, kind text not null, transaction xid8 not null default pg_current_xact_id());
  create function public.note_saga() returns trigger security definer language plpgsql as
    $$ begin insert into public.writes (order_id, kind) values (new.key, 'saga'); return null; end $$;
  create function public.note_order() returns trigger security definer language plpgsql as
    $$ begin insert into public.writes (order_id, kind) values (new.id, 'order'); return null; end $$;
  create trigger note_saga after insert or update of status, step, state, epoch on ordering.sagas
    for each row execute function public.note_saga();
  create trigger note_order after update on ordering.orders for each row execute function public.note_order()`;

/** From now on. */
export async function countCommits(lab: ShopLab): Promise<void> {
  await lab.rows(WATCH);
}

/** How many commits an order's saga has cost that no step of it would have made. */
export async function commitsAdded(lab: ShopLab, orderId: string): Promise<number> {
  const [row] = await lab.rows<{ added: number }>(
    `select count(distinct transaction)::int as added from public.writes where order_id = $1 and kind = 'saga'
       and transaction not in (select transaction from public.writes where order_id = $1 and kind = 'order')`,
    [orderId],
  );
  return row?.added ?? 0;
}
