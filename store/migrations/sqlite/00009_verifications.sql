-- +goose Up

-- Every verification of a provider, each the outcome of one real round trip.
create table provider_verifications (
  id         integer primary key autoincrement,
  provider   text not null check (provider in ('databento', 'polygon', 'ironbeam', 'tradovate', 'redis')),
  probe      text not null,
  outcome    text not null check (outcome in ('PASS', 'DEGRADED', 'FAIL')),
  code       text not null default '',     -- why it did not pass
  detail     text not null default '',     -- the provider's own words, without secrets
  latency_ms integer not null check (latency_ms >= 0),
  address    text not null,                -- where it was asked, without secrets
  at         text not null,                -- when it ended
  trace_id   text not null,                -- of the call or the round that asked
  check ((outcome = 'PASS') = (code = ''))
);
create index provider_verifications_newest on provider_verifications (provider, probe, id);

-- When a loop that looks for trouble last said that it looks.
create table detector_beats (
  detector text primary key,
  beat_at  text not null
);

-- readiness: rises with every verification.
insert into counters (name, value) values ('readiness', 0);

-- Which tick, call or round something came of; the log has the same word.
alter table planner_ticks add column trace_id text not null default '';
alter table bot_jobs add column trace_id text not null default '';
alter table backtest_sessions add column trace_id text not null default '';

-- +goose Down
alter table backtest_sessions drop column trace_id;
alter table bot_jobs drop column trace_id;
alter table planner_ticks drop column trace_id;
delete from counters where name = 'readiness';
drop table detector_beats;
drop table provider_verifications;
