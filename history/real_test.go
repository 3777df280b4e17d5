package history_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/history"
	"assay/history/historytest"
	"assay/market"
)

// TestRealFilesImportAsTheyAre reads the files of the two folders with the
// flags that a person would need. Counts are those of their descriptions.
func TestRealFilesImportAsTheyAre(t *testing.T) {
	type summary struct {
		Interval     time.Duration
		Bars, Rolls  int
		First, Last  string
		Open, Close  string
		FromContract string
	}
	for _, c := range []struct {
		file    string
		options history.Options
		want    summary
	}{
		{
			"futures-5m/ES_5m.csv.gz",
			history.Options{Symbol: "ES"},
			summary{5 * time.Minute, 151_453, 9, "2024-02-04T23:00:00Z", "2026-03-30T00:40:00Z", "4976.00", "6374.50", "ESH4"},
		},
		{
			"futures-5m/NQ_5m.csv.gz",
			history.Options{Symbol: "NQ"},
			summary{5 * time.Minute, 134_789, 9, "2024-02-06T23:00:00Z", "2026-03-30T00:40:00Z", "17645.75", "23157.50", "NQH4"},
		},
		{
			"futures-5m/CL_5m.csv.gz",
			history.Options{Symbol: "CL"},
			summary{5 * time.Minute, 151_836, 9, "2024-02-04T23:00:00Z", "2026-03-30T00:40:00Z", "72.75", "96.60", "CLH4"},
		},
		{
			"futures-5m/GC_5m.csv.gz",
			history.Options{Symbol: "GC"},
			summary{5 * time.Minute, 127_606, 15, "2024-02-04T23:00:00Z", "2026-03-29T23:25:00Z", "2047.6", "4505.2", "GCH4"},
		},
		{
			"futures-5m/6E_5m.csv.gz",
			history.Options{Symbol: "6E"},
			summary{5 * time.Minute, 116_180, 8, "2024-04-01T22:00:00Z", "2026-03-30T00:15:00Z", "1.12985", "1.15415", "6EM4"},
		},
		{
			"futures-1m-6e/6EH4.XCME_1min_bars_20240101_20240131.csv.gz",
			history.Options{Symbol: "6E", Contract: "6EH4", Stamp: history.StampEnd},
			summary{time.Minute, 29_996, 0, "2024-01-01T23:00:00Z", "2024-01-31T23:58:00Z", "1.10760", "1.08230", "6EH4"},
		},
	} {
		path, ok := historytest.Path(t, strings.Split(c.file, "/")...)
		if !ok {
			t.Logf("%s is not set: no real files to read", historytest.RealData)
			return
		}
		b, err := history.ReadCSV(t.Context(), path, c.options)
		if err != nil {
			t.Error(err)
			continue
		}
		contract, _ := market.ContractOf(b.Root)
		n := b.Len() - 1
		got := summary{
			b.Interval, b.Len(), len(b.Segments) - 1,
			b.Start(0).Format(time.RFC3339), b.Start(n).Format(time.RFC3339),
			contract.FormatPrice(market.Price(b.Open[0])), contract.FormatPrice(market.Price(b.Close[n])),
			b.Segments[0].Contract,
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.file, diff)
		}
	}
}

func TestEndStampsAreNoticed(t *testing.T) {
	const file = "6EH4.XCME_1min_bars_20240101_20240131.csv.gz"
	path, ok := historytest.Path(t, "futures-1m-6e", file)
	if !ok {
		t.Logf("%s is not set: the generated file alone is read", historytest.RealData)
		return
	}
	_, err := history.ReadCSV(t.Context(), path, history.Options{Symbol: "6E"})
	want := file + " looks stamped at the end of its bars: 22 bars start when a session closes, 0 when one opens; " +
		"pass --stamp end to import it, or --stamp start if that is wrong"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant %s", err, want)
	}
}
