package measure

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/engine"
	"assay/market"
)

var update = flag.Bool("update", false, "write the expected text anew")

func TestSummary(t *testing.T) {
	costs := engine.Costs{TickValue: 12_500, SlipMarket: 1, SlipStop: 2}
	full := engine.Ledger{Trades: goldenTrades(t), Days: days(make([]float64, 30)...)}
	for i, trade := range full.Trades {
		reason := []engine.FillReason{engine.Stopped, engine.Targeted, engine.Signalled}[i%3]
		full.Days[i].PnL = trade.Net
		full.Fills = append(full.Fills,
			engine.Fill{Bar: trade.EntryBar, Side: market.Long, Qty: 1, Reason: engine.Entered},
			engine.Fill{Bar: trade.ExitBar, Side: market.Short, Qty: 1, Reason: reason})
	}
	for _, c := range []struct {
		file string
		l    engine.Ledger
		b    *market.Bars
	}{
		{"testdata/summary.txt", full, hourBars(100)},
		{"testdata/summary_empty.txt", engine.Ledger{}, hourBars(0)},
	} {
		got := Summary(c.l, c.b, costs, Measure(c.l, c.b, 50_000*market.Dollar))
		if *update {
			if err := os.WriteFile(c.file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.file, diff)
		}
	}
}
