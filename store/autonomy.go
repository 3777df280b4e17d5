package store

import (
	"context"
	"fmt"
	"time"

	"assay/plan"
)

// AutonomyFacts is what shows whether the laboratory works by itself.
type AutonomyFacts struct {
	Now           time.Time
	Paused        Autonomy
	LastTick      Tick      // zero: none yet
	PlannedAt     time.Time // end of the last tick that came to a plan; zero: none did
	LastGoodAt    time.Time // end of the last tick without an error
	FailedInARow  int       // ticks with an error since then
	WatchedAt     time.Time // the watchdog's last beat; zero: it never ran
	WatchedBy     string
	StalledSince  time.Time // end of the last tick before the watchdog found the planner stalled; zero: it did not
	ChangesMissed int       // in the last day; each is a mistake of ours
}

// Signs are the facts that decide whether the planner lives. A tick that failed
// leaves a row and has finished nothing.
func (f AutonomyFacts) Signs() plan.Signs {
	return plan.Signs{Now: f.Now, TickedAt: f.PlannedAt, WatchedAt: f.WatchedAt}
}

// AutonomyFacts returns them, from one snapshot.
func (db *DB) AutonomyFacts(ctx context.Context) (f AutonomyFacts, err error) {
	err = db.View(ctx, func(tx *DB) error {
		f.Now = tx.Now()
		if f.Paused, err = tx.Autonomy(ctx); err != nil {
			return err
		}
		ticks, err := tx.Ticks(ctx, 1)
		if err != nil {
			return err
		}
		if len(ticks) > 0 {
			f.LastTick = ticks[0]
		}
		return tx.autonomyFacts(ctx, &f)
	})
	return f, err
}

func (db *DB) autonomyFacts(ctx context.Context, f *AutonomyFacts) error {
	err := db.row(ctx, `with good as (select id, finished_at from planner_ticks where error = '' order by id desc limit 1)
		select (select finished_at from good),
			(select finished_at from planner_ticks where error = '' or plan_hash <> '' order by id desc limit 1),
			(select count(*) from planner_ticks t where t.id > coalesce((select id from good), 0)),
			(select coalesce(sum(changes_missed), 0) from planner_ticks t
				where t.changes_missed > 0 and t.started_at >= {now+$1}),
			coalesce((select holder from watchdog), ''), (select beat_at from watchdog), (select stalled_since from watchdog)`,
		interval(-24*time.Hour)).Scan(timeInto(&f.LastGoodAt), timeInto(&f.PlannedAt), &f.FailedInARow, &f.ChangesMissed,
		&f.WatchedBy, timeInto(&f.WatchedAt), timeInto(&f.StalledSince))
	if err != nil {
		return fmt.Errorf("read the signs of the planner: %w", err)
	}
	return nil
}

// WatchedAt returns the watchdog's last beat; zero: it never ran.
func (db *DB) WatchedAt(ctx context.Context) (at time.Time, err error) {
	err = db.row(ctx, `select max(beat_at) from watchdog`).Scan(timeInto(&at))
	if err != nil {
		return at, fmt.Errorf("read the watchdog's beat: %w", err)
	}
	return at, nil
}

// Watched stores the watchdog's beat and since when it sees the planner
// stalled, zero for not.
func (db *DB) Watched(ctx context.Context, holder string, stalledSince time.Time) error {
	return db.InTx(ctx, func(tx *DB) error {
		_, err := tx.exec(ctx, `insert into watchdog (id, holder, beat_at, stalled_since) values (1, $1, {now}, $2)
			on conflict (id) do update set holder = excluded.holder, beat_at = excluded.beat_at,
				stalled_since = excluded.stalled_since`, holder, Time{stalledSince})
		tx.tx.wrote = false // nobody waits for it
		if err != nil {
			return fmt.Errorf("store the watchdog's beat: %w", err)
		}
		return nil
	})
}
