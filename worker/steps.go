package worker

import (
	"context"
	"log/slog"
	"time"

	"assay/job"
	"assay/store"
)

// Steps is what a worker does with the database, one step at a time. The
// dispatchers take them by the clock; the simulation of the control plane takes
// the same steps in its own time and order.
type Steps struct {
	db     *store.DB
	config Config
	log    *slog.Logger
	id     string
	finish func(ctx context.Context, l store.Lease, save func(*store.DB) error) error
}

// NewSteps returns the steps of the worker named id, which must be new at every
// start of a process. log may be nil.
func NewSteps(db *store.DB, config Config, id string, log *slog.Logger) Steps {
	return Steps{db, config, discardIfNil(log), id, db.Finish}
}

// ID is the worker's name in bot_jobs.worker_id.
func (s Steps) ID() string { return s.id }

// TakeOver puts the running jobs of every other worker back. Only a worker that
// is alone on its database may do it, as it starts.
func (s Steps) TakeOver(ctx context.Context) error {
	_, err := Reaper{DB: s.db, Config: s.config, Log: s.log}.ReapDead(ctx, s.id)
	return err
}

// Fill admits what the caps allow and starts up to free jobs, all in one
// transaction. It takes the write lock only when there is something to do.
func (s Steps) Fill(ctx context.Context, free int) (started []job.Job, err error) {
	admit, start, err := s.db.Ready(ctx)
	if err != nil || !admit && (!start || free == 0) {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx *store.DB) error {
		if admit {
			if _, err := tx.Admit(ctx); err != nil {
				return err
			}
		}
		if free > 0 {
			started, err = tx.StartWaiting(ctx, s.id, free)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return started, nil
}

// Pulse tells the database that a worker lives.
type Pulse struct {
	Steps
	now  func() time.Time // the worker's own clock, which nobody moves
	last time.Time        // when the last beat succeeded
}

// Pulse begins to beat. now is the worker's own clock.
func (s Steps) Pulse(now func() time.Time) *Pulse { return &Pulse{s, now, now()} }

// Beat is one heartbeat. It returns which of the running attempts must stop,
// and why: their lease is lost, somebody asked for it, or this worker has been
// silent for so long that others will take them for dead.
func (p *Pulse) Beat(ctx context.Context, running []store.Lease) map[store.Lease]error {
	held, err := p.beat(ctx)
	switch {
	case err == nil:
		p.last = p.now()
		return settle(running, held)
	case ctx.Err() != nil:
		return nil
	case p.now().Sub(p.last) > p.config.StuckAfter*2/3:
		p.log.Error("heartbeats fail, stopping the running jobs", "error", err)
		stop := map[store.Lease]error{}
		for _, l := range running {
			stop[l] = errSilent
		}
		return stop
	default:
		p.log.Warn("a heartbeat failed", "error", err)
		return nil
	}
}

// beat gives up soon enough for the worker to notice that it is silent.
func (p *Pulse) beat(ctx context.Context) ([]store.Beat, error) {
	ctx, stop := context.WithTimeout(ctx, p.config.StuckAfter/3)
	defer stop()
	return p.db.Heartbeat(ctx, p.id)
}

// settle finds the attempts that the heartbeat no longer found, and those that
// someone asked to stop.
func settle(running []store.Lease, held []store.Beat) map[store.Lease]error {
	beats := map[store.Lease]store.Beat{}
	for _, b := range held {
		beats[b.Lease] = b
	}
	stop := map[store.Lease]error{}
	for _, l := range running {
		b, ok := beats[l]
		switch {
		case !ok:
			stop[l] = store.ErrLeaseLost
		case b.Cancel:
			stop[l] = errCancelled
		}
	}
	return stop
}
