-- +goose Up

-- Every move between stages and every tick names the hash of the one before
-- it, as audit_log does. seq is the place in the chain, from 1 without a gap;
-- of a tick from before the chain it is null.
alter table bot_stage_events add column seq bigint;
alter table bot_stage_events add column previous_hash text not null default '';
alter table bot_stage_events add column hash text not null default '';
create unique index bot_stage_events_chain on bot_stage_events (seq);

alter table planner_snapshots add column hash text not null default ''; -- of content
alter table planner_ticks add column snapshot_hash text not null default '';
alter table planner_ticks add column seq bigint;
alter table planner_ticks add column previous_hash text not null default '';
alter table planner_ticks add column hash text not null default '';
create unique index planner_ticks_chain on planner_ticks (seq);

-- stage_events and ticks: the newest rows of the chains, and their locks; -1
-- until Assay has chained the events that are there already. What is forgotten
-- by age is remembered, so that nothing else can be missing.
insert into counters (name, value) values ('stage_events', -1), ('ticks', 0), ('ticks_forgotten', 0);
insert into counters (name, value) select 'snapshots_forgotten', coalesce(min(id) - 1, 0) from planner_snapshots;

-- What an audit saw at the end of the two chains.
alter table audits add column stage_rows bigint not null default 0;
alter table audits add column stage_head text not null default '';
alter table audits add column tick_rows bigint not null default 0;
alter table audits add column tick_head text not null default '';

-- +goose Down
alter table audits drop column tick_head;
alter table audits drop column tick_rows;
alter table audits drop column stage_head;
alter table audits drop column stage_rows;
delete from counters where name in ('stage_events', 'ticks', 'ticks_forgotten', 'snapshots_forgotten');
drop index planner_ticks_chain;
alter table planner_ticks drop column hash;
alter table planner_ticks drop column previous_hash;
alter table planner_ticks drop column seq;
alter table planner_ticks drop column snapshot_hash;
alter table planner_snapshots drop column hash;
drop index bot_stage_events_chain;
alter table bot_stage_events drop column hash;
alter table bot_stage_events drop column previous_hash;
alter table bot_stage_events drop column seq;
