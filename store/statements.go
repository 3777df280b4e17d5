package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"
)

// maxStatements bounds what a cache keeps; the statements of this package are
// far fewer.
const maxStatements = 256

// statements keeps the statements of a pool prepared, since preparing one costs
// as much as running it. Preparing needs a connection, and a transaction may hold
// the only one: what a transaction misses is prepared before the next.
type statements struct {
	mu     sync.Mutex
	pool   *sql.DB
	ready  map[string]*sql.Stmt
	wanted map[string]bool
}

func newStatements(pool *sql.DB) *statements {
	return &statements{pool: pool, ready: map[string]*sql.Stmt{}, wanted: map[string]bool{}}
}

// prepare makes what transactions missed. It must not wait for the connection
// with the lock held, for whoever has the connection may wait for the lock. A
// statement that cannot be prepared now is left to say so when it is used.
func (s *statements) prepare(ctx context.Context) {
	if s == nil {
		return
	}
	s.mu.Lock()
	missed := slices.Collect(maps.Keys(s.wanted))
	clear(s.wanted)
	s.mu.Unlock()
	for _, query := range missed {
		stmt, err := s.pool.PrepareContext(ctx, query)
		if err != nil {
			continue
		}
		s.mu.Lock()
		twice := s.ready[query] != nil // two transactions missed it at once
		if !twice {
			s.ready[query] = stmt
		}
		s.mu.Unlock()
		if twice {
			_ = stmt.Close() //nolint:sqlclosecheck // the other one stays open
		}
	}
}

// get returns a prepared statement, or nil and remembers that it was missed.
func (s *statements) get(query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	stmt := s.ready[query]
	if stmt == nil && len(s.ready)+len(s.wanted) < maxStatements {
		s.wanted[query] = true
	}
	return stmt
}

// make returns a prepared statement for use outside a transaction.
func (s *statements) make(ctx context.Context, query string) *sql.Stmt {
	if s == nil {
		return nil
	}
	if stmt := s.get(query); stmt != nil {
		return stmt
	}
	s.prepare(ctx)
	return s.get(query)
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for query, stmt := range s.ready {
		_ = stmt.Close() // the connection is closed next
		delete(s.ready, query)
	}
}

// stmt returns the prepared statement bound to this transaction, or nil.
func (s *txState) stmt(ctx context.Context, query string) *sql.Stmt {
	if s.prepared == nil {
		return nil
	}
	if stmt := s.bound[query]; stmt != nil {
		return stmt
	}
	stmt := s.prepared.get(query)
	if stmt == nil {
		return nil
	}
	bound := s.tx.StmtContext(ctx, stmt)
	s.bound[query] = bound
	return bound
}

func (s *txState) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if stmt := s.stmt(ctx, query); stmt != nil { //nolint:sqlclosecheck // it closes with its transaction
		return stmt.ExecContext(ctx, args...)
	}
	return s.tx.ExecContext(ctx, query, args...)
}

func (s *txState) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if stmt := s.stmt(ctx, query); stmt != nil { //nolint:sqlclosecheck // it closes with its transaction
		return stmt.QueryContext(ctx, args...)
	}
	return s.tx.QueryContext(ctx, query, args...)
}

func (s *txState) row(ctx context.Context, query string, args []any) *sql.Row {
	if stmt := s.stmt(ctx, query); stmt != nil { //nolint:sqlclosecheck // it closes with its transaction
		return stmt.QueryRowContext(ctx, args...)
	}
	return s.tx.QueryRowContext(ctx, query, args...)
}
