// Package job holds the nouns of lab work: the kinds of job, their states,
// and when a failed attempt is tried again.
package job

import (
	"fmt"
	"strings"
	"time"
)

// Type is a kind of lab work.
type Type string

// The kinds of job.
const (
	Baseline Type = "BASELINE_BACKTEST"
	Refresh  Type = "REFRESH_BACKTEST"
	Improve  Type = "IMPROVE"
	Evolve   Type = "EVOLVE"
)

// Class is the cap a job counts against.
type Class string

// The two classes: backtests, and the search jobs.
const (
	ClassBacktest Class = "BACKTEST"
	ClassImprove  Class = "IMPROVE"
)

// Class returns the cap that t counts against.
func (t Type) Class() Class {
	if t == Improve || t == Evolve {
		return ClassImprove
	}
	return ClassBacktest
}

// Status is where a job stands.
type Status string

// The states of a job. QUEUED and RUNNING are active; a bot has at most one
// active job.
const (
	Queued    Status = "QUEUED"
	Running   Status = "RUNNING"
	Completed Status = "COMPLETED"
	Failed    Status = "FAILED"
	Cancelled Status = "CANCELLED"
)

// Active says that the job still holds its bot's one place.
func (s Status) Active() bool { return s == Queued || s == Running }

// Awaited says what a bot with an active job waits for.
func Awaited(id int64, s Status) string {
	return fmt.Sprintf("job %d is %s; what follows is decided when it ends", id, strings.ToLower(string(s)))
}

// Job is one row of bot_jobs.
type Job struct {
	ID          int64
	BotID       string
	Type        Type
	Status      Status
	Attempt     int // 1 for the first try; 0 while it has not started
	MaxAttempts int
	Iteration   int    // of an improvement; 0 otherwise
	Reason      string // the plan's reason code, e.g. BASELINE_MISSING
	LeaseSeq    int64  // the fence: only ever grows
	WorkerID    string
	CreatedAt   time.Time
	StartedAt   time.Time // of the current attempt; zero while queued
	CompletedAt time.Time // zero while active
	HeartbeatAt time.Time
	Progress    float64 // 0..1
	Error       string  // why the last attempt failed
	TraceID     string  // of the tick or the call that asked for it
}
