-- How goods can be delivered, and what that costs.
create table delivery_options (
  code text primary key,
  title text not null,
  -- [{ amount, currency }], one for each currency
  prices jsonb not null,
  -- ISO 3166-1 alpha-2; empty: everywhere
  countries text[] not null,
  updated_at timestamptz not null default now()
);
