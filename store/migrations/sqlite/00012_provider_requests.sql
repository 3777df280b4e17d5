-- +goose Up

-- Every request to a provider and how it ended: what was paid for, and what was
-- free. No address here has a path or a key.
create table provider_requests (
  id          integer primary key autoincrement,
  provider    text not null check (provider in ('databento', 'polygon', 'ironbeam', 'tradovate', 'redis')),
  operation   text not null,               -- the call, e.g. timeseries.get_range
  attempt     integer not null check (attempt >= 1),
  status      integer not null check (status >= 0), -- of HTTP; 0 without an answer, or where no HTTP is spoken
  error_code  text not null default '',    -- what was wrong
  latency_ms  integer not null check (latency_ms >= 0), -- until the answer began
  bytes       integer not null check (bytes >= 0), -- of the answer, as far as it came
  quoted_cost numeric,                     -- dollars for the whole answer; null when no price was asked
  request_id  text not null default '',    -- the provider's name for it
  address     text not null,               -- where it was asked
  at          text not null,               -- when it was asked
  trace_id    text not null default ''     -- of the call, the round or the command that asked
);
create index provider_requests_old on provider_requests (at) where quoted_cost is null;

-- +goose Down
drop table provider_requests;
