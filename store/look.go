package store

import (
	"context"
	"fmt"
	"time"

	"assay/bot"
	"assay/plan"
)

// ChooseData picks the historical data for a symbol and a bar interval.
type ChooseData func(symbol string, interval time.Duration) plan.Data

// Once asks choose once for each symbol and interval.
func Once(choose ChooseData) ChooseData {
	type key struct {
		symbol   string
		interval time.Duration
	}
	seen := map[key]plan.Data{}
	return func(symbol string, interval time.Duration) plan.Data {
		k := key{symbol, interval}
		data, known := seen[k]
		if !known {
			data = choose(symbol, interval)
			seen[k] = data
		}
		return data
	}
}

// Mark says how far a look at the fleet reached. Whoever looks again needs to
// read only what came after it.
type Mark struct {
	Revision int64 // the newest change of a bot
	Data     int64 // the newest change of a data set
}

// Mark returns how far a look now would reach, and the fleet's switch, which
// no counter covers.
func (db *DB) Mark(ctx context.Context) (m Mark, a Autonomy, err error) {
	err = db.row(ctx, `select (select value from counters where name = 'revision'),
			(select value from counters where name = 'data'), paused_at, paused_reason
		from autonomy where id = 1`).Scan(&m.Revision, &m.Data, timeInto(&a.PausedAt), &a.Reason)
	if err != nil {
		return m, a, fmt.Errorf("look for changes: %w", err)
	}
	return m, a, nil
}

// PlanBot is what the planner reads of one bot. Facts.Data is left to whoever
// chooses the data.
type PlanBot struct {
	Facts    plan.Facts
	Symbol   string
	Interval time.Duration
	Revision int64
	Said     BotPlan // the planner's last word about it; zero: none
}

// PlanBotsSince returns the bots that changed after a revision, by id; 0 gives
// all of them.
func (db *DB) PlanBotsSince(ctx context.Context, revision int64) ([]PlanBot, error) {
	return db.planBots(ctx, `bots b`, `where b.revision > $1`, revision)
}

// PlanBotsAfter returns the next bots by id, changed or not.
func (db *DB) PlanBotsAfter(ctx context.Context, id bot.ID, limit int) ([]PlanBot, error) {
	return db.planBots(ctx, `(select * from bots x where x.id > $1 order by x.id limit $2 + 0) b`, ``, id, limit)
}

// PlanFleet returns the whole snapshot that a plan is made from. choose is
// asked once for every symbol and interval of the fleet.
func (db *DB) PlanFleet(ctx context.Context, choose func([]DataSet) ChooseData) (f plan.Fleet, err error) {
	err = db.View(ctx, func(tx *DB) error {
		autonomy, err := tx.Autonomy(ctx)
		if err != nil {
			return err
		}
		sets, err := tx.DataSets(ctx)
		if err != nil {
			return err
		}
		bots, err := tx.PlanBotsSince(ctx, 0)
		if err != nil {
			return err
		}
		f.Paused, f.PausedReason = !autonomy.PausedAt.IsZero(), autonomy.Reason
		data := Once(choose(sets))
		f.Bots = make([]plan.Facts, len(bots))
		for i, b := range bots {
			f.Bots[i] = b.Facts
			f.Bots[i].Data = data(b.Symbol, b.Interval)
			if b.Facts.Active != nil {
				f.ActiveJobs++
			}
		}
		return nil
	})
	return f, err
}

// boundary is the time from which results of bot b count for the planner.
const boundary = `case when b.metrics_reset_at is null or b.stage_reset_at > b.metrics_reset_at
	then b.stage_reset_at else b.metrics_reset_at end`

// sinceBoundary holds when the time in a column is at or after the boundary of
// bot b.
func sinceBoundary(column string) string {
	return `((` + boundary + `) is null or ` + column + ` >= ` + boundary + `)`
}

// planQuery reads everything the rules look at:
//   - a, the active job, and l, the newest ended one;
//   - the failed jobs since the last completed one and since the boundary;
//   - s, the session that counts: the newest of the current version since the
//     boundary, on whatever data. It is the one whose figures are shown, so that
//     the planner judges by what people see;
//   - i and e, the newest ended improvement and evolution, and the improvements
//     since the last evolution that was completed, and since the boundary;
//   - p, the planner's last word.
//
// bots is the table or selection that b stands for.
func planQuery(bots, where string) string {
	return `select b.id, b.stage, ` + boundary + `, b.created_at, b.paused_at is not null, b.paused_reason, b.revision,
		coalesce(b.version_id, 0), v.symbol, v.interval_seconds,
		coalesce(a.id, 0), coalesce(a.job_type, ''), coalesce(a.status, ''),
		coalesce(l.id, 0), coalesce(l.job_type, ''), coalesce(l.status, ''), l.completed_at, coalesce(l.error, ''),
		(select count(*) from bot_jobs x where x.bot_id = b.id and x.status = 'FAILED' and ` + sinceBoundary("x.created_at") + `
			and x.id > coalesce((select y.id from bot_jobs y where y.bot_id = b.id and y.status = 'COMPLETED'
				order by y.id desc limit 1), 0)),
		coalesce(s.id, 0), coalesce(s.data_set, ''), coalesce(s.fingerprint, ''), d.session_closed, s.completed_at,
		coalesce(s.total_trades, 0),
		i.completed_at, coalesce(i.iteration, 0), e.completed_at,
		(select count(*) from bot_jobs x where x.bot_id = b.id and ` + searches("x") + ` and x.job_type = 'IMPROVE'
			and x.status = 'COMPLETED' and ` + sinceBoundary("x.created_at") + `
			and x.id > coalesce((select max(y.id) from bot_jobs y where y.bot_id = b.id and ` + searches("y") + `
				and y.job_type = 'EVOLVE' and y.status = 'COMPLETED'), 0)),
		coalesce(p.reason_code, ''), coalesce(p.detail, ''), coalesce(p.next_action, ''), p.next_due_at,
		coalesce(p.next_reason, ''), p.updated_at
	from ` + bots + `
	join strategy_versions v on v.id = b.version_id
	left join bot_jobs a on a.bot_id = b.id and a.status in ('QUEUED', 'RUNNING')
	left join bot_jobs l on l.id = ` + lastEnded + `
	left join backtest_sessions s on s.id = (
		select x.id from backtest_sessions x
		where x.bot_id = b.id and x.version_id = b.version_id and x.status = 'COMPLETED' and ` + sinceBoundary("x.job_created_at") + `
		order by x.id desc limit 1)
	left join data_sets d on d.id = s.data_set_id
	left join bot_jobs i on i.id = ` + lastSearch("IMPROVE") + `
	left join bot_jobs e on e.id = ` + lastSearch("EVOLVE") + `
	left join bot_plans p on p.bot_id = b.id
	` + where + ` order by b.id`
}

// searches repeats the condition of the index bot_jobs_searches, which SQLite
// uses for nothing else.
func searches(table string) string { return table + `.job_type in ('IMPROVE', 'EVOLVE')` }

func lastSearch(kind string) string {
	return `(select max(x.id) from bot_jobs x where x.bot_id = b.id and ` + searches("x") + `
		and x.job_type = '` + kind + `' and x.completed_at is not null)`
}

func (db *DB) planBots(ctx context.Context, bots, where string, args ...any) ([]PlanBot, error) {
	return collect(ctx, db, "bots to plan", scanPlanBot, planQuery(bots, where), args...)
}

func scanPlanBot(s scanner) (b PlanBot, err error) {
	var active plan.Active
	var last plan.LastJob
	var base plan.Baseline
	var improve, evolve plan.Search
	var lastID, session int64
	f, said := &b.Facts, &b.Said
	err = s.Scan(&f.ID, &f.Stage, timeInto(&f.Boundary), timeInto(&f.CreatedAt), &f.Paused, &f.PausedReason, &b.Revision,
		&f.Version, &b.Symbol, secondsInto(&b.Interval), &active.JobID, &active.Type, &active.Status,
		&lastID, &last.Type, &last.Status, timeInto(&last.EndedAt), &last.Error, &last.FailuresInARow,
		&session, &base.Set, &base.Fingerprint, timeInto(&base.SessionClosed), timeInto(&base.CompletedAt), &base.Trades,
		timeInto(&improve.EndedAt), &improve.Iteration, timeInto(&evolve.EndedAt), &f.Improvements,
		&said.Reason, &said.Detail, &said.Next.Action, timeInto(&said.Next.DueAt), &said.Next.Reason, timeInto(&said.UpdatedAt))
	f.WaitingSince = f.CreatedAt
	if active.JobID != 0 {
		f.Active = &active
	}
	if lastID != 0 {
		f.LastJob, f.WaitingSince = &last, last.EndedAt
	}
	if session != 0 {
		f.Baseline = &base
	}
	if !improve.EndedAt.IsZero() {
		f.Improve = &improve
	}
	if !evolve.EndedAt.IsZero() {
		f.Evolve = &evolve
	}
	if !said.UpdatedAt.IsZero() {
		said.BotID = f.ID
	}
	return b, err
}
