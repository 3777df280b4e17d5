package history_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"assay/history"
	"assay/history/historytest"
	"assay/market"
)

const (
	july2  = 1_719_878_400 // 2024-07-02T00:00:00Z
	second = 1_000_000_000
	es5500 = 5500 * second
	tick   = second / 4
)

// write puts a file into a folder of the test.
func write(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	writeFile(t, path, content)
	return path
}

func writeFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func readAll(t *testing.T, o history.Options, paths ...string) (*market.Bars, history.About, error) {
	t.Helper()
	if o.Symbol == "" {
		o.Symbol = "ES"
	}
	return history.ReadFiles(t.Context(), paths, o)
}

// quarter has two contracts of ES, one of NQ, a spread and a quote.
func quarter() *historytest.DBN {
	d := &historytest.DBN{Symbols: map[uint32]string{1: "ESU4", 2: "ESZ4", 3: "NQU4", 4: "ESU4-ESZ4"}}
	d.Definition(1, "ESU4", tick, second/8, second/100)
	for k := range uint64(3) {
		at := (july2 + 60*k) * second
		d.Bar(0x21, 1, at, es5500, es5500+4*tick, es5500-tick, es5500+tick, 100+k)
		d.Bar(0x21, 3, at, 4*es5500, 4*es5500, 4*es5500, 4*es5500, 5)
		d.Bar(0x21, 4, at, -tick/5, tick/5, -tick/5, tick/5, 9)
	}
	d.Bar(0x21, 2, july2*second, es5500+200*tick, es5500+200*tick, es5500+200*tick, es5500+200*tick, 3)
	d.Pass(0x01, 1, 16)
	return d
}

func TestDBNImports(t *testing.T) {
	dir := t.TempDir()
	plain := write(t, dir, "a.dbn", quarter().Bytes())
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	packed := write(t, t.TempDir(), "whatever", z.EncodeAll(quarter().Bytes(), nil))
	want, err := market.NewBars("ES", time.Minute, market.Columns{
		Time: []int64{july2, july2 + 60, july2 + 120}, Open: []int32{22000, 22000, 22000}, High: []int32{22004, 22004, 22004},
		Low: []int32{21999, 21999, 21999}, Close: []int32{22001, 22001, 22001}, Volume: []int32{100, 101, 102},
	}, []market.Segment{{Contract: "ESU4"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{plain, packed, dir} {
		got, about, err := readAll(t, history.Options{}, path)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		wantAbout := history.About{
			Provider: history.Databento, Source: filepath.Base(path), Rolls: "volume", Notes: []string{
				"left out: bars of NQ (3), bars of contracts that were not the front (1), bars of spreads (3), records of mbp-1 (1)",
			},
		}
		if path == dir {
			wantAbout.Source = "a.dbn"
		}
		if diff := cmp.Diff(wantAbout, about); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	if b, _, err := readAll(t, history.Options{Contract: "ESZ4"}, plain); err != nil || b.Len() != 1 || b.Segments[0].Contract != "ESZ4" {
		t.Errorf("--contract ESZ4 gives %v, %v", b, err)
	}
}

func TestTradesAndSecondsBecomeMinutes(t *testing.T) {
	want := [][]int32{{22000, 22001}, {22002, 22001}, {21998, 22001}, {21998, 22001}, {7, 4}}
	tr := &historytest.DBN{Symbols: map[uint32]string{1: "ESU4"}}
	for _, p := range []struct {
		at    uint64
		ticks int64
		size  uint32
	}{{0, 0, 1}, {1, 2, 2}, {59_999_999_999, -2, 4}, {60_000_000_000, 1, 4}} {
		tr.Trade(1, july2*second+p.at, es5500+p.ticks*tick, p.size)
	}
	seconds := &historytest.DBN{Symbols: map[uint32]string{1: "ESU4"}}
	seconds.Bar(0x20, 1, july2*second, es5500, es5500+2*tick, es5500, es5500+tick, 3)
	seconds.Bar(0x20, 1, (july2+59)*second, es5500, es5500, es5500-2*tick, es5500-2*tick, 4)
	seconds.Bar(0x20, 1, (july2+60)*second, es5500+tick, es5500+tick, es5500+tick, es5500+tick, 4)
	for note, d := range map[string]*historytest.DBN{"trades": tr, "bars of a second": seconds} {
		b, about, err := readAll(t, history.Options{}, write(t, t.TempDir(), "f.dbn", d.Bytes()))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(want, [][]int32{b.Open, b.High, b.Low, b.Close, b.Volume}); diff != "" {
			t.Errorf("%s: %s", note, diff)
		}
		if diff := cmp.Diff([]string{"bars of a minute were made from " + note}, about.Notes); diff != "" {
			t.Error(diff)
		}
	}
}

func TestContinuousSymbolsRollWhereTheFileSays(t *testing.T) {
	d := &historytest.DBN{Symbols: map[uint32]string{1: "ES.v.0", 2: "ES.v.0", 3: "ES.v.1"}}
	for k, id := range []uint32{1, 1, 2} {
		d.Bar(0x21, id, uint64(july2+60*k)*second, es5500, es5500, es5500, es5500, 1)
	}
	d.Bar(0x21, 3, july2*second, es5500, es5500, es5500, es5500, 1)
	b, about, err := readAll(t, history.Options{}, write(t, t.TempDir(), "f.dbn", d.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]market.Segment{{Contract: "ES.v.0 1"}, {First: 2, Contract: "ES.v.0 2"}}, b.Segments); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"left out: bars of other instruments (1)"}, about.Notes); diff != "" {
		t.Error(diff)
	}
}

func TestDBNRefusals(t *testing.T) {
	es := map[uint32]string{1: "ESU4"}
	with := func(symbols map[uint32]string, fill func(*historytest.DBN)) []byte {
		d := &historytest.DBN{Symbols: symbols}
		fill(d)
		return d.Bytes()
	}
	bar := func(d *historytest.DBN, id uint32, at uint64, price int64) {
		d.Bar(0x21, id, at*second, price, price, price, price, 1)
	}
	for name, c := range map[string]struct {
		data    []byte
		options history.Options
		want    string
	}{
		"empty stream": {with(es, func(*historytest.DBN) {}), history.Options{}, "f.dbn has no bars or trades of ES: it is empty; check --symbol, or fetch bars of a minute (ohlcv-1m)"},
		"quotes": {
			with(es, func(d *historytest.DBN) { d.Pass(1, 1, 16) }),
			history.Options{},
			"f.dbn has no bars or trades of ES: it holds records of mbp-1 (1); check --symbol, or fetch bars of a minute (ohlcv-1m)",
		},
		"days": {
			with(es, func(d *historytest.DBN) { d.Bar(0x23, 1, july2*second, es5500, es5500, es5500, es5500, 1) }),
			history.Options{},
			"it holds records of ohlcv-1d (1); check",
		},
		"another root": {quarter().Bytes(), history.Options{Symbol: "GC"}, "f.dbn has no bars or trades of GC: it holds bars of ES (4), bars of NQ (3), bars of spreads (3), definitions (1), records of mbp-1 (1)"},
		"hundredfold": {
			with(es, func(d *historytest.DBN) { bar(d, 1, july2, 100*es5500) }),
			history.Options{},
			"f.dbn: ES at 550000.00 on 2024-07-02T00:00:00Z is not believed; prices from 200 to 50000 are; check --symbol, and whether the file scales its prices",
		},
		"off the tick": {
			with(es, func(d *historytest.DBN) { bar(d, 1, july2, es5500+1) }),
			history.Options{},
			"f.dbn: ESU4 at 2024-07-02T00:00:00Z: the price 5500.000000001 is not on ES's tick of 0.25; check --symbol, and whether the file scales its prices",
		},
		"undefined": {with(es, func(d *historytest.DBN) { bar(d, 1, july2, 1<<63-1) }), history.Options{}, "ESU4 at 2024-07-02T00:00:00Z: a price is undefined; fetch it again"},
		"negative":  {with(es, func(d *historytest.DBN) { bar(d, 1, july2, -es5500) }), history.Options{}, "ESU4 at 2024-07-02T00:00:00Z: the price -5500 is not above zero; remove it from the file"},
		"volume": {
			with(es, func(d *historytest.DBN) { d.Bar(0x21, 1, july2*second, es5500, es5500, es5500, es5500, 1<<40) }),
			history.Options{},
			"its volume is 1099511627776; fetch it again",
		},
		"shape": {with(es, func(d *historytest.DBN) { d.Bar(0x21, 1, july2*second, es5500, es5500, es5500+tick, es5500, 1) }), history.Options{}, "f.dbn: ESU4: the bar of"},
		"grid":  {with(es, func(d *historytest.DBN) { bar(d, 1, july2+1, es5500) }), history.Options{}, "bars of a minute begin on the grid, and this one does not; fetch it again"},
		"twice": {with(es, func(d *historytest.DBN) { bar(d, 1, july2, es5500); bar(d, 1, july2, es5500) }), history.Options{}, "the bar is there twice; import each file once"},
		"order": {
			with(es, func(d *historytest.DBN) { bar(d, 1, july2+60, es5500); bar(d, 1, july2, es5500) }),
			history.Options{},
			"it comes after 2024-07-02T00:01:00Z; import the files oldest first, each once",
		},
		"no name": {with(nil, func(d *historytest.DBN) { bar(d, 7, july2, es5500) }), history.Options{}, "f.dbn does not name its instrument 7; say which contract it is, as in --contract ESH4"},
		"two without": {
			with(nil, func(d *historytest.DBN) { bar(d, 7, july2, es5500); bar(d, 8, july2, es5500) }),
			history.Options{Contract: "ESU4"},
			"f.dbn does not name its instruments 7 and 8; fetch the data again with its mappings",
		},
		"two series": {
			with(map[uint32]string{1: "ESU4", 2: "ES.c.0"}, func(d *historytest.DBN) { bar(d, 1, july2, es5500); bar(d, 2, july2, es5500) }),
			history.Options{},
			"f.dbn holds ES.c.0 beside ESU4; choose one with --contract ES.c.0",
		},
		"definition": {
			with(es, func(d *historytest.DBN) { d.Definition(1, "ESU4", tick, second, second/100) }),
			history.Options{},
			"f.dbn defines ESU4 with a tick of 0.25 worth 100, and here it is 0.25 worth 12.5",
		},
		"interval": {quarter().Bytes(), history.Options{Interval: time.Hour}, "f.dbn holds no bars of 1h; leave --interval out"},
		"columns":  {quarter().Bytes(), history.Options{Columns: map[string]string{"open": "o"}}, "f.dbn has no header that names columns; leave --columns out"},
		"stamp":    {quarter().Bytes(), history.Options{Stamp: history.StampEnd}, "f.dbn stamps the start of its bars, by its format; leave --stamp out"},
		"micro":    {quarter().Bytes(), history.Options{Symbol: "MES"}, "MES trades the bars of ES and has none of its own"},
	} {
		_, _, err := readAll(t, c.options, write(t, t.TempDir(), "f.dbn", c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %s", name, err, c.want)
		}
	}
}

func TestWhichFilesBelongTogether(t *testing.T) {
	dir := t.TempDir()
	first := &historytest.DBN{Symbols: map[uint32]string{1: "ESU4"}}
	first.Bar(0x21, 1, july2*second, es5500, es5500, es5500, es5500, 1)
	next := &historytest.DBN{Symbols: map[uint32]string{9: "ESU4"}} // the number may change from day to day
	next.Bar(0x21, 9, (july2+86400)*second, es5500, es5500, es5500, es5500, 2)
	a, b := write(t, dir, "20240702.dbn", first.Bytes()), write(t, dir, "20240703.dbn", next.Bytes())
	csv := write(t, dir, "es.csv", []byte(good))
	write(t, dir, "manifest.json", []byte("{}"))
	want, _, err := readAll(t, history.Options{}, a, b)
	if err != nil || want.Len() != 2 {
		t.Fatalf("two days give %v, %v", want, err)
	}
	for _, paths := range [][]string{{b, a}, {dir}} {
		if got, about, err := readAll(t, history.Options{}, paths...); !reflect.DeepEqual(got, want) || about.Source != "20240702.dbn and 1 more" {
			t.Errorf("%v: %v from %q, %v", paths, got, about.Source, err)
		}
	}
	if b, about, err := readAll(t, history.Options{}, csv); err != nil || b.Len() != 3 || about.Provider != history.CSV {
		t.Errorf("CSV gives %v, %v, %v", b, about, err)
	}
	for want, paths := range map[string][]string{
		"there is no file nowhere.dbn; check the path":                                      {"nowhere.dbn"},
		"20240702.dbn and es.csv are files of two formats; import them one after the other": {a, csv},
		"2 CSV files are one set only as one file; join them into one, oldest first":        {csv, csv},
		"it comes after": {b, write(t, dir, "20240704.dbn", first.Bytes())},
		"holds no .dbn, .dbn.zst or _trade.zip file; name the files themselves": {t.TempDir()},
		"f.dbn.frag is a fragment":          {write(t, dir, "f.dbn.frag", first.Bytes()[len(first.Bytes())-56:])},
		"f.dbz is in the old DBZ container": {write(t, dir, "f.dbz", []byte("\x50\x2a\x4d\x18"))},
		"es.csv.zst does not begin as DBN does; import DBN, or unpack it first when it is some": {write(t, dir, "es.csv.zst", packedCSV(t))},
	} {
		if _, _, err := readAll(t, history.Options{}, paths...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", paths, err, want)
		}
	}
}

func packedCSV(t *testing.T) []byte {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(good)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
