-- An order's goods may leave in parts: what a dispatch does not take becomes the next part. The version before inserts
-- by the constraint's name, so that the name stays: of an order each part is opened once.
alter table shipments add column part integer not null default 1 check (part > 0);
alter table shipments drop constraint shipments_one_per_order;
alter table shipments add constraint shipments_one_per_order unique (order_id, part);

-- dispatching: one attempt to dispatch it, named by dispatch_id, is under way.
alter table shipments drop constraint shipments_status_check;
alter table shipments add constraint shipments_status_check
  check (status in ('open', 'dispatching', 'dispatched', 'delivered', 'cancelled'));
alter table shipments
  add column dispatch_id text,
  add column carrier text,
  add column tracking_number text,
  add column dispatched_at timestamptz,
  add column delivered_at timestamptz,
  -- Its order was cancelled while it was being dispatched: when that fails, it is cancelled too.
  add column order_cancelled boolean not null default false,
  add constraint shipments_dispatched check ((status in ('dispatched', 'delivered')) = (dispatched_at is not null)),
  add constraint shipments_delivered check ((status = 'delivered') = (delivered_at is not null)),
  add constraint shipments_attempted check (dispatch_id is not null or status not in ('dispatching', 'dispatched', 'delivered'));

-- Goods that come back. A pending return keeps its pieces from others; a refused one gives them free.
create table returns (
  id text primary key,
  order_id text not null,
  status text not null default 'pending' check (status in ('pending', 'completed', 'refused')),
  reason text not null,
  location text not null,
  -- [{ orderLineId, sku, title, quantity, disposition }]
  lines jsonb not null,
  -- What is given back, once the order has agreed.
  refund jsonb,
  -- The code of what refused it.
  rejection text,
  requested_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((status = 'pending') = (ended_at is null)),
  check (status <> 'completed' or refund is not null)
) with (fillfactor = 80);
create index returns_order on returns (order_id, id);
create index returns_by_status on returns (status, id);
