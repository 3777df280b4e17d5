package app

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"assay"
	"assay/control"
	"assay/history/fetch"
	"assay/internal/trace"
	"assay/market"
	"assay/provider/databento"
	"assay/task"
)

// How often bars are looked for, and how far back they go the first time.
const (
	autoFetchEvery = time.Hour
	autoFetchDays  = 365
)

// autoFetch buys the bars of a minute of the front contracts that bots in LAB
// trade: a year the first time, then each session once it has closed. What
// costs more than the limit is left to a person.
type autoFetch struct {
	home   *Home
	place  Place
	client *databento.Client
	limit  market.Money // of one purchase
	days   int
	now    func() time.Time
	log    *slog.Logger
	said   map[string]string // what was last said of a root, so that it is said once
}

// newAutoFetch returns nil when the limit is 0. Databento must be configured
// otherwise; when its settings are wrong, readiness says so and nothing is
// bought.
func (h *Home) newAutoFetch(c Config, get func(string) (string, error), o observer) (*autoFetch, error) {
	if c.AutoFetchLimit == 0 {
		return nil, nil
	}
	client, err := o.buyer(get)
	switch {
	case assay.KindOf(err) == assay.Conflict: // it is not configured
		return nil, err
	case err != nil:
		c.Log.Warn("no bars are bought by themselves", "error", err)
		return nil, nil
	}
	return &autoFetch{
		home: h, place: c.Home, client: client, limit: c.AutoFetchLimit, days: autoFetchDays,
		now: time.Now, log: c.Log, said: map[string]string{},
	}, nil
}

// Run looks once an hour until ctx ends, in the process of several that leads;
// leader is nil where there is one. Nothing that goes wrong here touches LAB,
// which works on with the bars that it has.
func (a *autoFetch) Run(ctx context.Context, leader *control.Leader) {
	defer a.client.Close()
	ticker := time.NewTicker(autoFetchEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if leader == nil || leader.Term() > 0 {
			a.look(ctx)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// look buys what is missing of each root.
func (a *autoFetch) look(ctx context.Context) {
	ctx = trace.Begin(ctx)
	needs, err := a.home.DB.DataNeeds(ctx)
	if err != nil {
		a.log.WarnContext(ctx, "bars that are needed are not known", "error", err)
		return
	}
	var roots []string
	for _, n := range needs {
		if root, err := market.DataRoot(n.Symbol); err == nil && !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	for _, root := range roots {
		err := a.root(ctx, root)
		if ctx.Err() != nil {
			return
		}
		if words := sentenceOf(err); words != a.said[root] {
			if a.said[root] = words; err != nil {
				a.log.WarnContext(ctx, "bars are not fetched", "root", root, "error", err)
			}
		}
	}
}

func sentenceOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// root buys what is missing of one root, once a session has closed since.
func (a *autoFetch) root(ctx context.Context, root string) error {
	contract, err := market.ContractOf(root)
	if err != nil {
		return err
	}
	order := Order{Root: root, Bar: time.Minute, To: a.now(), MaxCost: a.limit}
	order.From = a.now().UTC().AddDate(0, 0, -a.days).Truncate(24 * time.Hour)
	if since, ok := fetch.Since(a.place.fetched(), order.lot(root)); ok {
		order.From = since
	}
	plan, err := a.place.Price(ctx, a.client, order)
	if err != nil {
		return err
	}
	closed, err := a.closed(ctx, root)
	if err != nil || !closed.Before(contract.Calendar().LastClosed(plan.Lot.To).Close) {
		return err // no session has closed since
	}
	set, _, err := a.home.Fetch(ctx, plan, order, nil)
	if err != nil {
		return err
	}
	a.log.InfoContext(ctx, "bars fetched", "root", root, "set", set.Name, "bars", set.Bars, "cost", plan.Quote.Cost.Decimal())
	return nil
}

// closed returns the close of the last session that was fetched of a root,
// zero when none was.
func (a *autoFetch) closed(ctx context.Context, root string) (last time.Time, err error) {
	name := root + "-" + task.IntervalName(time.Minute)
	for _, name := range []string{name, "SIM-" + name} {
		set, err := a.home.DB.DataSet(ctx, name)
		if err != nil && assay.KindOf(err) != assay.NotFound {
			return last, err
		}
		if err == nil && set.SessionClosed.After(last) {
			last = set.SessionClosed
		}
	}
	return last, nil
}
