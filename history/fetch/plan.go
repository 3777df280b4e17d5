package fetch

import (
	"context"
	"time"

	"assay"
)

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
	if lot.From.After(lot.To) {
		return Plan{}, assay.Errorf(assay.Invalid, "exchange them", "the dates are reversed: from %s to %s",
			lot.From.UTC().Format(time.RFC3339), lot.To.UTC().Format(time.RFC3339))
	}
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
	if p.shelf, err = find(dir, p.Lot); err != nil {
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
