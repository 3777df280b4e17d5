package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assay"
)

// Verdict is what the quality check says of a data set.
type Verdict string

// A refused set is used for bots only once a person has accepted it by name.
const (
	VerdictPass    Verdict = "PASS"
	VerdictRefused Verdict = "REFUSED"
)

// DataSet is one version of a named set of bars. The bars themselves lie in
// package history under the fingerprint.
type DataSet struct {
	ID            int64
	Name          string // e.g. "ES-5m"
	Root          string // symbol whose prices these are, e.g. "ES"
	Interval      time.Duration
	Provider      string // e.g. "csv", "simulated"
	Sim           bool   // synthetic
	Fingerprint   string
	FirstBar      time.Time // start of the first bar
	LastBar       time.Time // start of the last bar
	SessionClosed time.Time // close of the last exchange session it holds; zero when it holds none
	Bars          int
	Verdict       Verdict
	Refusal       string          // why it is refused, in one sentence; "" when it passes
	Report        json.RawMessage // the whole quality report
	CreatedAt     time.Time
	SupersededAt  time.Time // zero: current
	AcceptedAt    time.Time // zero: not accepted
	AcceptedBy    string
	AcceptedWhy   string
}

// Usable says whether bots may be tested on the set.
func (d DataSet) Usable() bool { return d.Verdict == VerdictPass || !d.AcceptedAt.IsZero() }

const dataSetColumns = `id, name, root, interval_seconds, provider, sim_data, fingerprint, first_bar, last_bar,
	session_closed, bar_count, verdict, refusal, report, created_at, superseded_at, accepted_at, accepted_by, accepted_why`

func scanDataSet(s scanner) (d DataSet, err error) {
	err = s.Scan(&d.ID, &d.Name, &d.Root, secondsInto(&d.Interval), &d.Provider, &d.Sim, &d.Fingerprint,
		timeInto(&d.FirstBar), timeInto(&d.LastBar), timeInto(&d.SessionClosed), &d.Bars, &d.Verdict, &d.Refusal,
		jsonInto(&d.Report), timeInto(&d.CreatedAt), timeInto(&d.SupersededAt), timeInto(&d.AcceptedAt),
		&d.AcceptedBy, &d.AcceptedWhy)
	return d, err
}

// SaveDataSet makes d the current version of its name and wakes the planner.
// The same bars with the same verdict change nothing but the report, if that is
// another. An acceptance is for the bars it was
// given for and does not pass to new ones.
func (db *DB) SaveDataSet(ctx context.Context, d DataSet) (saved DataSet, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		current, err := tx.DataSet(ctx, d.Name)
		if err == nil && current.Fingerprint == d.Fingerprint && current.Verdict == d.Verdict {
			saved, err = tx.refreshReport(ctx, current, d)
			return err
		}
		if err != nil && assay.KindOf(err) != assay.NotFound {
			return err
		}
		_, err = tx.exec(ctx, `update data_sets set superseded_at = {now} where name = $1 and superseded_at is null`, d.Name)
		if err != nil {
			return fmt.Errorf("supersede data set %s: %w", d.Name, err)
		}
		saved, err = scanDataSet(tx.returning(ctx, `insert into data_sets (name, root, interval_seconds, provider, sim_data,
				fingerprint, first_bar, last_bar, session_closed, bar_count, verdict, refusal, report, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, {now}) returning `+dataSetColumns,
			d.Name, d.Root, int64(d.Interval/time.Second), d.Provider, d.Sim, d.Fingerprint, Time{d.FirstBar}, Time{d.LastBar},
			Time{d.SessionClosed}, d.Bars, d.Verdict, d.Refusal, jsonText{d.Report}))
		if err != nil {
			return fmt.Errorf("save data set %s: %w", d.Name, err)
		}
		if err := tx.dataChanged(ctx); err != nil || d.Sim {
			return err // simulated bars are the planner's doing
		}
		_, err = tx.Audit(ctx, Act{
			Actor: Operator, Action: "import-data", Scope: d.Name,
			Detail: map[string]any{"before": current.Fingerprint, "after": saved.Fingerprint, "verdict": saved.Verdict},
		})
		return err
	})
	return saved, err
}

// refreshReport keeps what a later check says of bars on which its verdict is
// the old one.
func (db *DB) refreshReport(ctx context.Context, current, d DataSet) (DataSet, error) {
	if current.Refusal == d.Refusal && string(current.Report) == string(d.Report) {
		return current, nil
	}
	_, err := db.exec(ctx, `update data_sets set refusal = $2, report = $3 where id = $1`, current.ID, d.Refusal, jsonText{d.Report})
	if err != nil {
		return current, fmt.Errorf("refresh the report of %s: %w", d.Name, err)
	}
	return db.DataSetVersion(ctx, current.ID)
}

// DataSet returns the current version of a named set; an unknown name is
// NotFound.
func (db *DB) DataSet(ctx context.Context, name string) (DataSet, error) {
	return db.dataSet(ctx, name, `name = $1 and superseded_at is null`, name)
}

// DataSetVersion returns one version of a set by its id, superseded or not.
func (db *DB) DataSetVersion(ctx context.Context, id int64) (DataSet, error) {
	return db.dataSet(ctx, fmt.Sprintf("number %d", id), `id = $1`, id)
}

func (db *DB) dataSet(ctx context.Context, what, where string, arg any) (DataSet, error) {
	d, err := scanDataSet(db.row(ctx, `select `+dataSetColumns+` from data_sets where `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return d, assay.Errorf(assay.NotFound, "see assay data ls", "there is no data set %s", what)
	}
	if err != nil {
		return d, fmt.Errorf("read data set %s: %w", what, err)
	}
	return d, nil
}

// DataSets returns the current data sets by name.
func (db *DB) DataSets(ctx context.Context) ([]DataSet, error) {
	return collect(ctx, db, "data sets", scanDataSet,
		`select `+dataSetColumns+` from data_sets where superseded_at is null order by name`)
}

// AcceptDataSet stores that a person accepts a refused set, who and why.
func (db *DB) AcceptDataSet(ctx context.Context, name, by, why string) (accepted DataSet, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		d, err := tx.DataSet(ctx, name)
		if err != nil {
			return err
		}
		if d.Usable() {
			return assay.Errorf(assay.Conflict, "nothing needs to be done", "the data set %s is usable already", name)
		}
		_, err = tx.exec(ctx, `update data_sets set accepted_at = {now}, accepted_by = $2, accepted_why = $3 where id = $1`,
			d.ID, by, why)
		if err != nil {
			return fmt.Errorf("accept data set %s: %w", name, err)
		}
		if err := tx.dataChanged(ctx); err != nil {
			return err
		}
		_, err = tx.Audit(ctx, Act{
			Actor: by, Action: "accept-data", Scope: name, Reason: why,
			Detail: map[string]any{"fingerprint": d.Fingerprint, "refused_because": d.Refusal},
		})
		if err != nil {
			return err
		}
		accepted, err = tx.DataSet(ctx, name)
		return err
	})
	return accepted, err
}

// RetireDataSet takes the current version of a set away from the bots and
// stores who did it and why. Its bars and the results on it stay, and the same
// name can be imported again.
func (db *DB) RetireDataSet(ctx context.Context, name, by, why string) error {
	return db.InTx(ctx, func(tx *DB) error {
		d, err := tx.DataSet(ctx, name)
		if err != nil {
			return err
		}
		if d.Sim {
			return assay.Errorf(assay.Conflict, "forbid simulated data with assay serve --no-sim-data",
				"%s holds simulated bars, which are kept as long as bots need them", name)
		}
		_, err = tx.exec(ctx, `update data_sets set superseded_at = {now}, retired_by = $2, retired_why = $3 where id = $1`,
			d.ID, by, why)
		if err != nil {
			return fmt.Errorf("retire data set %s: %w", name, err)
		}
		if err := tx.dataChanged(ctx); err != nil {
			return err
		}
		_, err = tx.Audit(ctx, Act{
			Actor: by, Action: "retire-data", Scope: name, Reason: why, Detail: map[string]any{"fingerprint": d.Fingerprint},
		})
		return err
	})
}
