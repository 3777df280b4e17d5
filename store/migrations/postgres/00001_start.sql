-- +goose Up

-- The same tables and columns as on SQLite, where times are text. Money is in
-- dollars. JSON is text. Ids and names sort by their bytes, as on SQLite.

create table counters (
  name  text collate "C" primary key,
  value bigint not null
);
-- revision: the clock of everything shown about a bot.
-- planning: rises when the planner has a reason to look at once.
insert into counters (name, value) values ('revision', 0), ('planning', 0);

create table autonomy (
  id            bigint primary key check (id = 1),
  paused_at     timestamptz,
  paused_reason text not null default ''
);
insert into autonomy (id) values (1);

create table bots (
  id                 text collate "C" primary key,
  name               text collate "C" not null,
  symbol             text collate "C" not null,
  stage              text not null check (stage in ('LAB', 'PAPER', 'SHADOW', 'CANARY', 'LIVE')),
  stage_since        timestamptz not null,
  stage_reason_code  text not null,
  stage_reset_at     timestamptz,               -- last time it was put back to LAB
  promotion_mode     text not null check (promotion_mode in ('MANUAL', 'AUTO')),
  stage_locked_until timestamptz,
  generation         bigint not null check (generation >= 1),
  version_id         bigint,
  capital            numeric not null,
  metrics_reset_at   timestamptz,
  paused_at          timestamptz,
  paused_reason      text not null default '',
  created_at         timestamptz not null,
  revision           bigint not null
);
create index bots_by_revision on bots (revision);
create index bots_by_name on bots (name, id);

create table strategy_versions (
  id               bigint generated always as identity primary key,
  bot_id           text collate "C" not null references bots (id),
  generation       bigint not null,
  parent_id        bigint references strategy_versions (id),
  hash             text not null,
  source           text not null,        -- canonical text of the strategy
  symbol           text collate "C" not null,
  interval_seconds bigint not null,
  origin           text not null,
  created_at       timestamptz not null
);
alter table bots add foreign key (version_id) references strategy_versions (id);
create index strategy_versions_of_bot on strategy_versions (bot_id, id);

-- The public columns come first, in the order the documented queries read them.
create table bot_jobs (
  id                  bigint generated always as identity primary key,
  bot_id              text collate "C" not null references bots (id),
  job_type            text not null check (job_type in ('BASELINE_BACKTEST', 'REFRESH_BACKTEST', 'IMPROVE', 'EVOLVE')),
  status              text not null check (status in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  attempt             bigint not null default 0,
  iteration           bigint not null default 0,
  created_at          timestamptz not null,
  started_at          timestamptz,
  completed_at        timestamptz,
  class               text not null check (class in ('BACKTEST', 'IMPROVE')),
  priority            bigint not null default 0,
  max_attempts        bigint not null check (max_attempts >= 1),
  lease_seq           bigint not null default 0,
  worker_id           text not null default '',
  heartbeat_at        timestamptz,
  admitted_at         timestamptz,
  ticket_id           bigint,
  cancel_requested_at timestamptz,
  progress            double precision not null default 0,
  error               text not null default '',
  reason_code         text not null,     -- why the planner asked for it
  not_before          timestamptz,              -- a retry waits until then
  check (status <> 'RUNNING' or (started_at is not null and heartbeat_at is not null)),
  check ((completed_at is null) = (status in ('QUEUED', 'RUNNING')))
);
create unique index bot_jobs_one_active on bot_jobs (bot_id) where status in ('QUEUED', 'RUNNING');
create index bot_jobs_admitted on bot_jobs (class) where admitted_at is not null and status in ('QUEUED', 'RUNNING');
create index bot_jobs_waiting on bot_jobs (class, priority, id) where admitted_at is null and status = 'QUEUED';
create index bot_jobs_startable on bot_jobs (priority, id) where admitted_at is not null and status = 'QUEUED';
create index bot_jobs_beating on bot_jobs (heartbeat_at) where status = 'RUNNING';
create index bot_jobs_of_bot on bot_jobs (bot_id, id);
create index bot_jobs_failed on bot_jobs (bot_id, id) where status = 'FAILED';
create index bot_jobs_by_status on bot_jobs (status, job_type);

create table job_attempts (
  id         bigint generated always as identity primary key,
  job_id     bigint not null references bot_jobs (id),
  attempt    bigint not null,
  lease_seq  bigint not null,
  worker_id  text not null,
  started_at timestamptz not null,
  ended_at   timestamptz,
  outcome    text not null default '',
  error      text not null default '',
  unique (job_id, lease_seq)
);

create table job_caps (
  id                    bigint primary key check (id = 1),
  epoch                 bigint not null,
  max_backtests_running bigint not null check (max_backtests_running >= 1),
  max_improve_running   bigint not null check (max_improve_running >= 1),
  max_total_jobs        bigint not null check (max_total_jobs >= 1)
);
insert into job_caps values (1, 0, 1, 1, 10000);

create table bot_instances (
  id                bigint generated always as identity primary key,
  bot_id            text collate "C" not null references bots (id),
  status            text not null check (status in ('STARTING', 'RUNNING', 'PAUSED', 'STOPPED')),
  last_heartbeat_at timestamptz,
  updated_at        timestamptz not null,
  created_at        timestamptz not null
);
create index bot_instances_of_bot on bot_instances (bot_id, updated_at);

create table data_sets (
  id               bigint generated always as identity primary key,
  name             text collate "C" not null,
  root             text collate "C" not null,
  interval_seconds bigint not null check (interval_seconds > 0),
  provider         text not null,
  sim_data         boolean not null,
  fingerprint      text not null,
  first_bar        timestamptz not null,
  last_bar         timestamptz not null,
  session_closed   timestamptz,                 -- close of the last exchange session it holds
  bar_count        bigint not null,
  verdict          text not null check (verdict in ('PASS', 'REFUSED')),
  refusal          text not null default '',
  report           text not null,
  created_at       timestamptz not null,
  superseded_at    timestamptz,
  accepted_at      timestamptz,
  accepted_by      text not null default '',
  accepted_why     text not null default ''
);
create unique index data_sets_current on data_sets (name) where superseded_at is null;

create table backtest_sessions (
  id             bigint generated always as identity primary key,
  bot_id         text collate "C" not null references bots (id),
  status         text not null check (status in ('COMPLETED')),
  completed_at   timestamptz not null,
  total_trades   bigint not null,
  net_pnl        numeric not null,
  created_at     timestamptz not null,
  job_id         bigint not null references bot_jobs (id),
  job_created_at timestamptz not null,
  kind           text not null,
  version_id     bigint not null references strategy_versions (id),
  generation     bigint not null,
  max_drawdown   numeric not null,
  sharpe         double precision,
  win_rate       double precision,
  sim_data       boolean not null,
  data_set_id    bigint not null references data_sets (id),
  data_set       text collate "C" not null,
  fingerprint    text not null,
  provider       text not null,
  symbol         text collate "C" not null,
  data_root      text not null,
  interval_seconds bigint not null,
  tick_size      text not null,
  multiplier     text not null,
  first_bar      timestamptz not null,
  last_bar       timestamptz not null,
  bar_count      bigint not null,
  strategy_hash  text not null,
  rule_hash      text not null,
  cost_model     text not null,
  engine_version text not null,
  seed           bigint not null,
  result_hash    text not null,
  open_pnl       numeric not null,       -- of net_pnl: the mark of the position still open at the last bar
  metrics        text not null,
  equity_points  text not null           -- at most 32 points for the row's sparkline
);
-- A job that ended twice would need two sessions.
create unique index backtest_sessions_of_job on backtest_sessions (job_id);
create index backtest_sessions_of_bot on backtest_sessions (bot_id, version_id, data_set, id);
create index backtest_sessions_newest on backtest_sessions (bot_id, id);

create table session_checks (
  session_id bigint not null references backtest_sessions (id),
  name       text collate "C" not null,
  outcome    text not null check (outcome in ('PASS', 'FAIL', 'INCONCLUSIVE')),
  detail     text not null,
  primary key (session_id, name)
);

create table backtest_trades (
  session_id  bigint not null references backtest_sessions (id),
  n           bigint not null,          -- from 1
  side        text not null,
  qty         bigint not null,
  contract    text not null,
  entry_at    timestamptz not null,             -- start of the bar it filled in
  exit_at     timestamptz not null,
  entry_ticks bigint not null,
  exit_ticks  bigint not null,
  entry_why   text not null,
  exit_why    text not null,
  from_roll   boolean not null,
  risk        numeric not null,
  gross       numeric not null,
  fees        numeric not null,
  net         numeric not null,
  ambiguous   boolean not null,
  primary key (session_id, n)
);

create table backtest_equity (
  session_id bigint not null references backtest_sessions (id),
  trade_date text collate "C" not null,
  pnl        numeric not null,           -- the day's change
  equity     numeric not null,           -- capital plus everything up to the day's close
  primary key (session_id, trade_date)
);

create table bot_stage_events (
  id          bigint generated always as identity primary key,
  bot_id      text collate "C" not null references bots (id),
  from_stage  text not null,
  to_stage    text not null,
  reason_code text not null,
  created_at  timestamptz not null
);
create index bot_stage_events_of_bot on bot_stage_events (bot_id, id);

create table planner_ticks (
  id             bigint generated always as identity primary key,
  started_at     timestamptz not null,
  finished_at    timestamptz,
  bots_evaluated bigint not null,
  jobs_enqueued  bigint not null,
  bots_held      bigint not null,
  held_by_reason text not null,
  error          text not null default '',
  check (error <> '' or bots_evaluated = jobs_enqueued + bots_held)
);

create table bot_plans (
  bot_id      text collate "C" primary key references bots (id),
  reason_code text not null,
  detail      text not null,
  next_action text not null,
  next_due_at timestamptz,
  next_reason text not null,
  updated_at  timestamptz not null
);

-- +goose Down
drop table bot_plans;
drop table planner_ticks;
drop table bot_stage_events;
drop table backtest_equity;
drop table backtest_trades;
drop table session_checks;
drop table backtest_sessions;
drop table data_sets;
drop table bot_instances;
drop table job_caps;
drop table job_attempts;
drop table bot_jobs;
alter table bots drop constraint bots_version_id_fkey;
drop table strategy_versions;
drop table bots;
drop table autonomy;
drop table counters;
