package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"assay"
)

// migratePostgres brings our tables and then River's up to date. Of several
// processes that start at once, an advisory lock lets in one by one.
func migratePostgres(ctx context.Context, db *DB) (err error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("make the migrations' lock: %w", err)
	}
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", db.path, err)
	}
	defer conn.Close()
	if err := locker.SessionLock(ctx, conn); err != nil {
		return fmt.Errorf("lock the migrations of %s: %w", db.path, err)
	}
	defer func() { err = errors.Join(err, locker.SessionUnlock(context.WithoutCancel(ctx), conn)) }()
	folder := migrationsOf("postgres")
	if err := refuseNewerPostgres(ctx, conn, db.path, folder); err != nil {
		return err
	}
	if err := errors.Join(migrateOurs(ctx, db.write, folder), migrateRivers(ctx, db)); err != nil {
		return assay.Errorf(assay.Unavailable, "let its user create tables, or choose another database",
			"the database %s could not be brought up to date: %v", db.path, oneLine(err))
	}
	return nil
}

func refuseNewerPostgres(ctx context.Context, conn *sql.Conn, name string, folder fs.FS) error {
	var known bool
	err := conn.QueryRowContext(ctx, `select to_regclass('goose_db_version') is not null`).Scan(&known)
	if err != nil {
		return fmt.Errorf("look for tables in %s: %w", name, err)
	}
	if !known {
		return nil
	}
	return refuseNewerVersion(ctx, conn, name, folder)
}

func migrateOurs(ctx context.Context, db *sql.DB, folder fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectPostgres, db, folder, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err = provider.Up(ctx); err != nil {
		return err
	}
	return sealStageEvents(ctx, db)
}

// migrateRivers keeps the tables of the tickets; River has its own version
// table.
func migrateRivers(ctx context.Context, db *DB) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(db.pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("read River's migrations: %w", err)
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
