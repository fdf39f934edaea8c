-- When a merchant wants to hear that a SKU runs low; a SKU without a row is never announced. `is_low` remembers that
-- it was, so that it is announced again only after it has risen above the threshold.
create table stock_thresholds (
  sku text primary key,
  threshold bigint not null check (threshold >= 0),
  is_low boolean not null default false,
  changed_at timestamptz not null default now()
) with (fillfactor = 80);
