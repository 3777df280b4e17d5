package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"assay/app"
	"assay/engine"
	"assay/market"
	"assay/measure"
)

type backtestCmd struct {
	What   string `arg:"" name:"file|bot|starter" help:"A strategy file, the id of a bot, or the name or id of a starter."`
	Data   string `required:"" help:"Name of the data set; see assay data ls." placeholder:"SET"`
	JSON   bool   `name:"json" help:"Print the result as JSON."`
	Trades string `help:"Also write the trades to this CSV file." placeholder:"out.csv" type:"path"`
	HTML   string `name:"html" help:"Also write a tear sheet to this file, a page that needs nothing else." placeholder:"out.html" type:"path"`
}

func (c backtestCmd) Run(ctx context.Context, to console, all *cli) error {
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		b, err := h.Backtest(ctx, c.What, c.Data)
		if err != nil {
			return err
		}
		if err := c.writeFiles(b); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(to, backtestResult(b))
		}
		return printBacktest(to.out, b)
	})
}

func (c backtestCmd) writeFiles(b app.Backtest) error {
	for _, f := range []struct {
		path, what string
		write      func(io.Writer, app.Backtest) error
	}{{c.Trades, "the trades", writeTrades}, {c.HTML, "the tear sheet", writeSheet}} {
		if f.path == "" {
			continue
		}
		if err := writeWhole(f.path, f.what, func(w io.Writer) error { return f.write(w, b) }); err != nil {
			return err
		}
	}
	return nil
}

func printBacktest(w io.Writer, b app.Backtest) error {
	_, err := fmt.Fprintf(w, "%s on %s%s\n\n%s\nfees   %s a contract and side, %s\ndata   %s\nrules  %s\nresult %s\n",
		b.Strategy.Name, b.Set.Name, simSuffix(b.Set.Sim), measure.Summary(b.Ledger, b.Bars, b.Costs, b.Metrics),
		b.Costs.Fee, market.FeesAge(b.Costs.FeesAsOf, time.Now()), b.Set.Fingerprint, b.RuleHash, b.ResultHash)
	return err
}

// result is the JSON form of a backtest.
type result struct {
	Strategy      string          `json:"strategy"`
	Symbol        string          `json:"symbol"`
	DataSet       string          `json:"dataSet"`
	SimData       bool            `json:"simData"`
	Fingerprint   string          `json:"fingerprint"`
	FirstBar      time.Time       `json:"firstBar"`
	LastBar       time.Time       `json:"lastBar"`
	Bars          int             `json:"bars"`
	RuleHash      string          `json:"ruleHash"`
	EngineVersion string          `json:"engineVersion"`
	Costs         engine.Costs    `json:"costs"`
	Metrics       measure.Metrics `json:"metrics"`
	ResultHash    string          `json:"resultHash"`
}

func backtestResult(b app.Backtest) result {
	return result{
		Strategy: b.Strategy.Name, Symbol: b.Strategy.Symbol, DataSet: b.Set.Name, SimData: b.Set.Sim,
		Fingerprint: b.Set.Fingerprint, FirstBar: b.Bars.Start(0), LastBar: b.Bars.Start(b.Bars.Len() - 1),
		Bars: b.Bars.Len(), RuleHash: b.RuleHash, EngineVersion: engine.Version, Costs: b.Costs,
		Metrics: b.Metrics, ResultHash: b.ResultHash,
	}
}

// writeTrades writes one line a trade.
func writeTrades(out io.Writer, b app.Backtest) error {
	w := csv.NewWriter(out)
	_ = w.Write([]string{ // the writer keeps its first error for Error
		"entry_time", "exit_time", "side", "qty", "contract", "entry_price", "exit_price",
		"gross", "fees", "net", "entry_reason", "exit_reason", "from_roll", "ambiguous", "sim_data",
	})
	for _, t := range b.Ledger.Trades {
		_ = w.Write(tradeRow(b, t))
	}
	w.Flush()
	return w.Error()
}

func tradeRow(b app.Backtest, t engine.Trade) []string {
	price := func(ticks int32) string { return b.Contract.FormatPrice(market.Price(ticks)) }
	start := func(bar int32) string { return b.Bars.Start(int(bar)).Format(time.RFC3339) }
	return []string{
		start(t.EntryBar), start(t.ExitBar), t.Side.String(), strconv.Itoa(int(t.Qty)), t.Contract,
		price(t.Entry), price(t.Exit), t.Gross.Decimal(), t.Fees.Decimal(), t.Net.Decimal(), t.EntryWhy,
		t.ExitWhy.String(), strconv.FormatBool(t.FromRoll), strconv.FormatBool(t.Ambiguous), strconv.FormatBool(b.Set.Sim),
	}
}
