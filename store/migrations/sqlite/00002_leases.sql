-- +goose Up

-- Who of several processes has a role that only one may have. term rises with
-- every change of the holder.
create table leases (
  name       text primary key,
  holder     text not null,
  term       integer not null,
  expires_at text not null
);

-- +goose Down
drop table leases;
