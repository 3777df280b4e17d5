-- +goose Up

-- What operators did. Each row's hash covers its own content and the hash of
-- the row before it; docs/operations.md says how to compute it again. The time
-- is text on every database, because the hash is over text.
create table audit_log (
  id            bigint primary key,      -- from 1, without a gap
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
create function audit_log_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'audit_log is append-only'; end $$;
-- +goose StatementEnd
create trigger audit_log_keeps before update or delete on audit_log
  for each row execute function audit_log_is_append_only();
create trigger audit_log_stays before truncate on audit_log
  for each statement execute function audit_log_is_append_only();

-- What a verification of the chain and of the invariants found.
create table audits (
  id          bigint generated always as identity primary key,
  started_at  timestamptz not null,
  finished_at timestamptz not null,
  verdict     text not null check (verdict in ('PASS', 'FAIL')),
  chain_rows  bigint not null,           -- rows of audit_log it went through …
  chain_head  text not null,             -- … and the hash of the last one
  checked     bigint not null,
  failed      bigint not null,
  findings    text not null              -- JSON: what does not hold
);

create index bot_instances_at_work on bot_instances (bot_id) where status <> 'STOPPED';

-- +goose Down
drop index bot_instances_at_work;
drop table audits;
drop table audit_log;
drop function audit_log_is_append_only;
delete from counters where name = 'audit';
