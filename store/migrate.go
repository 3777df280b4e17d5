package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"

	"assay"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// databaseFile and the lock files lie in the data directory.
const (
	databaseFile = "assay.db"
	migrateLock  = "migrate.lock"
	serveLock    = "serve.lock"
)

// prepare makes the data directory and brings the tables up to date. goose has
// no lock on SQLite and two processes that create the tables at once fail, so
// a file lock lets them in one by one.
func prepare(ctx context.Context, dir string) (string, error) {
	if err := makeDir(dir); err != nil {
		return "", err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("data directory %s: %w", dir, err)
	}
	lock := flock.New(filepath.Join(dir, migrateLock))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return "", fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	defer func() { _ = lock.Unlock() }()
	path := filepath.Join(dir, databaseFile)
	return path, migrate(ctx, path)
}

func migrate(ctx context.Context, path string) error {
	return migrateAt(ctx, path, dsn(path, "_txlock=immediate"))
}

func migrateAt(ctx context.Context, path, address string) error {
	folder := migrationsOf("sqlite")
	if err := refuseNewer(ctx, path, folder); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, folder, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err = provider.Up(ctx); err == nil {
		err = sealStageEvents(ctx, db)
	}
	if diskFull(err) {
		return explainFull(path, err)
	}
	if err != nil {
		return assay.Errorf(assay.Unavailable, "restore the file from a backup or choose another data directory",
			"the database %s could not be brought up to date: %v", path, err)
	}
	return nil
}

// refuseNewer looks at an existing file without changing it.
func refuseNewer(ctx context.Context, path string, folder fs.FS) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path)+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer db.Close()
	var tables int64
	err = db.QueryRowContext(ctx, `select count(*) from sqlite_master where name = 'goose_db_version'`).Scan(&tables)
	if err != nil {
		return assay.Errorf(assay.Invalid, "restore it from a backup or choose another data directory",
			"%s is not a database of Assay: %v", path, err)
	}
	if tables == 0 {
		return nil
	}
	return refuseNewerVersion(ctx, db, path, folder)
}

// refuseNewerVersion compares the version of a database that has one.
func refuseNewerVersion(ctx context.Context, db querier, name string, folder fs.FS) error {
	known := newest(folder)
	var version int64
	err := db.QueryRowContext(ctx, `select coalesce(max(version_id), 0) from goose_db_version`).Scan(&version)
	if err != nil {
		return fmt.Errorf("read the schema version of %s: %w", name, err)
	}
	if version > known {
		return assay.Errorf(assay.Conflict, "start the newer Assay that made it, or choose another database",
			"the database %s has schema version %d, this Assay knows versions up to %d", name, version, known)
	}
	return nil
}

// migrationsOf is the folder of one database's migrations.
func migrationsOf(kind string) fs.FS {
	folder, err := fs.Sub(migrations, "migrations/"+kind)
	if err != nil {
		panic("store: the migrations are not embedded")
	}
	return folder
}

// newest is the highest number of the migrations in a folder.
func newest(folder fs.FS) (version int64) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil || len(names) == 0 {
		panic("store: the migrations are not embedded")
	}
	number, _, _ := strings.Cut(names[len(names)-1], "_")
	if version, err = strconv.ParseInt(number, 10, 64); err != nil {
		panic("store: a migration has no number: " + names[len(names)-1])
	}
	return version
}

func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return assay.Errorf(assay.Unavailable, "choose a directory you may write to",
			"the data directory %s cannot be made: %v", dir, err)
	}
	return nil
}

// LockServing takes the data directory for the one instance that serves it and
// returns what gives it back. Commands that only read or import may open the
// database beside it.
func LockServing(dir string) (release func() error, err error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, serveLock))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	if !got {
		return nil, assay.Errorf(assay.Conflict, "stop the other one, or choose another data directory",
			"another Assay already serves the data directory %s", dir)
	}
	return lock.Unlock, nil
}
