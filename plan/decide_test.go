package plan

import (
	"fmt"
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
		ID: "orb", Stage: bot.Lab, CreatedAt: now.Add(-30 * time.Minute), WaitingSince: now.Add(-time.Hour), Version: 1,
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
	refreshAt := func(at time.Time) Next {
		return Next{
			Action: "Refresh backtest", DueAt: at,
			Reason: "a baseline is refreshed every 6h and after an exchange session with new data",
		}
	}
	noImprove := func(at time.Time) Decision {
		return held(ImproveUnavailable, "an improvement is due, and this version of Assay cannot improve bots; "+
			"the baseline is refreshed every 6h", refreshAt(at))
	}
	noEvolve := held(EvolveUnavailable, "an evolution is due, and this version of Assay cannot evolve bots; "+
		"the baseline is refreshed every 6h", refreshAt(now.Add(5*time.Hour)))
	work := func(t job.Type, iteration int, why Reason, action string) Decision {
		return Decision{
			BotID: "orb", Enqueue: &Enqueue{Type: t, Iteration: iteration, Reason: why},
			Next: Next{Action: action, Reason: "queued; it starts when a place is free"},
		}
	}
	improve := func(iteration int) Decision { return work(job.Improve, iteration, ImproveDue, "Improve") }
	evolve := work(job.Evolve, 0, EvolveDue, "Evolve")
	improved := func(ago time.Duration, iteration int) *Search {
		return &Search{EndedAt: now.Add(-ago), Iteration: iteration}
	}
	nextImprove := Next{
		Action: "Improve", DueAt: now.Add(time.Minute), Reason: "an improvement comes 15m after the last one",
	}
	nextEvolve := Next{
		Action: "Evolve", DueAt: now.Add(time.Minute), Reason: "an evolution comes 1h after the last one, or after the bot's start",
	}
	able, tuner := DefaultPolicy(), DefaultPolicy()
	able.Can = []job.Type{job.Baseline, job.Refresh, job.Improve, job.Evolve}
	tuner.Can = []job.Type{job.Baseline, job.Refresh, job.Improve}
	idle := DefaultPolicy()
	idle.Can = nil
	cooling := func(times string, next Next) Decision {
		return held(CoolingDown, "its Backtest failed "+times+
			" with all attempts used: the bars end before the first signal", next)
	}
	tests := []struct {
		name  string
		bot   Facts
		fleet Fleet
		lab   Policy // zero: the default
		want  Decision
	}{
		{
			name: "above LAB, even with an active job",
			bot: due(func(f *Facts) {
				f.Stage = bot.Paper
				f.Active = &Active{JobID: 7, Type: job.Baseline, Status: job.Running}
			}),
			want: held(NotInLab, "the bot is in PAPER; the lab works on bots in LAB",
				Next{Action: "Start runner", Reason: "a bot in PAPER is worked by its runner; this version of Assay has no runners, so it waits for one that has"}),
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
				Next{Action: "Resume", Reason: "waits until a person resumes the whole fleet: FOMC day; the planner looks again every 15s"}),
		},
		{
			name: "2: the bot is paused",
			bot:  due(func(f *Facts) { f.Paused, f.PausedReason = true, "roll week" }),
			want: held(Paused, "autonomy is paused for this bot: roll week",
				Next{Action: "Resume", Reason: "waits until a person resumes this bot: roll week; the planner looks again every 15s"}),
		},
		{
			name: "2: the bot is paused without a reason",
			bot:  due(func(f *Facts) { f.Paused = true }),
			want: held(Paused, "autonomy is paused for this bot",
				Next{Action: "Resume", Reason: "waits until a person resumes this bot; the planner looks again every 15s"}),
		},
		{
			name: "3: no usable data, before the cool-down",
			bot: due(func(f *Facts) {
				f.Data = Data{Set: "nq-5m", Why: "nq-5m has weekly holes", Fix: "accept it by name"}
				f.LastJob = failed(1, time.Minute)
			}),
			want: held(NoData, "nq-5m has weekly holes; accept it by name",
				Next{Action: "Import data", Reason: "waits for usable data; the planner looks again every 15s; accept it by name"}),
		},
		{
			name: "3: no data at all",
			bot:  due(func(f *Facts) { f.Data = Data{} }),
			want: held(NoData, "there is no usable historical data for its symbol",
				Next{Action: "Import data", Reason: "waits for usable data; the planner looks again every 15s"}),
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
			want: noImprove(now.Add(5 * time.Hour)),
		},
		{
			name: "6: a recent one is not stale",
			bot:  tested(6*time.Hour-time.Nanosecond, nil),
			want: noImprove(now.Add(time.Nanosecond)),
		},
		{
			name: "6: a little ahead of the clock is recent",
			bot:  tested(-time.Hour, nil),
			want: noImprove(now.Add(7 * time.Hour)),
		},
		{name: "6: from a clock that was set back by a year", bot: tested(-24*365*time.Hour, nil), want: refresh},
		{
			name: "4: a cool-down from a clock that was set back by a year",
			bot:  due(func(f *Facts) { f.LastJob = failed(1, -24*365*time.Hour) }),
			want: baseline,
		},
		{
			name: "5: a laboratory without anybody to do it", lab: idle, bot: due(nil),
			want: held(BacktestUnavailable, "a backtest is due, and this version of Assay cannot run one",
				Next{Action: "Update Assay", Reason: "waits for an Assay that can do BASELINE_BACKTEST"}),
		},
		{
			name: "6: a laboratory without anybody to do it", lab: idle, bot: tested(6*time.Hour, nil),
			want: held(BacktestUnavailable, "a refresh backtest is due, and this version of Assay cannot run one",
				Next{Action: "Update Assay", Reason: "waits for an Assay that can do REFRESH_BACKTEST"}),
		},
		{
			name: "7: the trials are used up", lab: able,
			bot: tested(time.Hour, func(f *Facts) { f.Trials = 10_000 }),
			want: held(TrialBudgetExhausted, "10000 variants of its lineage were tried, and 10000 are allowed",
				refreshAt(now.Add(5*time.Hour))),
		},
		{
			name: "7: but a refresh goes on", lab: able,
			bot:  tested(6*time.Hour, func(f *Facts) { f.Trials = 10_000 }),
			want: refresh,
		},
		{
			name: "8: after three improvements and an hour", lab: able,
			bot: tested(time.Hour, func(f *Facts) {
				f.Improvements, f.Evolve = 3, improved(time.Hour, 0)
			}),
			want: evolve,
		},
		{
			name: "8: a bot that trades too little needs no improvements", lab: able,
			bot: tested(time.Hour, func(f *Facts) {
				f.Baseline.Trades, f.CreatedAt = 29, now.Add(-time.Hour)
			}),
			want: evolve,
		},
		{
			name: "8: the hour begins again at the boundary", lab: able,
			bot: tested(time.Hour, func(f *Facts) {
				f.Improvements, f.Boundary, f.Evolve = 3, now.Add(-59*time.Minute), improved(5*time.Hour, 0)
				f.Improve = improved(time.Minute, 9)
			}),
			want: held(NotDue, "the baseline is recent; it is refreshed every 6h", nextEvolve),
		},
		{
			name: "8: two improvements are too few", lab: able,
			bot: tested(time.Hour, func(f *Facts) {
				f.Improvements, f.Evolve, f.Improve = 2, improved(5*time.Hour, 0), improved(15*time.Minute, 7)
			}),
			want: improve(8),
		},
		{
			name: "8: nobody evolves",
			bot: tested(time.Hour, func(f *Facts) {
				f.Improvements, f.Evolve = 3, improved(time.Hour, 0)
			}),
			want: noEvolve,
		},
		{
			name: "8: nobody evolves, and that keeps no improvement waiting", lab: tuner,
			bot: tested(time.Hour, func(f *Facts) {
				f.Improvements, f.Evolve = 3, improved(time.Hour, 0)
			}),
			want: improve(1),
		},
		{
			name: "8: nobody evolves, and the next improvement is near", lab: tuner,
			bot: tested(time.Hour, func(f *Facts) {
				f.Improvements, f.Evolve, f.Improve = 3, improved(time.Hour, 0), improved(14*time.Minute, 3)
			}),
			want: held(EvolveUnavailable, noEvolve.Held.Detail, nextImprove),
		},
		{
			name: "9: too few trades, before an improvement", lab: able,
			bot: tested(time.Hour, func(f *Facts) {
				f.Baseline.Trades, f.CreatedAt = 29, now.Add(-59*time.Minute)
			}),
			want: held(TradesBelowMinimum, "its baseline has 29 trades, and an improvement needs 30 to judge by", nextEvolve),
		},
		{name: "10: the first improvement is due at once", lab: able, bot: tested(time.Hour, nil), want: improve(1)},
		{
			name: "10: and the next 15 minutes after it ended", lab: able,
			bot:  tested(time.Hour, func(f *Facts) { f.Improve = improved(15*time.Minute, 4) }),
			want: improve(5),
		},
		{
			name: "11: nothing is due", lab: able,
			bot:  tested(time.Hour, func(f *Facts) { f.Improve = improved(14*time.Minute, 4) }),
			want: held(NotDue, "the baseline is recent; it is refreshed every 6h", nextImprove),
		},
		{
			name: "11: the refresh comes before the next improvement", lab: able,
			bot: tested(6*time.Hour-time.Second, func(f *Facts) { f.Improve = improved(14*time.Minute, 4) }),
			want: held(NotDue, "the baseline is recent; it is refreshed every 6h",
				refreshAt(now.Add(time.Second))),
		},
		{
			name: "4: what follows a cool-down is what the rules will ask for", lab: able,
			bot: tested(time.Hour, func(f *Facts) {
				f.LastJob, f.Improve = failed(1, time.Minute), improved(20*time.Minute, 1)
			}),
			want: cooling("once", Next{
				Action: "Improve", DueAt: now.Add(29 * time.Minute), Reason: "a new try after the cool-down",
			}),
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
			policy := test.lab
			if policy.TickInterval == 0 {
				policy = DefaultPolicy()
			}
			if diff := cmp.Diff(want, Decide(test.fleet, policy, now)); diff != "" {
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
			Next: Next{Action: "Backtest", Reason: "waits for a free place among the active jobs; the planner looks again every 15s"},
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

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		fleet := Fleet{Bots: make([]Facts, n)}
		for i := range fleet.Bots {
			fleet.Bots[i] = tested(time.Duration(i%7000)*time.Second*3, func(f *Facts) {
				f.ID, f.WaitingSince = bot.ID(fmt.Sprintf("bot-%06d", i)), now.Add(-time.Duration(i%977)*time.Second)
			})
		}
		b.Run(fmt.Sprintf("%d bots", n), func(b *testing.B) {
			for b.Loop() {
				Decide(fleet, DefaultPolicy(), now)
			}
		})
	}
}
