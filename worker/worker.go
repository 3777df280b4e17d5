// Package worker runs jobs: it lets them in within the caps, gives each a
// worker that beats, records how every attempt ended, and puts back what a
// dead worker left behind. The truth of a job is its row in bot_jobs; a
// Dispatcher only hands out the work.
package worker

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"time"

	"assay/job"
	"assay/store"
)

// Dispatcher takes jobs from the queue and runs them until ctx ends. Local is
// the one for SQLite, River the one for PostgreSQL.
type Dispatcher interface {
	Run(ctx context.Context) error
}

// Handler does the work of one attempt. It stores nothing itself: the Save it
// returns runs in the transaction that completes the job, so that a worker
// which lost its lease cannot leave anything behind. It stops soon after ctx
// ends. An error of kind assay.Invalid is not tried again.
type Handler func(ctx context.Context, j job.Job, progress func(done float64)) (Save, error)

// Save writes what a job found. It runs again when the transaction failed that it
// shared with the ends of other jobs.
type Save func(ctx context.Context, tx *store.DB) error

// Config is how a worker works.
type Config struct {
	Slots      int           // attempts at once in this process
	Beat       time.Duration // between heartbeats
	StuckAfter time.Duration // a job whose last heartbeat is older has lost its worker
	Grace      time.Duration // how long a shutdown waits for running jobs to stop
	Limits     map[job.Type]time.Duration
	Handlers   map[job.Type]Handler
}

// DefaultConfig is the policy of product.md for a machine with some cores; the
// handlers are the caller's.
func DefaultConfig(cores int) Config {
	return Config{
		Slots:      max(cores-1, 1),
		Beat:       5 * time.Second,
		StuckAfter: 30 * time.Second,
		Grace:      10 * time.Second,
		Limits: map[job.Type]time.Duration{
			job.Baseline: 10 * time.Minute,
			job.Refresh:  10 * time.Minute,
			job.Improve:  30 * time.Minute,
			job.Evolve:   60 * time.Minute,
		},
	}
}

// newID names a worker. It is new at every start of a process, so that nobody
// inherits the leases of one that died.
func newID() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (package crypto/rand)
	host, err := os.Hostname()
	if err != nil {
		host = "local"
	}
	return fmt.Sprintf("%s-%d-%x", host, os.Getpid(), b)
}

func discardIfNil(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}
