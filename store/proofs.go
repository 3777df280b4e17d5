package store

import (
	"context"
	"fmt"
	"time"

	"assay/bot"
	"assay/job"
	"assay/plan"
)

// LabBot is what the proof against starving says of one bot in LAB.
type LabBot struct {
	ID       bot.ID
	Active   plan.Active // its job; zero: none
	Plan     BotPlan
	Watched  plan.Watched
	ResetAt  time.Time
	Backtest time.Time // end of its last completed backtest, zero: none; …
	Counted  time.Time // … of the last one that counts for the planner
	Improve  time.Time
	Evolve   time.Time
}

// LabBots returns all bots in LAB by id, with what a judgement of them needs.
func (db *DB) LabBots(ctx context.Context) ([]LabBot, error) {
	scan := func(s scanner) (l LabBot, err error) {
		err = s.Scan(&l.ID, timeInto(&l.Watched.CreatedAt), timeInto(&l.ResetAt), &l.Active.JobID, &l.Active.Type, &l.Active.Status,
			timeInto(&l.Watched.EndedAt), &l.Plan.Reason, &l.Plan.Detail, &l.Plan.Next.Action, timeInto(&l.Plan.Next.DueAt),
			&l.Plan.Next.Reason, timeInto(&l.Plan.UpdatedAt))
		l.Plan.BotID = l.ID
		l.Watched.Active, l.Watched.Reason = l.Active.JobID != 0, plan.Reason(l.Plan.Reason)
		l.Watched.DueAt, l.Watched.PlannedAt, l.Watched.ResetAt = l.Plan.Next.DueAt, l.Plan.UpdatedAt, l.ResetAt
		return l, err
	}
	return collect(ctx, db, "bots in LAB", scan, `select b.id, b.created_at, b.metrics_reset_at,
			coalesce(a.id, 0), coalesce(a.job_type, ''), coalesce(a.status, ''), l.completed_at,
			coalesce(p.reason_code, ''), coalesce(p.detail, ''), coalesce(p.next_action, ''), p.next_due_at,
			coalesce(p.next_reason, ''), p.updated_at
		from bots b
		left join bot_jobs a on a.bot_id = b.id and a.status in ('QUEUED', 'RUNNING')
		left join bot_jobs l on l.id = `+lastEnded+`
		left join bot_plans p on p.bot_id = b.id
		where b.stage = 'LAB' order by b.id`)
}

// AddLabHistory tells when each of some bots was last tested, improved and
// evolved.
func (db *DB) AddLabHistory(ctx context.Context, bots []LabBot) error {
	const last = `(select max(x.completed_at) from bot_jobs x
		where x.bot_id = b.id and x.status = 'COMPLETED' and x.job_type in (%s))`
	query := `select ` + fmt.Sprintf(last, `'BASELINE_BACKTEST', 'REFRESH_BACKTEST'`) + `, ` +
		fmt.Sprintf(last, `'IMPROVE'`) + `, ` + fmt.Sprintf(last, `'EVOLVE'`) + `,
		(select max(x.completed_at) from backtest_sessions x where x.bot_id = b.id and x.version_id = b.version_id
			and ` + sinceBoundary("x.job_created_at") + `)
		from bots b where b.id = $1`
	for i := range bots {
		l := &bots[i]
		err := db.row(ctx, query, l.ID).Scan(timeInto(&l.Backtest), timeInto(&l.Improve), timeInto(&l.Evolve), timeInto(&l.Counted))
		if err != nil {
			return fmt.Errorf("read the history of bot %s: %w", l.ID, err)
		}
	}
	return nil
}

// SessionRow is a session and whether it counts.
type SessionRow struct {
	Session
	ResetAt time.Time // of its bot; zero: never reset
}

// BeforeReset says that the session's job was created before the reset, so
// that it counts for nothing any more.
func (s SessionRow) BeforeReset() bool { return s.JobCreatedAt.Before(s.ResetAt) }

// SessionPage returns sessions of a bot, newest first; with an empty id those
// of the whole fleet.
func (db *DB) SessionPage(ctx context.Context, id bot.ID, limit, offset int) ([]SessionRow, error) {
	scan := func(s scanner) (r SessionRow, err error) {
		r.Session, err = scanSession(andMore{s, []any{timeInto(&r.ResetAt)}})
		return r, err
	}
	return collect(ctx, db, "sessions", scan, `select `+sessionColumns+`, b.metrics_reset_at
		from backtest_sessions s join bots b on b.id = s.bot_id
		where $1 = '' or s.bot_id = $1 order by s.id desc limit $2 offset $3`, id, limit, offset)
}

// CountSessions counts a bot's sessions, or those of the whole fleet.
func (db *DB) CountSessions(ctx context.Context, id bot.ID) (int, error) {
	return db.count(ctx, "sessions", `select count(*) from backtest_sessions where $1 = '' or bot_id = $1`, id)
}

// andMore scans further columns after those that another function knows.
type andMore struct {
	scanner
	more []any
}

// Scan reads the row.
func (a andMore) Scan(dest ...any) error { return a.scanner.Scan(append(dest, a.more...)...) }

// AllOverdue returns the running jobs that outlive the limit of their type.
func (db *DB) AllOverdue(ctx context.Context, limits map[job.Type]time.Duration) (late []job.Job, err error) {
	for t, limit := range limits {
		jobs, err := db.Overdue(ctx, t, limit)
		if err != nil {
			return nil, err
		}
		late = append(late, jobs...)
	}
	return late, nil
}
