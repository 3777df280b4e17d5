-- +goose Up

-- The reasons of a tick account for every bot that it holds.
-- +goose StatementBegin
create trigger planner_ticks_add_up before insert on planner_ticks
when new.error = '' and new.bots_held <> (select coalesce(sum(value), 0) from json_each(new.held_by_reason))
begin select raise(abort, 'the reasons of a tick do not add up to bots_held'); end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger planner_ticks_still_add_up before update on planner_ticks
when new.error = '' and new.bots_held <> (select coalesce(sum(value), 0) from json_each(new.held_by_reason))
begin select raise(abort, 'the reasons of a tick do not add up to bots_held'); end;
-- +goose StatementEnd

-- +goose Down
drop trigger planner_ticks_still_add_up;
drop trigger planner_ticks_add_up;
