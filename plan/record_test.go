package plan

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/bot"
)

// The hashes name what a plan is made from, whatever order or time zone it
// comes in, and nothing else.
func TestHashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		hashes := func(f Fleet, at time.Time) [2]string {
			in, out := Hashes(f, policy, at, Decide(f, policy, at))
			return [2]string{in.String(), out.String()}
		}
		want := hashes(fleet, now)
		shuffled := fleet
		shuffled.Bots = slices.Clone(fleet.Bots)
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(shuffled.Bots), func(i, j int) {
			shuffled.Bots[i], shuffled.Bots[j] = shuffled.Bots[j], shuffled.Bots[i]
		})
		if got := hashes(shuffled, now.In(time.FixedZone("CST", -6*3600))); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
		if got := hashes(fleet, now.Add(time.Millisecond)); got[0] == want[0] {
			t.Fatal("another time has the same input hash")
		}
		if len(fleet.Bots) > 0 {
			shuffled.Bots[0].Version++
			if got := hashes(shuffled, now); got[0] == want[0] {
				t.Fatal("other facts have the same input hash")
			}
		}
	})
}

func TestMerge(t *testing.T) {
	facts := func(id bot.ID, version int64) Facts { return Facts{ID: id, Version: version} }
	said := func(id bot.ID, why string) Decision { return Decision{BotID: id, Next: Next{Reason: why}} }
	whole := Record{Version: 1, ActiveJobs: 1, Bots: []Facts{facts("a", 1), facts("b", 1)}, Decisions: []Decision{said("a", "x"), said("b", "x")}}
	got := Merge(whole,
		Record{Version: 1, ActiveJobs: 2, Bots: []Facts{facts("b", 2), facts("c", 1)}, Decisions: []Decision{said("c", "y")}},
		Record{Version: 1, Paused: true, Bots: []Facts{facts("c", 2)}, Decisions: []Decision{said("a", "z")}},
	)
	want := Record{
		Version: 1, Paused: true, Bots: []Facts{facts("a", 1), facts("b", 2), facts("c", 2)},
		Decisions: []Decision{said("a", "z"), said("b", "x"), said("c", "y")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if whole.Bots[1].Version != 1 {
		t.Error("the older record was changed")
	}
}
