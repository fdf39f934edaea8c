-- A cart is one row: its lines are few, always read together, and change only with it.
create table carts (
  id text primary key,
  version integer not null default 1,
  status text not null default 'open' check (status in ('open', 'completing', 'completed')),
  currency text not null,
  email text,
  lines jsonb not null,
  shipping_address jsonb,
  delivery_option text,
  coupon text,
  totals jsonb not null,
  order_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) with (fillfactor = 80);

create sequence order_numbers start 1001;
create table orders (
  id text primary key,
  number bigint not null unique default nextval('order_numbers'),
  version integer not null default 1,
  status text not null default 'pending'
    check (status in ('pending', 'confirmed', 'rejected', 'cancelled', 'partly_shipped', 'shipped', 'delivered')),
  currency text not null,
  email text,
  -- Rejecting the order reopens this cart, confirming it closes it.
  cart_id text,
  lines jsonb not null,
  shipping_address jsonb,
  delivery_option text,
  totals jsonb not null,
  total bigint not null check (total >= 0),
  refunded bigint not null default 0,
  reference text,
  rejection text,
  placed_at timestamptz(3) not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (refunded >= 0 and refunded <= total)
) with (fillfactor = 80);
-- A rejected order gives its reference back.
create unique index orders_reference on orders (reference) where status <> 'rejected';
create index orders_placed on orders (placed_at, id);
create index orders_email on orders (lower(email), placed_at, id);

create table refunds (
  id text primary key,
  order_id text not null references orders (id),
  status text not null default 'pending' check (status in ('pending', 'done', 'abandoned')),
  amount bigint not null check (amount > 0),
  currency text not null,
  lines jsonb not null,
  reason text not null,
  reference text,
  refunded_at timestamptz(3) not null default now(),
  created_at timestamptz not null default now()
);
create index refunds_order on refunds (order_id);
create unique index refunds_reference on refunds (reference) where status <> 'abandoned';

create sequence credit_note_numbers start 1001;
create table credit_notes (
  id text primary key,
  number bigint not null unique default nextval('credit_note_numbers'),
  status text not null default 'pending' check (status in ('pending', 'issued')),
  reference text not null,
  currency text not null,
  lines jsonb not null,
  total bigint not null,
  reason text not null,
  issued_at timestamptz(3) not null default now(),
  created_at timestamptz not null default now()
);
create unique index credit_notes_reference on credit_notes (reference);
