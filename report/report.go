// Package report draws a backtest as a page that needs nothing but itself: no
// script, no font, no image from anywhere. The same input gives the same bytes,
// and so does the same backtest run again on the same day.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"assay/engine"
	"assay/market"
	"assay/measure"
)

//go:embed sheet.html
var sheetHTML string

//go:embed sheet.css
var sheetCSS string

// Input is a backtest and where it comes from.
type Input struct {
	Strategy    string
	Rules       string // canonical text
	Contract    market.Contract
	DataSet     string
	Provider    string
	Sim         bool         // synthetic bars
	Bars        *market.Bars // as the strategy read them, at least one
	Costs       engine.Costs
	Ledger      engine.Ledger
	Metrics     measure.Metrics // of the ledger
	Ran         time.Time       // when it was run; the ages of fees and margins are as of it
	Fingerprint string          // of the data set
	RuleHash    string
	ResultHash  string
}

// HTML returns the tear sheet. Figures and charts follow docs/statistics.md;
// what is undefined is an em dash.
func HTML(in Input) ([]byte, error) {
	sheet, err := template.New("sheet").Parse(sheetHTML)
	if err != nil {
		return nil, fmt.Errorf("read the sheet: %w", err)
	}
	var page bytes.Buffer
	if err := sheet.Execute(&page, compose(in)); err != nil {
		return nil, fmt.Errorf("draw the sheet of %s: %w", in.Strategy, err)
	}
	return page.Bytes(), nil
}

// page is what the template shows, every value in its final words.
type page struct {
	Input
	CSS        template.CSS
	Period     string
	Open       string // a sentence on the position still open; "" when flat
	Headline   []group
	Equity     chart
	Underwater chart
	Months     []year
	Daily      chart
	Idle       string
	Drawdowns  []drawdown
	Rolling    chart
	Splits     []split
	Provenance []fact
}

// group is a small table of figures.
type group struct {
	Name  string
	Facts []fact
}

// fact is a name and its value.
type fact struct{ Name, Value string }

func compose(in Input) page {
	dates, b := datesOf(in.Ledger), in.Bars
	p := page{
		Input: in, CSS: template.CSS(sheetCSS), //nolint:gosec // it is ours
		Period:   b.Start(0).Format(time.DateOnly) + " to " + b.Start(b.Len()-1).Format(time.DateOnly),
		Headline: headline(in), Months: months(in.Ledger.Days), Drawdowns: drawdowns(in, dates),
		Splits: splits(in), Provenance: provenance(in),
	}
	equity := measure.Equity(in.Metrics.Capital, in.Ledger.Days)
	p.Equity, p.Underwater = equityChart(equity, dates), underwaterChart(equity, dates)
	p.Daily, p.Idle = dailyChart(in.Ledger.Days)
	p.Rolling = rollingChart(in.Ledger.Days, in.Metrics.Capital, dates)
	if t := in.Ledger.Open; t != nil {
		p.Open = fmt.Sprintf("A %s position is still open at the last bar. Its mark of %s is in the net profit, but in none of the trades.",
			strings.ToLower(t.Side.String()), dollars(t.Net))
	}
	return p
}

func datesOf(l engine.Ledger) []market.Date {
	dates := make([]market.Date, len(l.Days))
	for i, d := range l.Days {
		dates[i] = d.Date
	}
	return dates
}

func provenance(in Input) []fact {
	c, b, m := in.Costs, in.Bars, in.Contract.Margin
	return []fact{
		{"Data set", fmt.Sprintf("%s (%s)", in.DataSet, in.Provider)},
		{"Bars", fmt.Sprintf("%s of %s, from %s to %s UTC", grouped(int64(b.Len())), interval(b.Interval),
			b.Start(0).Format("2006-01-02 15:04"), b.Start(b.Len()-1).Format("2006-01-02 15:04"))},
		{"Fingerprint of the data", in.Fingerprint},
		{"Hash of the rules", in.RuleHash},
		{"Engine", "version " + engine.Version},
		{"Costs", fmt.Sprintf("%s: %s a side and contract; slippage in ticks: market %d, stop %d, limit %d; limits are traded through by %d",
			c.Name, dollars(c.Fee), c.SlipMarket, c.SlipStop, c.SlipLimit, c.Through)},
		{"Fees", market.FeesAge(c.FeesAsOf, in.Ran).String()},
		{"Margin of one contract", fmt.Sprintf("%s; %s", m, market.MarginsAge(m.From.AsOf, in.Ran))},
		{"Hash of the result", in.ResultHash},
	}
}

func interval(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d min", d/time.Minute)
}
