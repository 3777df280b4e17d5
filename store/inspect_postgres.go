package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"assay"
)

// InspectPostgres looks at a PostgreSQL database, which OpenPostgres would
// bring up to date, and says whether some server plans for it now.
func InspectPostgres(ctx context.Context, address string) (i Inspection, planned bool, err error) {
	config, err := parseAddress(address)
	if err != nil {
		return i, false, err
	}
	i.Path = addressOf(config.ConnConfig)
	i.Known = newest(migrationsOf("postgres"))
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return i, false, unreachable(i.Path, err)
	}
	defer func() { _ = conn.Close(ctx) }() // it was only read
	err = conn.QueryRow(ctx, `select to_regclass('goose_db_version') is not null`).Scan(&i.Exists)
	if err != nil || !i.Exists {
		return i, false, err
	}
	err = conn.QueryRow(ctx, `select coalesce(max(version_id), 0) from goose_db_version`).Scan(&i.Version)
	if err == nil && i.Version >= 2 {
		err = conn.QueryRow(ctx, `select exists (select 1 from leases where name = $1 and expires_at >= now())`, PlannerRole).Scan(&planned)
	}
	if err != nil {
		return i, false, fmt.Errorf("look at %s: %w", i.Path, err)
	}
	return i, planned, nil
}

func unreachable(name string, err error) error {
	return assay.Errorf(assay.Unavailable, "start it, or correct the address",
		"the database %s cannot be reached: %s", name, oneLine(err))
}
