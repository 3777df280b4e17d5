package fetch

import (
	"context"
	"errors"
	"io"
	"time"

	"assay"
	"assay/history/dbn"
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

// Plan is a lot that can be bought, and what of it is there already.
type Plan struct {
	Lot    Lot           // cut at the last bar that is complete
	Rest   Lot           // what is still to be bought; empty when From is To
	Quote  Quote         // of the rest
	Cut    bool          // less is available than was asked for
	Pause  time.Duration // after a stream broke off; twice as long after the next, a second at first
	shelf  *shelf
	source Source
}

// Bought is what is on disk afterwards.
type Bought struct {
	Paths     []string // of DBN files, oldest first
	Simulated bool
	Cuts      int
	Warnings  []string
}

// NewPlan finds out what can be bought of a lot and what that costs. It writes
// nothing and buys nothing. dir is where bought bars are kept.
func NewPlan(ctx context.Context, source Source, dir string, lot Lot) (Plan, error) {
	first, last, err := source.Available(ctx, lot)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Lot: lot, Pause: defaultPause, source: source}
	if last = last.Truncate(lot.Bar); lot.To.After(last) {
		p.Lot.To, p.Cut = last, true
	}
	if lot.From.Before(first) || !lot.From.Before(p.Lot.To) {
		return p, assay.Errorf(assay.Invalid, "choose dates between them", "%s has bars from %s to %s",
			lot.Dataset, first.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339))
	}
	if p.shelf, err = shelfOf(dir, p.Lot); err != nil {
		return p, err
	}
	p.Rest = p.shelf.rest()
	if p.Done() {
		return p, nil
	}
	p.Quote, err = source.Quote(ctx, p.Rest)
	return p, err
}

// Done says that nothing is left to be bought.
func (p Plan) Done() bool { return !p.Rest.From.Before(p.Rest.To) }

// Dir is the folder in which it is kept.
func (p Plan) Dir() string { return p.shelf.dir }

// Buy buys the rest of a plan. What came before an error is kept, and a new
// plan goes on from there.
func (p Plan) Buy(ctx context.Context, tell func(Progress)) (Bought, error) {
	unlock, err := p.shelf.lock()
	if err != nil {
		return Bought{}, err
	}
	defer unlock()
	if err := p.shelf.look(); err != nil {
		return Bought{}, err
	}
	if !p.shelf.rest().From.Equal(p.Rest.From) {
		return Bought{}, assay.Errorf(assay.Conflict, "ask for the price again", "%s was fetched by another process meanwhile", p.Lot.Symbol)
	}
	b := buyer{plan: p, tell: tell}
	if err := b.run(ctx); err != nil {
		return Bought{}, err
	}
	bought := Bought{Paths: p.shelf.paths(), Cuts: b.progress.Cuts, Warnings: b.warnings}
	if len(p.shelf.parts) > 0 {
		bought.Simulated = p.shelf.parts[0].simulated
	}
	return bought, nil
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
		if !sleep(ctx, min(b.plan.Pause<<(idle-1), longestPause)) {
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

func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt buys what is left, and keeps what comes also when it breaks off.
func (b *buyer) attempt(ctx context.Context) error {
	shelf := b.plan.shelf
	rest := shelf.rest()
	delivery, err := b.plan.source.Open(ctx, rest)
	if err != nil {
		return err
	}
	defer func() { _ = delivery.Close() }() // it was read, or is given up
	if len(shelf.parts) > 0 && shelf.parts[0].simulated != delivery.Simulated {
		return assay.Errorf(assay.Conflict, "remove "+shelf.dir+" and fetch it again",
			"what was fetched before is of another source than what comes now")
	}
	b.warnings = delivery.Warnings
	r, err := dbn.NewReader(delivery, rest.Symbol, dbn.Limits{})
	if err != nil {
		return broken(err)
	}
	defer r.Close()
	w := &writer{shelf: shelf, head: r.Metadata(), simulated: delivery.Simulated, from: rest.From}
	w.head.Start, w.head.End = rest.From.UnixNano(), rest.To.UnixNano()
	defer w.drop()
	return b.copy(r, w, rest)
}

// copy reads a delivery to its end, or to where it breaks off.
func (b *buyer) copy(r *dbn.Reader, w *writer, rest Lot) error {
	before := b.kept()
	for {
		record, err := r.Record()
		if errors.Is(err, io.EOF) {
			return b.end(w, rest, before)
		}
		if err != nil {
			return b.keep(w, broken(err))
		}
		if !isBar(record) {
			continue
		}
		if err := check(record, w.moment, rest); err != nil {
			return b.keep(w, err)
		}
		if err := w.add(record); err != nil {
			return err
		}
		if n := before + w.accepted; n/progressEvery > b.progress.Records/progressEvery {
			b.reach(n)
		}
	}
}

func isBar(r dbn.Record) bool { return r.Type >= dbn.OHLCV1s && r.Type <= dbn.OHLCVEod }

// progressEvery is how many records come between two reports.
const progressEvery = 1000

func (b *buyer) reach(records int64) {
	b.progress.Records = records
	if b.tell != nil {
		b.tell(b.progress)
	}
}

// kept counts the records of this plan that are on disk for good.
func (b *buyer) kept() (n int64) {
	for _, p := range b.plan.shelf.parts {
		if !p.from.Before(b.plan.Rest.From) {
			n += p.records
		}
	}
	return n
}

// end books a delivery that came to its end: the last, unless fewer records
// came than were announced.
func (b *buyer) end(w *writer, rest Lot, before int64) error {
	if got := before + w.accepted + count(w.held); got < b.progress.Total {
		return b.keep(w, assay.Errorf(assay.Unavailable, "", "the stream ended after %d of %d records", got, b.progress.Total))
	}
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.finish(rest.To); err != nil {
		return err
	}
	b.reach(b.kept())
	return nil
}

// count counts records that stand one after the other.
func count(records []byte) (n int64) {
	for ; len(records) > 0; n++ {
		records = records[int(records[0])*4:]
	}
	return n
}

// keep ends the part of a delivery that broke off, before the moment whose
// records may not all be there. It returns why it broke off.
func (b *buyer) keep(w *writer, why error) error {
	if err := w.finish(time.Unix(0, w.moment)); err != nil {
		return err
	}
	b.reach(b.kept())
	return why
}

// check sees that a record is in order and was asked for.
func check(r dbn.Record, after int64, rest Lot) error {
	at := time.Unix(0, r.Time)
	switch {
	case r.Time < after:
		return assay.Errorf(assay.Invalid, "report it to the source", "%s: the record of %s comes after a later one",
			rest.Symbol, at.UTC().Format(time.RFC3339))
	case at.Before(rest.From) || !at.Before(rest.To):
		return assay.Errorf(assay.Invalid, "report it to the source", "%s: a record of %s was not asked for",
			rest.Symbol, at.UTC().Format(time.RFC3339))
	}
	return nil
}

// broken makes the decoder's complaint one that is worth another try: a stream
// that breaks off looks damaged.
func broken(err error) error {
	if assay.KindOf(err) == assay.Unavailable || errors.Is(err, context.Canceled) {
		return err
	}
	return &assay.Error{Kind: assay.Unavailable, Message: "the stream cannot be read on: " + clause(err)}
}
