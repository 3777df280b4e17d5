package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// hub tells everyone who listens that something was committed: here, which some
// alone want to know, or anywhere.
type hub struct {
	mu        sync.Mutex
	listeners map[chan struct{}]reach
}

type reach bool

const (
	anywhere reach = false
	onlyHere reach = true
)

func newHub() *hub { return &hub{listeners: map[chan struct{}]reach{}} }

// notify tells of a commit of this process, or of one made anywhere.
func (h *hub) notify(where reach) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c, wants := range h.listeners {
		if wants == onlyHere && where != onlyHere {
			continue
		}
		select {
		case c <- struct{}{}:
		default: // it has not yet looked at the last change, and will see this one too
		}
	}
}

// Changed returns a channel that receives after commits, several of them as
// one, and what ends the subscription. Read revisions and counters to learn
// what changed.
func (db *DB) Changed() (changed <-chan struct{}, stop func()) { return db.hear(anywhere) }

// Committed is Changed for the commits of this process alone.
func (db *DB) Committed() (committed <-chan struct{}, stop func()) { return db.hear(onlyHere) }

// Announce tells those who wait for changes that another process committed,
// sooner than Watch sees it.
func (db *DB) Announce() { db.hub.notify(anywhere) }

func (db *DB) hear(wants reach) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	db.hub.mu.Lock()
	defer db.hub.mu.Unlock()
	db.hub.listeners[c] = wants
	return c, func() {
		db.hub.mu.Lock()
		defer db.hub.mu.Unlock()
		delete(db.hub.listeners, c)
	}
}

// Watch announces the commits of other processes too, such as an import on the
// command line or the work of another machine, until ctx ends. It looks every
// half second: on SQLite at data_version, which on a kept connection changes
// with every commit made elsewhere, on PostgreSQL at the counters. Trouble with
// the database does not end it.
func (db *DB) Watch(ctx context.Context) {
	beat := time.NewTicker(500 * time.Millisecond)
	defer beat.Stop()
	for ctx.Err() == nil {
		conn, err := db.read.Conn(ctx)
		if err == nil {
			db.watch(ctx, conn, beat.C)
			_ = conn.Close()        // it is of no more use
			db.hub.notify(anywhere) // something may have happened in between
		}
		select {
		case <-ctx.Done():
		case <-beat.C:
		}
	}
}

// watch looks through one connection until that fails or ctx ends.
func (db *DB) watch(ctx context.Context, conn *sql.Conn, beat <-chan time.Time) {
	for last := int64(-1); ; {
		version, err := db.version(ctx, conn)
		if err != nil {
			return
		}
		if last >= 0 && version != last {
			db.hub.notify(anywhere)
		}
		last = version
		select {
		case <-ctx.Done():
			return
		case <-beat:
		}
	}
}

// version is a number that is another after commits of other processes. On
// PostgreSQL the look also sets the clock.
func (db *DB) version(ctx context.Context, conn *sql.Conn) (v int64, err error) {
	query := `pragma data_version`
	if db.pool != nil {
		query = `select cast(sum(value) as bigint) from counters`
	}
	if err := conn.QueryRowContext(ctx, query).Scan(&v); err != nil {
		return 0, err
	}
	if db.server == nil {
		return v, nil
	}
	return v, db.server.set(ctx, conn)
}

// Planning returns a counter that rises whenever the planner has a reason to
// look at once: a job ended, a data set changed, autonomy was resumed.
func (db *DB) Planning(ctx context.Context) (int64, error) { return db.counter(ctx, "planning") }

// Revision returns the newest revision given to any bot.
func (db *DB) Revision(ctx context.Context) (int64, error) { return db.counter(ctx, "revision") }

func (db *DB) counter(ctx context.Context, name string) (v int64, err error) {
	err = db.row(ctx, `select value from counters where name = $1`, name).Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("read counter %s: %w", name, err)
	}
	return v, nil
}

// wakePlanner makes the planner look as soon as this transaction commits.
func (db *DB) wakePlanner(ctx context.Context) error {
	if _, err := db.exec(ctx, `update counters set value = value + 1 where name = 'planning'`); err != nil {
		return fmt.Errorf("wake the planner: %w", err)
	}
	return nil
}

// dataChanged makes the planner look at once and choose the data of every bot
// anew.
func (db *DB) dataChanged(ctx context.Context) error {
	if _, err := db.exec(ctx, `update counters set value = value + 1 where name = 'data'`); err != nil {
		return fmt.Errorf("announce the change of data: %w", err)
	}
	return db.wakePlanner(ctx)
}

// revision is this transaction's number from the global counter. Taking it
// locks the counter until the commit, so that revisions commit in order and
// "revision > x" can miss nothing.
func (db *DB) nextRevision(ctx context.Context) (int64, error) {
	if db.tx.revision == 0 {
		err := db.returning(ctx, `update counters set value = value + 1 where name = 'revision' returning value`).
			Scan(&db.tx.revision)
		if err != nil {
			return 0, fmt.Errorf("take a revision: %w", err)
		}
	}
	return db.tx.revision, nil
}
