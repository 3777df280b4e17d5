package control

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/plan"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

// Terms: one holder at a time, and they never go back.
func TestLeaseTerms(t *testing.T) {
	for name, open := range map[string]func(testing.TB, func() time.Time) *store.DB{
		"SQLite": storetest.Open, "PostgreSQL": storetest.OpenPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			clock := storetest.NewClock()
			db := open(t, clock.Now)
			var got []any
			lead := func(holder string) {
				term, err := db.Lead(t.Context(), "r", holder, 10*time.Second)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, term)
			}
			leads := func(holder string, term int64) {
				err := db.InTx(t.Context(), func(tx *store.DB) error {
					ok, err := tx.Leads(t.Context(), "r", holder, term)
					got = append(got, ok)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			lead("a")
			lead("b")
			clock.Add(9 * time.Second)
			lead("a") // renewed
			clock.Add(9 * time.Second)
			lead("b")
			leads("a", 1)
			clock.Add(1001 * time.Millisecond)
			leads("a", 1) // it fell silent
			lead("b")
			leads("a", 1)
			leads("b", 2)
			if err := db.Resign(t.Context(), "r", "b"); err != nil {
				t.Fatal(err)
			}
			leads("b", 2)
			lead("a")
			want := []any{
				int64(1), int64(0), int64(1), int64(0), true, false, int64(2), false, true, false, int64(3),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Two servers on one database: one plans, and when it stops the other does.
func TestOnePlannerAtATime(t *testing.T) {
	address := storetest.PostgresAddress(t)
	planners := make([]*Planner, 2)
	for i := range planners {
		db, err := store.OpenPostgres(t.Context(), address, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		planners[i] = &Planner{
			DB: db, Policy: plan.DefaultPolicy(), Reaper: worker.Reaper{DB: db, Config: worker.DefaultConfig(2)}, Leader: NewLeader(db, nil),
		}
	}
	stops := make([]func(), 2)
	for i, p := range planners {
		stops[i] = runWithLeader(t, p)
	}
	first := firstToPlan(t, planners)
	if other := planners[1-first].Newest(); other.ID != 0 {
		t.Errorf("both planned: %+v", other)
	}
	stops[first]() // and resigns
	if now := firstToPlan(t, planners[1-first:2-first]); now != 0 {
		t.Error("nobody plans after the first has stopped")
	}
	stops[1-first]()
}

func runWithLeader(t *testing.T, p *Planner) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { p.Leader.Run(ctx) })
	all.Go(func() { p.Run(ctx) })
	return func() { cancel(); all.Wait() }
}

// firstToPlan waits, for at most a minute, until one of the planners has made
// a tick.
func firstToPlan(t *testing.T, planners []*Planner) int {
	t.Helper()
	look, give := time.NewTicker(5*time.Millisecond), time.NewTimer(time.Minute)
	defer look.Stop()
	defer give.Stop()
	for {
		for i, p := range planners {
			if p.Newest().ID != 0 {
				return i
			}
		}
		select {
		case <-look.C:
		case <-give.C:
			t.Fatal("nobody plans")
		}
	}
}

// A planner that lost the lead while it was looking changes nothing.
func TestDeposedPlannerDoesNotAct(t *testing.T) {
	clock := storetest.NewClock()
	db := storetest.OpenPostgres(t, clock.Now)
	storetest.AddBots(t, db, 2)
	storetest.AddDataSet(t, db, storetest.DataSet("SIM-ES", "f1"))
	p := &Planner{
		DB: db, Policy: plan.DefaultPolicy(), AllowSim: true, Reaper: worker.Reaper{DB: db, Config: worker.DefaultConfig(2)},
		Leader: NewLeader(db, nil),
	}
	p.Leader.Campaign(t.Context())
	clock.Add(leadFor + time.Second)
	if term, err := db.Lead(t.Context(), store.PlannerRole, "other", leadFor); term != 2 || err != nil {
		t.Fatalf("term %d, %v", term, err)
	}
	p.Tick(t.Context())
	ticks, err := db.Ticks(t.Context(), 10)
	if len(ticks) > 0 || err != nil {
		t.Errorf("it left %+v, %v", ticks, err)
	}
	used, err := db.CapsUsed(t.Context())
	if used.Total != 0 || err != nil {
		t.Errorf("it enqueued %d jobs, %v", used.Total, err)
	}
}
