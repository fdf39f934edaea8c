-- Where stock lies. Orders are served from the lowest priority first.
create table locations (
  code text primary key,
  priority integer not null default 100
);
insert into locations (code, priority) values ('main', 0);

-- What is there and whose it is. No counted column is indexed, so that every update stays on its page (HOT).
create table stock_items (
  sku text not null,
  location text not null references locations (code),
  on_hand bigint not null default 0,
  reserved bigint not null default 0,
  allocated bigint not null default 0,
  primary key (sku, location),
  constraint stock_items_never_oversold
    check (on_hand >= 0 and reserved >= 0 and allocated >= 0 and reserved + allocated <= on_hand)
) with (fillfactor = 50);

-- One per order, for good: a row with status released also stands for an order that came too late.
create table reservations (
  order_id text primary key,
  id text not null,
  status text not null check (status in ('reserved', 'allocated', 'released', 'expired')),
  -- [{ sku, location, quantity }], at most one for each SKU and location
  lines jsonb not null,
  expires_at timestamptz not null,
  -- When the order was placed, where that was not just now.
  occurred_at timestamptz,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
) with (fillfactor = 80);
create index reservations_expiring on reservations (expires_at) where status = 'reserved';

-- Every change of stock_items, never changed itself. The quantity is positive, the kind says what it did.
create table ledger_entries (
  id bigint generated always as identity primary key,
  sku text not null,
  location text not null,
  kind text not null check (kind in ('received', 'reserved', 'released', 'expired', 'allocated', 'deallocated')),
  quantity bigint not null check (quantity > 0),
  reference text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now()
);
create index ledger_entries_sku on ledger_entries (sku, id);
create index ledger_entries_occurred on ledger_entries (occurred_at);

-- Goods that came in.
create table receipts (
  id text primary key,
  reference text not null unique,
  -- The caller and its idempotency key, where it sent one.
  request_key text unique,
  location text not null,
  lines jsonb not null,
  received_at timestamptz not null default now()
);
