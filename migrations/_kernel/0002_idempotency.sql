-- A caller's key, claimed in the transaction of the effect. The answer stands here, or with the saga that gives it.
create table idempotency_keys (
  scope text not null,
  key text not null,
  request_hash text not null,
  saga_id text,
  failed boolean not null default false,
  answer json,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);
