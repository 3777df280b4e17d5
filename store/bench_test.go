package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"assay/bot"
	"assay/plan"
	"assay/store"
	"assay/store/storetest"
)

// bigFleet is a fleet of n bots, each with a finished job and its session.
func bigFleet(b *testing.B, n int) *store.DB {
	b.Helper()
	db := storetest.Open(b, time.Now)
	err := db.InTx(b.Context(), func(tx *store.DB) error {
		set := storetest.AddDataSet(b, tx, storetest.DataSet("SIM-ES", "f1"))
		for i := range n {
			id := bot.ID(fmt.Sprintf("bot-%06d", i))
			storetest.AddBot(b, tx, id)
			for range 3 {
				storetest.CompleteJob(b, tx, storetest.StartJob(b, tx, id, "w"), set)
			}
			if err := tx.SavePlans(b.Context(), []store.BotPlan{{BotID: id, Reason: "NOT_DUE", Next: plan.Next{Action: "x"}}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

func BenchmarkFleet(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		db := bigFleet(b, n)
		b.Run(fmt.Sprintf("all of %d bots", n), func(b *testing.B) {
			for b.Loop() {
				if rows, err := db.Fleet(b.Context(), store.FleetFilter{}); err != nil || len(rows) != n {
					b.Fatal(len(rows), err)
				}
			}
		})
		b.Run(fmt.Sprintf("10 of %d bots", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := db.Fleet(b.Context(), store.FleetFilter{Limit: 10, Offset: n / 2}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("changed of %d bots", n), func(b *testing.B) {
			revision, err := db.Revision(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := db.Fleet(b.Context(), store.FleetFilter{Revision: revision}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("plan of %d bots", n), func(b *testing.B) {
			choose := func([]store.DataSet) store.ChooseData {
				return func(string, time.Duration) plan.Data { return plan.Data{Usable: true, Set: "SIM-ES"} }
			}
			for b.Loop() {
				if _, err := db.PlanFleet(b.Context(), choose); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkJobs is the whole life of a job: queued, admitted, started, ended.
func BenchmarkJobs(b *testing.B) {
	db := storetest.Open(b, time.Now)
	storetest.AddBots(b, db, 1)
	for b.Loop() {
		j := storetest.StartJob(b, db, "bot-0000", "w")
		if err := db.Finish(b.Context(), store.LeaseOf(j), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAdmit lets eight jobs in from a queue of 10,000, and takes it back.
func BenchmarkAdmit(b *testing.B) {
	undone := errors.New("undone")
	for name, open := range map[string]func(testing.TB, func() time.Time) *store.DB{
		"SQLite":     storetest.Open,
		"PostgreSQL": storetest.OpenPostgres,
	} {
		b.Run(name, func(b *testing.B) {
			db := open(b, time.Now)
			storetest.QueueForMany(b, db, 10_000)
			if err := db.SetCaps(b.Context(), store.Caps{Backtests: 8, Improve: 1, Total: 20_000}); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				err := db.InTx(b.Context(), func(tx *store.DB) error {
					if ids, err := tx.Admit(b.Context()); err != nil || len(ids) != 8 {
						b.Fatal(ids, err)
					}
					return undone
				})
				if !errors.Is(err, undone) {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkVerifyTicks walks along the ticks of five days.
func BenchmarkVerifyTicks(b *testing.B) {
	const ticks = 5 * 24 * 60 * 4
	db := storetest.Open(b, time.Now)
	err := db.InTx(b.Context(), func(tx *store.DB) error {
		for range ticks {
			tick := store.Tick{StartedAt: tx.Now(), BotsEvaluated: 20, BotsHeld: 20, HeldBy: map[plan.Reason]int{plan.NotDue: 20}}
			if _, err := tx.AddTick(b.Context(), tick); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if c, err := db.VerifyTicks(b.Context()); err != nil || c.Broken != "" || c.Rows != ticks {
			b.Fatal(c, err)
		}
	}
}

// An operator's act on the whole fleet: the dry run, the revert by its hash,
// and the reset, each bot with a queued job.
func BenchmarkRevertAndReset(b *testing.B) {
	for name, open := range map[string]func(testing.TB, func() time.Time) *store.DB{
		"SQLite":     storetest.Open,
		"PostgreSQL": storetest.OpenPostgres,
	} {
		b.Run(name, func(b *testing.B) {
			db := open(b, time.Now)
			storetest.QueueForMany(b, db, 10_000)
			revert := store.Revert{Actor: store.Operator, Scope: bot.Scope{All: true}, Reason: bot.ReasonRevert, Lock: bot.DefaultLock}
			for b.Loop() {
				seen, err := db.PreviewRevert(b.Context(), revert)
				if err != nil {
					b.Fatal(err)
				}
				revert.Preview = seen.Hash
				if _, err := db.Revert(b.Context(), revert); err != nil {
					b.Fatal(err)
				}
				_, err = db.ResetMetrics(b.Context(), store.Reset{Actor: store.Operator, Scope: revert.Scope, Reason: "SEV1_RESET"})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
