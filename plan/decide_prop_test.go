package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/bot"
	"assay/job"
)

var kinds = []job.Type{job.Baseline, job.Refresh, job.Improve, job.Evolve}

func drawAge(t *rapid.T, label string) time.Duration {
	return time.Duration(rapid.IntRange(-60, 24*60).Draw(t, label)) * time.Minute
}

func drawFacts(t *rapid.T, id int) Facts {
	f := Facts{
		ID:           bot.ID(fmt.Sprintf("bot-%02d", id)),
		Stage:        rapid.SampledFrom([]bot.Stage{bot.Lab, bot.Lab, bot.Lab, bot.Paper}).Draw(t, "stage"),
		CreatedAt:    now.Add(-drawAge(t, "created")),
		WaitingSince: now.Add(-drawAge(t, "waiting")),
		Improvements: rapid.IntRange(0, 5).Draw(t, "improvements"),
		Trials:       rapid.SampledFrom([]int{0, 0, 0, 9_999, 10_000}).Draw(t, "trials"),
		Paused:       rapid.IntRange(0, 9).Draw(t, "paused") == 0,
		Data: Data{
			Usable:        rapid.IntRange(0, 9).Draw(t, "no data") > 0,
			Set:           rapid.SampledFrom([]string{"sim-es", "es-5m"}).Draw(t, "set"),
			Fingerprint:   rapid.SampledFrom([]string{"f1", "f2"}).Draw(t, "fingerprint"),
			SessionClosed: now.Add(-drawAge(t, "closed")),
		},
	}
	if rapid.Bool().Draw(t, "has baseline") {
		f.Baseline = &Baseline{
			Set: "es-5m", Fingerprint: "f1", SessionClosed: now.Add(-drawAge(t, "baseline's data")),
			CompletedAt: now.Add(-drawAge(t, "baseline")), Trades: rapid.SampledFrom([]int{0, 29, 30, 500}).Draw(t, "trades"),
		}
	}
	if rapid.Bool().Draw(t, "was improved") {
		f.Improve = &Search{EndedAt: now.Add(-drawAge(t, "improved")), Iteration: rapid.IntRange(1, 9).Draw(t, "iteration")}
	}
	if rapid.Bool().Draw(t, "was evolved") {
		f.Evolve = &Search{EndedAt: now.Add(-drawAge(t, "evolved"))}
	}
	if rapid.IntRange(0, 3).Draw(t, "was reset") == 0 {
		f.Boundary = now.Add(-drawAge(t, "boundary"))
	}
	if rapid.Bool().Draw(t, "has last job") {
		f.LastJob = &LastJob{
			Type:           job.Refresh,
			Status:         rapid.SampledFrom([]job.Status{job.Failed, job.Completed}).Draw(t, "status"),
			EndedAt:        now.Add(-drawAge(t, "ended")),
			FailuresInARow: rapid.IntRange(0, 100).Draw(t, "failures"),
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "active") == 0 {
		f.Active = &Active{JobID: int64(id), Type: job.Baseline, Status: job.Queued}
	}
	return f
}

func drawFleet(t *rapid.T) (Fleet, Policy) {
	policy := DefaultPolicy()
	policy.MaxTotalJobs = rapid.IntRange(0, 20).Draw(t, "cap")
	policy.Can = kinds[:rapid.IntRange(2, 4).Draw(t, "kinds")]
	if rapid.IntRange(0, 9).Draw(t, "a lab of its own kind") == 0 {
		policy.Can = rapid.SliceOfDistinct(rapid.SampledFrom(kinds), rapid.ID[job.Type]).Draw(t, "can")
	}
	fleet := Fleet{Paused: rapid.IntRange(0, 9).Draw(t, "all paused") == 0}
	for id := range rapid.IntRange(0, 25).Draw(t, "bots") {
		fleet.Bots = append(fleet.Bots, drawFacts(t, id))
	}
	fleet.ActiveJobs = active(fleet.Bots)
	return fleet, policy
}

func TestCountsAddUpAndEveryBotHasANextAction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		p := Decide(fleet, policy, now)
		held, seen := 0, map[bot.ID]bool{}
		for _, n := range p.HeldBy {
			held += n
		}
		if p.Enqueued+held != len(fleet.Bots) || len(p.Decisions) != len(fleet.Bots) {
			t.Fatalf("%d enqueued + %d held, %d decisions, %d bots",
				p.Enqueued, held, len(p.Decisions), len(fleet.Bots))
		}
		for i, d := range p.Decisions {
			seen[d.BotID] = true
			if (d.Enqueue == nil) == (d.Held == nil) || (d.Enqueue != nil) != (i < p.Enqueued) {
				t.Fatalf("decision %d is not one of enqueued and held, enqueued first: %+v", i, d)
			}
			if waits := d.Held != nil && d.Next.DueAt.IsZero() && !endsWithTime(d); waits {
				t.Fatalf("%s waits, and nobody says when it is looked at again: %+v", d.BotID, d)
			}
			if d.Next.Action == "" || d.Next.Reason == "" || d.Held != nil && d.Held.Detail == "" {
				t.Fatalf("a bot without a sentence or a next action: %+v", d)
			}
			if !d.Next.DueAt.IsZero() && !d.Next.DueAt.After(now) {
				t.Fatalf("the next action lies in the past: %+v", d)
			}
			if d.Enqueue != nil && !slices.Contains(policy.Can, d.Enqueue.Type) {
				t.Fatalf("nobody can do that: %+v", d)
			}
		}
		if len(seen) != len(fleet.Bots) {
			t.Fatalf("%d bots decided, want %d", len(seen), len(fleet.Bots))
		}
	})
}

func TestOrderOfBotsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		want := Decide(fleet, policy, now)
		fleet.Bots = slices.Clone(fleet.Bots)
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(fleet.Bots), func(i, j int) {
			fleet.Bots[i], fleet.Bots[j] = fleet.Bots[j], fleet.Bots[i]
		})
		if diff := cmp.Diff(want, Decide(fleet, policy, now)); diff != "" {
			t.Fatalf("plan (-want +shuffled):\n%s", diff)
		}
	})
}

func TestDecidingAgainEnqueuesNothingNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		p := Decide(fleet, policy, now)
		for i, b := range fleet.Bots {
			for _, d := range p.Decisions[:p.Enqueued] {
				if d.BotID == b.ID {
					fleet.Bots[i].Active = &Active{JobID: 1, Type: d.Enqueue.Type, Status: job.Queued}
				}
			}
		}
		fleet.ActiveJobs += p.Enqueued
		again := Decide(fleet, policy, now)
		if again.Enqueued != 0 {
			t.Fatalf("enqueued %d again: %+v", again.Enqueued, again.Decisions[0])
		}
	})
}

// A bot that is due and held over the cap has not waited longer than any bot
// that is served, and the cap is met, not passed.
func TestCapAndFairness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		p := Decide(fleet, policy, now)
		if p.Enqueued > max(0, policy.MaxTotalJobs-fleet.ActiveJobs) {
			t.Fatalf("%d enqueued with %d of %d active", p.Enqueued, fleet.ActiveJobs, policy.MaxTotalJobs)
		}
		if p.HeldBy[CapTotal] > 0 && p.Enqueued+fleet.ActiveJobs < policy.MaxTotalJobs {
			t.Fatalf("bots are held over a cap of %d with %d active",
				policy.MaxTotalJobs, p.Enqueued+fleet.ActiveJobs)
		}
		since := map[bot.ID]time.Time{}
		for _, b := range fleet.Bots {
			since[b.ID] = b.WaitingSince
		}
		for _, d := range p.Decisions[p.Enqueued:] {
			for _, served := range p.Decisions[:p.Enqueued] {
				if d.Held.Reason == CapTotal && since[d.BotID].Before(since[served.BotID]) {
					t.Fatalf("%s waits longer than %s, which is served", d.BotID, served.BotID)
				}
			}
		}
	})
}

// What the plan says of the next action comes true: at that time, if nothing
// else happens, the rules ask for it.
func TestNextActionComesTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		policy.MaxTotalJobs = 1000
		for _, d := range Decide(fleet, policy, now).Decisions {
			if d.Next.DueAt.IsZero() {
				if d.Held != nil && slices.Contains([]Reason{NotDue, CoolingDown, TradesBelowMinimum}, d.Held.Reason) &&
					d.Next.Action != actionUpdate {
					t.Fatalf("a bot that waits for a time does not say for which: %+v", d)
				}
				continue
			}
			then := decisionOn(Decide(fleet, policy, d.Next.DueAt), d.BotID)
			if then.Enqueue == nil || action(then.Enqueue.Type) != d.Next.Action {
				t.Fatalf("said   %+v %+v\ncame   %+v %+v", d.Held, d.Next, then.Held, then)
			}
		}
	})
}

func decisionOn(p Plan, id bot.ID) Decision {
	at := slices.IndexFunc(p.Decisions, func(d Decision) bool { return d.BotID == id })
	return p.Decisions[at]
}

// A rule that cannot be followed must not keep back work that can be done: a
// bot that is held by a wish gets nothing from a laboratory that can do all
// but the wish either.
func TestWishesStarveNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		policy.MaxTotalJobs = 1000
		fleet.ActiveJobs = 0
		for _, d := range Decide(fleet, policy, now).Decisions {
			if d.Held == nil || d.Held.Reason != EvolveUnavailable {
				continue
			}
			f := fleet.Bots[slices.IndexFunc(fleet.Bots, func(f Facts) bool { return f.ID == d.BotID })]
			able := policy
			able.Can = append(slices.Clone(policy.Can), job.Evolve)
			f.Improvements, f.Evolve = 0, &Search{EndedAt: now} // as if there were no wish
			alone := Fleet{Paused: fleet.Paused, Bots: []Facts{f}}
			if then := Decide(alone, able, now).Decisions[0]; then.Enqueue != nil {
				t.Fatalf("%+v keeps back %+v", d.Held, then.Enqueue)
			}
		}
	})
}

// An explanation ends with the decision it explains, and the rules are looked
// at in their order.
func TestExplanationsAgreeWithThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		for _, d := range Decide(fleet, policy, now).Decisions {
			e, found := Explain(fleet, policy, now, d.BotID)
			if diff := cmp.Diff(d, e.Decision); diff != "" || !found {
				t.Fatalf("found %v; decision (-plan +explained):\n%s", found, diff)
			}
			looked := e.Rules
			if n := len(looked) - 1; looked[n].Rule == string(CapTotal) {
				looked = looked[:n]
			}
			for i, r := range looked {
				if r.Rule != theRules()[i].name || r.Saw == "" || (r.Answer == Decides) != (i == len(looked)-1) {
					t.Fatalf("rule %d of %d: %+v", i, len(looked), r)
				}
			}
		}
	})
}

// A day of ticks with fewer places than bots: every LAB bot with data is
// served, again and again, and none waits much longer than the fleet takes.
func TestNobodyWaitsForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := DefaultPolicy()
		policy.Can = kinds[:rapid.IntRange(2, 4).Draw(t, "kinds")]
		policy.MaxTotalJobs = rapid.IntRange(1, 4).Draw(t, "cap")
		fleet := Fleet{}
		for id := range rapid.IntRange(1, 12).Draw(t, "bots") {
			f := drawFacts(t, id)
			f.Stage, f.Paused, f.Active, f.Trials = bot.Lab, false, nil, 0
			f.Data = Data{Usable: true, Set: "es-5m", Fingerprint: "f1", SessionClosed: now.Add(-time.Hour)}
			fleet.Bots = append(fleet.Bots, f)
		}
		runFor := rapid.IntRange(1, 3).Draw(t, "ticks a job runs")
		served := simulate(t, fleet, policy, 24*time.Hour, runFor)
		// A cool-down, a refresh, and a whole turn of the fleet.
		bound := policy.MaxCoolDown + policy.RefreshAfter + time.Hour +
			time.Duration(len(fleet.Bots)*(runFor+1))*time.Minute
		for _, f := range fleet.Bots {
			last := now
			for _, at := range append(served[f.ID], now.Add(24*time.Hour)) {
				if at.Sub(last) > bound {
					t.Fatalf("%s waits from %s to %s, longer than %s", f.ID, last, at, bound)
				}
				last = at
			}
		}
	})
}

// simulate plays ticks a minute apart; every job takes some ticks and ends
// well. It returns when each bot was served.
func simulate(t *rapid.T, fleet Fleet, policy Policy, d time.Duration, runFor int) map[bot.ID][]time.Time {
	served, left := map[bot.ID][]time.Time{}, map[bot.ID]int{}
	for at := now; at.Before(now.Add(d)); at = at.Add(time.Minute) {
		for i, f := range fleet.Bots {
			if left[f.ID]--; f.Active != nil && left[f.ID] <= 0 {
				fleet.Bots[i] = ended(f, f.Active.Type, at)
			}
		}
		fleet.ActiveJobs = active(fleet.Bots)
		p := Decide(fleet, policy, at)
		if p.Enqueued+fleet.ActiveJobs > policy.MaxTotalJobs {
			t.Fatalf("%d jobs with a cap of %d", p.Enqueued+fleet.ActiveJobs, policy.MaxTotalJobs)
		}
		for i, f := range fleet.Bots {
			if e := decisionOn(p, f.ID).Enqueue; e != nil {
				served[f.ID], left[f.ID] = append(served[f.ID], at), runFor
				fleet.Bots[i].Active = &Active{JobID: 1, Type: e.Type, Status: job.Running}
			}
		}
	}
	return served
}

// endsWithTime says whether the sentence of a bot that waits for something
// without a time says what ends the wait: the end of a job, its runner, another
// Assay, or the planner, which looks again.
func endsWithTime(d Decision) bool {
	for why, says := range map[Reason]string{
		NotInLab: "is worked by its runner", JobActive: "is decided when it ends", BacktestUnavailable: "waits for an Assay that can do",
		Paused: "the planner looks again every", NoData: "the planner looks again every", CapTotal: "the planner looks again every",
	} {
		if d.Held.Reason == why {
			return strings.Contains(d.Next.Reason, says)
		}
	}
	return strings.Contains(d.Next.Reason, "waits for an Assay that can do") // it cannot even refresh
}
