package badge

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/bot"
	"assay/job"
)

var update = flag.Bool("update", false, "write testdata/badges.json anew")

var now = time.Date(2026, 11, 22, 18, 38, 47, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// facts is an idle LAB bot that was created two days ago and tested an hour
// ago.
func facts(change func(*Facts)) Facts {
	f := Facts{
		Bot: bot.Bot{
			ID: "mes-orb", Name: "ORB Breakout", Symbol: "MES", Stage: bot.Lab,
			StageSince: ago(48 * time.Hour), StageReason: "CREATED", PromotionMode: bot.Manual,
			Generation: 12, CreatedAt: ago(48 * time.Hour),
		},
		Last: ended(job.Baseline, job.Completed, time.Hour), JobsEver: 3,
		Held: "NOT_DUE", HeldFor: "the baseline is recent; it is refreshed every 6h",
		Next:      &Next{Action: "Refresh backtest", DueAt: at(now.Add(5 * time.Hour)), Reason: "every 6h"},
		StaleBeat: 30 * time.Second,
	}
	change(&f)
	return f
}

func ended(t job.Type, s job.Status, d time.Duration) *job.Job {
	return &job.Job{
		ID: 41, BotID: "mes-orb", Type: t, Status: s, Attempt: 1, MaxAttempts: 3, Iteration: 4,
		Reason: "BASELINE_MISSING", CreatedAt: ago(d + 12*time.Second),
		StartedAt: ago(d + 10*time.Second), CompletedAt: ago(d), Progress: 1,
	}
}

func running(t job.Type, attempt int, d time.Duration) func(*Facts) {
	return func(f *Facts) {
		f.Active = &job.Job{
			ID: 42, BotID: "mes-orb", Type: t, Status: job.Running, Attempt: attempt, MaxAttempts: 3,
			Iteration: 1, Reason: "BASELINE_STALE", CreatedAt: ago(d + time.Second),
			StartedAt: ago(d), Progress: 0.25,
		}
	}
}

func queued(t job.Type, attempt, iteration int) func(*Facts) {
	return func(f *Facts) {
		f.Active = &job.Job{
			ID: 42, BotID: "mes-orb", Type: t, Status: job.Queued, Attempt: attempt, MaxAttempts: 3,
			Iteration: iteration, Reason: "BASELINE_STALE", CreatedAt: ago(3 * time.Second),
		}
	}
}

func lastEnded(t job.Type, s job.Status, d time.Duration, text string) func(*Facts) {
	return func(f *Facts) {
		f.Last = ended(t, s, d)
		f.Last.Error = text
	}
}

func above(status string, heartbeat time.Duration) func(*Facts) {
	return func(f *Facts) {
		f.Bot.Stage, f.Held, f.Next = bot.Paper, "NOT_IN_LAB", &Next{Action: "Start runner", Reason: "PAPER"}
		if status != "" {
			f.Instance = &Instance{Status: status, LastHeartbeatAt: ago(heartbeat), UpdatedAt: ago(time.Hour)}
		}
	}
}

func newborn(age time.Duration) func(*Facts) {
	return func(f *Facts) {
		f.Bot.CreatedAt, f.Bot.StageSince = ago(age), ago(age)
		f.Last, f.JobsEver, f.Held, f.HeldFor, f.Next = nil, 0, "", "", nil
	}
}

func both(changes ...func(*Facts)) func(*Facts) {
	return func(f *Facts) {
		for _, change := range changes {
			change(f)
		}
	}
}

type situation struct {
	name    string
	change  func(*Facts)
	state   State
	code    string
	display []string
	alert   string
}

const longError = "the strategy asks for 400 bars before its first signal and the data set es-5m has 120; import more"

var situations = []situation{
	{
		"a backtest runs", running(job.Baseline, 2, 7*time.Minute), BacktestRunning, "BASELINE_STALE",
		[]string{"Backtesting ×2 • 7m"},
		"",
	},
	{
		"a refresh runs", running(job.Refresh, 1, 42*time.Second), BacktestRunning, "BASELINE_STALE",
		[]string{"Backtesting ×1 • 42s"},
		"",
	},
	{
		"a long backtest runs", running(job.Baseline, 1, 73*time.Minute), BacktestRunning, "BASELINE_STALE",
		[]string{"Backtesting ×1 • 1h 13m"},
		"",
	},
	{
		"an improvement runs", running(job.Improve, 1, 3*time.Minute), ImprovingRunning, "BASELINE_STALE",
		[]string{"Improving #1 • 3m"},
		"",
	},
	{
		"an evolution runs", running(job.Evolve, 1, 15*time.Minute), EvolvingRunning, "BASELINE_STALE",
		[]string{"Evolving → Gen 13 • 15m"},
		"",
	},
	{
		"a clock ahead of ours", running(job.Baseline, 1, -5*time.Second), BacktestRunning, "BASELINE_STALE",
		[]string{"Backtesting ×1 • 0s"},
		"",
	},
	{
		"a backtest waits", queued(job.Baseline, 0, 0), BacktestQueued, "BASELINE_STALE",
		[]string{"Queued • Backtest ×1"},
		"",
	},
	{
		"a second try waits", queued(job.Refresh, 1, 0), BacktestQueued, "BASELINE_STALE",
		[]string{"Queued • Backtest ×2"},
		"",
	},
	{
		"an improvement waits", queued(job.Improve, 0, 4), ImprovingQueued, "BASELINE_STALE",
		[]string{"Queued • Improve #4"},
		"",
	},
	{
		"an evolution waits", queued(job.Evolve, 0, 0), EvolvingQueued, "BASELINE_STALE",
		[]string{"Queued • Evolve → Gen 13"},
		"",
	},
	{
		"a backtest ended", lastEnded(job.Baseline, job.Completed, 3*time.Minute, ""), Idle, "NOT_DUE",
		[]string{"Backtesting ×1 • 3m ago"},
		"",
	},
	{
		"an improvement ended", lastEnded(job.Improve, job.Completed, 5*time.Second, ""), Idle, "NOT_DUE",
		[]string{"Improving #4 • 5s ago"},
		"",
	},
	{
		"an evolution ended", both(lastEnded(job.Evolve, job.Completed, time.Minute, ""),
			func(f *Facts) { f.Bot.Generation, f.EvolvedTo = 13, 13 }), Idle, "NOT_DUE",
		[]string{"Evolving → Gen 13 • 1m ago"},
		"",
	},
	{
		"10 minutes are over", lastEnded(job.Baseline, job.Completed, 10*time.Minute, ""), Idle, "NOT_DUE",
		[]string{},
		"",
	},
	{
		"a job was cancelled", lastEnded(job.Baseline, job.Cancelled, time.Minute, ""), Idle, "NOT_DUE",
		[]string{},
		"",
	},
	{
		"all attempts failed", both(lastEnded(job.Baseline, job.Failed, 2*time.Hour, "the data set es-5m is gone"),
			func(f *Facts) { f.Held = "COOLING_DOWN" }), Failed, "COOLING_DOWN",
		[]string{"Failed • the data set es-5m is gone • 2h ago"},
		"WARN: Backtest failed after 10s: the data set es-5m is gone",
	},
	{
		"a long error", lastEnded(job.Baseline, job.Failed, 25*time.Hour, longError), Failed, "NOT_DUE",
		[]string{"Failed • the strategy asks for 400 bars before its first signal and… • >24h ago"},
		"WARN: Backtest failed after 10s: " + longError,
	},
	{
		"failed without words", lastEnded(job.Improve, job.Failed, time.Minute, ""), Failed, "NOT_DUE",
		[]string{"Failed • all attempts used • 1m ago"},
		"WARN: Improve failed after 10s",
	},
	{"a failed job is tried anew", both(lastEnded(job.Baseline, job.Failed, time.Hour, "x"),
		queued(job.Baseline, 0, 0)), BacktestQueued, "BASELINE_STALE", []string{"Queued • Backtest ×1"}, ""},
	{
		"no data", func(f *Facts) { f.Held, f.HeldFor = "NO_DATA", "nq-5m has weekly holes; accept it by name" },
		Idle, "NO_DATA",
		[]string{},
		"WARN: nq-5m has weekly holes; accept it by name",
	},
	{
		"above LAB without a runner", above("", 0), RunnerRequired, "NO_RUNNER",
		[]string{"Needs Runner"},
		"WARN: a bot in PAPER needs a runner, and none works for it",
	},
	{
		"its runner was stopped", above("STOPPED", time.Second), RunnerRequired, "NO_RUNNER",
		[]string{"Needs Runner"},
		"WARN: a bot in PAPER needs a runner, and none works for it",
	},
	{
		"its runner starts", above("STARTING", time.Second), RunnerStarting, "STARTING",
		[]string{"Runner Starting"},
		"",
	},
	{
		"its runner runs", above("RUNNING", time.Second), RunnerRunning, "RUNNING",
		[]string{"Runner Running"},
		"",
	},
	{
		"its runner is paused", above("PAUSED", time.Second), RunnerPaused, "PAUSED",
		[]string{"Runner Paused"},
		"",
	},
	{
		"its runner is silent", above("RUNNING", 4*time.Minute), RunnerStale, "HEARTBEAT_LATE",
		[]string{"Runner Stale • 4m"},
		"DEGRADED: the runner has sent no heartbeat for more than 30s",
	},
	{
		"work above LAB stands beside the runner", both(above("", 0), running(job.Baseline, 1, time.Minute)),
		BacktestRunning, "BASELINE_STALE",
		[]string{"Backtesting ×1 • 1m", "Needs Runner"},
		"WARN: a bot in PAPER needs a runner, and none works for it",
	},
	{"created just now", newborn(time.Minute), Fresh, "AWAITING_TICK", []string{"Fresh"}, ""},
	{"created just now and held", both(newborn(time.Minute), func(f *Facts) {
		f.Held, f.HeldFor, f.Next = "PAUSED", "autonomy is paused", &Next{Action: "Resume", Reason: "waits"}
	}), Fresh, "PAUSED", []string{"Fresh"}, ""},
	{
		"10 minutes old, no job yet", newborn(10 * time.Minute), NeedsBacktest, "AWAITING_TICK",
		[]string{"Needs Backtest"},
		"",
	},
	{
		"young, but with a past", both(newborn(time.Minute), func(f *Facts) { f.JobsEver = 1 }),
		NeedsBacktest, "AWAITING_TICK",
		[]string{"Needs Backtest"},
		"",
	},
	{
		"young, and its first job waits", both(newborn(time.Minute), queued(job.Baseline, 0, 0)),
		BacktestQueued, "BASELINE_STALE",
		[]string{"Queued • Backtest ×1"},
		"",
	},
	{"idle", func(*Facts) {}, Idle, "NOT_DUE", []string{}, ""},
	{"the plan still speaks of the job that ended", func(f *Facts) {
		f.Held, f.HeldFor = "JOB_ACTIVE", "job 41 is running"
	}, Idle, "AWAITING_TICK", []string{}, ""},
	{"the plan still speaks of the job it enqueued", func(f *Facts) {
		f.Held, f.HeldFor = "BASELINE_MISSING", ""
	}, Idle, "AWAITING_TICK", []string{}, ""},
}

func displays(n BotNow) []string {
	all := []string{}
	for _, b := range n.Badges {
		all = append(all, b.Display)
	}
	return all
}

func TestSituations(t *testing.T) {
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			n := Now(facts(s.change), now)
			alert := ""
			if n.Alert != nil {
				alert = string(n.Alert.Severity) + ": " + n.Alert.Reason
			}
			got := situation{s.name, nil, n.State, n.ReasonCode, displays(n), alert}
			want := s
			want.change = nil
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(situation{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The whole botNow of every situation. The console's tests read the same file.
func TestWholeBotNow(t *testing.T) {
	type entry struct {
		Name   string    `json:"name"`
		Now    time.Time `json:"now"`
		BotNow BotNow    `json:"botNow"`
		Want   []string  `json:"want"`
	}
	var all []entry
	for _, s := range situations {
		all = append(all, entry{s.name, now, Now(facts(s.change), now), s.display})
	}
	got, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/badges.json"
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got)+"\n", "\n")); diff != "" {
		t.Errorf("%s (-want +got), go test -update writes it anew:\n%s", file, diff)
	}
}

func TestStageLock(t *testing.T) {
	f := facts(func(f *Facts) { f.Bot.StageLockedUntil = now.Add(23 * time.Hour) })
	codes := func(now time.Time) (codes []string, until *time.Time) {
		n := Now(f, now)
		if n.StageGate.Allowed {
			t.Error("the gate is open")
		}
		for _, b := range n.StageGate.Blockers {
			codes = append(codes, b.Code)
		}
		return codes, n.StageInfo.LockedUntil
	}
	locked, until := codes(now)
	if diff := cmp.Diff([]string{"PROMOTION_NOT_AVAILABLE", "STAGE_LOCKED"}, locked); diff != "" || until == nil {
		t.Errorf("while locked, until %v:\n%s", until, diff)
	}
	open, until := codes(now.Add(23 * time.Hour))
	if diff := cmp.Diff([]string{"PROMOTION_NOT_AVAILABLE"}, open); diff != "" || until != nil {
		t.Errorf("after the lock, until %v:\n%s", until, diff)
	}
}

func drawFacts(t *rapid.T) Facts {
	d := func(label string) time.Duration {
		return time.Duration(rapid.Int64Range(-3600, 200_000).Draw(t, label)) * time.Second
	}
	types := []job.Type{job.Baseline, job.Refresh, job.Improve, job.Evolve}
	return facts(func(f *Facts) {
		f.Bot.CreatedAt = ago(d("created"))
		f.Bot.StageLockedUntil = ago(-d("locked"))
		f.Bot.Stage = rapid.SampledFrom(bot.Stages[:]).Draw(t, "stage")
		f.Held = rapid.SampledFrom([]string{"", "JOB_ACTIVE", "NOT_DUE", "NO_DATA"}).Draw(t, "held")
		if rapid.Bool().Draw(t, "never worked on") {
			f.Last, f.JobsEver = nil, 0
		} else {
			status := rapid.SampledFrom([]job.Status{job.Completed, job.Failed, job.Cancelled}).Draw(t, "ended as")
			f.Last = ended(rapid.SampledFrom(types).Draw(t, "last"), status, d("ended"))
		}
		switch rapid.IntRange(0, 2).Draw(t, "active") {
		case 1:
			queued(rapid.SampledFrom(types).Draw(t, "queued"), 0, 2)(f)
		case 2:
			running(rapid.SampledFrom(types).Draw(t, "running"), 1, d("started"))(f)
		}
		if rapid.Bool().Draw(t, "instance") {
			status := rapid.SampledFrom([]string{"STARTING", "RUNNING", "PAUSED", "STOPPED"}).Draw(t, "instance is")
			f.Instance = &Instance{Status: status, LastHeartbeatAt: ago(d("beat")), UpdatedAt: ago(d("updated"))}
		}
	})
}

func TestWhatNeverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		n := Now(f, now)
		text := strings.Join(displays(n), "|")
		switch {
		case n.Badges == nil || n.StageGate.Blockers == nil:
			t.Fatal("a list is null on the wire")
		case len(n.Badges) > 2:
			t.Fatalf("%d badges: %s", len(n.Badges), text)
		case strings.Contains(text, "-"):
			t.Fatalf("a negative age: %s", text)
		case n.State == Fresh && (f.JobsEver > 0 || now.Sub(f.Bot.CreatedAt) >= Recent):
			t.Fatalf("fresh with a past: %+v", f)
		case n.State == Idle && text != "" && !n.Badges[0].Muted:
			t.Fatalf("idle with a badge: %s", text)
		case n.ActiveJob == nil && n.Next == nil:
			t.Fatal("neither at work nor with a next action")
		case n.ActiveJob != nil && n.ActiveJob.ElapsedSeconds < 0:
			t.Fatalf("elapsed %d", n.ActiveJob.ElapsedSeconds)
		case n.ReasonCode == "":
			t.Fatal("no reason code")
		case n.Alert != nil && n.Alert.Reason == "":
			t.Fatal("an alert without a reason")
		}
	})
}

// Between now and Until nothing but ages changes.
func TestUntil(t *testing.T) {
	shape := func(n BotNow) any {
		for i := range n.Badges {
			n.Badges[i].Display = ""
		}
		if n.ActiveJob != nil {
			n.ActiveJob.ElapsedSeconds = 0
		}
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		until := Until(f, now)
		if until.IsZero() {
			until = now.Add(1000 * time.Hour)
		}
		later := now.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(now))-1).Draw(t, "later")))
		if diff := cmp.Diff(shape(Now(f, now)), shape(Now(f, later))); diff != "" {
			t.Fatalf("changed by itself %v after now, before %v:\n%s", later.Sub(now), until, diff)
		}
	})
}

// Between now and UntilAge nothing changes, not even an age, and then something
// does: a moment that came too early would be work for nothing.
func TestUntilAge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, at := drawFacts(t), now.Add(time.Duration(rapid.Int64Range(0, 2e9).Draw(t, "now")))
		n := Now(f, at)
		until := UntilAge(f, n, at)
		if until.IsZero() {
			until = at.Add(1000 * time.Hour)
		} else if diff := cmp.Diff(n, Now(f, until)); diff == "" && !until.Equal(Until(f, at)) {
			t.Fatalf("%v after now nothing has changed", until.Sub(at))
		}
		later := at.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(at))-1).Draw(t, "later")))
		if diff := cmp.Diff(n, Now(f, later)); diff != "" {
			t.Fatalf("changed by itself %v after now, before %v:\n%s", later.Sub(at), until, diff)
		}
	})
}
