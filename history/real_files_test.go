package history_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/history"
	"assay/history/historytest"
	"assay/market"
)

// TestTradesMakeTheBarsOfTheSameMinutes holds bars made from Databento's trades
// against those that Databento made.
func TestTradesMakeTheBarsOfTheSameMinutes(t *testing.T) {
	path, ok := historytest.Path(t, "dbn-nautilus", "futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst")
	if !ok {
		t.Logf("%s is not set: the streams that the tests write are read alone", historytest.RealData)
		return
	}
	ours, _, err := readAll(t, history.Options{}, path)
	if err != nil {
		t.Fatal(err)
	}
	path, _ = historytest.Path(t, "dbn-nautilus", "futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst")
	theirs, _, err := readAll(t, history.Options{}, path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(theirs.Slice(18, 22), ours); diff != "" { // 23:58 to 00:02
		t.Error(diff)
	}
}

// TestScaledFixturesAreNoticed reads bars whose prices are 100 times too large.
func TestScaledFixturesAreNoticed(t *testing.T) {
	dir, ok := historytest.Path(t, "dbn-samples", "dbn")
	if !ok {
		t.Logf("%s is not set: the streams that the tests write are read alone", historytest.RealData)
		return
	}
	for _, name := range []string{"ohlcv-1s", "ohlcv-1m", "ohlcv-1h"} {
		for _, version := range []string{"v1", "v2", "v3"} {
			_, _, err := readAll(t, history.Options{}, filepath.Join(dir, "test_data."+name+"."+version+".dbn.zst"))
			if err == nil || !strings.Contains(err.Error(), "is not believed; prices from 200 to 50000 are") {
				t.Errorf("%s %s: error %v", name, version, err)
			}
		}
	}
}

func TestRealLEANFolders(t *testing.T) {
	type summary struct {
		Bars        int
		First, Last string
		Segments    []string
		Notes       []string
	}
	calendar := history.Rolls{Calendar: true, Days: history.OwnDays}
	for _, c := range []struct {
		path, symbol string
		rolls        history.Rolls
		want         summary
	}{
		{"es-minute", "ES", history.Rolls{}, summary{
			18888, "2013-10-06T22:00:00Z", "2020-01-06T23:59:00Z",
			[]string{"ESZ3", "ESH4 from 2013-12-18T23:00:00Z", "ESH0 from 2020-01-05T23:00:00Z"},
			[]string{"left out: bars of contracts that were not the front (5060)"},
		}},
		{"gc-minute", "GC", history.Rolls{}, summary{
			6687, "2013-10-07T00:00:00Z", "2013-10-11T21:14:00Z",
			[]string{"GCZ3"},
			[]string{"left out: bars of contracts that were not the front (1200)"},
		}},
		{"es_hour_trade.zip", "ES", history.Rolls{}, summary{
			195, "2013-10-06T22:00:00Z", "2020-01-08T21:00:00Z",
			[]string{"ESZ3", "ESH4 from 2013-12-20T14:00:00Z", "ESH0 from 2020-01-02T14:00:00Z"},
			[]string{"left out: bars of contracts that were not the front (162)"},
		}},
		{"es-minute", "ES", calendar, summary{ // left on the Monday before 2013-12-20, at the first session after it in the folder
			19083, "2013-10-06T22:00:00Z", "2020-01-06T23:59:00Z",
			[]string{"ESZ3", "ESH4 from 2013-12-18T00:00:00Z", "ESH0 from 2020-01-05T23:00:00Z"},
			[]string{"left out: bars of contracts that were not the front (4865)"},
		}},
		{"es-minute", "ES", history.Rolls{Calendar: true}, summary{ // held through the session before the last trade date
			18873, "2013-10-06T22:00:00Z", "2020-01-06T23:59:00Z",
			[]string{"ESZ3", "ESH4 from 2013-12-20T00:00:00Z", "ESH0 from 2020-01-05T23:00:00Z"},
			[]string{"left out: bars of contracts that were not the front (5075)"},
		}},
		{"gc-minute", "GC", calendar, summary{ // GCV3 is past its first notice day, GCX3 is none that people trade
			6687, "2013-10-07T00:00:00Z", "2013-10-11T21:14:00Z",
			[]string{"GCZ3"},
			[]string{"left out: bars of contracts that were not the front (1200)"},
		}},
	} {
		path, ok := historytest.Path(t, "lean-es-gc", c.path)
		if !ok {
			t.Logf("%s is not set: the zips that the tests write are read alone", historytest.RealData)
			return
		}
		b, about, err := readAll(t, history.Options{Symbol: c.symbol, Rolls: c.rolls}, path)
		if err != nil {
			t.Error(err)
			continue
		}
		got := summary{
			Bars: b.Len(), First: b.Start(0).Format(time.RFC3339), Last: b.Start(b.Len() - 1).Format(time.RFC3339),
			Notes: about.Notes,
		}
		for i, s := range b.Segments {
			name := s.Contract
			if i > 0 {
				name += " from " + b.Start(s.First).Format(time.RFC3339)
			}
			got.Segments = append(got.Segments, name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.path, diff)
		}
	}
	path, _ := historytest.Path(t, "lean-es-gc", "es_hour_trade.zip")
	const lacks = "es_hour_trade.zip has no bars of ESH4 on 2013-12-17, which the calendar holds then and leaves on 2014-03-17; " +
		"import its bars too, or roll by volume"
	if _, _, err := readAll(t, history.Options{Symbol: "ES", Rolls: calendar}, path); err == nil || err.Error() != lacks {
		t.Errorf("error %v\nwant  %s", err, lacks)
	}
	path, _ = historytest.Path(t, "lean-es-gc", "es_daily_trade.zip")
	if _, _, err := readAll(t, history.Options{}, path); err == nil || !strings.Contains(err.Error(), "holds daily bars") {
		t.Errorf("daily bars: %v", err)
	}
}

// TestRealRollsAndTheCalendar holds the rolls of two years of ES against those
// of the calendar: the broker whose bars they are changes on the Monday of the
// week of expiry, and a holiday in that week makes ours the Friday before.
func TestRealRollsAndTheCalendar(t *testing.T) {
	path, ok := historytest.Path(t, "futures-5m", "ES_5m.csv.gz")
	if !ok {
		t.Logf("%s is not set: no real files to read", historytest.RealData)
		return
	}
	b, err := history.ReadCSV(t.Context(), path, history.Options{Symbol: "ES"})
	if err != nil {
		t.Fatal(err)
	}
	es, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	var rolls []string
	for k, s := range b.Segments[1:] {
		left := es.Front(b.Date(b.Segments[k].First), es.RollDays())
		rolls = append(rolls, left.Of("ES")+" on "+es.RollDate(left, es.RollDays()).String()+", here to "+
			s.Contract+" on "+b.Date(s.First).String())
	}
	want := []string{
		"ESH4 on 2024-03-11, here to ESM4 on 2024-03-11", "ESM4 on 2024-06-14, here to ESU4 on 2024-06-17",
		"ESU4 on 2024-09-16, here to ESZ4 on 2024-09-16", "ESZ4 on 2024-12-16, here to ESH5 on 2024-12-16",
		"ESH5 on 2025-03-17, here to ESM5 on 2025-03-17", "ESM5 on 2025-06-13, here to ESU5 on 2025-06-16",
		"ESU5 on 2025-09-15, here to ESZ5 on 2025-09-15", "ESZ5 on 2025-12-15, here to ESH6 on 2025-12-15",
		"ESH6 on 2026-03-16, here to ESM6 on 2026-03-16",
	}
	if diff := cmp.Diff(want, rolls); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkImportDBN reads a year of minutes of two roots, packed plainly.
func BenchmarkImportDBN(b *testing.B) {
	d := &historytest.DBN{Symbols: map[uint32]string{1: "ESU4", 2: "NQU4"}}
	const bars = 350_000
	for k := range uint64(bars) {
		p := int64(es5500) + int64(k%200)*tick
		d.Bar(0x21, 1, (july2+60*k)*second, p, p+tick, p-tick, p, 9)
		d.Bar(0x21, 2, (july2+60*k)*second, p, p+tick, p-tick, p, 9)
	}
	path := filepath.Join(b.TempDir(), "f.dbn")
	writeFile(b, path, d.Bytes())
	var read *market.Bars
	for b.Loop() {
		var err error
		read, _, err = history.ReadFiles(b.Context(), []string{path}, history.Options{Symbol: "ES"})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(2*b.N*read.Len())/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}
