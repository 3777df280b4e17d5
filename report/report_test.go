package report_test

import (
	"flag"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/engine"
	"assay/market"
	"assay/market/simbars"
	"assay/measure"
	"assay/report"
)

var update = flag.Bool("update", false, "write the expected text anew")

// worked is a backtest written by hand: a trade on two days of three, on
// generated bars of some days from 2024-01-02 on.
func worked(t *testing.T, days int) report.Input {
	t.Helper()
	contract, err := market.ContractOf("MES")
	if err != nil {
		t.Fatal(err)
	}
	bars := simbars.Generate(contract, simbars.First+market.Date(days))
	in := report.Input{
		Strategy: "Worked <example>", Rules: "strategy: Worked\nenter: {long: close < open}\n", Contract: contract,
		DataSet: "SIM-ES", Provider: "simulated", Sim: true, Bars: bars, Costs: engine.Standard(contract),
		Fingerprint: "f00d", RuleHash: "c0de", ResultHash: "beef",
		Ran: time.Date(2026, 1, 2, 15, 4, 0, 0, time.UTC),
	}
	results := []market.Money{1_000_000, -612_500, 387_500, -1_250_000, 1_987_500, 0, -62_500} // 1/10,000 dollar
	reasons := []engine.FillReason{engine.Targeted, engine.Stopped, engine.Flattened, engine.Rolled}
	for i, session := range firsts(bars) {
		day := engine.Day{Date: bars.Dates[i]}
		if i%3 != 2 {
			side := market.Side(1 - 2*(i%2))
			at := int32(session + 185 + 12*(i%5)) // 08:25 and an hour later each
			trade := engine.Trade{
				Side: side, Qty: 1, Contract: bars.Segments[0].Contract, EntryBar: at, ExitBar: at + 9, EntryWhy: "close < open",
				ExitWhy: reasons[i%4], Gross: results[i%7], Fees: 2 * in.Costs.Fee, Net: results[i%7] - 2*in.Costs.Fee,
			}
			for _, s := range bars.Segments {
				if int(at) >= s.First {
					trade.Contract = s.Contract
				}
			}
			in.Ledger.Trades, day.PnL = append(in.Ledger.Trades, trade), trade.Net
			in.Ledger.Fills = append(in.Ledger.Fills,
				engine.Fill{Bar: at, Side: side, Qty: 1, Reason: engine.Entered},
				engine.Fill{Bar: at + 9, Side: -side, Qty: 1, Reason: trade.ExitWhy})
		}
		in.Ledger.Days = append(in.Ledger.Days, day)
	}
	in.Metrics = measure.Measure(in.Ledger, bars, 50_000*market.Dollar)
	return in
}

// firsts returns the first bar of each session.
func firsts(b *market.Bars) (at []int) {
	for i, s := range b.Session {
		if int(s) == len(at) {
			at = append(at, i)
		}
	}
	return at
}

func draw(t *testing.T, in report.Input) string {
	t.Helper()
	page, err := report.HTML(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// words is what a reader sees, one row or paragraph a line.
func words(page string) string {
	for _, r := range []struct{ pattern, with string }{
		{`(?s)<style>.*?</style>`, ""},
		{`<path class="([a-z ]+)" d="[^"]+"/>`, "[$1]"},
		{`</t[hd]>`, " | "},
		{`</?(strong|span|td|th|meta|svg)[^>]*>`, " "},
		{`aria-label="([^"]*)">`, ">$1"},
		{`(?s)<tr>\s*`, "\n"},
		{`<[^>]+>`, "\n"},
		{`[ \t]+`, " "},
		{`\s*\n\s*`, "\n"},
	} {
		page = regexp.MustCompile(r.pattern).ReplaceAllString(page, r.with)
	}
	return html.UnescapeString(strings.TrimSpace(page)) + "\n"
}

func TestSheet(t *testing.T) {
	empty := worked(t, 3)
	empty.Sim, empty.DataSet, empty.Provider, empty.Ledger = false, "ES-5m", "csv", engine.Ledger{}
	empty.Metrics = measure.Measure(empty.Ledger, empty.Bars, 50_000*market.Dollar)
	for file, in := range map[string]report.Input{"testdata/sheet.txt": worked(t, 300), "testdata/empty.txt": empty} {
		got := words(draw(t, in))
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: -want +got\n%s", file, diff)
		}
	}
}

func TestThePageNeedsNothingElse(t *testing.T) {
	page := draw(t, worked(t, 300))
	if found := regexp.MustCompile(`(?i)<script|<link|<img|<iframe|https?:|//[a-z]|@import|@font-face|url\(|src=| on[a-z]+=`).FindString(page); found != "" {
		t.Errorf("the page holds %q", found)
	}
	if page != draw(t, worked(t, 300)) {
		t.Error("the same input gives another page")
	}
	if strings.Contains(page, "<example>") {
		t.Error("a name is not escaped")
	}
	if found := regexp.MustCompile(`NaN|Inf|ZgotmplZ|<nil>|%!`).FindString(page); found != "" {
		t.Errorf("the page holds %q", found)
	}
}

func TestSimulatedBarsAreCalledSo(t *testing.T) {
	in := worked(t, 30)
	simulated := draw(t, in)
	in.Sim, in.DataSet, in.Provider = false, "ES-5m", "csv"
	real := draw(t, in)
	if n, m := strings.Count(simulated, "SIM DATA"), strings.Count(real, "SIM DATA"); n != 3 || m != 0 {
		t.Errorf("SIM DATA stands %d times on a sheet of simulated bars and %d times on one of real bars, want 3 and 0", n, m)
	}
}

func TestAnOpenPositionIsTold(t *testing.T) {
	in := worked(t, 30)
	in.Ledger.Open = &engine.Trade{Side: market.Short, Qty: 1, Net: -1_234_500}
	const want = "A short position is still open at the last bar. Its mark of −$123.45 is in the net profit, but in none of the trades."
	if page := draw(t, in); !strings.Contains(page, want) {
		t.Error("the sheet does not tell of the open position")
	}
}
