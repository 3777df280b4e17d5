-- +goose Up

-- The reasons of a tick account for every bot that it holds.
-- +goose StatementBegin
create function planner_tick_adds_up() returns trigger language plpgsql as
$$ begin
  if new.error = '' and new.bots_held <>
      (select coalesce(sum(value::numeric), 0) from json_each_text(new.held_by_reason::json)) then
    raise exception 'the reasons of a tick do not add up to bots_held';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger planner_ticks_add_up before insert or update on planner_ticks
  for each row execute function planner_tick_adds_up();

-- +goose Down
drop trigger planner_ticks_add_up on planner_ticks;
drop function planner_tick_adds_up();
