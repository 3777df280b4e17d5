package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"assay"
)

// The disk fills up while a set is written to the database: one sentence says
// so, nothing of the set is there, and the same works once there is room.
func TestAFullDiskOfTheDatabase(t *testing.T) {
	db, err := Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	pages := func(most string) {
		t.Helper()
		if _, err := db.write.ExecContext(t.Context(), "pragma max_page_count = "+most); err != nil {
			t.Fatal(err)
		}
	}
	report := []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	set := DataSet{Name: "ES-5m", Root: "ES", Interval: time.Minute, Provider: "csv", Fingerprint: "f", Bars: 1, Verdict: VerdictPass, Report: report}
	set.FirstBar, set.LastBar = time.Unix(60, 0), time.Unix(60, 0)
	pages("1") // no more than there are
	_, err = db.SaveDataSet(t.Context(), set)
	want := "the disk of the database " + db.Path() + " is full, and nothing was written: save data set ES-5m: database or disk is full (13); " +
		"make room there; what failed can then be done again"
	if err == nil || err.Error() != want || assay.KindOf(err) != assay.Unavailable {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	if sets, err := db.DataSets(t.Context()); err != nil || len(sets) > 0 {
		t.Errorf("%d sets are there, %v", len(sets), err)
	}
	pages("1000000")
	if _, err := db.SaveDataSet(t.Context(), set); err != nil {
		t.Error(err)
	}
}

func TestOnlyAFullDiskIsCalledOne(t *testing.T) {
	for _, c := range []struct {
		err  error
		full bool
	}{
		{fmt.Errorf("save: %w", &pgconn.PgError{Code: "53100"}), true},
		{&pgconn.PgError{Code: "57P01"}, false},
		{context.Canceled, false},
		{errors.New("database or disk is full"), false}, // nobody's code
	} {
		got := explainFull("x", c.err)
		if !errors.Is(got, c.err) || (assay.KindOf(got) == assay.Unavailable) != c.full {
			t.Errorf("%v becomes %v", c.err, got)
		}
	}
	if explainFull("x", nil) != nil {
		t.Error("nothing becomes an error")
	}
}

// A disk without room even for the tables is no damage to a file.
func TestAFullDiskAtTheFirstStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), databaseFile)
	err := migrateAt(t.Context(), path, dsn(path, "_txlock=immediate&_pragma=max_page_count(3)"))
	want := "the disk of the database " + path + " is full, and nothing was written: partial migration error (type:sql,version:1): database or disk is full (13); " +
		"make room there; what failed can then be done again"
	if err == nil || err.Error() != want || assay.KindOf(err) != assay.Unavailable {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	if err := migrate(t.Context(), path); err != nil {
		t.Errorf("with room: %v", err)
	}
}
