// Package plan decides, for every bot on every tick, what the laboratory does
// next: one job, or a reason to hold the bot with the next action and its
// time. It is a pure function of the fleet's facts, the policy and the time.
// The same rules explain a decision (Explain), foretell the next ones
// (Forecast), and make them again from what a tick stored (Record).
package plan

import (
	"time"

	"assay/bot"
	"assay/job"
)

// Fleet is the snapshot a plan is made from.
type Fleet struct {
	Paused       bool // the operator paused autonomy for the whole fleet
	PausedReason string
	ActiveJobs   int // QUEUED and RUNNING, all bots
	Bots         []Facts
}

// Facts is what the planner knows of one bot. Times are UTC.
type Facts struct {
	ID           bot.ID    `json:"id"`
	Stage        bot.Stage `json:"stage"`
	CreatedAt    time.Time `json:"createdAt,omitzero"`
	Boundary     time.Time `json:"boundary,omitzero"`     // later of metrics_reset_at and the last stage reset; zero: none
	WaitingSince time.Time `json:"waitingSince,omitzero"` // end of its last job, or its creation: who waits longest goes first
	Paused       bool      `json:"paused,omitempty"`
	PausedReason string    `json:"pausedReason,omitempty"`
	Version      int64     `json:"version,omitempty"` // current strategy version
	Active       *Active   `json:"active,omitempty"`  // its queued or running job, if any
	Data         Data      `json:"data,omitzero"`
	LastJob      *LastJob  `json:"lastJob,omitempty"`      // its last finished job, if any
	Baseline     *Baseline `json:"baseline,omitempty"`     // newest completed backtest of the current version whose job was created at or after the boundary, on whatever data
	Improve      *Search   `json:"improve,omitempty"`      // its last ended improvement, if any
	Evolve       *Search   `json:"evolve,omitempty"`       // its last ended evolution, if any
	Improvements int       `json:"improvements,omitempty"` // completed since the last completed evolution, and since the boundary
	Trials       int       `json:"trials,omitempty"`       // variants tried so far in its lineage
}

// Active is a job that is queued or running.
type Active struct {
	JobID  int64      `json:"jobId"`
	Type   job.Type   `json:"type"`
	Status job.Status `json:"status"`
}

// Data is the historical data the bot would be tested on.
type Data struct {
	Usable        bool      `json:"usable,omitempty"`
	Set           string    `json:"set,omitempty"` // name of the data set; "" when there is none
	Fingerprint   string    `json:"fingerprint,omitempty"`
	SessionClosed time.Time `json:"sessionClosed,omitzero"` // close of the last exchange session it holds
	Why           string    `json:"why,omitempty"`          // when not usable: what is wrong …
	Fix           string    `json:"fix,omitempty"`          // … and what would mend it
}

// LastJob is the bot's last finished job.
type LastJob struct {
	Type           job.Type   `json:"type"`
	Status         job.Status `json:"status"`
	EndedAt        time.Time  `json:"endedAt"`
	Error          string     `json:"error,omitempty"`
	FailuresInARow int        `json:"failuresInARow,omitempty"` // FAILED jobs since the last completed one, since the boundary
}

// Baseline is the backtest that counts.
type Baseline struct {
	Set           string    `json:"set"`
	Fingerprint   string    `json:"fingerprint"`
	SessionClosed time.Time `json:"sessionClosed,omitzero"` // close of the last exchange session of the bars it ran on
	CompletedAt   time.Time `json:"completedAt"`
	Trades        int       `json:"trades"`
}

// Search is an ended improvement or evolution.
type Search struct {
	EndedAt   time.Time `json:"endedAt"`
	Iteration int       `json:"iteration,omitempty"`
}

// Reason is a stable code that says why a bot is worked on or held.
type Reason string

// Why a job is enqueued.
const (
	BaselineMissing Reason = "BASELINE_MISSING"
	BaselineStale   Reason = "BASELINE_STALE"
	EvolveDue       Reason = "EVOLVE_DUE"
	ImproveDue      Reason = "IMPROVE_DUE"
)

// Why a bot is held.
const (
	NotInLab             Reason = "NOT_IN_LAB"
	JobActive            Reason = "JOB_ACTIVE"
	Paused               Reason = "PAUSED"
	NoData               Reason = "NO_DATA"
	CoolingDown          Reason = "COOLING_DOWN"
	TrialBudgetExhausted Reason = "TRIAL_BUDGET_EXHAUSTED"
	TradesBelowMinimum   Reason = "TRADES_BELOW_MINIMUM"
	CapTotal             Reason = "CAP_TOTAL"
	NotDue               Reason = "NOT_DUE"
	// It is due for work of a kind that this laboratory cannot do.
	BacktestUnavailable Reason = "BACKTEST_UNAVAILABLE"
	ImproveUnavailable  Reason = "IMPROVE_UNAVAILABLE"
	EvolveUnavailable   Reason = "EVOLVE_UNAVAILABLE"
)

// Decision is what the plan says about one bot. Exactly one of Enqueue and
// Held is set; Next always says what comes after, and when.
type Decision struct {
	BotID   bot.ID   `json:"botId"`
	Enqueue *Enqueue `json:"enqueue,omitempty"`
	Held    *Held    `json:"held,omitempty"`
	Next    Next     `json:"next"`
}

// Enqueue asks for one job.
type Enqueue struct {
	Type      job.Type `json:"type"`
	Iteration int      `json:"iteration,omitempty"` // of an improvement, from 1
	Reason    Reason   `json:"reason"`
}

// Held keeps a bot back, with a sentence that names the thing.
type Held struct {
	Reason Reason `json:"reason"`
	Detail string `json:"detail"`
}

// Next is the bot's next action. DueAt is zero when it waits for a person or
// for a running job, and Reason then says for what.
type Next struct {
	Action string    `json:"action"` // "Backtest", "Refresh backtest", …
	DueAt  time.Time `json:"dueAt,omitzero"`
	Reason string    `json:"reason"`
}

// Plan is the outcome of one tick. len(Decisions) is the number of bots
// evaluated; Enqueued + sum of HeldBy is the same number.
type Plan struct {
	Decisions []Decision // those to enqueue first, in the order they are to be served; then the held by id
	Enqueued  int
	HeldBy    map[Reason]int
}
