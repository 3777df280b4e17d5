package control

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"assay/store"
)

// plannerRole is the planner's row in the table of leases.
const plannerRole = "planner"

// How long a leader that fell silent keeps the lead, and how often it is
// renewed and the others ask for it.
const (
	leadFor   = 10 * time.Second
	leadRenew = 3 * time.Second
)

// ErrNotLeading says that another process has become the planner.
var ErrNotLeading = errors.New("another process has become the planner")

// Leader makes one of all processes on a database the planner. Even two planners
// at once could not break a rule, since those are the database's; one is enough.
type Leader struct {
	db     *store.DB
	log    *slog.Logger
	holder string
	gained chan struct{}

	mu    sync.Mutex
	term  int64
	until time.Time // by this machine's own clock
}

// NewLeader returns a candidate; Run campaigns for it. log may be nil.
func NewLeader(db *store.DB, log *slog.Logger) *Leader {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Leader{db: db, log: log, holder: rand.Text(), gained: make(chan struct{}, 1)}
}

// Run campaigns until ctx ends and then resigns.
func (l *Leader) Run(ctx context.Context) {
	ticker := time.NewTicker(leadRenew)
	defer ticker.Stop()
	for ctx.Err() == nil {
		l.campaign(ctx)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), leadRenew)
	defer stop()
	if err := l.db.Resign(ctx, plannerRole, l.holder); err != nil {
		l.log.Warn("the planner did not resign", "error", err)
	}
}

// campaign asks once. Trouble leaves the term to run out by itself.
func (l *Leader) campaign(ctx context.Context) {
	asked := time.Now()
	ctx, stop := context.WithTimeout(ctx, leadRenew)
	defer stop()
	term, err := l.db.Lead(ctx, plannerRole, l.holder, leadFor)
	if err != nil {
		l.log.Warn("asking for the planner's lead failed", "error", err)
		return
	}
	l.mu.Lock()
	before := l.term
	l.term, l.until = term, asked.Add(leadFor)
	l.mu.Unlock()
	switch {
	case term == 0 && before != 0:
		l.log.Warn("another process is the planner now", "term", before)
	case term != before:
		l.log.Info("this process is the planner now", "term", term)
	}
	if term == 0 {
		return
	}
	select { // also in an old term, which may have run out by our clock alone
	case l.gained <- struct{}{}:
	default:
	}
}

// current returns the term in which this process leads, 0 when it does not.
func (l *Leader) current() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Now().After(l.until) {
		return 0
	}
	return l.term
}

// await returns when this process leads; false when ctx ended before. Without
// a Leader a process is alone and leads.
func (l *Leader) await(ctx context.Context) bool {
	for l != nil && l.current() == 0 {
		select {
		case <-ctx.Done():
			return false
		case <-l.gained:
		}
	}
	return ctx.Err() == nil
}

// hold makes sure, as the first act of a transaction, that this process leads
// until its end.
func (l *Leader) hold(ctx context.Context, tx *store.DB) error {
	if l == nil {
		return nil
	}
	leads, err := tx.Leads(ctx, plannerRole, l.holder, l.current())
	if err == nil && !leads {
		err = ErrNotLeading
	}
	return err
}
