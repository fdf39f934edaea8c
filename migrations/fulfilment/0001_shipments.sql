-- The goods of one order on their way out. The unique order_id is what makes it one shipment per order, even if two
-- deliveries of the same event were handled at once.
create table shipments (
  id text primary key,
  order_id text not null constraint shipments_one_per_order unique,
  order_number bigint not null,
  status text not null default 'open' check (status in ('open', 'cancelled')),
  shipping_address jsonb,
  opened_at timestamptz not null default now(),
  cancelled_at timestamptz,
  check ((status = 'cancelled') = (cancelled_at is not null))
) with (fillfactor = 80);
create index shipments_by_status on shipments (status, id);

create table shipment_lines (
  shipment_id text not null references shipments,
  position integer not null,
  order_line_id text not null,
  sku text not null,
  title text not null,
  quantity integer not null check (quantity > 0),
  primary key (shipment_id, position)
);
