-- Allocated goods leave with a dispatch, and some of them come back. `shipped` takes from what is on hand and
-- allocated, `unshipped` puts both back; `returned` adds to what is on hand, `written_off` takes from it.
alter table ledger_entries drop constraint ledger_entries_kind_check;
alter table ledger_entries add constraint ledger_entries_kind_check check (
  kind in ('received', 'reserved', 'released', 'expired', 'allocated', 'deallocated',
           'shipped', 'unshipped', 'returned', 'written_off'));

-- What left with one dispatch and from where, so that it can be put back where it lay. One that is undone without lines
-- was given up before its goods had left, and must not take them later.
create table shipped_goods (
  dispatch_id text primary key,
  order_id text not null,
  status text not null check (status in ('shipped', 'undone')),
  -- [{ sku, location, quantity }], at most one for each SKU and location
  lines jsonb not null,
  shipped_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
) with (fillfactor = 80);
create index shipped_goods_order on shipped_goods (order_id);

-- What came back with one return.
create table returned_goods (
  return_id text primary key,
  order_id text not null,
  location text not null,
  -- [{ sku, quantity, disposition }]
  lines jsonb not null,
  received_at timestamptz not null default now()
);
create index returned_goods_order on returned_goods (order_id);
