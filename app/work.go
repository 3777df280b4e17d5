package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"assay"
	"assay/history"
	"assay/market"
	"assay/provider/redis"
	"assay/task"
	"assay/worker"
)

// WorkConfig is what an operator may choose for a machine that only works.
type WorkConfig struct {
	Home     Place
	AllowSim bool // as the servers of the database have it
	Slots    int  // backtests at once; 0 is one less than the cores, at least 1
	Pace     Pace
	Log      *slog.Logger
	Ready    func(worker, database string) // called as the work begins
}

// Pace is how soon a dead worker is noticed; all processes on a database have
// the same. Zero fields are the defaults of product.md.
type Pace struct {
	Beat       time.Duration // between heartbeats
	StuckAfter time.Duration // a worker silent for longer has lost its jobs
}

// check refuses a pace at which a living worker would be taken for dead as soon
// as one heartbeat is late.
func (p Pace) check() error {
	if p == (Pace{}) || p.Beat >= 100*time.Millisecond && p.StuckAfter >= 3*p.Beat {
		return nil
	}
	return assay.Errorf(assay.Invalid, "beat every 100ms or slower, and give --stuck-after at least three beats",
		"a worker cannot beat every %s and be taken for dead after %s", p.Beat, p.StuckAfter)
}

// Work runs jobs of a PostgreSQL database until ctx ends. Some server plans
// them.
func Work(ctx context.Context, c WorkConfig) error {
	if err := c.Pace.check(); err != nil {
		return err
	}
	if !c.Home.shared() {
		return assay.Errorf(assay.Invalid, "name the database with --database postgres://…, or run assay serve alone",
			"a worker needs a database that several machines reach, and this one lies in %s", c.Home.Dir)
	}
	return WithHome(ctx, c.Home, func(h *Home) error {
		river := worker.NewRiver(h.DB, h.jobs(c.AllowSim, c.Slots, c.Pace), c.Log)
		group, ctx := errgroup.WithContext(ctx)
		redis.LogTo(c.Log)
		if events := h.newEvents(environment().Get, c.Log); events != nil {
			group.Go(func() error { h.exchange(ctx, events); return nil })
		}
		group.Go(func() error { h.DB.Watch(ctx); return nil })
		group.Go(func() error { return river.Run(ctx) })
		c.Ready(river.ID(), h.DB.Path())
		return group.Wait()
	})
}

// jobs is how this process works on jobs.
func (h *Home) jobs(allowSim bool, slots int, pace Pace) worker.Config {
	config := worker.DefaultConfig(runtime.NumCPU())
	config.Beat = cmp.Or(pace.Beat, config.Beat)
	config.StuckAfter = cmp.Or(pace.StuckAfter, config.StuckAfter)
	if slots > 0 {
		config.Slots = slots
	}
	var bars task.Bars = h.Bars
	if h.shared {
		bars = sharedBars{h.Bars, h.dir}
	}
	config.Handlers = task.Lab{DB: h.DB, Bars: bars, AllowSim: allowSim}.Handlers()
	return config
}

// sharedBars are bars that another machine may have imported.
type sharedBars struct {
	disk *history.Store
	dir  string
}

// Load says of bars that are not here what the operator must do about it.
func (b sharedBars) Load(ctx context.Context, fingerprint string) (*market.Bars, error) {
	bars, err := b.disk.Load(ctx, fingerprint)
	if assay.KindOf(err) != assay.NotFound || err == nil {
		return bars, err
	}
	host, nameless := os.Hostname()
	if nameless != nil {
		host = "this machine"
	}
	return nil, assay.Errorf(assay.Unavailable, "mount the home of the machine that imported them there, see docs/operations.md",
		"%s does not have the bars %s under %s", host, fmt.Sprintf("%.16s…", fingerprint), b.dir)
}
