-- Who may use the admin API. The token itself is nowhere: `token_hash` recognises it.
create table staff_keys (
  id text collate "C" primary key,
  name text not null,
  scopes text[] not null,
  token_hash bytea not null constraint staff_keys_token_hash_unique unique,
  -- Half of what a token is made from, kept for a day, so that a repeated request gets the same token.
  salt text,
  -- Set from the configuration at start, not by staff.
  configured boolean not null default false,
  created_at timestamptz not null default now(),
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text
);
create index staff_keys_configured on staff_keys (name) where configured and revoked_at is null;
create index staff_keys_salted on staff_keys (created_at) where salt is not null;
