-- What is written to buyers. `about` is the id of what a message tells of, an order or a refund: of each thing it is told
-- once, even if its event were handled twice.
create table messages (
  id text primary key,
  kind text not null check (kind in ('order_confirmation', 'order_cancellation', 'refund_notice')),
  about text not null,
  channel text not null default 'email' check (channel in ('email')),
  recipient text not null,
  subject text not null,
  body text not null,
  order_id text not null,
  status text not null default 'recorded' check (status in ('recorded')),
  created_at timestamptz not null default now(),
  constraint messages_once unique (kind, about)
);
create index messages_by_order on messages (order_id, id);

-- To whom the later messages about an order go: only its confirmation names the buyer.
create table recipients (
  order_id text primary key,
  order_number bigint not null,
  email text not null
);
