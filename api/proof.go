package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/store"
)

// The answers of /api/_proof speak the column names of the rows they prove, so
// that a reader can hold them against the SQL.

// Verdict says whether the planner is at work.
type Verdict string

// The two verdicts: a tick finished within the last five minutes, or not.
const (
	Alive   Verdict = "alive"
	Stalled Verdict = "stalled"
)

// StalledAfter is how old the last finished tick may be for the verdict alive.
const StalledAfter = plan.StalledAfter

// ProofAutonomy is the answer of GET /api/_proof/autonomy: the last ticks,
// newest first, and whether the planner is alive.
type ProofAutonomy struct {
	Verdict        Verdict         `json:"verdict"`
	GeneratedAt    time.Time       `json:"generated_at"`
	LastFinishedAt *time.Time      `json:"last_finished_at"` // null: no tick has finished yet
	BotsEvaluated  int             `json:"bots_evaluated"`   // sums over the ticks listed
	JobsEnqueued   int             `json:"jobs_enqueued"`
	BotsHeld       int             `json:"bots_held"`
	FailedTicks    int             `json:"failed_ticks"`
	PausedAt       *time.Time      `json:"paused_at"` // of the whole fleet; null: it is not paused
	PausedReason   string          `json:"paused_reason,omitempty"`
	BotsPaused     int             `json:"bots_paused"` // one by one
	Ticks          List[ProofTick] `json:"ticks"`
	Offset         int             `json:"offset"` // newer ticks that are not listed
}

// ProofTick is one row of planner_ticks. bots_evaluated = jobs_enqueued +
// bots_held, and held_by_reason adds up to bots_held.
type ProofTick struct {
	ID            int64               `json:"id"`
	StartedAt     time.Time           `json:"started_at"`
	FinishedAt    *time.Time          `json:"finished_at"` // null: still running, or it died
	BotsEvaluated int                 `json:"bots_evaluated"`
	JobsEnqueued  int                 `json:"jobs_enqueued"`
	BotsHeld      int                 `json:"bots_held"`
	HeldByReason  map[plan.Reason]int `json:"held_by_reason"`
	Error         string              `json:"error,omitempty"`
}

// ProofJobs is the answer of GET /api/_proof/jobs.
type ProofJobs struct {
	GeneratedAt time.Time      `json:"generated_at"`
	Counts      List[JobCount] `json:"counts"`
	Stuck       List[StuckJob] `json:"stuck"`     // longest silent first, then those over their time limit; at most 20
	LastJobs    List[JobRow]   `json:"last_jobs"` // the newest of each bot that ever had one, by bot_id
	Meta        ProofMeta      `json:"meta"`      // of last_jobs
}

// ProofMeta says which part of the last jobs an answer holds.
type ProofMeta struct {
	Bots   int `json:"bots"` // in the fleet, those without a job included
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
}

// JobCount is how many jobs of a type have a status.
type JobCount struct {
	JobType job.Type   `json:"job_type"`
	Status  job.Status `json:"status"`
	Count   int        `json:"count"`
}

// JobRow is one row of bot_jobs with its public columns.
type JobRow struct {
	ID          int64      `json:"id"`
	BotID       bot.ID     `json:"bot_id"`
	JobType     job.Type   `json:"job_type"`
	Status      job.Status `json:"status"`
	ReasonCode  string     `json:"reason_code"` // why the planner asked for it
	Attempt     int        `json:"attempt"`
	Iteration   int        `json:"iteration"`
	CreatedAt   time.Time  `json:"created_at"`
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
	HeartbeatAt *time.Time `json:"heartbeat_at"`
	Error       string     `json:"error,omitempty"`
}

// maxStuck is how many stuck jobs an answer lists.
const maxStuck = 20

// StuckJob is a running job that has been silent, or has run, for too long.
type StuckJob struct {
	JobRow
	SilentSeconds  int64  `json:"silent_seconds"`
	RunningSeconds int64  `json:"running_seconds"`
	Why            string `json:"why"`
}

type autonomyInput struct {
	Ticks  int `query:"ticks" default:"60" minimum:"1" maximum:"1000" doc:"how many ticks, newest first"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"100000" doc:"newer ticks to leave out"`
}

type jobsInput struct {
	Limit  int `query:"limit" default:"100" minimum:"1" maximum:"10000" doc:"last jobs on the page"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
}

func (s *Server) proveAutonomy(ctx context.Context, in *autonomyInput) (*answer[ProofAutonomy], error) {
	var out ProofAutonomy
	err := s.db.View(ctx, func(tx *store.DB) error {
		ticks, err := tx.Ticks(ctx, in.Offset+in.Ticks)
		if err != nil {
			return err
		}
		out = ProofAutonomy{Verdict: Stalled, GeneratedAt: tx.Now(), Offset: in.Offset}
		if len(ticks) > 0 { // the newest speaks for the planner, whatever the page
			out.LastFinishedAt = moment(ticks[0].FinishedAt)
		}
		for _, t := range page(ticks, in.Ticks, in.Offset) {
			out.add(t)
		}
		if at := out.LastFinishedAt; at != nil && out.GeneratedAt.Sub(*at) < StalledAfter {
			out.Verdict = Alive
		}
		if out.BotsPaused, err = tx.PausedBots(ctx); err != nil {
			return err
		}
		a, err := tx.Autonomy(ctx)
		out.PausedAt, out.PausedReason = moment(a.PausedAt), a.Reason
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofAutonomy]{out}, nil
}

func (p *ProofAutonomy) add(t store.Tick) {
	p.Ticks = append(p.Ticks, ProofTick{
		ID: t.ID, StartedAt: t.StartedAt, FinishedAt: moment(t.FinishedAt), BotsEvaluated: t.BotsEvaluated,
		JobsEnqueued: t.JobsEnqueued, BotsHeld: t.BotsHeld, HeldByReason: t.HeldBy, Error: t.Error,
	})
	p.BotsEvaluated += t.BotsEvaluated
	p.JobsEnqueued += t.JobsEnqueued
	p.BotsHeld += t.BotsHeld
	if t.Error != "" {
		p.FailedTicks++
	}
}

func (s *Server) proveJobs(ctx context.Context, in *jobsInput) (*answer[ProofJobs], error) {
	var out ProofJobs
	err := s.db.View(ctx, func(tx *store.DB) error {
		out = ProofJobs{GeneratedAt: tx.Now(), Meta: ProofMeta{Limit: in.Limit, Offset: in.Offset}}
		counts, err := tx.JobCounts(ctx)
		if err != nil {
			return err
		}
		for _, c := range counts {
			out.Counts = append(out.Counts, JobCount{c.Type, c.Status, c.Count})
		}
		oldest, err := tx.OldestActive(ctx, maxStuck)
		if err != nil {
			return err
		}
		late, err := tx.AllOverdue(ctx, s.limits)
		if err != nil {
			return err
		}
		out.Stuck = s.stuck(oldest, late, tx.Now())
		last, err := tx.LastJobs(ctx, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		for _, j := range last {
			out.LastJobs = append(out.LastJobs, jobRow(j))
		}
		out.Meta.Bots, err = tx.CountBots(ctx, store.FleetFilter{})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofJobs]{out}, nil
}

// stuck keeps the jobs whose worker has been silent for longer than a living
// worker ever is, and those that outlive the time limit of their type.
func (s *Server) stuck(oldest, late []job.Job, now time.Time) List[StuckJob] {
	var all List[StuckJob]
	add := func(j job.Job, why string) {
		known := slices.ContainsFunc(all, func(other StuckJob) bool { return other.ID == j.ID })
		if len(all) < maxStuck && !known {
			all = append(all, StuckJob{
				JobRow: jobRow(j), SilentSeconds: seconds(now.Sub(j.HeartbeatAt)), RunningSeconds: seconds(now.Sub(j.StartedAt)), Why: why,
			})
		}
	}
	for _, j := range oldest {
		if now.Sub(j.HeartbeatAt) > s.stuckAfter {
			add(j, fmt.Sprintf("worker %s has sent no heartbeat for more than %s", j.WorkerID, s.stuckAfter))
		}
	}
	for _, j := range late {
		add(j, fmt.Sprintf("it outlives its time limit of %s", s.limits[j.Type]))
	}
	return all
}

// seconds is a whole age, never negative.
func seconds(d time.Duration) int64 { return max(0, int64(d/time.Second)) }

func jobRow(j job.Job) JobRow {
	return JobRow{
		ID: j.ID, BotID: bot.ID(j.BotID), JobType: j.Type, Status: j.Status, ReasonCode: j.Reason,
		Attempt: j.Attempt, Iteration: j.Iteration, CreatedAt: j.CreatedAt, StartedAt: moment(j.StartedAt),
		CompletedAt: moment(j.CompletedAt), HeartbeatAt: moment(j.HeartbeatAt), Error: j.Error,
	}
}

// moment is nil for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
