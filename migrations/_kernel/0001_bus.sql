-- What a module has published. A row is the CloudEvents envelope, in columns.
create table outbox (
  id text primary key,
  type text not null,
  data_version integer not null,
  subject text not null,
  sequence bigint not null,
  time timestamptz not null default now(),
  traceparent text not null,
  correlation_id text not null,
  causation_id text,
  data jsonb not null
);
create index outbox_time on outbox (time);

-- How far each stream has come. A stream is one aggregate's events as one subscriber gets them; the stream with
-- the empty subscriber numbers the aggregate's events themselves. The row's lock, held until commit, is what makes
-- number 1 commit before number 2.
create table streams (
  subject text not null,
  subscriber text not null,
  sequence bigint not null,
  primary key (subject, subscriber)
) with (fillfactor = 80);

-- One row per event and subscribing module, from the commit that published until the subscriber's inbox has it.
create table deliveries (
  event_id text not null,
  subscriber text not null,
  subject text not null,
  sequence bigint not null,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  primary key (event_id, subscriber)
) with (fillfactor = 80);
create index deliveries_due on deliveries (due_at);

-- What a module has received. A row with status done says that the event's effects are in this schema.
create table inbox (
  event_id text primary key,
  source text not null,
  type text not null,
  subject text not null,
  sequence bigint not null,
  status text not null check (status in ('done', 'parked', 'retrying', 'dead', 'discarded')),
  attempts integer not null default 0,
  due_at timestamptz not null default now(),
  envelope jsonb,
  error jsonb,
  received_at timestamptz not null default now(),
  finished_at timestamptz
);
create index inbox_unfinished on inbox (source, subject, sequence) where status in ('parked', 'retrying', 'dead');
create index inbox_due on inbox (due_at) where status = 'retrying';
create index inbox_received on inbox (received_at);

-- How far each stream has been handled here, and how many of its later events wait.
create table inbox_positions (
  source text not null,
  subject text not null,
  sequence bigint not null,
  parked integer not null default 0,
  primary key (source, subject)
) with (fillfactor = 80);
