-- +goose Up

-- What a tick was decided from: the rules' version, the hashes of its input
-- and of its plan, the time it was made for, and the newest snapshot before it.
alter table planner_ticks add column plan_version integer not null default 0;
alter table planner_ticks add column decided_at text;
alter table planner_ticks add column input_hash text not null default '';
alter table planner_ticks add column plan_hash text not null default '';
alter table planner_ticks add column snapshot_id integer;
-- Changes of bots that were found without a new revision. Each is a mistake.
alter table planner_ticks add column changes_missed integer not null default 0;
create index planner_ticks_missed on planner_ticks (started_at) where changes_missed > 0;
create index planner_ticks_planned on planner_ticks (id) where snapshot_id is not null;

-- A snapshot is complete, or holds what changed since the one before it and
-- names the complete one it goes back to. Content is JSON lines under zstd.
create table planner_snapshots (
  id         integer primary key autoincrement,
  base_id    integer,
  created_at text not null,
  content    blob not null
);
create index planner_snapshots_of_base on planner_snapshots (base_id, id);
create index planner_snapshots_complete on planner_snapshots (id) where base_id is null;

-- Who watches the planner, and what it saw last.
create table watchdog (
  id            integer primary key check (id = 1),
  holder        text not null,
  beat_at       text not null,
  stalled_since text
);

-- data: rises with every change of the data sets that bots are tested on.
insert into counters (name, value) values ('data', 0);

create index bot_jobs_searches on bot_jobs (bot_id, job_type, id) where job_type in ('IMPROVE', 'EVOLVE');

-- +goose Down
drop index bot_jobs_searches;
delete from counters where name = 'data';
drop table watchdog;
drop table planner_snapshots;
drop index planner_ticks_planned;
drop index planner_ticks_missed;
alter table planner_ticks drop column changes_missed;
alter table planner_ticks drop column snapshot_id;
alter table planner_ticks drop column plan_hash;
alter table planner_ticks drop column input_hash;
alter table planner_ticks drop column decided_at;
alter table planner_ticks drop column plan_version;
