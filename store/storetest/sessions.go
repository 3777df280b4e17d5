package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"assay/bot"
	"assay/job"
	"assay/store"
)

func resultsComeBack(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	j := StartJob(t, db, "a", "w")
	want := ResultFor(t, db, j, set)
	id := CompleteJob(t, db, j, set)
	want.Session.ID, want.Session.Status, want.Session.CompletedAt = id, job.Completed, Start
	want.Session.EquityPoints = []float64{3020.5, 3020.5}
	var got store.Result
	var errs [4]error
	got.Session, errs[0] = db.Session(t.Context(), id)
	got.Trades, errs[1] = db.Trades(t.Context(), id)
	got.Equity, errs[2] = db.Equity(t.Context(), id)
	got.Checks, errs[3] = db.Checks(t.Context(), id)
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	same(t, "result", want, got)
	for _, of := range []bot.ID{"a", ""} {
		list, err := db.Sessions(t.Context(), of, 5)
		same(t, "sessions", []any{[]store.Session{want.Session}, nil}, []any{list, err})
	}
}

func oneSession(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	j := StartJob(t, db, "a", "w")
	result := ResultFor(t, db, j, set)
	err := db.Finish(t.Context(), store.LeaseOf(j), func(tx *store.DB) error {
		_, first := tx.SaveResult(t.Context(), result)
		_, second := tx.SaveResult(t.Context(), result)
		return errors.Join(first, second)
	})
	if err == nil {
		t.Error("the database took two sessions of one job")
	}
	same(t, "the job still runs", job.Running, readJob(t, db, j.ID).Status)
}

// The queries that the manual promises, with the columns people read.
var documented = []string{
	`SELECT id, bot_id, job_type, status, attempt, iteration, created_at, started_at, completed_at FROM bot_jobs WHERE bot_id='a' ORDER BY created_at DESC LIMIT 10;`,
	`SELECT id, bot_id, status, last_heartbeat_at, updated_at FROM bot_instances WHERE bot_id='a' ORDER BY updated_at DESC LIMIT 5;`,
	`SELECT id, bot_id, status, completed_at, total_trades, net_pnl, created_at FROM backtest_sessions WHERE bot_id='a' ORDER BY created_at DESC LIMIT 5;`,
	`SELECT id, bot_id, from_stage, to_stage, reason_code, created_at FROM bot_stage_events WHERE bot_id='a' ORDER BY created_at DESC LIMIT 10;`,
}

// Documented fills a database for the queries of the manual and returns each
// query with the rows it must print, columns parted by "|" as sqlite3 does.
func Documented(t testing.TB, db *store.DB) map[string]string {
	t.Helper()
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	CompleteJob(t, db, StartJob(t, db, "a", "w"), set)
	at := "2026-11-23T15:00:00.000Z"
	return map[string]string{
		documented[0]: "1|a|BASELINE_BACKTEST|COMPLETED|1|0|" + at + "|" + at + "|" + at + "\n",
		documented[1]: "",
		documented[2]: "1|a|COMPLETED|" + at + "|2|3020.5|" + at + "\n",
		documented[3]: "1|a||LAB|CREATED|" + at + "\n",
	}
}

func publicQueries(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	for query, want := range Documented(t, db) {
		columns, got := printQuery(t, h.SQL(t, db), query)
		asked, _, _ := strings.Cut(strings.TrimPrefix(query, "SELECT "), " FROM ")
		same(t, "columns", strings.Split(asked, ", "), columns)
		same(t, query, want, got)
	}
}

func printQuery(t *testing.T, db *sql.DB, query string) (columns []string, text string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	if columns, err = rows.Columns(); err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		text += strings.Join(texts(values), "|") + "\n"
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return columns, text
}

func texts(values []any) (all []string) {
	for _, v := range values {
		if at, ok := v.(time.Time); ok {
			v = at.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		all = append(all, fmt.Sprint(v))
	}
	return all
}

func allOrNothing(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	boom := errors.New("boom")
	err := db.InTx(t.Context(), func(tx *store.DB) error {
		AddBot(t, tx, "a")
		if _, err := tx.Bot(t.Context(), "a"); err != nil {
			t.Errorf("a transaction does not see its own bot: %v", err)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("%v, want boom", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.InTx(t.Context(), func(tx *store.DB) error {
			AddBot(t, tx, "b")
			panic(boom)
		})
	}()
	bots, err := db.Bots(t.Context())
	if err != nil || len(bots) != 0 {
		t.Errorf("%d bots after two failed transactions, %v", len(bots), err)
	}
	AddBot(t, db, "c") // the one writing connection is free again
}

// Work on the same bots from all sides: whatever waits for what, nothing waits
// for itself. PostgreSQL would end one of two that do.
func writersMeet(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 3)
	setCaps(t, db, store.Caps{Backtests: 3, Improve: 1, Total: 3})
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	var sides errgroup.Group
	for _, side := range []func() error{
		func() error { return pauseInTurn(t, db) },
		func() error { return planInTurn(t, db) },
		func() error { return workInTurn(t, db, set, "w1") },
		func() error { return workInTurn(t, db, set, "w2") },
		func() error { return db.RequestCancel(t.Context(), "bot-0001", "reset") },
	} {
		sides.Go(func() error {
			for range 40 {
				if err := side(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := sides.Wait(); err != nil {
		t.Error(err)
	}
}

// pauseInTurn goes through the bots from the last to the first.
func pauseInTurn(t *testing.T, db *store.DB) error {
	for _, id := range []bot.ID{"bot-0002", "bot-0001", "bot-0000"} {
		err := errors.Join(db.PauseBot(t.Context(), id, "R"), db.ResumeBot(t.Context(), id),
			db.MoveBot(t.Context(), id, bot.Lab, bot.ByOperator, "REVERT"))
		if err != nil {
			return err
		}
	}
	return nil
}

// planInTurn does what a tick does, from the first to the last.
func planInTurn(t *testing.T, db *store.DB) error {
	return db.InTx(t.Context(), func(tx *store.DB) error {
		_, err := tx.Enqueue(t.Context(), baseline("bot-0000"), baseline("bot-0001"), baseline("bot-0002"))
		if err != nil {
			return err
		}
		return tx.SavePlans(t.Context(), []store.BotPlan{
			{BotID: "bot-0002", Reason: "R"}, {BotID: "bot-0000", Reason: "R"}, {BotID: "bot-0001", Reason: "R"},
		})
	})
}

func workInTurn(t *testing.T, db *store.DB, set store.DataSet, worker string) error {
	if _, err := db.Admit(t.Context()); err != nil {
		return err
	}
	j, found, err := db.StartNext(t.Context(), worker)
	if err != nil || !found {
		return err
	}
	if _, err := db.Heartbeat(t.Context(), worker); err != nil {
		return err
	}
	result := ResultFor(t, db, j, set)
	return db.Finish(t.Context(), store.LeaseOf(j), func(tx *store.DB) error {
		_, err := tx.SaveResult(t.Context(), result)
		return err
	})
}

// Names sort by their bytes everywhere, whatever the database was made with.
func namesSortByBytes(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	for _, id := range []bot.ID{"b", "B", "a-c", "ab"} {
		AddBot(t, db, id)
	}
	rows, err := db.Fleet(t.Context(), store.FleetFilter{})
	var ids []bot.ID
	for _, r := range rows {
		ids = append(ids, r.Facts.Bot.ID)
	}
	same(t, "order", []any{[]bot.ID{"B", "a-c", "ab", "b"}, nil}, []any{ids, err})
}

// Writers that meet must neither lose a write nor wait for each other for ever.
func manyWriters(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 8)
	before, err := db.Planning(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for i := range 8 {
		go func() {
			id := bot.ID(fmt.Sprintf("bot-%04d", i))
			var err error
			for range 10 {
				err = errors.Join(err, db.PauseBot(t.Context(), id, "R"), db.ResumeBot(t.Context(), id))
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	after, err := db.Planning(t.Context())
	same(t, "writes", []any{before + 160, nil}, []any{after, err})
}
