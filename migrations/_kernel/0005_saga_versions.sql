-- parked: begun by code of a version that no process here knows. It waits for one that does.
alter table sagas drop constraint sagas_status_check;
alter table sagas add constraint sagas_status_check
  check (status in ('running', 'compensating', 'parked', 'completed', 'failed', 'needs_attention'));
drop index sagas_open;
create index sagas_open on sagas (due_at) where status in ('running', 'compensating', 'parked');

-- How many owners in a row have died at it without getting any further. A saga that is asleep has no owner.
alter table sagas add column deaths integer not null default 0;
