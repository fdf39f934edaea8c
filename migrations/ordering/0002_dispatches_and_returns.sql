-- An order that is being cancelled is not dispatched: set with the cancellation's first transaction.
alter table orders add column is_cancelling boolean not null default false;
update orders set is_cancelling = true
where id in (select key from sagas where name = 'ordering.cancellation' and status in ('running', 'compensating', 'needs_attention'));

-- Parts of an order on their way out. One that has begun keeps its order from being cancelled, and its pieces and its
-- share of the price from others. One that is abandoned without lines was given up before it had begun.
create table dispatches (
  id text primary key,
  order_id text not null references orders (id),
  status text not null check (status in ('begun', 'shipped', 'delivered', 'abandoned')),
  -- [{ lineId, quantity }]
  lines jsonb not null,
  amount bigint not null check (amount >= 0),
  begun_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
) with (fillfactor = 80);
create index dispatches_order on dispatches (order_id);

-- Goods that come back. What has begun keeps its pieces and its money from other returns and refunds.
create table returns (
  id text primary key,
  order_id text not null references orders (id),
  status text not null check (status in ('begun', 'done', 'abandoned')),
  -- [{ lineId, quantity, share, refundedQuantity }]: what the pieces were paid, and how many of them this return refunds
  lines jsonb not null,
  refund_id text references refunds (id),
  amount bigint not null check (amount >= 0),
  begun_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
) with (fillfactor = 80);
create index returns_order on returns (order_id);
