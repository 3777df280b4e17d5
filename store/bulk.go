package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"assay"
	"assay/bot"
	"assay/job"
)

// inScope is the condition on bots b that picks a scope.
func inScope(s bot.Scope) (where string, args []any) {
	switch {
	case s.All:
		return "true", nil
	case s.Stage != "":
		return "b.stage = $1", []any{s.Stage}
	case len(s.IDs) == 0:
		return "false", nil
	}
	places := make([]string, len(s.IDs))
	for i, id := range s.IDs {
		places[i], args = fmt.Sprintf("$%d", i+1), append(args, id)
	}
	return "b.id in (" + strings.Join(places, ", ") + ")", args
}

// botsIn returns the bots of a scope by id. One that does not exist, and a
// scope without any, is an error: nobody means to change nothing.
func (db *DB) botsIn(ctx context.Context, s bot.Scope) ([]bot.Bot, error) {
	where, args := inScope(s)
	bots, err := collect(ctx, db, "bots", scanBot, `select `+botColumns+` from bots b where `+where+` order by b.id`, args...)
	if err != nil {
		return nil, err
	}
	for i, id := range s.IDs { // both are sorted by their bytes, and each id is there once
		if i >= len(bots) || bots[i].ID != id {
			return nil, assay.Errorf(assay.NotFound, "give ALL, a stage, or ids as assay bots lists them", "scope: there is no bot %q", id)
		}
	}
	if len(bots) == 0 && s.All {
		return nil, assay.Errorf(assay.Conflict, "add bots first", "scope: the fleet is empty")
	}
	if len(bots) == 0 {
		return nil, assay.Errorf(assay.Conflict, "give ALL, or a stage with bots", "scope: there is no bot in %s", s)
	}
	return bots, nil
}

// lockFleet keeps every other writer of jobs and bots waiting until this
// transaction ends, and returns the time from then on. Without the lock on the
// whole table PostgreSQL could find the act and a heartbeat, each with some of
// the jobs, waiting for each other.
func (db *DB) lockFleet(ctx context.Context) (at time.Time, err error) {
	if _, err := db.lockCaps(ctx); err != nil {
		return at, err
	}
	if db.pool != nil {
		if _, err := db.exec(ctx, `lock table bot_jobs in exclusive mode`); err != nil {
			return at, fmt.Errorf("lock the jobs: %w", err)
		}
	}
	if _, err := db.nextRevision(ctx); err != nil {
		return at, err
	}
	return db.clockNow(ctx)
}

// clockNow is the database's clock. The time of a transaction is that of its
// beginning, which for one that had to wait is long ago.
func (db *DB) clockNow(ctx context.Context) (at time.Time, err error) {
	switch {
	case db.pool == nil: // its writers come one after another
		return db.Now(), nil
	case db.server == nil:
		return wholeMillis(db.clock()), nil
	}
	err = db.row(ctx, `select date_trunc('milliseconds', clock_timestamp())`).Scan(timeInto(&at))
	if err != nil {
		return at, fmt.Errorf("ask the database for its time: %w", err)
	}
	return at, nil
}

// slack is how far a boundary may lie ahead of the clock.
const slack = time.Second

// boundaryFrom is the time from which results count: now, or just after the
// newest job that has a result already, when that was in the same millisecond.
// With a clock that went back further no time would be right.
func (db *DB) boundaryFrom(ctx context.Context, s bot.Scope, now time.Time) (time.Time, error) {
	var newest time.Time
	where, args := inScope(s)
	err := db.row(ctx, `select max(s.job_created_at) from backtest_sessions s join bots b on b.id = s.bot_id
		where `+where, args...).Scan(timeInto(&newest))
	if err != nil {
		return now, fmt.Errorf("find the newest result: %w", err)
	}
	if newest.Before(now) {
		return now, nil
	}
	if newest.After(now.Add(slack)) {
		return now, assay.Errorf(assay.Conflict, "set the clock of the database's machine right",
			"a result of %s would still count, for by the clock it is only %s", newest.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	return newest.Add(time.Millisecond), nil
}

// activeIn returns the active jobs of a scope by bot.
func (db *DB) activeIn(ctx context.Context, s bot.Scope) (map[bot.ID]job.Job, error) {
	where, args := inScope(s)
	jobs, err := collect(ctx, db, "active jobs", scanJob, `select `+jobColumns+` from bot_jobs j join bots b on b.id = j.bot_id
		where j.status in ('QUEUED', 'RUNNING') and `+where, args...)
	active := make(map[bot.ID]job.Job, len(jobs))
	for _, j := range jobs {
		active[bot.ID(j.BotID)] = j
	}
	return active, err
}

// cancelIn ends the active jobs of a scope at once. A worker that still runs
// one has lost its lease and can save nothing; it learns so at its next
// heartbeat.
func (db *DB) cancelIn(ctx context.Context, s bot.Scope, at time.Time, why string) error {
	where, args := inScope(s)
	n := len(args)
	picked := `(select j.id from bot_jobs j join bots b on b.id = j.bot_id
		where j.status in ('QUEUED', 'RUNNING') and ` + where + `)`
	_, err := db.exec(ctx, fmt.Sprintf(`update job_attempts set ended_at = $%d, outcome = $%d, error = $%d
		where ended_at is null and job_id in %s`, n+1, n+2, n+3, picked), append(args, Time{at}, job.OutcomeCancelled, why)...)
	if err != nil {
		return fmt.Errorf("close attempts: %w", err)
	}
	_, err = db.exec(ctx, fmt.Sprintf(`update bot_jobs set status = 'CANCELLED', completed_at = $%d, lease_seq = lease_seq + 1,
		error = $%d where id in %s`, n+1, n+2, picked), append(args, Time{at}, why)...)
	if err != nil {
		return fmt.Errorf("cancel jobs: %w", err)
	}
	return nil
}

// setIn changes the bots of a scope; the first argument of set is $1.
func (db *DB) setIn(ctx context.Context, s bot.Scope, set string, args ...any) (int64, error) {
	return db.setWhere(ctx, s, "true", set, args...)
}

// setWhere is setIn for those of the scope's bots that a condition picks,
// which has the same arguments.
func (db *DB) setWhere(ctx context.Context, s bot.Scope, condition, set string, args ...any) (int64, error) {
	revision, err := db.nextRevision(ctx)
	if err != nil {
		return 0, err
	}
	where, ids := inScope(s)
	set += fmt.Sprintf(", revision = $%d", len(args)+1)
	n, err := db.exec(ctx, `update bots as b set `+shifted(set, len(ids))+` where `+where+` and `+shifted(condition, len(ids)),
		append(append(ids, args...), revision)...)
	if err != nil {
		return 0, fmt.Errorf("change the bots of %s: %w", s, err)
	}
	return n, nil
}

var place = regexp.MustCompile(`\$\d+`)

// shifted renames $1, $2, … to those that come after by others.
func shifted(sql string, by int) string {
	return place.ReplaceAllStringFunc(sql, func(p string) string {
		var n int
		_, _ = fmt.Sscanf(p, "$%d", &n) // it matched
		return fmt.Sprintf("$%d", n+by)
	})
}
