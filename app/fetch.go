package app

import (
	"cmp"
	"context"
	"log/slog"
	"path/filepath"
	"sort"
	"time"

	"assay"
	"assay/control"
	"assay/history"
	"assay/history/fetch"
	"assay/market"
	"assay/provider/databento"
	"assay/store"
)

// Order says which bars are bought and kept.
type Order struct {
	Root    string // e.g. "ES"
	Series  string // a contract or a continuous series, e.g. "ES.v.0", which is the default
	Bar     time.Duration
	From    time.Time
	To      time.Time // exclusive
	MaxCost market.Money
	Name    string // of the set; root and interval when absent
	Replace bool
}

// Buyer buys bars for a place, and leaves a row of every request in the place's
// database. Close it.
type Buyer struct {
	place    Place
	client   *databento.Client
	requests *control.Requests
}

// NewBuyer returns one for the account that the environment names.
func NewBuyer(p Place, log *slog.Logger) (*Buyer, error) {
	requests := control.NewRequests(log)
	client, err := observer(requests.Observe).buyer(environment().Get)
	if err != nil {
		return nil, err
	}
	return &Buyer{p, client, requests}, nil
}

// Price finds out what an order costs. It makes no home and buys nothing.
func (b *Buyer) Price(ctx context.Context, o Order) (fetch.Plan, error) {
	return b.place.Price(ctx, b.client, o)
}

// Buy buys a plan and keeps its bars, see Home.Fetch.
func (b *Buyer) Buy(
	ctx context.Context, plan fetch.Plan, o Order, tell func(fetch.Progress),
) (set store.DataSet, report history.Report, err error) {
	if err := o.Afford(plan); err != nil { // before a home is made
		return set, report, err
	}
	err = WithHome(ctx, b.place, func(h *Home) error {
		return b.requests.While(ctx, h.DB, func() error {
			set, report, err = h.Fetch(ctx, plan, o, tell)
			return err
		})
	})
	return set, report, err
}

// Close stores what was asked and nothing was bought for, where there is a
// home.
func (b *Buyer) Close(ctx context.Context) error {
	b.client.Close()
	if !b.requests.Waiting() || !b.place.Exists() {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return WithHome(ctx, b.place, func(h *Home) error {
		return b.requests.While(ctx, h.DB, func() error { return nil })
	})
}

// buyer returns a client for purchases, as the settings say.
func (o observer) buyer(get func(name string) (string, error)) (*databento.Client, error) {
	config, err := databento.Settings(get)
	if err != nil {
		return nil, err
	}
	if config.Key == "" {
		return nil, assay.Errorf(assay.Conflict, "set "+databento.KeyVariable+", or "+databento.KeyVariable+"_FILE to a file that holds it",
			"Databento is not configured")
	}
	config.Observe = o
	return databento.New(config)
}

// Price finds out what an order costs. It writes nothing and buys nothing.
func (p Place) Price(ctx context.Context, client *databento.Client, o Order) (fetch.Plan, error) {
	root, err := market.DataRoot(o.Root)
	if err != nil {
		return fetch.Plan{}, err
	}
	if o.Series != "" && !history.IsOf(root, o.Series) {
		return fetch.Plan{}, assay.Errorf(assay.Invalid, "name one of its contracts, or a series such as "+root+".v.0",
			"%q is not of %s", o.Series, root)
	}
	return fetch.NewPlan(ctx, &databento.Source{Client: client}, p.fetched(), o.lot(root))
}

// fetched is the folder of what was bought.
func (p Place) fetched() string { return filepath.Join(p.Dir, "data", "fetched") }

// lot is what an order asks for.
func (o Order) lot(root string) fetch.Lot {
	return fetch.Lot{
		Dataset: databento.DefaultDataset, Symbol: cmp.Or(o.Series, root+".v.0"), Bar: o.Bar, From: o.From, To: o.To,
	}
}

// Afford refuses a plan that costs more than an order allows.
func (o Order) Afford(plan fetch.Plan) error {
	if plan.Quote.Cost > o.MaxCost {
		return assay.Errorf(assay.Conflict, "allow it with --max-cost "+plan.Quote.Cost.Decimal()+", or ask for less",
			"these bars cost %s dollars, more than the %s allowed", plan.Quote.Cost.Decimal(), o.MaxCost.Decimal())
	}
	return nil
}

// Fetch buys a plan and keeps its bars as a file's are kept. Bars that a
// stand-in made up are called simulated, and their set begins with SIM-.
func (h *Home) Fetch(
	ctx context.Context, plan fetch.Plan, o Order, tell func(fetch.Progress),
) (store.DataSet, history.Report, error) {
	if err := o.Afford(plan); err != nil {
		return store.DataSet{}, history.Report{}, err
	}
	bought, err := plan.Buy(ctx, tell)
	if err != nil {
		return store.DataSet{}, history.Report{}, err
	}
	if len(bought.Paths) == 0 {
		return store.DataSet{}, history.Report{}, nothing(plan.Lot)
	}
	root, err := market.DataRoot(o.Root)
	if err != nil {
		return store.DataSet{}, history.Report{}, err
	}
	bars, about, err := history.ReadFiles(ctx, bought.Paths, history.Options{Symbol: root})
	if err != nil {
		return store.DataSet{}, history.Report{}, err
	}
	bars, err = between(bars, plan.Lot)
	if err != nil {
		return store.DataSet{}, history.Report{}, err
	}
	about = o.about(plan, bought, about)
	if about.Name == "" && about.Sim {
		about.Name = "SIM-" + control.SetName(bars)
	}
	return h.Keep(ctx, bars, about, o.Replace)
}

// between cuts off what was bought before and is not asked for now.
func between(b *market.Bars, lot fetch.Lot) (*market.Bars, error) {
	at := func(t time.Time) int { return sort.Search(b.Len(), func(i int) bool { return b.Time[i] >= t.Unix() }) }
	first, end := at(lot.From), at(lot.To)
	if first == end {
		return nil, nothing(lot)
	}
	return b.Slice(first, end), nil
}

// nothing is the error of an order for days without trade.
func nothing(lot fetch.Lot) error {
	return assay.Errorf(assay.NotFound, "choose other dates", "%s traded nothing from %s to %s",
		lot.Symbol, lot.From.Format(time.DateOnly), lot.To.Format(time.DateOnly))
}

// about says where fetched bars come from.
func (o Order) about(plan fetch.Plan, bought fetch.Bought, about history.About) history.About {
	about.Name, about.Source = o.Name, "Databento "+plan.Lot.Dataset+" "+plan.Lot.Symbol
	about.Notes = append(about.Notes, bought.Warnings...)
	if bought.Simulated {
		about.Provider, about.Sim = history.Simulated, true
		about.Source = "a stand-in for " + about.Source
	}
	return about
}
