package simulation

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"
)

// simulated stands in the sentence of every fault.
const simulated = "the simulated "

// The faults that stand between a process and its database.
var (
	errFault = errors.New(simulated + "database failed")
	errAway  = errors.New(simulated + "database is away")
	errDead  = errors.New(simulated + "process is dead")
	errSlow  = errors.New(simulated + "database did not answer in time")
)

// faulty is a connector whose connections ask a process before every
// statement, transaction and commit.
type faulty struct {
	driver.Connector
	p *process
}

func (f faulty) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return conn{inner.(sqliteConn), f.p}, nil
}

// untimed takes the limits of real time from a step, which takes as long as the
// simulation says: a busy machine must not change what a seed does.
func untimed(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// sqliteConn is what the driver's connection can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type conn struct {
	sqliteConn
	p *process
}

func (c conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.p.begins(); err != nil {
		return nil, err
	}
	if !o.ReadOnly {
		c.p.w.oracle.unread = true
	}
	inner, err := c.sqliteConn.BeginTx(untimed(ctx), o)
	if err != nil {
		return nil, err
	}
	return tx{inner, c.p}, nil
}

func (c conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	inner, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt{inner.(sqliteStmt), c.p}, nil
}

func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.p.asks(); err != nil {
		return nil, err
	}
	return c.sqliteConn.ExecContext(untimed(ctx), query, args)
}

func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.p.asks(); err != nil {
		return nil, err
	}
	return c.sqliteConn.QueryContext(untimed(ctx), query, args)
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type stmt struct {
	sqliteStmt
	p *process
}

func (s stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.p.asks(); err != nil {
		return nil, err
	}
	return s.sqliteStmt.ExecContext(untimed(ctx), args)
}

func (s stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.p.asks(); err != nil {
		return nil, err
	}
	return s.sqliteStmt.QueryContext(untimed(ctx), args)
}

type tx struct {
	driver.Tx
	p *process
}

// Commit may fail before anything is written, and after everything is, when
// only the answer gets lost.
func (t tx) Commit() error {
	if err := t.p.asks(); err != nil {
		return errors.Join(err, t.Rollback())
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.p.asks()
}

// asks says whether a statement fails, or its process dies over it.
func (p *process) asks() error {
	w := p.w
	switch {
	case p.dead:
		return errDead
	case w.calm:
		return nil
	case w.now < p.awayUntil:
		return errAway
	case w.chance(w.set.fails / 20):
		w.note("%s dies in the middle of a step", p.name)
		p.die()
		return errDead
	case w.chance(w.set.fails):
		w.note("a statement of %s fails", p.name)
		p.disturbed(0)
		return errFault
	}
	return nil
}

// begins may let a transaction wait, while everybody else goes on, before it
// takes a lock or a snapshot.
func (p *process) begins() error {
	w := p.w
	if err := p.asks(); err != nil {
		return err
	}
	if w.calm || w.depth > 1 || !w.chance(w.set.waits) {
		return nil
	}
	d := w.about(time.Second, 10*time.Minute)
	w.note("%s waits %s for its database", p.name, d)
	p.disturbed(d)
	p.waits, p.waitsUntil = true, w.now+d
	w.await(d)
	p.waits = false
	if w.chance(0.3) {
		return errSlow
	}
	return p.asks()
}
