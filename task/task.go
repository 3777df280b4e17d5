// Package task is what each kind of job does: load, call the pure parts, and
// hand back what to save with the job's end.
package task

import (
	"context"
	"fmt"

	"assay"
	"assay/bot"
	"assay/job"
	"assay/market"
	"assay/store"
	"assay/strategy"
	"assay/worker"
)

// Bars gives the bars of a data set; history.Store does.
type Bars interface {
	Load(ctx context.Context, fingerprint string) (*market.Bars, error)
}

// Lab is what the jobs work with.
type Lab struct {
	DB       *store.DB
	Bars     Bars
	AllowSim bool // bots without usable real data are tested on simulated bars
}

// Handlers returns the work of every kind of job that exists so far.
func (l Lab) Handlers() map[job.Type]worker.Handler {
	return map[job.Type]worker.Handler{job.Baseline: l.baseline, job.Refresh: l.refresh}
}

// subject is one job's bot with everything its backtest depends on.
type subject struct {
	job     job.Job
	bot     bot.Bot
	version store.Version
	set     store.DataSet
	in      Input
}

// load reads the subject of a job from one snapshot, and its bars.
func (l Lab) load(ctx context.Context, j job.Job) (s subject, err error) {
	s.job = j
	var sets []store.DataSet
	err = l.DB.View(ctx, func(tx *store.DB) error {
		if s.bot, err = tx.Bot(ctx, bot.ID(j.BotID)); err != nil {
			return err
		}
		if s.version, err = tx.Version(ctx, s.bot.VersionID); err != nil {
			return err
		}
		sets, err = tx.DataSets(ctx)
		return err
	})
	if err != nil {
		return s, err
	}
	rules, err := strategy.Parse([]byte(s.version.Source), fmt.Sprintf("version %d of %s", s.version.ID, s.bot.ID))
	if err != nil {
		return s, err
	}
	choice := Choose(sets, rules.Symbol, rules.Bars, l.AllowSim)
	if choice.Set == nil {
		return s, assay.Errorf(assay.Unavailable, choice.Fix, "%s", choice.Why)
	}
	s.set = *choice.Set
	bars, err := l.Bars.Load(ctx, s.set.Fingerprint)
	if err != nil {
		return s, err
	}
	s.in = Input{Strategy: rules, Bars: bars, Fingerprint: s.set.Fingerprint, Capital: s.bot.Capital}
	return s, nil
}

// steps reports progress and stops between steps when the job shall end.
type steps struct {
	ctx      context.Context //nolint:containedctx // it lives as long as one call of a handler
	progress func(float64)
	done     int
	of       int
}

func (s *steps) next() error {
	s.progress(float64(s.done) / float64(max(s.of, s.done, 1)))
	s.done++
	return context.Cause(s.ctx)
}
