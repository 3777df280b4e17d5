package control

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/proof"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

// fleetOf is a planner on a new database with a clock moved by hand.
type fleetOf struct {
	testing.TB
	clock   *storetest.Clock
	db      *store.DB
	p       *Planner
	running map[bot.ID]job.Job
	sets    int
}

func newFleet(t testing.TB, bots int) *fleetOf { return newFleetOn(t, bots, storetest.Open) }

func newFleetOn(t testing.TB, bots int, open func(testing.TB, func() time.Time) *store.DB) *fleetOf {
	t.Helper()
	clock := storetest.NewClock()
	db := open(t, clock.Now)
	f := &fleetOf{t, clock, db, &Planner{
		DB: db, Policy: plan.DefaultPolicy(), AllowSim: true, Reaper: worker.Reaper{DB: db, Config: worker.DefaultConfig(2)},
	}, map[bot.ID]job.Job{}, 0}
	storetest.AddBots(t, db, bots)
	f.newData()
	return f
}

func (f *fleetOf) newData() {
	f.sets++
	d := storetest.DataSet("SIM-ES", fmt.Sprintf("f%d", f.sets))
	d.SessionClosed = f.clock.Now()
	storetest.AddDataSet(f, f.db, d)
}

func (f *fleetOf) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fleetOf) tick() store.Tick {
	f.Helper()
	t := f.p.Tick(f.Context())
	if t.Error != "" || t.Missed != 0 || t.ID == 0 {
		f.Fatalf("%+v", t)
	}
	return t
}

// change is one thing that happens to a laboratory, by its number.
func (f *fleetOf) change(what, which int) {
	f.Helper()
	ctx := f.Context()
	bots, err := f.db.Bots(ctx)
	f.must(err)
	id := bots[which%len(bots)].ID
	switch what {
	case 0:
		storetest.AddBot(f, f.db, bot.ID(fmt.Sprintf("new-%d-%d", which, len(bots))))
	case 1:
		f.must(f.db.PauseBot(ctx, id, "holiday"))
	case 2:
		f.must(f.db.ResumeBot(ctx, id))
	case 3:
		f.must(f.db.PauseFleet(ctx, "FOMC"))
	case 4:
		f.must(f.db.ResumeFleet(ctx))
	case 5:
		f.newData()
	case 6:
		_ = f.db.MoveBot(ctx, id, bot.Paper, bot.ByOperator, "PROMOTED") // it may be above already
	case 7:
		f.must(f.db.MoveBot(ctx, id, bot.Lab, bot.ByOperator, "REVERT"))
	case 8:
		_, err := f.db.AddVersion(ctx, store.Version{BotID: id, Generation: 1, Symbol: "MES", Interval: 5 * time.Minute})
		f.must(err)
	case 9:
		f.must(f.db.RequestCancel(ctx, id, "reset"))
	case 10, 11, 12:
		f.work(what, which)
	case 13:
		f.clock.Add(time.Duration(which%400) * time.Minute)
	case 14:
		f.clock.Add(-time.Duration(which%400) * time.Minute) // a clock that is set back
	}
}

// work starts, completes or fails a job.
func (f *fleetOf) work(what, which int) {
	f.Helper()
	ctx := f.Context()
	if what == 10 || len(f.running) == 0 {
		_, err := f.db.Admit(ctx)
		f.must(err)
		if j, found, err := f.db.StartNext(ctx, "w"); found {
			f.must(err)
			f.running[bot.ID(j.BotID)] = j
		}
		return
	}
	for id, j := range f.running {
		delete(f.running, id)
		current, err := f.db.Job(ctx, j.ID)
		f.must(err)
		if current.Status != job.Running || current.LeaseSeq != j.LeaseSeq {
			return // reaped
		}
		if what == 11 {
			set, err := f.db.DataSet(ctx, "SIM-ES")
			f.must(err)
			storetest.CompleteJob(f, f.db, j, set)
			return
		}
		f.must(f.db.EndAttempt(ctx, store.LeaseOf(j), job.OutcomeFailed, "bad luck",
			job.After(3+which%2, 3, job.OutcomeFailed, f.clock.Now())))
		return
	}
}

// Whatever happens, a planner that reads only what changed knows what one that
// reads everything would know, and every tick can be decided again.
func TestSightFollowsEveryChange(t *testing.T) {
	for seed := range uint64(5) {
		open := storetest.Open
		if seed == 4 {
			open = storetest.OpenPostgres
		}
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			f := newFleetOn(t, 5, open)
			for range 40 {
				for range r.IntN(5) {
					f.change(r.IntN(15), r.IntN(1000))
				}
				if r.IntN(30) == 0 {
					f.p.sight = nil // as after a restart
				}
				f.tick()
				f.compareSight()
			}
			f.replayAll()
		})
	}
}

// compareSight looks again and holds what the planner knows against the whole
// database.
func (f *fleetOf) compareSight() {
	f.Helper()
	_, err := f.p.look(f.Context(), f.clock.Now())
	f.must(err)
	whole, err := f.db.PlanFleet(f.Context(), chooser(true))
	f.must(err)
	if diff := cmp.Diff(whole, f.p.sight.fleet); diff != "" {
		f.Fatalf("what it knows (-whole +sight):\n%s", diff)
	}
	said, err := f.db.BotPlans(f.Context())
	f.must(err)
	for i, k := range f.p.sight.known {
		if diff := cmp.Diff(said[f.p.sight.fleet.Bots[i].ID], k.said); diff != "" {
			f.Fatalf("what it said (-stored +known):\n%s", diff)
		}
	}
}

// replayAll decides every tick again.
func (f *fleetOf) replayAll() {
	f.Helper()
	ticks, err := f.db.Ticks(f.Context(), 1000)
	f.must(err)
	for _, made := range ticks {
		r, err := proof.Replan(f.Context(), f.db, made.ID)
		if err != nil || r.Difference != "" {
			f.Errorf("tick %d of %d: %v %s", made.ID, len(ticks), err, r.Difference)
		}
	}
}

func (f *fleetOf) exec(query string, args ...any) {
	f.Helper()
	plain, err := sql.Open("sqlite", "file:"+f.db.Path()+"?_pragma=busy_timeout(10000)")
	f.must(err)
	defer plain.Close()
	_, err = plain.ExecContext(f.Context(), query, args...)
	f.must(err)
}

// A change that nobody announced is found by the check within five minutes and
// counted, and the planner goes on with what is true.
func TestUnannouncedChangeIsFound(t *testing.T) {
	f := newFleet(t, 3)
	for range 3 { // it reads again what it wrote
		f.tick()
	}
	f.exec(`update bots set paused_at = created_at, paused_reason = 'behind its back' where id = 'bot-0001'`)
	f.clock.Add(time.Minute)
	f.tick()
	f.clock.Add(checkEvery)
	if found := f.p.Tick(t.Context()); found.Missed != 1 || found.Error != "" || found.HeldBy[plan.Paused] != 0 {
		t.Fatalf("%+v", found) // the bot has an active job, which comes first
	}
	facts, err := f.db.AutonomyFacts(t.Context())
	if err != nil || facts.ChangesMissed != 1 {
		t.Errorf("%+v, %v", facts, err)
	}
	f.clock.Add(checkEvery)
	f.tick()
	f.compareSight()
}

// A planner that has the lead in another term than it looked in knows nothing:
// somebody else may have planned in between.
func TestANewTermBeginsWithACompleteLook(t *testing.T) {
	f := newFleet(t, 2)
	f.tick()
	f.p.sight.term = 7
	f.p.sight.fleet.Bots[0].Paused = true // what it knew of old
	f.tick()
	f.compareSight()
	if f.p.sight.term != 0 {
		t.Errorf("term %d", f.p.sight.term)
	}
}

// A fleet that is larger than a part is checked part by part.
func TestCheckGoesRound(t *testing.T) {
	f := newFleet(t, 7)
	for range 3 { // it reads again what it wrote
		f.tick()
	}
	s := f.p.sight
	var missed []bot.ID
	for i := range 7 {
		f.exec(`update bots set paused_reason = 'x' where id = $1`, fmt.Sprintf("bot-%04d", i))
	}
	s.checkRound = true
	for s.checkRound {
		ids, err := s.checkPart(t.Context(), f.db, 3)
		f.must(err)
		missed = append(missed, ids...)
	}
	if len(missed) != 7 {
		t.Errorf("found %v", missed)
	}
}

func TestReplaySaysTheFirstDifference(t *testing.T) {
	f := newFleet(t, 2)
	first := f.tick()
	f.clock.Add(time.Second)
	second := f.tick()
	record, err := f.db.Snapshot(t.Context(), first.SnapshotID)
	f.must(err)
	record.Decisions[1].Enqueue.Type = job.Evolve
	forged, _, err := f.db.SaveSnapshot(t.Context(), 0, record)
	f.must(err)
	replay := func(id int64) string {
		r, err := proof.Replan(t.Context(), f.db, id)
		if err != nil {
			return err.Error()
		}
		return r.Difference
	}
	for _, c := range []struct{ change, undo, want string }{
		{
			`update planner_ticks set decided_at = '2026-11-23T15:00:09.000Z' where id = 1`,
			`update planner_ticks set decided_at = started_at where id = 1`,
			"the input hash is stored as " + first.InputHash + ", and is ",
		},
		{
			`update planner_ticks set plan_hash = 'x' where id = 1`,
			`update planner_ticks set plan_hash = '` + first.PlanHash + `' where id = 1`,
			"the plan hash is stored as x, and is " + first.PlanHash,
		},
		{
			`update planner_ticks set held_by_reason = '{"NOT_DUE":1}', bots_held = 1, jobs_enqueued = 1 where id = 1`,
			`update planner_ticks set held_by_reason = '{}', bots_held = 0, jobs_enqueued = 2 where id = 1`,
			"the row counts 1 bots held for NOT_DUE, and the plan holds 0",
		},
		{
			`update planner_ticks set snapshot_id = 2 where id = 1`, `update planner_ticks set snapshot_id = 1 where id = 1`,
			"the input hash is stored as " + first.InputHash + ", and is ",
		},
		{
			fmt.Sprintf(`update planner_ticks set snapshot_id = %d where id = 1`, forged), `update planner_ticks set snapshot_id = 1 where id = 1`,
			`bot bot-0001: stored is {"botId":"bot-0001","enqueue":{"type":"EVOLVE","reason":"BASELINE_MISSING"},`,
		},
		{
			`update planner_ticks set plan_version = 99 where id = 1`, fmt.Sprintf(`update planner_ticks set plan_version = %d where id = 1`, plan.Version),
			fmt.Sprintf("tick 1 was decided by version 99 of the rules, and this Assay has version %d; ", plan.Version) + "replay it with the Assay that made it",
		},
		{
			`update planner_ticks set snapshot_id = 99 where id = 1`, `update planner_ticks set snapshot_id = 1 where id = 1`,
			"tick 1 cannot be decided again: its snapshot is not kept any more; choose a later tick",
		},
	} {
		f.exec(c.change)
		if got := replay(first.ID); c.want == "" || !strings.Contains(got, c.want) {
			t.Errorf("%s\ngot  %q\nwant %q", c.change, got, c.want)
		}
		f.exec(c.undo)
		if got := replay(first.ID) + replay(second.ID); got != "" {
			t.Fatalf("after %s: %s", c.undo, got)
		}
	}
}

// What a plan was made from is complete now and then, and goes after a day;
// the rows of ticks after a month.
func TestOldRowsGo(t *testing.T) {
	f := newFleet(t, 2)
	rows := func() (ticks, snapshots, whole int) {
		plain, err := sql.Open("sqlite", "file:"+f.db.Path())
		f.must(err)
		defer plain.Close()
		f.must(plain.QueryRowContext(t.Context(), `select (select count(*) from planner_ticks), count(*), count(*) - count(base_id)
			from planner_snapshots`).Scan(&ticks, &snapshots, &whole))
		return ticks, snapshots, whole
	}
	for i := range 3 * 24 * 2 { // three days
		f.clock.Add(30 * time.Minute)
		f.change(1+i%2, 0) // paused and resumed
		f.tick()
	}
	ticks, snapshots, whole := rows()
	if ticks != 144 || snapshots < 48 || snapshots > 62 || whole < 4 || whole > 6 {
		t.Errorf("after three days: %d ticks, %d snapshots, %d of them complete", ticks, snapshots, whole)
	}
	f.clock.Add(KeepTicks - 24*time.Hour)
	f.tick()
	if ticks, snapshots, whole := rows(); ticks != 50 || snapshots > 14 || whole > 2 {
		t.Errorf("a month later: %d ticks, %d snapshots, %d of them complete", ticks, snapshots, whole)
	}
	last, err := f.db.LastPlan(t.Context())
	f.must(err)
	if r, err := proof.Replan(t.Context(), f.db, last.ID); err != nil || r.Difference != "" {
		t.Errorf("the last tick: %v %s", err, r.Difference)
	}
}

// A clock that jumps back and forward: no tick fails or ends before it began,
// and a bot waits at most twice its cadence.
func TestJumpingClock(t *testing.T) {
	f := newFleet(t, 1)
	set, err := f.db.DataSet(t.Context(), "SIM-ES")
	f.must(err)
	served := 0
	for _, jump := range []time.Duration{0, -400 * 24 * time.Hour, 0, 7 * time.Hour, -7 * time.Hour, -3 * time.Hour, 800 * 24 * time.Hour} {
		f.clock.Add(jump)
		for range 13 { // twice the cadence of a refresh, and one more
			made := f.tick()
			if made.FinishedAt.Before(made.StartedAt) {
				t.Errorf("%+v", made)
			}
			if made.JobsEnqueued > 0 {
				served++
				storetest.CompleteJob(t, f.db, storetest.StartNext(t, f.db, "w"), set)
			}
			f.clock.Add(time.Hour)
		}
		if served == 0 {
			t.Errorf("after a jump of %s the bot waits for %s", jump, f.clock.Now())
		}
		served = 0
	}
}
