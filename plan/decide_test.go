package plan

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
	"assay/job"
)

var now = time.Date(2026, 11, 22, 18, 38, 47, 0, time.UTC)

// due is a LAB bot with data and without a baseline.
func due(change func(*Facts)) Facts {
	f := Facts{
		ID: "orb", Stage: bot.Lab, WaitingSince: now.Add(-time.Hour), Version: 1,
		Data: Data{Usable: true, Set: "es-5m", Fingerprint: "f1", SessionClosed: now.Add(-24 * time.Hour)},
	}
	if change != nil {
		change(&f)
	}
	return f
}

// tested is due with a baseline of that age on the current data.
func tested(age time.Duration, change func(*Facts)) Facts {
	return due(func(f *Facts) {
		f.Baseline = &Baseline{
			Set: "es-5m", Fingerprint: "f1", SessionClosed: now.Add(-24 * time.Hour),
			CompletedAt: now.Add(-age), Trades: 50,
		}
		if change != nil {
			change(f)
		}
	})
}

func failed(times int, ago time.Duration) *LastJob {
	return &LastJob{
		Type: job.Baseline, Status: job.Failed, EndedAt: now.Add(-ago),
		Error: "the bars end before the first signal", FailuresInARow: times,
	}
}

func TestRules(t *testing.T) {
	baseline := Decision{
		BotID:   "orb",
		Enqueue: &Enqueue{Type: job.Baseline, Reason: BaselineMissing},
		Next:    Next{Action: "Backtest", Reason: "queued; it starts when a place is free"},
	}
	refresh := Decision{
		BotID:   "orb",
		Enqueue: &Enqueue{Type: job.Refresh, Reason: BaselineStale},
		Next:    Next{Action: "Refresh backtest", Reason: "queued; it starts when a place is free"},
	}
	held := func(why Reason, detail string, next Next) Decision {
		return Decision{BotID: "orb", Held: &Held{Reason: why, Detail: detail}, Next: next}
	}
	notDueAt := func(at time.Time) Decision {
		return held(NotDue, "the baseline is recent; it is refreshed every 6h", Next{
			Action: "Refresh backtest", DueAt: at,
			Reason: "a baseline is refreshed every 6h and after an exchange session with new data",
		})
	}
	cooling := func(times string, next Next) Decision {
		return held(CoolingDown, "its Backtest failed "+times+
			" with all attempts used: the bars end before the first signal", next)
	}
	tests := []struct {
		name  string
		bot   Facts
		fleet Fleet
		want  Decision
	}{
		{
			name: "above LAB, even with an active job",
			bot: due(func(f *Facts) {
				f.Stage = bot.Paper
				f.Active = &Active{JobID: 7, Type: job.Baseline, Status: job.Running}
			}),
			want: held(NotInLab, "the bot is in PAPER; the lab works on bots in LAB",
				Next{Action: "Start runner", Reason: "a bot in PAPER is worked by its runner"}),
		},
		{
			name: "1: a job is active, even when paused",
			bot: due(func(f *Facts) {
				f.Active = &Active{JobID: 7, Type: job.Refresh, Status: job.Running}
				f.Paused = true
			}),
			want: held(JobActive, "job 7 (REFRESH_BACKTEST) is running", Next{
				Action: "Refresh backtest",
				Reason: "job 7 is running; what follows is decided when it ends",
			}),
		},
		{
			name:  "2: the fleet is paused, before data",
			bot:   due(func(f *Facts) { f.Data = Data{} }),
			fleet: Fleet{Paused: true, PausedReason: "FOMC day"},
			want: held(Paused, "autonomy is paused for the whole fleet: FOMC day",
				Next{Action: "Resume", Reason: "waits until a person resumes the whole fleet"}),
		},
		{
			name: "2: the bot is paused without a reason",
			bot:  due(func(f *Facts) { f.Paused = true }),
			want: held(Paused, "autonomy is paused for this bot",
				Next{Action: "Resume", Reason: "waits until a person resumes this bot"}),
		},
		{
			name: "3: no usable data, before the cool-down",
			bot: due(func(f *Facts) {
				f.Data = Data{Set: "nq-5m", Why: "nq-5m has weekly holes", Fix: "accept it by name"}
				f.LastJob = failed(1, time.Minute)
			}),
			want: held(NoData, "nq-5m has weekly holes; accept it by name",
				Next{Action: "Import data", Reason: "waits for usable data: accept it by name"}),
		},
		{
			name: "3: no data at all",
			bot:  due(func(f *Facts) { f.Data = Data{} }),
			want: held(NoData, "there is no usable historical data for its symbol",
				Next{Action: "Import data", Reason: "waits for usable data"}),
		},
		{
			name: "4: the first cool-down is 30 minutes",
			bot:  due(func(f *Facts) { f.LastJob = failed(1, 29*time.Minute) }),
			want: cooling("once", Next{
				Action: "Backtest", DueAt: now.Add(time.Minute), Reason: "a new try after the cool-down",
			}),
		},
		{
			name: "4: and is over at its end",
			bot:  due(func(f *Facts) { f.LastJob = failed(1, 30*time.Minute) }),
			want: baseline,
		},
		{
			name: "4: the third in a row is 2 hours",
			bot:  due(func(f *Facts) { f.LastJob = failed(3, time.Hour) }),
			want: cooling("3 times in a row", Next{
				Action: "Backtest", DueAt: now.Add(time.Hour), Reason: "a new try after the cool-down",
			}),
		},
		{
			name: "4: never longer than 6 hours",
			bot:  tested(7*time.Hour, func(f *Facts) { f.LastJob = failed(1000, time.Hour) }),
			want: cooling("1000 times in a row", Next{
				Action: "Refresh backtest", DueAt: now.Add(5 * time.Hour),
				Reason: "a new try after the cool-down",
			}),
		},
		{
			name: "4: after it, a recent baseline still waits for its own time",
			bot:  tested(time.Hour, func(f *Facts) { f.LastJob = failed(1, time.Minute) }),
			want: cooling("once", Next{
				Action: "Refresh backtest", DueAt: now.Add(5 * time.Hour),
				Reason: "a new try after the cool-down",
			}),
		},
		{
			name: "4: a reset after the failure clears it",
			bot: due(func(f *Facts) {
				f.LastJob = failed(1, time.Minute)
				f.Boundary = now.Add(-time.Second)
			}),
			want: baseline,
		},
		{
			name: "4: a cancelled job is no failure",
			bot: due(func(f *Facts) {
				f.LastJob = &LastJob{Type: job.Baseline, Status: job.Cancelled, EndedAt: now}
			}),
			want: baseline,
		},
		{name: "5: no baseline", bot: due(nil), want: baseline},
		{
			name: "5: a baseline of another data set does not count",
			bot:  tested(time.Hour, func(f *Facts) { f.Baseline.Set = "sim-es" }),
			want: baseline,
		},
		{
			name: "5: the bars were corrected, and no session was added",
			bot:  tested(time.Hour, func(f *Facts) { f.Data.Fingerprint = "f2" }),
			want: baseline,
		},
		{name: "6: older than 6 hours", bot: tested(6*time.Hour, nil), want: refresh},
		{
			name: "6: a session has closed with new data",
			bot: tested(time.Hour, func(f *Facts) {
				f.Data.Fingerprint, f.Data.SessionClosed = "f2", now.Add(-time.Minute)
			}),
			want: refresh,
		},
		{
			name: "6: a session has closed, and the data is the same",
			bot:  tested(time.Hour, func(f *Facts) { f.Data.SessionClosed = now.Add(-time.Minute) }),
			want: notDueAt(now.Add(5 * time.Hour)),
		},
		{
			name: "11: nothing is due",
			bot:  tested(6*time.Hour-time.Nanosecond, nil),
			want: notDueAt(now.Add(time.Nanosecond)),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.fleet.Bots = []Facts{test.bot}
			want := Plan{Decisions: []Decision{test.want}, HeldBy: map[Reason]int{}}
			if test.want.Enqueue != nil {
				want.Enqueued = 1
			} else {
				want.HeldBy[test.want.Held.Reason] = 1
			}
			if diff := cmp.Diff(want, Decide(test.fleet, DefaultPolicy(), now)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongestWaitingIsServedFirst(t *testing.T) {
	waits := func(id bot.ID, since time.Duration) Facts {
		return due(func(f *Facts) { f.ID, f.WaitingSince = id, now.Add(-since) })
	}
	policy := DefaultPolicy()
	policy.MaxTotalJobs = 3
	fleet := Fleet{ActiveJobs: 1, Bots: []Facts{
		waits("new", time.Minute), waits("b", time.Hour), waits("a", time.Hour), waits("c", time.Hour),
	}}
	enqueue := func(id bot.ID) Decision {
		return Decision{
			BotID:   id,
			Enqueue: &Enqueue{Type: job.Baseline, Reason: BaselineMissing},
			Next:    Next{Action: "Backtest", Reason: "queued; it starts when a place is free"},
		}
	}
	over := func(id bot.ID) Decision {
		return Decision{
			BotID: id,
			Held: &Held{Reason: CapTotal, Detail: "it is due (BASELINE_MISSING), " +
				"and 3 jobs are active, the most allowed"},
			Next: Next{Action: "Backtest", Reason: "waits for a free place among the active jobs"},
		}
	}
	want := Plan{
		Decisions: []Decision{enqueue("a"), enqueue("b"), over("c"), over("new")},
		Enqueued:  2,
		HeldBy:    map[Reason]int{CapTotal: 2},
	}
	if diff := cmp.Diff(want, Decide(fleet, policy, now)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func BenchmarkDecide10000(b *testing.B) {
	fleet := Fleet{Bots: make([]Facts, 10_000)}
	for i := range fleet.Bots {
		fleet.Bots[i] = tested(time.Duration(i)*time.Second*3, func(f *Facts) {
			f.ID, f.WaitingSince = bot.ID(strconv.Itoa(i)), now.Add(-time.Duration(i%977)*time.Second)
		})
	}
	for b.Loop() {
		Decide(fleet, DefaultPolicy(), now)
	}
}
