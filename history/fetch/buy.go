package fetch

import (
	"context"
	"errors"
	"time"

	"assay"
	"assay/internal/pause"
)

// A fetch gives up after so many failures without a new record in between,
// and after so many in all.
const (
	maxIdle     = 5
	maxFailures = 100
)

// The pauses between failures double from Plan.Pause to the longest.
const (
	defaultPause = time.Second
	longestPause = 30 * time.Second
)

// Progress is how far a fetch has come.
type Progress struct {
	Records, Total int64 // of what was still to be bought
	Cuts           int   // how often the stream broke off
}

// buyer buys until all is there.
type buyer struct {
	plan     Plan
	tell     func(Progress)
	progress Progress
	warnings []string
}

func (b *buyer) run(ctx context.Context) error {
	b.progress.Total = b.plan.Quote.Records
	idle := 0
	for b.progress.Total > 0 && b.plan.shelf.covered().Before(b.plan.Lot.To) {
		before := b.progress.Records
		err := b.attempt(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return b.stopped(ctx.Err())
		case assay.KindOf(err) != assay.Unavailable:
			return err
		}
		if idle++; b.progress.Records > before {
			idle = 1
		}
		if b.progress.Cuts++; idle == maxIdle || b.progress.Cuts == maxFailures {
			return b.stopped(err)
		}
		if !pause.For(ctx, min(b.plan.Pause<<(idle-1), longestPause)) {
			return b.stopped(ctx.Err())
		}
	}
	return nil
}

// stopped is the error of a fetch that ends before its end.
func (b *buyer) stopped(err error) error {
	e := assay.Errorf(assay.Unavailable, "run it again to go on from there; what came is not paid for twice",
		"%d of %d records of %s are fetched and kept", b.progress.Records, b.progress.Total, b.plan.Lot.Symbol)
	if e.Err = err; !errors.Is(err, context.Canceled) {
		e.Err = errors.New(clause(err))
	}
	return e
}

// clause is an error without its remedy.
func clause(err error) string {
	if e, ok := errors.AsType[*assay.Error](err); ok {
		return e.Message
	}
	return err.Error()
}
