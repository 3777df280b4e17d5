package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Inspection is what can be said of a database file without changing it.
type Inspection struct {
	Path    string
	Exists  bool
	Version int64  // of its tables
	Known   int64  // the newest version that this program knows
	Damage  string // what SQLite's own check found first; "" when nothing
}

// Exists says whether a data directory holds a database, or something in its
// place.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, databaseFile))
	return !errors.Is(err, fs.ErrNotExist)
}

// Inspect looks at the SQLite file of a data directory, which Open would
// create and bring up to date. A file that is no database is an error.
func Inspect(ctx context.Context, dir string) (i Inspection, err error) {
	i.Path = filepath.Join(dir, databaseFile)
	i.Known = newest(migrationsOf("sqlite"))
	if _, err := os.Stat(i.Path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return i, err
	}
	i.Exists = true
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(i.Path)+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return i, fmt.Errorf("open %s: %w", i.Path, err)
	}
	defer db.Close()
	var check string
	if err := db.QueryRowContext(ctx, `pragma quick_check(1)`).Scan(&check); err != nil {
		return i, fmt.Errorf("check %s: %w", i.Path, err)
	}
	if check != "ok" {
		i.Damage = check
	}
	err = db.QueryRowContext(ctx, `select coalesce(max(version_id), 0) from goose_db_version`).Scan(&i.Version)
	if err != nil {
		return i, fmt.Errorf("read the schema version of %s: %w", i.Path, err)
	}
	return i, nil
}

// Serving says whether an instance serves the data directory now.
func Serving(dir string) (bool, error) {
	path := filepath.Join(dir, serveLock)
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return false, err
	}
	lock := flock.New(path)
	got, err := lock.TryRLock() // shared, so that two who ask do not take each other for a server
	if err != nil {
		return false, fmt.Errorf("look at %s: %w", path, err)
	}
	return !got, lock.Unlock()
}
