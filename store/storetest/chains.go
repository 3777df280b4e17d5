package storetest

import (
	"strings"
	"testing"
	"time"

	"assay/bot"
	"assay/plan"
	"assay/store"
)

// planned is a fleet of three whose first bot moved, and four ticks an hour
// apart over two snapshots.
func planned(t *testing.T, h Harness) (*store.DB, *Clock) {
	t.Helper()
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBots(t, db, 3)
	if err := db.MoveBot(t.Context(), "bot-0000", bot.Paper, bot.ByOperator, "TEST"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []bot.ID{"bot-0001", "bot-0002"} {
		p := store.BotPlan{BotID: id, Reason: "NOT_DUE", Detail: "it is recent", Next: plan.Next{Action: "Refresh backtest", Reason: "every 6h"}}
		if err := db.SavePlans(t.Context(), []store.BotPlan{p}); err != nil {
			t.Fatal(err)
		}
	}
	snapshot := int64(0)
	for i := range 4 {
		if i%2 == 0 {
			id, _, err := db.SaveSnapshot(t.Context(), 0, record(i))
			if err != nil {
				t.Fatal(err)
			}
			snapshot = id
		}
		_, err := db.AddTick(t.Context(), store.Tick{
			StartedAt: clock.Now(), BotsEvaluated: 3, BotsHeld: 3, HeldBy: map[plan.Reason]int{plan.NotDue: 2, plan.Paused: 1},
			Source: store.Source{Version: 1, DecidedAt: clock.Now(), InputHash: "in", PlanHash: "plan", SnapshotID: snapshot},
		})
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Hour)
	}
	return db, clock
}

// Whoever changes evidence is found out, also when the change keeps every
// invariant that SQL can say.
func evidenceIsChained(t *testing.T, h Harness) {
	for name, c := range map[string]struct {
		queries []string
		says    string
	}{
		"an older event": {
			[]string{`update bot_stage_events set reason_code = 'X' where id = 2`},
			"the content of stage event 2 of 2026-11-23 15:00:00 UTC of bot bot-0001 is not the one that was hashed",
		},
		"a moved event": {
			[]string{`update bot_stage_events set bot_id = 'bot-0002' where id = 2`},
			"the content of stage event 2 of 2026-11-23 15:00:00 UTC of bot bot-0002 is not the one that was hashed",
		},
		"an event's time": {
			[]string{`update bot_stage_events set created_at = (select max(finished_at) from planner_ticks) where id = 4`},
			"the content of stage event 4 of 2026-11-23 18:00:00 UTC of bot bot-0000 is not the one that was hashed",
		},
		"an event taken out": {
			[]string{`delete from bot_stage_events where id = 3`},
			"what came before stage event 4 of 2026-11-23 15:00:00 UTC of bot bot-0000 is missing",
		},
		"the last event": {
			[]string{`delete from bot_stage_events where id = 4`},
			"1 rows that were written after stage event 3 of 2026-11-23 15:00:00 UTC of bot bot-0002 are gone",
		},
		"an event put in": {
			[]string{`insert into bot_stage_events (bot_id, from_stage, to_stage, reason_code, created_at)
				select bot_id, 'PAPER', 'PAPER', 'TEST', created_at from bot_stage_events where id = 4`},
			"stage event 5 of 2026-11-23 15:00:00 UTC of bot bot-0000 is not part of the chain",
		},
		"a tick's reasons": {
			[]string{`update planner_ticks set held_by_reason = '{"NOT_DUE":1,"PAUSED":2}' where id = 2`},
			"the content of tick 2 of 2026-11-23 16:00:00 UTC is not the one that was hashed",
		},
		"a tick's plan": {
			[]string{`update planner_ticks set plan_hash = 'x' where id = 4`},
			"the content of tick 4 of 2026-11-23 18:00:00 UTC is not the one that was hashed",
		},
		"a tick taken out": {
			[]string{`delete from planner_ticks where id = 2`},
			"what came before tick 3 of 2026-11-23 17:00:00 UTC is missing",
		},
		"the first tick": {
			[]string{`delete from planner_ticks where id = 1`},
			"what came before tick 2 of 2026-11-23 16:00:00 UTC is missing",
		},
		"the last ticks": {
			[]string{`delete from planner_ticks where id > 2`},
			"2 rows that were written after tick 2 of 2026-11-23 16:00:00 UTC are gone",
		},
		"all ticks": {
			[]string{`delete from planner_ticks`},
			"4 rows that were written after the beginning are gone",
		},
		"a snapshot": {
			[]string{`update planner_snapshots set content = (select content from planner_snapshots where id = 2) where id = 1`},
			"snapshot 1, from which tick 1 of 2026-11-23 15:00:00 UTC was decided, is not the one that was stored",
		},
		"a snapshot taken out": {
			[]string{`delete from planner_snapshots where id = 2`},
			"snapshot 2, from which tick 3 of 2026-11-23 17:00:00 UTC was decided, is gone",
		},
		"an old tick's reasons": {
			append(unchained(), `update planner_ticks set held_by_reason = '{"NOT_DUE":1}' where id = 1`),
			"the reasons of tick 1 of 2026-11-23 15:00:00 UTC do not add up: the tick holds 3 bots, and its reasons account for 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			db, _ := planned(t, h)
			same(t, "at first", []string(nil), broken(t, db))
			dropTickTriggers(t, h, db)
			for _, query := range c.queries {
				plain(t, h, db, query)
			}
			if found := strings.Join(broken(t, db), " "); !strings.Contains(found, c.says) {
				t.Errorf("found %q, want %q", found, c.says)
			}
			if err := db.MoveBot(t.Context(), "bot-0001", bot.Paper, bot.ByOperator, "TEST"); err != nil {
				t.Errorf("the next move: %v", err)
			}
		})
	}
}

// unchained makes the first tick one from before the chain.
func unchained() []string {
	return []string{
		`delete from planner_ticks where id > 1`, `update counters set value = 0 where name = 'ticks'`,
		`update planner_ticks set seq = null, previous_hash = '', hash = ''`,
	}
}

func dropTickTriggers(t *testing.T, h Harness, db *store.DB) {
	t.Helper()
	if db.Pool() != nil {
		plain(t, h, db, `drop trigger planner_ticks_add_up on planner_ticks`)
		return
	}
	plain(t, h, db, `drop trigger planner_ticks_add_up`)
	plain(t, h, db, `drop trigger planner_ticks_still_add_up`)
}

// broken is what the walks along the chains of events and ticks find.
func broken(t *testing.T, db *store.DB) (all []string) {
	t.Helper()
	chains, err := db.VerifyChains(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range chains.BrokenOnes() {
		all = append(all, rule.Sentence)
	}
	return all
}

// Age cuts the beginning of the ticks and of the snapshots, and nothing else
// may be missing then.
func ageCutsTheBeginning(t *testing.T, h Harness) {
	db, clock := planned(t, h)
	if _, err := db.RunAudit(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	n, err := db.ForgetSnapshots(t.Context(), time.Hour)
	same(t, "snapshots", []any{int64(1), nil}, []any{n, err})
	n, err = db.ForgetTicks(t.Context(), 3*time.Hour-time.Second)
	same(t, "ticks", []any{int64(2), nil}, []any{n, err})
	clock.Add(time.Hour)
	run, err := db.RunAudit(t.Context(), "ann")
	same(t, "after age", []any{true, int64(4), nil}, []any{run.Passed, run.Ticks.Rows, err})
	plain(t, h, db, `delete from planner_ticks where id = 3`)
	same(t, "and a hand", []string{"Every tick, and what it was decided from, is the one that was written: " +
		"what came before tick 4 of 2026-11-23 18:00:00 UTC is missing."}, broken(t, db))
}

// A clock that was wrong for a while makes a tick look younger or older than
// its neighbours; no hole comes of it.
func wrongClocksCutNoHole(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	for _, later := range []time.Duration{0, time.Hour, -2 * time.Hour, 3 * time.Hour, time.Hour} {
		clock.Add(later)
		if _, err := db.AddTick(t.Context(), store.Tick{StartedAt: clock.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	n, err := db.ForgetTicks(t.Context(), 2*time.Hour+time.Second)
	same(t, "the first only, though the third looks old", []any{int64(1), nil}, []any{n, err})
	same(t, "chain", []string(nil), broken(t, db))
}

// What an audit has seen stands in it, so that a chain that was computed anew
// from the beginning is found out.
func auditsRememberTheEnds(t *testing.T, h Harness) {
	db, _ := planned(t, h)
	run, err := db.RunAudit(t.Context(), "ann")
	if err != nil || !run.Passed || run.StageEvents.Rows != 4 || run.Ticks.Rows != 4 {
		t.Fatalf("%+v, %v", run, err)
	}
	for _, tamper := range []string{
		`update bot_stage_events set hash = 'f00' where seq = 4`,
		`update planner_ticks set hash = 'f00' where seq = 4`,
		`delete from audits`, // and with them what they saw
	} {
		plain(t, h, db, tamper)
		run, err := db.RunAudit(t.Context(), "ann")
		ids := []string{}
		for _, f := range run.Findings {
			ids = append(ids, f.ID)
		}
		if err != nil || !strings.Contains(strings.Join(ids, " "), "AUDITS_STAND") || run.Failed != len(run.Findings) {
			t.Errorf("%s: found %v, failed %d, %v", tamper, ids, run.Failed, err)
		}
	}
}
