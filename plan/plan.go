// Package plan decides, for every bot on every tick, what the laboratory does
// next: one job, or a reason to hold the bot with the next action and its
// time. It is a pure function of the fleet's facts, the policy and the time.
package plan

import (
	"time"

	"assay/bot"
	"assay/job"
)

// Policy is the operator's cadence and bounds.
type Policy struct {
	TickInterval time.Duration
	RefreshAfter time.Duration
	MinTrades    int
	MaxTotalJobs int // active jobs in the whole fleet
	MaxAttempts  int
	CoolDown     time.Duration // doubling with each failed job in a row …
	MaxCoolDown  time.Duration // … up to this
}

// Fleet is the snapshot a plan is made from.
type Fleet struct {
	Paused       bool // the operator paused autonomy for the whole fleet
	PausedReason string
	ActiveJobs   int // QUEUED and RUNNING, all bots
	Bots         []Facts
}

// Facts is what the planner knows of one bot.
type Facts struct {
	ID           bot.ID
	Stage        bot.Stage
	Boundary     time.Time // later of metrics_reset_at and the last stage reset; zero: none
	WaitingSince time.Time // end of its last job, or its creation: who waits longest goes first
	Paused       bool
	PausedReason string
	Version      int64   // current strategy version
	Active       *Active // its queued or running job, if any
	Data         Data
	LastJob      *LastJob  // its last finished job, if any
	Baseline     *Baseline // newest completed backtest of the current version whose job was created at or after the boundary, on whatever data
}

// Active is a job that is queued or running.
type Active struct {
	JobID  int64
	Type   job.Type
	Status job.Status
}

// Data is the historical data the bot would be tested on.
type Data struct {
	Usable        bool
	Set           string // name of the data set; "" when there is none
	Fingerprint   string
	SessionClosed time.Time // close of the last exchange session it holds
	Why           string    // when not usable: what is wrong …
	Fix           string    // … and what would mend it
}

// LastJob is the bot's last finished job.
type LastJob struct {
	Type           job.Type
	Status         job.Status
	EndedAt        time.Time
	Error          string
	FailuresInARow int // FAILED jobs since the last completed one, since the boundary
}

// Baseline is the backtest that counts.
type Baseline struct {
	Set           string
	Fingerprint   string
	SessionClosed time.Time // close of the last exchange session of the bars it ran on
	CompletedAt   time.Time
	Trades        int
}

// Reason is a stable code that says why a bot is worked on or held.
type Reason string

// Why a job is enqueued.
const (
	BaselineMissing Reason = "BASELINE_MISSING"
	BaselineStale   Reason = "BASELINE_STALE"
)

// Why a bot is held.
const (
	NotInLab    Reason = "NOT_IN_LAB"
	JobActive   Reason = "JOB_ACTIVE"
	Paused      Reason = "PAUSED"
	NoData      Reason = "NO_DATA"
	CoolingDown Reason = "COOLING_DOWN"
	CapTotal    Reason = "CAP_TOTAL"
	NotDue      Reason = "NOT_DUE"
)

// Decision is what the plan says about one bot. Exactly one of Enqueue and
// Held is set; Next always says what comes after, and when.
type Decision struct {
	BotID   bot.ID
	Enqueue *Enqueue
	Held    *Held
	Next    Next
}

// Enqueue asks for one job.
type Enqueue struct {
	Type      job.Type
	Iteration int
	Reason    Reason
}

// Held keeps a bot back, with a sentence that names the thing.
type Held struct {
	Reason Reason
	Detail string
}

// Next is the bot's next action. DueAt is zero when it waits for a person or
// for a running job, and Reason then says for what.
type Next struct {
	Action string // "Backtest", "Refresh backtest", …
	DueAt  time.Time
	Reason string
}

// Plan is the outcome of one tick. len(Decisions) is the number of bots
// evaluated; Enqueued + sum of HeldBy is the same number.
type Plan struct {
	Decisions []Decision // those to enqueue first, in the order they are to be served
	Enqueued  int
	HeldBy    map[Reason]int
}
