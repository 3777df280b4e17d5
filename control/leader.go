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
	times  LeadTimes

	mu    sync.Mutex
	term  int64
	until time.Time // by this machine's own clock
}

// LeadTimes is how a leader keeps time.
type LeadTimes struct {
	For   time.Duration    // how long one that fell silent keeps the lead
	Renew time.Duration    // how often it is renewed, and the others ask for it
	Now   func() time.Time // this machine's own clock, which nobody moves
}

// NewLeader returns a candidate; Run campaigns for it. log may be nil.
func NewLeader(db *store.DB, log *slog.Logger) *Leader {
	return NewLeaderTimed(db, LeadTimes{leadFor, leadRenew, time.Now}, log)
}

// NewLeaderTimed is NewLeader with other times.
func NewLeaderTimed(db *store.DB, times LeadTimes, log *slog.Logger) *Leader {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Leader{db: db, log: log, holder: rand.Text(), gained: make(chan struct{}, 1), times: times}
}

// Run campaigns until ctx ends and then resigns.
func (l *Leader) Run(ctx context.Context) {
	ticker := time.NewTicker(l.times.Renew)
	defer ticker.Stop()
	for ctx.Err() == nil {
		l.Campaign(ctx)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	l.Resign(ctx)
}

// Resign gives the lead free at once, also when ctx has ended.
func (l *Leader) Resign(ctx context.Context) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), l.times.Renew)
	defer stop()
	l.mu.Lock()
	l.term = 0
	l.mu.Unlock()
	if err := l.db.Resign(ctx, store.PlannerRole, l.holder); err != nil {
		l.log.Warn("the planner did not resign", "error", err)
	}
}

// Campaign asks once. Trouble leaves the term to run out by itself.
func (l *Leader) Campaign(ctx context.Context) {
	asked := l.times.Now()
	ctx, stop := context.WithTimeout(ctx, l.times.Renew)
	defer stop()
	term, err := l.db.Lead(ctx, store.PlannerRole, l.holder, l.times.For)
	if err != nil {
		l.log.Warn("asking for the planner's lead failed", "error", err)
		return
	}
	l.mu.Lock()
	before := l.term
	l.term, l.until = term, asked.Add(l.times.For)
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

// Term returns the term in which this process leads, 0 when it does not.
func (l *Leader) Term() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.times.Now().After(l.until) {
		return 0
	}
	return l.term
}

// await returns when this process leads; false when ctx ended before. Without
// a Leader a process is alone and leads.
func (l *Leader) await(ctx context.Context) bool {
	for l != nil && l.Term() == 0 {
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
	leads, err := tx.Leads(ctx, store.PlannerRole, l.holder, l.Term())
	if err == nil && !leads {
		err = ErrNotLeading
	}
	return err
}
