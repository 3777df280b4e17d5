-- +goose Up

-- What operators did. Each row's hash covers its own content and the hash of
-- the row before it; docs/operations.md says how to compute it again. The time
-- is text on every database, because the hash is over text.
create table audit_log (
  id            integer primary key,     -- from 1, without a gap
  at            text not null,
  actor         text not null,
  action        text not null,
  scope         text not null,
  reason        text not null,
  detail        text not null,           -- JSON: what it was before and after
  previous_hash text not null,           -- '' in the first row
  hash          text not null
);
-- audit: the newest row of audit_log, and the lock of the chain.
insert into counters (name, value) values ('audit', 0);

-- +goose StatementBegin
create trigger audit_log_keeps before update on audit_log
begin select raise(abort, 'audit_log is append-only'); end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger audit_log_stays before delete on audit_log
begin select raise(abort, 'audit_log is append-only'); end;
-- +goose StatementEnd

-- What a verification of the chain and of the invariants found.
create table audits (
  id          integer primary key autoincrement,
  started_at  text not null,
  finished_at text not null,
  verdict     text not null check (verdict in ('PASS', 'FAIL')),
  chain_rows  integer not null,          -- rows of audit_log it went through …
  chain_head  text not null,             -- … and the hash of the last one
  checked     integer not null,
  failed      integer not null,
  findings    text not null              -- JSON: what does not hold
);

create index bot_instances_at_work on bot_instances (bot_id) where status <> 'STOPPED';

-- +goose Down
drop index bot_instances_at_work;
drop table audits;
drop table audit_log;
delete from counters where name = 'audit';
