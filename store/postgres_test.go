package store_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"assay"
	"assay/store"
	"assay/store/storetest"
)

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, storetest.Harness{Open: storetest.OpenPostgres, SQL: plainPostgres})
}

// plainPostgres is a second connection to the database of db.
func plainPostgres(t testing.TB, db *store.DB) *sql.DB {
	t.Helper()
	plain, err := sql.Open("pgx", db.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	return plain
}

func openPostgres(t *testing.T, address string) *store.DB {
	t.Helper()
	db, err := store.OpenPostgres(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestPsqlPrintsTheDocumentedQueries(t *testing.T) {
	db := storetest.OpenPostgres(t, storetest.NewClock().Now)
	for query, rows := range storetest.Documented(t, db) {
		cmd := exec.CommandContext(t.Context(), "psql", "--no-psqlrc", "--no-align", "--pset=footer=off", db.Path(), "-c", query)
		cmd.Env = append(os.Environ(), "PGTZ=UTC")
		got, err := cmd.CombinedOutput()
		columns, _, _ := strings.Cut(strings.TrimPrefix(query, "SELECT "), " FROM ")
		want := strings.ReplaceAll(columns, ", ", "|") + "\n" +
			strings.ReplaceAll(rows, "2026-11-23T15:00:00.000Z", "2026-11-23 15:00:00+00")
		if err != nil || string(got) != want {
			t.Errorf("psql %q\nprinted %q, %v\nwant    %q", query, got, err, want)
		}
	}
}

func TestNewerPostgresIsRefused(t *testing.T) {
	address := storetest.PostgresAddress(t)
	db := openPostgres(t, address)
	_, err := plainPostgres(t, db).Exec(`insert into goose_db_version (version_id, is_applied) values (99, true)`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.OpenPostgres(t.Context(), address, nil)
	want := "the database " + address + " has schema version 99, this Assay knows versions up to 12; " +
		"start the newer Assay that made it, or choose another database"
	if err == nil || err.Error() != want || assay.KindOf(err) != assay.Conflict {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestManyOpenANewPostgresAtOnce(t *testing.T) {
	address := storetest.EmptyPostgresAddress(t)
	errs := make(chan error, 6)
	for range cap(errs) {
		go func() {
			db, err := store.OpenPostgres(context.Background(), address, nil)
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

func TestPostgresThatCannotBeUsedSaysWhyAndKeepsThePassword(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://ann:hunter2@127.0.0.1:1/assay": "the database postgres://ann@127.0.0.1:1/assay cannot be reached: ",
		"postgres://ann:hunter2@[::1/assay":        "the address of the database cannot be read; write it like postgres://",
		"postgres://ann:hunter2@h:port/assay":      "the address of the database cannot be read; write it like postgres://",
		"mysql://ann:hunter2@h/assay":              "the address of the database cannot be read; write it like postgres://",
		"host=h password=hunter2":                  "the address of the database cannot be read; write it like postgres://",
	} {
		_, err := store.OpenPostgres(t.Context(), address, nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\t") ||
			strings.Contains(err.Error(), "hunter2") || assay.KindOf(err) == assay.Internal {
			t.Errorf("%s\ngot  %v\nwant %s…", address, err, want)
		}
	}
}

func TestPostgresUserWhoMayNotCreateTables(t *testing.T) {
	address := storetest.EmptyPostgresAddress(t)
	conn, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Exec(`drop role if exists guest; create role guest login`); err != nil {
		t.Fatal(err)
	}
	_, err = store.OpenPostgres(t.Context(), strings.Replace(address, "assay@", "guest@", 1), nil)
	if err == nil || !strings.HasSuffix(err.Error(), "; let its user create tables, or choose another database") ||
		!strings.Contains(err.Error(), "permission denied") || assay.KindOf(err) != assay.Unavailable {
		t.Errorf("got %v", err)
	}
}

// The time is the server's: what the database writes and what Now says agree.
func TestPostgresHasOneClock(t *testing.T) {
	db := storetest.OpenPostgres(t, nil)
	b := storetest.AddBot(t, db, "a")
	if apart := db.Now().Sub(b.CreatedAt).Abs(); apart > time.Minute || b.CreatedAt.IsZero() {
		t.Errorf("Now is %s away from the server's clock", apart)
	}
}

func TestWatchSeesTheCommitsOfOtherMachines(t *testing.T) {
	address := storetest.PostgresAddress(t)
	watchSees(t, openPostgres(t, address), openPostgres(t, address))
}

func TestPostgresComesBack(t *testing.T) {
	server := storetest.NewPostgresServer(t)
	db := openPostgres(t, server.NewDatabase(t))
	storetest.AddBot(t, db, "a")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { db.Watch(ctx); close(ended) }()
	err := db.InTx(t.Context(), func(tx *store.DB) error {
		storetest.AddBot(t, tx, "b")
		server.Stop(t)
		return nil
	})
	if err == nil {
		t.Error("a commit without a server succeeded")
	}
	if err := db.PauseBot(t.Context(), "a", "R"); err == nil {
		t.Error("a write without a server succeeded")
	}
	server.Start(t)
	bots, err := db.Bots(t.Context())
	if err != nil || len(bots) != 1 || bots[0].PausedReason != "" {
		t.Errorf("after the restart %+v, %v, want bot a as it was", bots, err)
	}
	changed, stop := db.Changed()
	defer stop()
	storetest.AddBot(t, db, "c")
	<-changed
	cancel()
	<-ended
}
