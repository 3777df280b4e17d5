// Package store is the truth on disk: SQL by hand, one file per noun, one text
// for SQLite and PostgreSQL. What they write differently stands in dialect.go;
// each has its own migrations to the same tables.
//
// Transactions take locks in one order, so that PostgreSQL never finds two that
// wait for each other: leases, caps, jobs, the revision counter, the counter of
// stage events, bots, the data counter, the planning counter, the counter of
// ticks, the audit counter. An act on many bots takes all jobs at once
// (lockFleet).
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/klauspost/compress/zstd"
	sqlitedriver "modernc.org/sqlite"
)

// ErrLeaseLost says that a job has gone on without this worker: it was reaped,
// released or ended, and nothing of what was about to be written counts.
var ErrLeaseLost = errors.New("the job's lease is lost")

// DB is the database, or one transaction of it: InTx hands the same type to
// its function, and inside it every method works within that transaction.
type DB struct {
	write   *sql.DB     // one connection on SQLite
	read    *sql.DB     // the same as write on PostgreSQL
	writes  *statements // prepared; nil on PostgreSQL, whose driver keeps them
	reads   *statements // … of the other pool
	tx      *txState    // nil outside a transaction
	dialect dialect
	clock   func() time.Time
	hub     *hub
	path    string        // SQLite's file, or PostgreSQL's address without the password
	pool    *pgxpool.Pool // nil on SQLite
	server  *serverClock  // nil on SQLite
	packer  *zstd.Encoder // of snapshots
	written *sync.Map     // texts with the dialect's macros written out
}

type txState struct {
	tx       *sql.Tx
	conn     *sql.Conn
	reading  bool
	at       time.Time // one time for the whole transaction
	revision int64     // taken from the counter when first needed
	wrote    bool
	prepared *statements // nil: the driver keeps them
	bound    map[string]*sql.Stmt
}

// Options change how SQLite is opened; their zero value is for serving.
type Options struct {
	// Wrap, when set, stands between this package and the driver, so that a test
	// can make statements fail or wait.
	Wrap func(driver.Connector) driver.Connector
	// Careless is for a file that nobody will miss and transactions that never
	// overlap: it does not wait for the disk, and all connections of this process
	// share one cache.
	Careless bool
}

// Open opens the database "assay.db" in the data directory, creating both when
// they do not exist, and brings its tables up to date. clock is the database's
// clock on SQLite, where one machine has one clock anyway.
func Open(ctx context.Context, dir string, clock func() time.Time) (*DB, error) {
	return OpenWith(ctx, dir, clock, Options{})
}

// OpenWith is Open with options.
func OpenWith(ctx context.Context, dir string, clock func() time.Time, o Options) (*DB, error) {
	path, err := prepare(ctx, dir)
	if err != nil {
		return nil, err
	}
	write, err := o.open(path, "_txlock=immediate")
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := o.open(path, "_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(8)
	read.SetMaxIdleConns(8)
	return &DB{
		write: write, read: read, writes: newStatements(write), reads: newStatements(read), dialect: sqlite{}, clock: clock,
		hub: newHub(), path: path, packer: newPacker(), written: new(sync.Map),
	}, nil
}

// open opens a pool of connections to a file.
func (o Options) open(path, more string) (*sql.DB, error) {
	if o.Careless {
		more += "&cache=shared&_pragma=synchronous(OFF)" // the last word counts
	}
	connector, err := sqlitedriver.NewConnector(dsn(path, more))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if o.Wrap != nil {
		connector = o.Wrap(connector)
	}
	return sql.OpenDB(connector), nil
}

// dsn puts busy_timeout first: the other order gives SQLITE_BUSY when several
// connections open a new file at once.
func dsn(path, more string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	return u.String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&" + more
}

// Close closes all connections.
func (db *DB) Close() error {
	if db.pool != nil {
		err := db.write.Close()
		db.pool.Close()
		return err
	}
	db.reads.close()
	db.writes.close()
	return errors.Join(db.read.Close(), db.write.Close())
}

// Path is the database file, or the address of a PostgreSQL database without
// its password.
func (db *DB) Path() string { return db.path }

// Now is the database's clock; inside a transaction the transaction's time.
func (db *DB) Now() time.Time {
	if db.tx != nil {
		return db.tx.at
	}
	return wholeMillis(db.clock())
}

// InTx runs fn in one writing transaction and commits it, or rolls everything
// back when fn fails or panics. Inside a transaction it joins that one. On
// PostgreSQL its isolation is READ COMMITTED: a statement that waited for a
// lock must see what the holder committed. Nothing is tried again by itself,
// for fn may have done more than write.
func (db *DB) InTx(ctx context.Context, fn func(tx *DB) error) error {
	if db.tx != nil {
		if db.tx.reading {
			panic("store: a write inside a reading transaction")
		}
		return fn(db)
	}
	return db.inTx(ctx, db.write, &txState{prepared: db.writes}, nil, fn)
}

// View runs fn over one snapshot of the database.
func (db *DB) View(ctx context.Context, fn func(tx *DB) error) error {
	if db.tx != nil {
		return fn(db)
	}
	options := &sql.TxOptions{ReadOnly: true}
	if db.pool != nil {
		options.Isolation = sql.LevelRepeatableRead
	}
	return db.inTx(ctx, db.read, &txState{prepared: db.reads, reading: true}, options, fn)
}

func (db *DB) inTx(ctx context.Context, pool *sql.DB, state *txState, options *sql.TxOptions, fn func(*DB) error) error {
	state.prepared.prepare(ctx)
	conn, err := pool.Conn(ctx)
	if err != nil {
		if db.pool != nil {
			return unreachable(db.path, err)
		}
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	sqlTx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = sqlTx.Rollback() }() // after a commit this does nothing
	tx := *db
	state.tx, state.conn, state.at, state.bound = sqlTx, conn, wholeMillis(db.clock()), map[string]*sql.Stmt{}
	tx.tx = state
	if err := fn(&tx); err != nil {
		return explainFull(db.path, err)
	}
	if err := sqlTx.Commit(); err != nil {
		return explainFull(db.path, fmt.Errorf("commit: %w", err))
	}
	if state.wrote {
		db.hub.notify(onlyHere)
	}
	return nil
}

func (db *DB) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if db.tx == nil {
		panic("store: a write outside a transaction")
	}
	db.tx.wrote = true
	query, args = db.expand(query, args)
	res, err := db.tx.exec(ctx, query, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (db *DB) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query, args = db.expand(query, args)
	if db.tx != nil {
		return db.tx.query(ctx, query, args)
	}
	if stmt := db.reads.make(ctx, query); stmt != nil { //nolint:sqlclosecheck // it is kept
		return stmt.QueryContext(ctx, args...)
	}
	return db.read.QueryContext(ctx, query, args...)
}

func (db *DB) row(ctx context.Context, query string, args ...any) *sql.Row {
	query, args = db.expand(query, args)
	if db.tx != nil {
		return db.tx.row(ctx, query, args)
	}
	if stmt := db.reads.make(ctx, query); stmt != nil { //nolint:sqlclosecheck // it is kept
		return stmt.QueryRowContext(ctx, args...)
	}
	return db.read.QueryRowContext(ctx, query, args...)
}

// returning runs a writing statement with a RETURNING clause of one row.
func (db *DB) returning(ctx context.Context, query string, args ...any) *sql.Row {
	if db.tx == nil {
		panic("store: a write outside a transaction")
	}
	db.tx.wrote = true
	return db.row(ctx, query, args...)
}

// querier is a pool or a connection.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanner is a row of a result, or the only one.
type scanner interface{ Scan(dest ...any) error }

// count asks for one whole number.
func (db *DB) count(ctx context.Context, what, query string, args ...any) (n int, err error) {
	if err := db.row(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", what, err)
	}
	return n, nil
}

// collect reads every row of a query with scan; what names the rows for the
// error.
func collect[T any](
	ctx context.Context, db *DB, what string, scan func(scanner) (T, error), query string, args ...any,
) ([]T, error) {
	rows, err := db.query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return all, nil
}

// Kind names the database for people.
func (db *DB) Kind() string {
	if db.pool != nil {
		return "PostgreSQL"
	}
	return "SQLite"
}
