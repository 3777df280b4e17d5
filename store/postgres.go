package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"assay"
)

// connections is how many a process keeps to PostgreSQL at most, unless the
// address says otherwise with pool_max_conns.
const connections = 12

// OpenPostgres opens a database on a PostgreSQL server by its address, such as
// "postgres://assay@db.example/assay", and brings its tables up to date. The
// time is the server's, so that all machines agree on it; clock is for tests
// and gives it instead, nil otherwise. No error holds the password.
func OpenPostgres(ctx context.Context, address string, clock func() time.Time) (*DB, error) {
	config, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	name := addressOf(config.ConnConfig)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	db := &DB{dialect: postgres{given: clock != nil}, clock: clock, hub: newHub(), path: name, pool: pool, packer: newPacker(), written: new(sync.Map)}
	db.write = stdlib.OpenDBFromPool(pool)
	db.read = db.write
	if clock == nil {
		db.server = new(serverClock)
		db.clock = db.server.now
	}
	if err := db.connect(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func parseAddress(address string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil || !IsPostgres(address) { // the cause may hold the password
		return nil, assay.Errorf(assay.Invalid, "write it like postgres://user@host:5432/assay",
			"the address of the database cannot be read")
	}
	if !strings.Contains(address, "pool_max_conns=") {
		config.MaxConns = connections
	}
	if !strings.Contains(address, "application_name=") {
		config.ConnConfig.RuntimeParams["application_name"] = "assay"
	}
	return config, nil
}

// IsPostgres says whether an address is one for OpenPostgres.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// addressOf prints where a database is, without the password.
func addressOf(c *pgx.ConnConfig) string {
	if strings.HasPrefix(c.Host, "/") {
		return fmt.Sprintf("postgres://%s@/%s?host=%s", c.User, c.Database, c.Host)
	}
	return fmt.Sprintf("postgres://%s@%s:%d/%s", c.User, c.Host, c.Port, c.Database)
}

// connect waits for nobody: a server that is not there is an error at once.
func (db *DB) connect(ctx context.Context) error {
	if err := db.read.PingContext(ctx); err != nil {
		return unreachable(db.path, err)
	}
	if err := migratePostgres(ctx, db); err != nil {
		return err
	}
	if db.server == nil {
		return nil
	}
	return db.server.set(ctx, db.read)
}

// oneLine keeps the reasons of pgx, one a line and one for each address that
// was tried, within the sentence.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// serverClock is the server's clock as seen from here.
type serverClock struct{ ahead atomic.Int64 } // ns that the server is ahead of this machine

func (c *serverClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// set asks the server for its time.
func (c *serverClock) set(ctx context.Context, db querier) error {
	before := time.Now()
	var there time.Time
	if err := db.QueryRowContext(ctx, `select clock_timestamp()`).Scan(&there); err != nil {
		return fmt.Errorf("ask the database for its time: %w", err)
	}
	took := time.Since(before)
	c.ahead.Store(int64(there.Sub(before.Add(took / 2))))
	return nil
}

// Pool is the pool of connections to PostgreSQL; nil on SQLite. It is closed
// with the database.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }
