-- What every report is made of: sums of one day (UTC) in one currency. Each event adds to one row, as the last thing its
-- transaction does, so that two events never wait for each other crosswise and the hot row is held for a commit only.
-- Room is left in each page because a day's row is rewritten with every order of that day.
create table daily_sales (
  day date not null,
  currency text not null,
  orders bigint not null default 0,
  lines bigint not null default 0,
  units bigint not null default 0,
  gross bigint not null default 0,
  refunds bigint not null default 0,
  tax bigint not null default 0,
  delivery bigint not null default 0,
  primary key (currency, day)
) with (fillfactor = 50);

-- Which orders are in the sums, and with what: an order counts once, and the sums can be checked against these rows.
create table recorded_orders (
  order_id text primary key,
  day date not null,
  currency text not null,
  lines integer not null,
  units bigint not null,
  gross bigint not null,
  tax bigint not null,
  delivery bigint not null
);

-- The same for money given back: by a refund, by a cancellation or by a credit note, which is what `id` names.
create table recorded_refunds (
  id text not null,
  cause text not null check (cause in ('refund', 'cancellation', 'credit_note')),
  day date not null,
  currency text not null,
  amount bigint not null,
  primary key (cause, id)
);
