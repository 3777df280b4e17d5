package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/bot"
	"assay/job"
)

func drawAge(t *rapid.T, label string) time.Duration {
	return time.Duration(rapid.IntRange(-60, 24*60).Draw(t, label)) * time.Minute
}

func drawFacts(t *rapid.T, id int) Facts {
	f := Facts{
		ID:           bot.ID(fmt.Sprintf("bot-%02d", id)),
		Stage:        rapid.SampledFrom([]bot.Stage{bot.Lab, bot.Lab, bot.Lab, bot.Paper}).Draw(t, "stage"),
		WaitingSince: now.Add(-drawAge(t, "waiting")),
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
			CompletedAt: now.Add(-drawAge(t, "baseline")),
		}
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
			if d.Next.Action == "" || d.Next.Reason == "" || d.Held != nil && d.Held.Detail == "" {
				t.Fatalf("a bot without a sentence or a next action: %+v", d)
			}
			if !d.Next.DueAt.IsZero() && !d.Next.DueAt.After(now) {
				t.Fatalf("the next action lies in the past: %+v", d)
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
