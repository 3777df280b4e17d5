package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"assay"
	"assay/app"
	"assay/history/fetch"
	"assay/internal/trace"
	"assay/market"
)

type fetchCmd struct {
	Symbol   string        `arg:"" help:"Root of the contract, e.g. ES."`
	From     string        `required:"" help:"First day, in UTC." placeholder:"2024-01-01"`
	To       string        `help:"Day before which it ends; what is available when absent." placeholder:"2025-01-01"`
	Series   string        `help:"Contract or series to buy; the front by volume, as ES.v.0, when absent." placeholder:"ES.v.0"`
	Bar      time.Duration `help:"Length of a bar: 1s, 1m or 1h." default:"1m" placeholder:"1m"`
	Estimate bool          `help:"Say what it costs and how much it is, and buy nothing."`
	MaxCost  string        `help:"Most that it may cost, in dollars." default:"1" placeholder:"1"`
	Name     string        `help:"Name of the set; root and length of a bar when absent." placeholder:"ES-1m"`
	Replace  bool          `help:"Replace a set of that name also when the new bars cover less or are refused."`
}

func (c fetchCmd) Run(ctx context.Context, io console, all *cli) error {
	order, err := c.order(time.Now())
	if err != nil {
		return err
	}
	ctx = trace.Begin(ctx)
	buyer, err := app.NewBuyer(all.Home, slog.New(trace.Handler(slog.NewTextHandler(io.err, nil))))
	if err != nil {
		return err
	}
	err = c.fetch(ctx, io, buyer, order)
	if closing := buyer.Close(ctx); err == nil {
		return closing
	}
	return err
}

func (c fetchCmd) fetch(ctx context.Context, io console, buyer *app.Buyer, order app.Order) error {
	plan, err := buyer.Price(ctx, order)
	if err != nil {
		return err
	}
	quote(io, plan)
	if c.Estimate {
		return nil
	}
	set, report, err := buyer.Buy(ctx, plan, order, progress(io))
	if err != nil {
		return err
	}
	fmt.Fprint(io.out, report)
	fmt.Fprintf(io.out, "\nkept as %s, fingerprint %s\n", set.Name, set.Fingerprint)
	if !set.Usable() {
		fmt.Fprintf(io.out, "no bot uses it; to accept it all the same: "+
			"assay data accept %s --because \"…\"\n", set.Name)
	}
	return nil
}

// order reads the flags.
func (c fetchCmd) order(now time.Time) (o app.Order, err error) {
	cost, err := amount("--max-cost", c.MaxCost)
	if err != nil {
		return o, err
	}
	from, err := market.ParseDate(c.From)
	if err != nil {
		return o, assay.Errorf(assay.Invalid, "write --from like 2024-01-01", "%q is no date", c.From)
	}
	to := now
	if c.To != "" {
		d, err := market.ParseDate(c.To)
		if err != nil {
			return o, assay.Errorf(assay.Invalid, "write --to like 2025-01-01", "%q is no date", c.To)
		}
		to = d.Time()
	}
	return app.Order{
		Root: c.Symbol, Series: c.Series, Bar: c.Bar, From: from.Time(), To: to, MaxCost: cost, Name: c.Name, Replace: c.Replace,
	}, nil
}

// amount reads the dollars of a flag.
func amount(flag, text string) (market.Money, error) {
	money, err := market.ParseMoney(text)
	if err != nil || money < 0 {
		return 0, assay.Errorf(assay.Invalid, "write dollars, as in "+flag+" 12.50", "%q is no amount", text)
	}
	return money, nil
}

// quote says what a plan is and costs.
func quote(io console, p fetch.Plan) {
	const layout = "2006-01-02 15:04"
	line := func(word, format string, args ...any) {
		fmt.Fprintf(io.out, "%-10s %s\n", word, fmt.Sprintf(format, args...))
	}
	line("series", "%s %s, bars of %s", p.Lot.Dataset, p.Lot.Symbol, p.Lot.Bar)
	line("from", "%s UTC", p.Lot.From.Format(layout))
	until := ""
	if p.Cut {
		until = ", the last complete bar there is"
	}
	line("to", "%s UTC%s", p.Lot.To.Format(layout), until)
	switch {
	case p.Done():
		line("cost", "nothing: all of it was fetched before")
	case p.Rest.From.After(p.Lot.From):
		line("there", "what comes before %s UTC", p.Rest.From.Format(layout))
		fallthrough
	default:
		line("records", "%d", p.Quote.Records)
		line("cost", "%s dollars", p.Quote.Cost.Decimal())
	}
}

// progress draws a bar on a terminal, and elsewhere says only when the stream
// broke off.
func progress(out console) func(fetch.Progress) {
	terminal, cuts := isTerminal(out.err), 0
	return func(p fetch.Progress) {
		if p.Cuts > cuts {
			cuts = p.Cuts
			if terminal { // the bar stands there without an end of its line
				fmt.Fprintln(out.err)
			}
			fmt.Fprintf(out.err, "the stream broke off; going on from record %d\n", p.Records)
		}
		if terminal {
			const width = 40
			full := int(p.Records * width / max(p.Total, 1))
			fmt.Fprintf(out.err, "\r[%-*.*s] %d of %d", width, full, "########################################", p.Records, p.Total)
			if p.Records == p.Total {
				fmt.Fprintln(out.err)
			}
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
