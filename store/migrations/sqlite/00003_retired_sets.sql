-- +goose Up

-- Who took a data set away from the bots, and why. Such a set is superseded by
-- none; its bars and the results on it stay.
alter table data_sets add column retired_by text not null default '';
alter table data_sets add column retired_why text not null default '';

-- +goose Down
alter table data_sets drop column retired_why;
alter table data_sets drop column retired_by;
