-- Who hears which type of this module's events. It stands here, and not in the code alone, so that a process of an
-- older version stores deliveries for a subscriber that only the newer one knows.
create table subscriptions (
  type text not null,
  subscriber text not null,
  since timestamptz not null default now(),
  -- When a process that knows it was last there. It is given up only when none has been for long.
  seen_at timestamptz not null default now(),
  primary key (type, subscriber)
);
-- Whoever has heard something of this module has heard all of its types that it subscribes to; what is too much here
-- is given up when no process claims it.
insert into subscriptions (type, subscriber)
  select distinct outbox.type, streams.subscriber from outbox cross join streams where streams.subscriber <> '';

-- A delivery that was acknowledged stays as long as its event does, so that it can be opened again for a replay.
alter table deliveries
  add column state text not null default 'open' check (state in ('open', 'acknowledged', 'quarantined')),
  -- Nothing before it in its stream will come any more: the subscriber's position may jump to it.
  add column opens boolean not null default false,
  add column send_failures integer not null default 0,
  add column error jsonb;
drop index deliveries_due;
create index deliveries_due on deliveries (due_at) where state = 'open';
create index deliveries_quarantined on deliveries (created_at) where state = 'quarantined';

-- claimed: an attempt has begun; how it ends is not known yet.
alter table inbox drop constraint inbox_status_check;
alter table inbox add constraint inbox_status_check
  check (status in ('claimed', 'done', 'parked', 'retrying', 'dead', 'discarded'));
alter table inbox add column opens boolean not null default false;
alter table inbox_positions drop column parked;

-- When each schedule has fired last, so that it fires once in a period, whatever the queue does.
create table schedule_firings (
  name text primary key,
  fired_at timestamptz not null default now()
);

-- What the queues' store was called when it was last seen: under another name it may have lost what it held.
create table queue_generation (
  only_row boolean primary key default true check (only_row),
  generation text not null
);

-- What operators did by hand, and why.
create table operator_actions (
  id text primary key,
  at timestamptz not null default now(),
  operator text not null,
  action text not null,
  target text not null,
  note text
);
create index operator_actions_at on operator_actions (at, id);
