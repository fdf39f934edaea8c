-- One comparison of our books with a provider's. It began behind `…_from` and came to `…_to`, in the provider's books and
-- in ours; a run that is not complete is continued from there.
create table reconciliations (
  id text primary key,
  provider text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null default now(),
  complete boolean not null,
  failure text,
  provider_to text,
  own_to timestamptz(3),
  own_to_order text,
  charges integer not null,
  payments integer not null,
  repaired integer not null,
  open integer not null,
  differences jsonb not null
);
create index reconciliations_started on reconciliations (provider, started_at);

-- What the last look at a charge found and could not repair. A row is gone when its difference is.
create table differences (
  provider text not null,
  charge_key text not null,
  kind text not null,
  detail text not null,
  found_at timestamptz not null default now(),
  checked_at timestamptz not null default now(),
  primary key (provider, charge_key, kind)
);
