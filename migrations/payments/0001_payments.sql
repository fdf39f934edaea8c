-- The money of one order. A row with the provider 'none' is a tombstone: the order was cancelled before anything was
-- taken, and nothing may be taken any more.
create table payments (
  order_id text primary key,
  id text not null,
  provider text not null,
  status text not null check (status in ('pending', 'captured', 'declined', 'cancelling', 'cancelled')),
  currency text not null,
  amount bigint not null check (amount >= 0),
  -- Whoever can read a token can pay with it; this is enough to recognise it.
  token_digest text,
  charge_id text,
  captured bigint not null default 0,
  refunded bigint not null default 0,
  decline_reason text,
  -- When it was paid, if the caller said so.
  occurred_at timestamptz,
  -- The last time that the provider was about to be asked for the money.
  asked_at timestamptz,
  captured_at timestamptz,
  created_at timestamptz not null default now(),
  check (captured in (0, amount)),
  check (refunded between 0 and captured)
) with (fillfactor = 80);

-- Reserved (pending) before the provider is asked, done when it has given the money back.
create table refunds (
  refund_id text primary key,
  order_id text not null,
  amount bigint not null check (amount >= 0),
  status text not null check (status in ('pending', 'done')),
  occurred_at timestamptz,
  reserved_at timestamptz not null default now(),
  done_at timestamptz
);
create index refunds_order on refunds (order_id);

-- Two legs of each transaction: what one account gives, another one gets. A transaction is named for what it books
-- (a payment, a refund, a credit note), so that the primary key refuses to book the same thing twice.
create table ledger_entries (
  id text primary key,
  transaction_id text not null,
  account text not null,
  debit bigint not null,
  credit bigint not null,
  currency text not null,
  order_id text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check (debit >= 0 and credit >= 0 and (debit = 0) <> (credit = 0))
);
create index ledger_entries_occurred on ledger_entries (currency, occurred_at);

-- Providers' messages by their own ids. One that is open has been received but not yet carried out.
create table webhook_events (
  provider text not null,
  id text not null,
  outcome text not null default 'open' check (outcome in ('open', 'applied', 'ignored', 'refused')),
  body text not null,
  received_at timestamptz not null default now(),
  primary key (provider, id)
);
