package api

import (
	"cmp"
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

// The two verdicts, by plan.Signs: a tick has finished lately, or not.
const (
	Alive   Verdict = "alive"
	Stalled Verdict = "stalled"
)

// ProofAutonomy is the answer of GET /api/_proof/autonomy: the last ticks,
// newest first, whether the planner is alive, and whether somebody would notice
// if it were not.
type ProofAutonomy struct {
	Verdict        Verdict         `json:"verdict"`
	GeneratedAt    time.Time       `json:"generated_at"`
	LastFinishedAt *time.Time      `json:"last_finished_at" doc:"end of the last tick that came to a plan; one that failed finished nothing. null: none yet"`
	BotsEvaluated  int             `json:"bots_evaluated"` // sums over the ticks listed
	JobsEnqueued   int             `json:"jobs_enqueued"`
	BotsHeld       int             `json:"bots_held"`
	FailedTicks    int             `json:"failed_ticks"`
	FailedInARow   int             `json:"failed_in_a_row"` // the newest ticks, whatever the page
	ChangesMissed  int             `json:"changes_missed"`  // in the last day; each is a mistake of Assay
	Watchdog       ProofWatchdog   `json:"watchdog"`
	PausedAt       *time.Time      `json:"paused_at"` // of the whole fleet; null: it is not paused
	PausedReason   string          `json:"paused_reason,omitempty"`
	BotsPaused     int             `json:"bots_paused"` // one by one
	Held           List[ProofHeld] `json:"held"`        // held_by_reason of the ticks listed, most bots first
	Ticks          List[ProofTick] `json:"ticks"`
	Offset         int             `json:"offset"` // newer ticks that are not listed
}

// ProofWatchdog is the row of watchdog.
type ProofWatchdog struct {
	Holder       string     `json:"holder"`
	BeatAt       *time.Time `json:"beat_at"`       // null: it never looked
	StalledSince *time.Time `json:"stalled_since"` // null: at its last look the planner was at work
	Silent       bool       `json:"silent"`        // it has not looked for too long, so stalled_since may be old
}

// ProofHeld is how often bots were held for one reason.
type ProofHeld struct {
	ReasonCode plan.Reason `json:"reason_code"`
	Reason     string      `json:"reason"` // the code in words
	Bots       int         `json:"bots"`
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
	Queue       List[JobRow]   `json:"queue"`     // in the order in which they are taken; at most 50
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
	Work        string     `json:"work"`        // job_type and iteration in words: Improve #4
	ReasonCode  string     `json:"reason_code"` // why the planner asked for it
	Reason      string     `json:"reason"`      // the code in words
	Attempt     int        `json:"attempt"`
	MaxAttempts int        `json:"max_attempts"`
	Iteration   int        `json:"iteration"`
	CreatedAt   time.Time  `json:"created_at"`
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
	HeartbeatAt *time.Time `json:"heartbeat_at"`
	Error       string     `json:"error,omitempty"`
}

// How many jobs of a kind an answer lists.
const (
	maxStuck  = 20
	maxQueued = 50
)

// StuckJob is a running job that has been silent, or has run, for too long.
type StuckJob struct {
	JobRow
	SilentSeconds  int64  `json:"silent_seconds"`
	RunningSeconds int64  `json:"running_seconds"`
	Why            string `json:"why"`
}

type autonomyInput struct {
	Limit  int `query:"limit" default:"60" minimum:"1" maximum:"1000" doc:"how many ticks, newest first"`
	Ticks  int `query:"ticks" minimum:"1" maximum:"1000" doc:"another name of limit, which it goes before"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"100000" doc:"newer ticks to leave out"`
}

// ticks is how many are asked for.
func (in autonomyInput) ticks() int { return cmp.Or(in.Ticks, in.Limit) }

type jobsInput struct {
	Limit  int `query:"limit" default:"100" minimum:"1" maximum:"10000" doc:"last jobs on the page"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
}

func (s *Server) proveAutonomy(ctx context.Context, in *autonomyInput) (*answer[ProofAutonomy], error) {
	var out ProofAutonomy
	err := s.db.View(ctx, func(tx *store.DB) error {
		facts, err := tx.AutonomyFacts(ctx)
		if err != nil {
			return err
		}
		out = proofAutonomy(facts)
		out.Offset = in.Offset
		ticks, err := tx.Ticks(ctx, in.Offset+in.ticks())
		if err != nil {
			return err
		}
		for _, t := range page(ticks, in.ticks(), in.Offset) {
			out.add(t)
		}
		out.Held = heldBy(out.Ticks)
		out.BotsPaused, err = tx.PausedBots(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofAutonomy]{out}, nil
}

// proofAutonomy is what the facts say, whatever the page of ticks.
func proofAutonomy(f store.AutonomyFacts) ProofAutonomy {
	p := ProofAutonomy{
		Verdict: Alive, GeneratedAt: f.Now, LastFinishedAt: moment(f.PlannedAt),
		PausedAt: moment(f.Paused.PausedAt), PausedReason: f.Paused.Reason,
		FailedInARow: f.FailedInARow, ChangesMissed: f.ChangesMissed,
		Watchdog: ProofWatchdog{
			Holder: f.WatchedBy, BeatAt: moment(f.WatchedAt), StalledSince: moment(f.StalledSince), Silent: f.Signs().Unwatched(),
		},
	}
	if f.Signs().Stalled() {
		p.Verdict = Stalled
	}
	return p
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

// heldBy adds up the reasons of the ticks.
func heldBy(ticks []ProofTick) List[ProofHeld] {
	total := map[plan.Reason]int{}
	for _, t := range ticks {
		for reason, n := range t.HeldByReason {
			total[reason] += n
		}
	}
	held := make(List[ProofHeld], 0, len(total))
	for reason, n := range total {
		held = append(held, ProofHeld{reason, inWords(string(reason)), n})
	}
	slices.SortFunc(held, func(a, b ProofHeld) int {
		return cmp.Or(cmp.Compare(b.Bots, a.Bots), cmp.Compare(a.ReasonCode, b.ReasonCode))
	})
	return held
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
		queue, err := tx.Queue(ctx, maxQueued)
		if err != nil {
			return err
		}
		out.Queue = jobRows(queue)
		last, err := tx.LastJobs(ctx, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.LastJobs = jobRows(last)
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

func jobRows(jobs []job.Job) List[JobRow] {
	rows := make(List[JobRow], len(jobs))
	for i, j := range jobs {
		rows[i] = jobRow(j)
	}
	return rows
}

func jobRow(j job.Job) JobRow {
	return JobRow{
		ID: j.ID, BotID: bot.ID(j.BotID), JobType: j.Type, Status: j.Status, Work: work(j),
		ReasonCode: j.Reason, Reason: inWords(j.Reason),
		Attempt: j.Attempt, MaxAttempts: j.MaxAttempts, Iteration: j.Iteration, CreatedAt: j.CreatedAt, StartedAt: moment(j.StartedAt),
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
