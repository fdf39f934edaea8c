-- 'authorised': the provider holds the money, and captures take it in parts. 'releasing': it is to let go of the rest.
alter table payments drop constraint payments_status_check;
alter table payments add constraint payments_status_check
  check (status in ('pending', 'authorised', 'releasing', 'captured', 'declined', 'cancelling', 'cancelled'));

-- A provider may charge another amount than it was asked for, and the books say what it did.
alter table payments drop constraint payments_check;
alter table payments
  -- When the money is captured; said as the payment begins, since every repeat has to ask the provider for the same.
  add column captures_at text not null default 'checkout' check (captures_at in ('checkout', 'dispatch')),
  -- Of what was authorised, that which will never be captured.
  add column released bigint not null default 0,
  add column authorised_at timestamptz,
  -- What was asked for. Empty while amount and currency still say that.
  add column asked_amount bigint,
  add column asked_currency text,
  -- The latest change that a provider's books should have too.
  add column changed_at timestamptz(3) not null default now(),
  add constraint payments_captured_check check (captured >= 0 and released >= 0 and captured + released <= amount);
create index payments_changed on payments (changed_at, order_id) where charge_id is not null;

-- Reserved (pending) before the provider is asked, done when it has captured. What was refused is free again.
create table captures (
  capture_id text primary key,
  order_id text not null,
  amount bigint not null check (amount > 0),
  status text not null check (status in ('pending', 'done', 'refused')),
  occurred_at timestamptz,
  reserved_at timestamptz not null default now(),
  done_at timestamptz
);
create index captures_order on captures (order_id);
create index ledger_entries_order on ledger_entries (order_id) where order_id is not null;
