// Package badge says what a bot is doing now, once, for every surface: the
// page, the API and the command line print what Now returns.
package badge

import (
	"time"

	"assay/bot"
	"assay/job"
)

// BotNow is the status of one bot as of one moment.
type BotNow struct {
	State      State      `json:"state"`
	ReasonCode string     `json:"reasonCode"` // the plan's or the runner's code for that state
	Since      *time.Time `json:"since,omitempty"`
	ActiveJob  *ActiveJob `json:"activeJob,omitempty"`
	RecentJob  *RecentJob `json:"recentJob,omitempty"`
	Next       *Next      `json:"next,omitempty"`
	StageGate  StageGate  `json:"stageGate"`
	StageInfo  StageInfo  `json:"stageInfo"`
	Generation Generation `json:"generation"`
	Runner     *Runner    `json:"runner,omitempty"`
	Badges     []Badge    `json:"badges"`
	Alert      *Alert     `json:"alert,omitempty"`
}

// State is the one word for what the bot does.
type State string

// The states, product.md "botNow".
const (
	BacktestQueued   State = "BACKTEST_QUEUED"
	BacktestRunning  State = "BACKTEST_RUNNING"
	ImprovingQueued  State = "IMPROVING_QUEUED"
	ImprovingRunning State = "IMPROVING_RUNNING"
	EvolvingQueued   State = "EVOLVING_QUEUED"
	EvolvingRunning  State = "EVOLVING_RUNNING"
	RunnerRequired   State = "RUNNER_REQUIRED"
	RunnerStarting   State = "RUNNER_STARTING"
	RunnerRunning    State = "RUNNER_RUNNING"
	RunnerPaused     State = "RUNNER_PAUSED"
	RunnerStale      State = "RUNNER_STALE"
	NeedsBacktest    State = "NEEDS_BACKTEST"
	Failed           State = "FAILED"
	Fresh            State = "FRESH"
	Idle             State = "IDLE"
)

// States lists them all, work in progress first.
var States = [...]State{
	EvolvingRunning, EvolvingQueued, ImprovingRunning, ImprovingQueued, BacktestRunning,
	BacktestQueued, RunnerRequired, RunnerStarting, RunnerRunning, RunnerPaused, RunnerStale,
	NeedsBacktest, Failed, Fresh, Idle,
}

// ActiveJob is the job that is queued or running.
type ActiveJob struct {
	ID             int64      `json:"id"`
	Type           string     `json:"type"` // "Backtest", "Improve", "Evolve"
	JobType        job.Type   `json:"jobType"`
	Status         job.Status `json:"status"`
	Attempt        int        `json:"attempt"`
	Iteration      int        `json:"iteration"`
	CreatedAt      time.Time  `json:"createdAt"`
	StartedAt      *time.Time `json:"startedAt,omitempty"`
	ElapsedSeconds int64      `json:"elapsedSeconds"` // of the running attempt, or of the wait; never negative
	Progress       float64    `json:"progress"`       // 0..1
}

// RecentJob is the last job that ended.
type RecentJob struct {
	ID          int64      `json:"id"`
	Type        string     `json:"type"`
	JobType     job.Type   `json:"jobType"`
	Status      job.Status `json:"status"`
	Attempt     int        `json:"attempt"`
	Iteration   int        `json:"iteration"`
	CreatedAt   time.Time  `json:"createdAt"`
	StartedAt   *time.Time `json:"startedAt,omitempty"`
	CompletedAt time.Time  `json:"completedAt"`
	Outcome     string     `json:"outcome"` // one sentence
}

// Next is what the planner will do with the bot, and when.
type Next struct {
	Action string     `json:"action"`
	DueAt  *time.Time `json:"dueAt,omitempty"` // absent: it waits for what Reason says
	Reason string     `json:"reason"`
}

// StageGate says whether the bot may climb to the next stage.
type StageGate struct {
	Allowed  bool      `json:"allowed"`
	Blockers []Blocker `json:"blockers"`
}

// Blocker is one thing in the way of promotion.
type Blocker struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Fix      string   `json:"fix"`
}

// StageInfo is where the bot stands on the climb.
type StageInfo struct {
	Stage         bot.Stage         `json:"stage"`
	Since         time.Time         `json:"since"`
	ReasonCode    string            `json:"reasonCode"`
	PromotionMode bot.PromotionMode `json:"promotionMode"`
	LockedUntil   *time.Time        `json:"lockedUntil,omitempty"`
}

// Generation is which generation of rules runs, and where an evolution leads.
type Generation struct {
	Current int  `json:"current"`
	From    *int `json:"from,omitempty"`
	To      *int `json:"to,omitempty"`
}

// Runner is the runner of a bot above LAB.
type Runner struct {
	Status          string     `json:"status"`
	LastHeartbeatAt *time.Time `json:"lastHeartbeatAt,omitempty"`
	Stale           bool       `json:"stale"`
}

// Badge is one mark on the bot's row. The page prints Text and, when Since is
// set, " • " and the age of Since in the form that Age names.
type Badge struct {
	Kind    Kind       `json:"kind"`
	Tone    Tone       `json:"tone"`
	Text    string     `json:"text"`
	Since   *time.Time `json:"since,omitempty"`
	Age     AgeForm    `json:"age"`
	Muted   bool       `json:"muted"`
	Display string     `json:"display"` // the whole text as of the response
}

// Kind is what a badge speaks of.
type Kind string

// The kinds of badge.
const (
	KindBacktest Kind = "backtest"
	KindImprove  Kind = "improve"
	KindEvolve   Kind = "evolve"
	KindQueued   Kind = "queued"
	KindFailed   Kind = "failed"
	KindRunner   Kind = "runner"
	KindFresh    Kind = "fresh"
	KindNeeds    Kind = "needs"
)

// Kinds lists them all.
var Kinds = [...]Kind{
	KindBacktest, KindImprove, KindEvolve, KindQueued, KindFailed, KindRunner, KindFresh, KindNeeds,
}

// Tone is the colour family of a badge.
type Tone string

// The tones, ui.md section 8.
const (
	Violet   Tone = "violet"
	Blue     Tone = "blue"
	Teal     Tone = "teal"
	Slate    Tone = "slate"
	Critical Tone = "critical"
	Warn     Tone = "warn"
)

// Tones lists them all.
var Tones = [...]Tone{Violet, Blue, Teal, Slate, Critical, Warn}

// AgeForm says how Since is shown.
type AgeForm string

// Elapsed is "42s", ago is "3m ago", none is no age.
const (
	Elapsed AgeForm = "elapsed"
	Ago     AgeForm = "ago"
	NoAge   AgeForm = "none"
)

// Alert is the reason for a warning icon; without one there is no icon.
type Alert struct {
	Severity Severity `json:"severity"`
	Reason   string   `json:"reason"`
}

// Severity is how bad a reason is.
type Severity string

// The severities that show an icon.
const (
	SeverityWarn     Severity = "WARN"
	SeverityDegraded Severity = "DEGRADED"
	SeverityBlocked  Severity = "BLOCKED"
)

// Facts is what Now needs to know of a bot.
type Facts struct {
	Bot       bot.Bot
	Active    *job.Job      // its queued or running job
	Last      *job.Job      // its last ended job
	EvolvedTo int           // generation the last job led to, when it was an evolution; 0: the next one
	JobsEver  int           // jobs, sessions and instances ever, for Fresh
	Held      string        // the plan's stored reason code for the bot, "" before the first tick
	HeldFor   string        // … and its sentence, "" when it enqueued a job
	Next      *Next         // the plan's stored next action
	Instance  *Instance     // newest runner instance, above LAB
	StaleBeat time.Duration // a runner's heartbeat older than this is stale
}

// Instance is one row of bot_instances.
type Instance struct {
	Status          string // STARTING, RUNNING, PAUSED, STOPPED
	LastHeartbeatAt time.Time
	UpdatedAt       time.Time
}
