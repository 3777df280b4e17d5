package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assay"
	"assay/market"
	"assay/store"
	"assay/store/storetest"
)

func plainSQL(t testing.TB, db *store.DB) *sql.DB {
	t.Helper()
	plain, err := sql.Open("sqlite", "file:"+db.Path()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	return plain
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, storetest.Harness{Open: storetest.Open, SQL: plainSQL})
}

func TestSQLite3PrintsTheDocumentedQueries(t *testing.T) {
	db := storetest.Open(t, storetest.NewClock().Now)
	for query, want := range storetest.Documented(t, db) {
		got, err := exec.CommandContext(t.Context(), "sqlite3", db.Path(), query).CombinedOutput()
		if err != nil || string(got) != want {
			t.Errorf("sqlite3 %q\nprinted %q, %v\nwant    %q", query, got, err, want)
		}
	}
}

func TestNewerDatabaseIsRefusedUntouched(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plainSQL(t, db).Exec(`insert into goose_db_version (version_id, is_applied) values (99, true)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), dir, time.Now)
	want := "the database " + db.Path() + " has schema version 99, this Assay knows versions up to 12; " +
		"start the newer Assay that made it, or choose another database"
	if err == nil || err.Error() != want || assay.KindOf(err) != assay.Conflict {
		t.Errorf("got %v\nwant %s", err, want)
	}
	after, err := os.ReadFile(db.Path())
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, %v", err)
	}
}

func TestForeignFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "assay.db"), []byte("this is a shopping list, not a database"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), dir, time.Now); assay.KindOf(err) != assay.Invalid {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestOneInstanceServesADirectory(t *testing.T) {
	dir := t.TempDir()
	release, err := store.LockServing(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.LockServing(dir); assay.KindOf(err) != assay.Conflict {
		t.Errorf("a second instance got %v, want a refusal", err)
	}
	if _, err := store.Open(t.Context(), dir, time.Now); err != nil {
		t.Errorf("a command beside the instance got %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := store.LockServing(dir)
	if err != nil {
		t.Fatalf("after the first one stopped: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

func TestManyOpenANewDirectoryAtOnce(t *testing.T) {
	dir := t.TempDir()
	errs := make(chan error, 6)
	for range cap(errs) {
		go func() {
			db, err := store.Open(context.Background(), dir, time.Now)
			if err == nil {
				err = db.Close()
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestWatchSeesTheCommitsOfOthers(t *testing.T) {
	dir := t.TempDir()
	ours, err := store.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := store.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	watchSees(t, ours, theirs)
	if err := errors.Join(ours.Close(), theirs.Close()); err != nil {
		t.Error(err)
	}
}

// watchSees waits until the watch of one process announces a commit of the
// other.
func watchSees(t *testing.T, ours, theirs *store.DB) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	changed, _ := ours.Changed()
	ended := make(chan struct{})
	go func() { ours.Watch(ctx); close(ended) }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	// The first look of Watch may come after the first commit, so commit on.
	for n, seen := 0, false; !seen; n++ {
		storetest.AddDataSet(t, theirs, storetest.DataSet("sim-es", string(rune('a'+n))))
		select {
		case <-changed:
			seen = true
		case <-tick.C:
		}
		if n > 500 {
			t.Fatal("the commits of the other one were not noticed within ten seconds")
		}
	}
	cancel()
	<-ended
}

func TestMoneyIsExactInTheDatabase(t *testing.T) {
	plain := plainSQL(t, storetest.Open(t, time.Now))
	plain.SetMaxOpenConns(1) // the table is this connection's own
	if _, err := plain.Exec(`create temp table purse (amount numeric)`); err != nil {
		t.Fatal(err)
	}
	keep := func(t rapid.TB, want market.Money) {
		var got store.Money
		err := plain.QueryRow(`insert into purse values ($1) returning amount`, store.Money(want)).Scan(&got)
		if err != nil || market.Money(got) != want {
			t.Fatalf("%s came back as %s, %v", want, market.Money(got), err)
		}
	}
	const limit = (1 << 39) * market.Dollar
	for power := range 40 { // where floats begin to lie twice as far apart
		for near := market.Money(-3); near <= 3; near++ {
			if amount := market.Dollar<<power + near; amount < limit {
				keep(t, amount)
				keep(t, -amount)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		keep(t, market.Money(rapid.Int64Range(int64(-limit)+1, int64(limit)-1).Draw(t, "amount")))
	})
	for _, amount := range []market.Money{limit, -limit, limit + 1, math.MaxInt64, math.MinInt64} {
		if _, err := plain.Exec(`insert into purse values ($1)`, store.Money(amount)); err == nil {
			t.Errorf("%s was stored", amount)
		}
	}
}

func TestStrangeMoney(t *testing.T) {
	for _, src := range []any{
		math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 549_755_813_888.0, int64(math.MaxInt64), "1e3", "0.00001", "", nil, true,
	} {
		m := store.Money(7)
		if err := m.Scan(src); err == nil || m != 7 {
			t.Errorf("%v was read as %s, %v", src, market.Money(m), err)
		}
	}
}

func TestTimeTextOrdersAsTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) time.Time {
			zone := time.FixedZone("", rapid.IntRange(-43200, 43200).Draw(t, name+" zone"))
			return time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, name)).In(zone)
		}
		a, b := draw("a"), draw("b")
		textA, _ := store.Time{Time: a}.Value()
		textB, _ := store.Time{Time: b}.Value()
		if (textA.(string) < textB.(string)) != a.Before(b) {
			t.Fatalf("%v, %v became %q, %q", a, b, textA, textB)
		}
		var back store.Time
		if err := back.Scan(textA); err != nil || !back.Equal(a) {
			t.Fatalf("%v came back as %v, %v", a, back, err)
		}
	})
}

// Events from before the chain are chained once, when an older database is
// opened; one without a place that turns up later is none of ours.
func TestOlderStageEventsAreChainedOnce(t *testing.T) {
	dir, clock := t.TempDir(), storetest.NewClock()
	reopened := func(change string) store.Chain {
		t.Helper()
		db, err := store.Open(t.Context(), dir, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if change == "" {
			storetest.AddBots(t, db, 3)
		} else if _, err := plainSQL(t, db).ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		chain, err := db.VerifyStageEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return chain
	}
	written := reopened("")
	reopened(`update bot_stage_events set seq = null, previous_hash = '', hash = '';
		update counters set value = -1 where name = 'stage_events'`)
	if again := reopened(`select 1`); again != written || again.Rows != 3 || again.Broken != "" {
		t.Errorf("chained anew: %+v, want %+v", again, written)
	}
	reopened(`insert into bot_stage_events (bot_id, from_stage, to_stage, reason_code, created_at)
		select bot_id, to_stage, to_stage, 'X', created_at from bot_stage_events where id = 3`)
	if late := reopened(`select 1`); !strings.Contains(late.Broken, "stage event 4") || !strings.Contains(late.Broken, "is not part of the chain") {
		t.Errorf("a later one: %+v", late)
	}
}
