-- A business process: where it stands, who works on it, what it has answered.
create table sagas (
  id text primary key,
  name text not null,
  version integer not null,
  key text not null,
  status text not null check (status in ('running', 'compensating', 'completed', 'failed', 'needs_attention')),
  step integer not null default 0,
  attempts integer not null default 0,
  state jsonb not null,
  failure jsonb,
  outcome json,
  history jsonb not null default '[]',
  context jsonb not null,
  epoch integer not null default 1,
  owner text,
  lease_until timestamptz not null,
  due_at timestamptz not null default now(),
  step_started_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (name, key)
) with (fillfactor = 70);
create index sagas_open on sagas (due_at) where status in ('running', 'compensating');
create index sagas_listed on sagas (created_at, id);
