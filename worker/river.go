package worker

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"assay/internal/pause"
	"assay/job"
	"assay/store"
)

// River is the Dispatcher for many processes on one PostgreSQL database. River
// carries tickets to idle machines at once; what a job is and who runs it stays
// in bot_jobs, so a ticket may get lost, come twice or come late.
type River struct {
	*node
	starts together[store.Ticket, *job.Job]
}

// NewRiver returns a worker with a new name. log may be nil.
func NewRiver(db *store.DB, config Config, log *slog.Logger) *River {
	r := &River{node: newNode(db, config, gather, log)}
	r.starts = newTogether(gather, r.startAll)
	return r
}

// ticket is what River carries: an invitation to start one attempt.
type ticket struct {
	JobID int64 `json:"job_id"`
}

const ticketKind = "assay_job"

// Kind names the tickets among River's jobs.
func (ticket) Kind() string { return ticketKind }

// admitPoll is the safety net under the wake-ups by commits, and how soon a
// retry starts after its backoff; sweep is how often dead tickets are closed.
const (
	admitPoll = time.Second
	sweep     = time.Minute
)

// fetchPause is River's least time between two looks for tickets. It does not
// announce tickets that follow others sooner, and they would wait for its poll;
// so admissions keep their distance, and slots that come free meanwhile are
// filled together.
const fetchPause = 2 * time.Millisecond

// gather is about a third of what a transaction costs with its trips to the
// server.
const gather = time.Millisecond

// Run works until ctx ends, then stops its jobs, puts them back into the queue
// and returns nil. Jobs of dead workers are the Reaper's.
func (r *River) Run(ctx context.Context) error {
	client, err := r.client(ctx)
	if err != nil {
		return fmt.Errorf("set up River: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start River: %w", err)
	}
	r.whileBeating(ctx, func(ctx context.Context) {
		r.admit(ctx, client)
		r.halt(ctx, client)
	})
	return nil
}

// client fetches as many tickets as there are slots and not one more: a ticket
// that waits at a busy machine is kept from an idle one. River neither repeats a
// ticket nor judges how long one takes; both are decided from bot_jobs.
func (r *River) client(run context.Context) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, t *river.Job[ticket]) error {
		return r.use(run, ctx, t)
	}))
	return river.NewClient(riverpgxv5.New(r.db.Pool()), &river.Config{
		ID:                          r.id,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: r.config.Slots}},
		Workers:                     workers,
		MaxAttempts:                 1,
		JobTimeout:                  -1,
		RescueStuckJobsAfter:        10 * time.Minute,
		FetchCooldown:               fetchPause,
		FetchPollInterval:           time.Second,
		CompletedJobRetentionPeriod: time.Hour,
		CancelledJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: time.Hour,
		Logger:                      slog.New(onlyTrouble{r.log.Handler()}),
	})
}

// use starts the attempt that the ticket is for and keeps River's slot until
// the attempt gives it back. A stale ticket is used up and does nothing.
func (r *River) use(run, ctx context.Context, t *river.Job[ticket]) error {
	j, err := r.starts.await(ctx, store.Ticket{JobID: t.Args.JobID, ID: t.ID})
	if err != nil {
		r.log.Warn("a job was not started", "job", t.Args.JobID, "error", err)
		return river.JobSnooze(time.Second)
	}
	if j == nil {
		return nil
	}
	select {
	case <-r.start(run, *j):
	case <-ctx.Done():
	}
	return nil
}

// startAll starts what tickets are for; the answer to a stale one is nil.
func (r *River) startAll(ctx context.Context, tickets []store.Ticket) ([]*job.Job, error) {
	started, err := r.db.StartTickets(ctx, r.id, tickets...)
	if err != nil {
		return nil, err
	}
	byID := map[int64]*job.Job{}
	for i := range started {
		byID[started[i].ID] = &started[i]
	}
	answers := make([]*job.Job, len(tickets))
	for i, t := range tickets {
		answers[i] = byID[t.JobID]
	}
	return answers, nil
}

// admit lets jobs in whenever something may have changed. It runs after the
// commits and not within them: admission is one at a time in the whole cluster,
// and would make every completion wait for every other.
func (r *River) admit(ctx context.Context, client *river.Client[pgx.Tx]) {
	changed, unsubscribe := r.db.Changed()
	defer unsubscribe()
	poll, clean := time.NewTicker(admitPoll), time.NewTicker(sweep)
	defer poll.Stop()
	defer clean.Stop()
	for ctx.Err() == nil {
		admitted, err := r.fill(ctx, client)
		if err != nil && ctx.Err() == nil {
			r.log.Error("letting jobs in failed", "error", err)
		}
		if admitted {
			pause.For(ctx, fetchPause+time.Millisecond)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-r.wake:
		case <-poll.C:
		case <-clean.C:
			if err := r.clean(ctx, client); err != nil && ctx.Err() == nil {
				r.log.Warn("closing dead tickets failed", "error", err)
			}
		}
	}
}

func (r *River) fill(ctx context.Context, client *river.Client[pgx.Tx]) (admitted bool, err error) {
	room, _, err := r.db.Ready(ctx)
	if err != nil || !room {
		return false, err
	}
	jobs, err := r.db.AdmitWithTickets(ctx, func(ctx context.Context, tx pgx.Tx, jobs []int64) ([]int64, error) {
		params := make([]river.InsertManyParams, len(jobs))
		for i, id := range jobs {
			params[i].Args = ticket{JobID: id}
		}
		issued, err := client.InsertManyTx(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		tickets := make([]int64, len(issued))
		for i, t := range issued {
			tickets[i] = t.Job.ID
		}
		return tickets, nil
	})
	return len(jobs) > 0, err
}

// clean closes the tickets that died with their worker, which River would hold
// for running for ever.
func (r *River) clean(ctx context.Context, client *river.Client[pgx.Tx]) error {
	dead, err := r.db.DeadTickets(ctx, ticketKind)
	if err != nil {
		return err
	}
	for _, id := range dead {
		if _, err := client.JobCancel(ctx, id); err != nil {
			return fmt.Errorf("close ticket %d: %w", id, err)
		}
	}
	return nil
}

// halt stops fetching and waits for the tickets in use, whose attempts ended
// with ctx, but not for ever.
func (r *River) halt(ctx context.Context, client *river.Client[pgx.Tx]) {
	ctx = context.WithoutCancel(ctx)
	grace, stop := context.WithTimeout(ctx, r.config.Grace)
	defer stop()
	if client.Stop(grace) == nil {
		return
	}
	hard, stopHard := context.WithTimeout(ctx, time.Second)
	defer stopHard()
	if err := client.StopAndCancel(hard); err != nil {
		r.log.Warn("River did not stop in time", "error", err)
	}
}

// onlyTrouble keeps River's chatter out of the log.
type onlyTrouble struct{ slog.Handler }

// Enabled lets warnings and errors through.
func (h onlyTrouble) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the threshold.
func (h onlyTrouble) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyTrouble{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the threshold.
func (h onlyTrouble) WithGroup(name string) slog.Handler {
	return onlyTrouble{h.Handler.WithGroup(name)}
}
