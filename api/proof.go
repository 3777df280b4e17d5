package api

import (
	"time"

	"assay/bot"
	"assay/job"
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
const StalledAfter = 5 * time.Minute

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
	Ticks          List[ProofTick] `json:"ticks"`
}

// ProofTick is one row of planner_ticks. bots_evaluated = jobs_enqueued +
// bots_held, and held adds up to bots_held.
type ProofTick struct {
	ID            int64          `json:"id"`
	StartedAt     time.Time      `json:"started_at"`
	FinishedAt    *time.Time     `json:"finished_at"` // null: still running, or it died
	BotsEvaluated int            `json:"bots_evaluated"`
	JobsEnqueued  int            `json:"jobs_enqueued"`
	BotsHeld      int            `json:"bots_held"`
	Held          map[string]int `json:"held"` // bots by reason code
	Error         string         `json:"error,omitempty"`
}

// ProofJobs is the answer of GET /api/_proof/jobs.
type ProofJobs struct {
	GeneratedAt time.Time       `json:"generated_at"`
	Counts      List[JobCount]  `json:"counts"`
	Stuck       List[StuckJob]  `json:"stuck"`     // longest silent first, at most 20
	LastJobs    List[LastJobOf] `json:"last_jobs"` // one a bot, ordered by bot_id
	Meta        PageMeta        `json:"meta"`      // of last_jobs
}

// PageMeta says which part of a list an answer of /api/_proof holds.
type PageMeta struct {
	Total  int `json:"total"`
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
	Attempt     int        `json:"attempt"`
	Iteration   int        `json:"iteration"`
	CreatedAt   time.Time  `json:"created_at"`
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
	HeartbeatAt *time.Time `json:"heartbeat_at"`
	Error       string     `json:"error,omitempty"`
}

// StuckJob is a running job that has been silent for too long.
type StuckJob struct {
	JobRow
	SilentSeconds int64  `json:"silent_seconds"`
	Why           string `json:"why"`
}

// LastJobOf is the newest job of one bot; job is absent when it never had one.
type LastJobOf struct {
	BotID bot.ID  `json:"bot_id"`
	Job   *JobRow `json:"job,omitempty"`
}
