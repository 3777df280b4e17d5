package badge

import (
	"fmt"
	"strings"
	"time"

	"assay/bot"
	"assay/job"
)

// Recent is how long an ended job still shows, and how long a new bot is
// fresh.
const Recent = 10 * time.Minute

// The codes of states that neither the plan nor a job gives a reason for.
const (
	codeAwaitingTick = "AWAITING_TICK" // the planner has not looked since the last change
	codeNoRunner     = "NO_RUNNER"
	codeHeartbeat    = "HEARTBEAT_LATE"
)

// Now is what the bot does as of now. Work in progress comes first, then the
// runner of a bot above LAB, then trouble, then nothing.
func Now(f Facts, now time.Time) BotNow {
	n := BotNow{
		ActiveJob:  activeJob(f.Active, now),
		RecentJob:  recentJob(f.Last),
		Next:       next(f),
		StageGate:  stageGate(f.Bot, now),
		StageInfo:  stageInfo(f.Bot, now),
		Generation: generation(f),
		Runner:     runner(f, now),
		Alert:      AlertOf(f, now),
	}
	n.State, n.ReasonCode, n.Since = state(f, now)
	n.Badges = badges(f, now)
	return n
}

// Until is the next moment after now at which Now says something else without
// any change of the facts, apart from ages; zero when there is none.
func Until(f Facts, now time.Time) time.Time {
	moments := []time.Time{f.Bot.StageLockedUntil}
	if fresh(f, now) {
		moments = append(moments, f.Bot.CreatedAt.Add(Recent))
	}
	if f.Last != nil && f.Last.Status == job.Completed {
		moments = append(moments, f.Last.CompletedAt.Add(Recent))
	}
	if hasRunner(f) {
		moments = append(moments, lastBeat(f.Instance).Add(f.StaleBeat+time.Nanosecond))
	}
	var first time.Time
	for _, at := range moments {
		if at.After(now) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// UntilAge is the same for every word of n, which Now said: a moment no later
// than the one from which on an age, or anything else, has changed.
func UntilAge(f Facts, n BotNow, now time.Time) time.Time {
	first := Until(f, now)
	sooner := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if n.ActiveJob != nil {
		sooner(onset(f.Active).Add(time.Duration(n.ActiveJob.ElapsedSeconds+1) * time.Second))
	}
	for _, b := range n.Badges {
		if b.Since != nil {
			sooner(ageUntil(b.Age, *b.Since, now))
		}
	}
	return first
}

func state(f Facts, now time.Time) (State, string, *time.Time) {
	b := f.Bot
	switch {
	case f.Active != nil && f.Active.Status == job.Running:
		return working(f.Active.Type, EvolvingRunning, ImprovingRunning, BacktestRunning),
			f.Active.Reason, at(f.Active.StartedAt)
	case f.Active != nil:
		return working(f.Active.Type, EvolvingQueued, ImprovingQueued, BacktestQueued),
			f.Active.Reason, at(f.Active.CreatedAt)
	case b.Stage != bot.Lab:
		return runnerState(f, now)
	case failed(f):
		return Failed, reasonCode(f), at(f.Last.CompletedAt)
	case fresh(f, now):
		return Fresh, reasonCode(f), at(b.CreatedAt)
	case f.Last == nil:
		return NeedsBacktest, reasonCode(f), at(b.CreatedAt)
	default:
		return Idle, reasonCode(f), at(f.Last.CompletedAt)
	}
}

func working(t job.Type, evolve, improve, backtest State) State {
	switch t {
	case job.Evolve:
		return evolve
	case job.Improve:
		return improve
	default:
		return backtest
	}
}

func runnerState(f Facts, now time.Time) (State, string, *time.Time) {
	i := f.Instance
	switch {
	case !hasRunner(f):
		return RunnerRequired, codeNoRunner, at(f.Bot.StageSince)
	case staleRunner(f, now):
		return RunnerStale, codeHeartbeat, at(lastBeat(i))
	case i.Status == "STARTING":
		return RunnerStarting, i.Status, at(i.UpdatedAt)
	case i.Status == "PAUSED":
		return RunnerPaused, i.Status, at(i.UpdatedAt)
	default:
		return RunnerRunning, i.Status, at(i.UpdatedAt)
	}
}

func hasRunner(f Facts) bool { return f.Instance != nil && f.Instance.Status != "STOPPED" }

func staleRunner(f Facts, now time.Time) bool {
	return now.Sub(lastBeat(f.Instance)) > f.StaleBeat
}

// lastBeat of a runner that has not sent one yet is the start of its row.
func lastBeat(i *Instance) time.Time {
	if i.LastHeartbeatAt.IsZero() {
		return i.UpdatedAt
	}
	return i.LastHeartbeatAt
}

func failed(f Facts) bool {
	return f.Active == nil && f.Last != nil && f.Last.Status == job.Failed
}

// fresh is the one rule for the word Fresh.
func fresh(f Facts, now time.Time) bool {
	return f.JobsEver == 0 && f.Active == nil && f.Last == nil && f.Instance == nil &&
		now.Sub(f.Bot.CreatedAt) < Recent
}

// reasonCode is the plan's code, unless it speaks of the past.
func reasonCode(f Facts) string {
	if awaitsTick(f) {
		return codeAwaitingTick
	}
	return f.Held
}

// awaitsTick says that the plan's word is missing, or was about a job that has
// been queued or has ended since. A held bot always has a sentence.
func awaitsTick(f Facts) bool {
	return f.Active == nil && (f.Held == "" || f.HeldFor == "" || f.Held == "JOB_ACTIVE" || f.Next == nil)
}

// next is the active job itself while there is one: what follows is decided
// when it ends.
func next(f Facts) *Next {
	switch {
	case f.Active != nil:
		return &Next{
			Action: noun(f.Active.Type),
			Reason: job.Awaited(f.Active.ID, f.Active.Status),
		}
	case awaitsTick(f):
		return &Next{Action: "Plan", Reason: "the planner decides at its next tick"}
	default:
		return f.Next
	}
}

func activeJob(j *job.Job, now time.Time) *ActiveJob {
	if j == nil {
		return nil
	}
	return &ActiveJob{
		ID: j.ID, Type: noun(j.Type), JobType: j.Type, Status: j.Status,
		Attempt: j.Attempt, Iteration: j.Iteration,
		CreatedAt: j.CreatedAt, StartedAt: at(j.StartedAt),
		ElapsedSeconds: seconds(onset(j), now),
		Progress:       min(max(j.Progress, 0), 1),
	}
}

// onset is when an active job began to run, or to wait.
func onset(j *job.Job) time.Time {
	if j.Status == job.Running {
		return j.StartedAt
	}
	return j.CreatedAt
}

func recentJob(j *job.Job) *RecentJob {
	if j == nil {
		return nil
	}
	return &RecentJob{
		ID: j.ID, Type: noun(j.Type), JobType: j.Type, Status: j.Status,
		Attempt: j.Attempt, Iteration: j.Iteration,
		CreatedAt: j.CreatedAt, StartedAt: at(j.StartedAt), CompletedAt: j.CompletedAt,
		Outcome: outcome(j),
	}
}

func outcome(j *job.Job) string {
	took := ""
	if !j.StartedAt.IsZero() {
		took = " after " + spent(j.CompletedAt.Sub(j.StartedAt))
	}
	word := strings.ToLower(string(j.Status))
	if j.Status != job.Completed && j.Error != "" {
		return fmt.Sprintf("%s %s%s: %s", noun(j.Type), word, took, j.Error)
	}
	return fmt.Sprintf("%s %s%s", noun(j.Type), word, took)
}

// spent is how long a job took; work of milliseconds did not take "0s".
func spent(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", max(0, d.Milliseconds()))
	}
	return elapsed(int64(d / time.Second))
}

// noun is the short name of a kind of job.
func noun(t job.Type) string {
	switch t {
	case job.Improve:
		return "Improve"
	case job.Evolve:
		return "Evolve"
	default:
		return "Backtest"
	}
}

// at is nil for the zero time.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
