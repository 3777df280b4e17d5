package history_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay"
	"assay/history"
	"assay/history/historytest"
	"assay/market"
	"assay/market/simbars"
)

// good is Sunday evening, 2024-02-04, and the first bar of a next contract.
const good = `ts,open,high,low,close,volume,contract
1707087600,4976,4980.75,4973,4976.75,2570,ESH4
1707087900,4977,4979.25,4976.75,4978,1074,ESH4
1707088200,5040,5040.25,5037.25,5037.25,947,ESM4
`

func goodBars() *market.Bars {
	b, err := market.NewBars("ES", 5*time.Minute, market.Columns{
		Time: []int64{1707087600, 1707087900, 1707088200},
		Open: []int32{19904, 19908, 20160}, High: []int32{19923, 19917, 20161},
		Low: []int32{19892, 19907, 20149}, Close: []int32{19907, 19912, 20149}, Volume: []int32{2570, 1074, 947},
	}, []market.Segment{{Contract: "ESH4"}, {First: 2, Contract: "ESM4"}})
	if err != nil {
		panic(err)
	}
	return b
}

func read(text string, o history.Options) (*market.Bars, error) {
	if o.Symbol == "" {
		o.Symbol = "ES"
	}
	return history.Read(context.Background(), strings.NewReader(text), "f.csv", o)
}

func TestSpellingsOfTheSameBars(t *testing.T) {
	ms := strings.NewReplacer("00,49", "00000,49", "00,50", "00000,50")
	iso := strings.NewReplacer("1707087600", "2024-02-04 23:00:00", "1707087900", "2024-02-04T23:05:00Z",
		"1707088200", "2024-02-04T17:10:00-06:00")
	renamed := strings.NewReplacer("ts,open", "begin,first price")
	for name, c := range map[string]struct {
		text    string
		options history.Options
	}{
		"plain":        {good, history.Options{}},
		"carriage":     {strings.ReplaceAll(good, "\n", "\r\n"), history.Options{}},
		"byte order":   {"\xef\xbb\xbf" + good, history.Options{}},
		"semicolons":   {strings.ReplaceAll(good, ",", ";"), history.Options{}},
		"tabs":         {strings.ReplaceAll(good, ",", "\t"), history.Options{}},
		"milliseconds": {ms.Replace(good), history.Options{}},
		"calendar":     {iso.Replace(good), history.Options{}},
		"capitals":     {strings.ToUpper(good[:39]) + good[39:], history.Options{}},
		"quoted":       {strings.ReplaceAll(good, "ESH4", `"ESH4"`), history.Options{}},
		"empty lines":  {good + "\n\n", history.Options{}},
		"floats":       {strings.ReplaceAll(good, "4976.75", "4976.7499999999998"), history.Options{}},
		"mapped": {renamed.Replace(good), history.Options{
			Columns: map[string]string{"time": "begin", "open": "first price"},
		}},
		"end": {strings.NewReplacer("1707087600", "1707087900", "1707087900", "1707088200", "1707088200", "1707088500").
			Replace(good), history.Options{Stamp: history.StampEnd}},
	} {
		got, err := read(c.text, c.options)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(goodBars(), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestContractNames(t *testing.T) {
	noColumn := "time,o,h,l,c,v\n1707087600,5000,5000,5000,5000,1\n1707087900,5000,5000,5000,5000,1\n"
	root := strings.NewReplacer("contract", "symbol", "ESH4", "ES", "ESM4", "ES").Replace(good)
	for _, c := range []struct {
		text    string
		options history.Options
		want    string
	}{
		{noColumn, history.Options{}, ""},
		{noColumn, history.Options{Contract: "ESH4"}, "ESH4"},
		{root, history.Options{}, ""},
	} {
		b, err := read(c.text, c.options)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff([]market.Segment{{Contract: c.want}}, b.Segments); diff != "" {
			t.Error(diff)
		}
	}
}

// Each refusal is one sentence with the place and the remedy.
func TestRefusals(t *testing.T) {
	edit := func(from, to string) string {
		out := strings.Replace(good, from, to, 1)
		if out == good {
			panic("the edit " + from + " changes nothing")
		}
		return out
	}
	const fix = "; correct the price or remove the bar"
	for _, c := range []struct {
		text    string
		options history.Options
		want    string
	}{
		{"", history.Options{}, "f.csv is empty; import a file with a header and bars"},
		{good[:30], history.Options{}, "f.csv:1: the file ends in the middle of a line; fetch it again, or end the last line if the file is whole"},
		{good[:43], history.Options{}, "f.csv:2: the file ends in the middle of a line; fetch it again, or end the last line if the file is whole"},
		{good[:39], history.Options{}, "f.csv has a header and no bars; import a file with bars"},
		{good[:len(good)-1], history.Options{}, "f.csv:4: the file ends in the middle of a line; fetch it again, or end the last line if the file is whole"},
		{good[:len(good)-9], history.Options{}, "f.csv:4: the file ends in the middle of a line; fetch it again, or end the last line if the file is whole"},
		{good[39:], history.Options{}, "f.csv:1: there is no header line; put one above it, such as ts,open,high,low,close,volume"},
		{edit("volume", "size"), history.Options{}, "f.csv:1: there is no column of the volume; name it with --columns volume=NAME; the file has ts, open, high, low, close, size, contract"},
		{edit("contract", "Date"), history.Options{}, `f.csv:1: both "ts" and "Date" could be the time; give one column with the whole time in UTC, or choose it with --columns time=NAME`},
		{good, history.Options{Columns: map[string]string{"open": "px"}}, `f.csv:1: there is no column "px"; the file has ts, open, high, low, close, volume, contract`},
		{good, history.Options{Columns: map[string]string{"opne": "open"}}, `"opne" is not a column of bars; use time, open, high, low, close, volume, contract`},
		{good, history.Options{Columns: map[string]string{"open": "close"}}, `f.csv:1: open and close are both the column "close"; map each to a column of its own`},
		{good, history.Options{Stamp: "middle"}, `"middle" is no end of a bar; use --stamp start or --stamp end`},
		{good, history.Options{Symbol: "MES"}, "MES trades the bars of ES and has none of its own; import ES bars with --symbol ES"},
		{good, history.Options{Symbol: "NQ"}, "f.csv:2: ESH4 is a contract of ES, not of NQ; import it with its own --symbol"},
		{good, history.Options{Interval: 7 * time.Minute}, "f.csv: bars of 7m are none that are read; use --interval 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"},
		{edit("1707087900", "1707087600"), history.Options{}, "f.csv:3: the time 2024-02-04T23:00:00Z is there twice; keep one bar of each time"},
		{edit("1707088200", "1707087300"), history.Options{}, "f.csv:4: 2024-02-04T22:55:00Z comes after 2024-02-04T23:05:00Z; sort the file by time"},
		{edit("1707087900", "yesterday"), history.Options{}, `f.csv:3: ts "yesterday" is no time; write times as Unix seconds, RFC 3339 or 2006-01-02 15:04:05 in UTC`},
		{edit("1707088200", "1707088201"), history.Options{Interval: 5 * time.Minute}, "f.csv has a bar at 2024-02-04T23:10:01Z, which is not on the grid of 5m bars (bar 3); say the length with --interval, or remove the bar"},
		{edit("4980.75", "NaN"), history.Options{}, `f.csv:2: high "NaN" is no price` + fix},
		{edit("4980.75", ""), history.Options{}, `f.csv:2: high "" is no price` + fix},
		{edit("4980.75", "5e3"), history.Options{}, `f.csv:2: high "5e3" is no price` + fix},
		{edit("4973", "-4973"), history.Options{}, "f.csv:2: low -4973 is not above zero" + fix},
		{edit("4973", "0"), history.Options{}, "f.csv:2: low 0 is not above zero" + fix},
		{edit("4980.75", "4980750000"), history.Options{}, "f.csv:2: high 4980750000 is too large for ES; check --symbol and the price"},
		{edit("4980.75", "4980.80"), history.Options{}, "f.csv:2: high 4980.80 is not on ES's tick of 0.25; check --symbol; ratio-adjusted prices cannot be used"},
		{strings.ReplaceAll(good, ".25", ".30"), history.Options{}, "f.csv:3: high 4979.30 is not on ES's tick of 0.25, the first of 4 such prices; check --symbol; ratio-adjusted prices cannot be used"},
		{edit("4980.75", "4970.75"), history.Options{}, "f.csv:2: open 4976.00, high 4970.75, low 4973.00, close 4976.75 cannot be one bar; correct the bar or remove it"},
		{edit("2570", "-1"), history.Options{}, `f.csv:2: volume "-1" is no volume; give whole contracts, 0 or more`},
		{edit("2570", "1.5"), history.Options{}, `f.csv:2: volume "1.5" is no volume; give whole contracts, 0 or more`},
		{edit(",2570", ""), history.Options{}, "f.csv:2: 6 columns where the header has 7; correct the line, or fetch the file again"},
		{good + strings.Repeat("9", 5000) + "\n", history.Options{}, "f.csv:5: the line is longer than 4096 bytes; import a CSV file of bars"},
		{good + strings.Repeat("9", 300_000), history.Options{}, "f.csv:5: the line is longer than 4096 bytes; import a CSV file of bars"},
		{good[:86], history.Options{}, "f.csv has too few bars to tell their length; say it with --interval 5m"},
	} {
		b, err := read(c.text, c.options)
		if err == nil || err.Error() != c.want || assay.KindOf(err) != assay.Invalid || b != nil {
			t.Errorf("error %v\nwant  %s", err, c.want)
		}
	}
}

func TestGzip(t *testing.T) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	fmt.Fprint(z, good)
	z.Close()
	whole := buf.Bytes()
	path := filepath.Join(t.TempDir(), "ES_5m.csv.gz")
	load := func(content []byte) (*market.Bars, error) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return history.ReadCSV(t.Context(), path, history.Options{Symbol: "ES"})
	}
	got, err := load(whole)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goodBars(), got); diff != "" {
		t.Error(diff)
	}
	for n := 2; n < len(whole); n++ {
		_, err := load(whole[:n])
		if err == nil || !strings.HasSuffix(err.Error(), "the compressed file is cut in the middle; fetch it again") {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(whole), err)
		}
	}
	spoiled := bytes.Clone(whole)
	spoiled[len(spoiled)-6] ^= 1 // in the checksum
	want := "ES_5m.csv.gz:5: the compressed file is damaged; fetch it again"
	if _, err := load(spoiled); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	_, err = history.ReadCSV(t.Context(), path+".none", history.Options{Symbol: "ES"})
	if err == nil || assay.KindOf(err) != assay.NotFound {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestReadingStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text := text(historytest.Bars(t, "ES").Truncate(9000), 0)
	if _, err := history.Read(ctx, strings.NewReader(text), "f.csv", history.Options{Symbol: "ES"}); err == nil {
		t.Error("a cancelled read gives bars")
	}
}

func TestParseColumns(t *testing.T) {
	got, err := history.ParseColumns("time=ts, open=o")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"time": "ts", "open": "o"}, got); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		"time":    `"time" is no column mapping; write it like time=ts,open=o`,
		"time=":   `"time=" is no column mapping; write it like time=ts,open=o`,
		"size=vo": `"size" is not a column of bars; use time, open, high, low, close, volume, contract`,
	} {
		if _, err := history.ParseColumns(text); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// text writes bars as CSV, each time moved by some seconds.
func text(b *market.Bars, move int64) string {
	c, _ := market.ContractOf(b.Root)
	var out strings.Builder
	out.WriteString("ts,open,high,low,close,volume,contract\n")
	for i := range b.Time {
		fmt.Fprintf(&out, "%d", b.Time[i]+move)
		for _, p := range []int32{b.Open[i], b.High[i], b.Low[i], b.Close[i]} {
			out.WriteString("," + c.FormatPrice(market.Price(p)))
		}
		fmt.Fprintf(&out, ",%d,%s\n", b.Volume[i], b.Segments[b.Contract(i)].Contract)
	}
	return out.String()
}

func TestWrittenBarsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(market.Contracts()).Draw(t, "contract")
		all := simbars.Generate(c, simbars.First+85)
		from := rapid.IntRange(0, all.Len()-600).Draw(t, "from")
		want := all.Slice(from, from+rapid.IntRange(2, 600).Draw(t, "bars"))
		got, err := read(text(want, 0), history.Options{Symbol: want.Root, Interval: 5 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: bars %d to %d read back otherwise", c.Root, from, from+want.Len())
		}
	})
}

func TestGeneratedEndStampsAreNoticed(t *testing.T) {
	es, _ := market.ContractOf("ES")
	want := simbars.Generate(es, simbars.First+10)
	late := text(want, 300)
	_, err := read(late, history.Options{})
	const refusal = "f.csv looks stamped at the end of its bars: 9 bars start when a session closes, 0 when one opens; " +
		"pass --stamp end to import it, or --stamp start if that is wrong"
	if err == nil || err.Error() != refusal {
		t.Errorf("error %v\nwant  %s", err, refusal)
	}
	got, err := read(late, history.Options{Stamp: history.StampEnd})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("--stamp end does not give the bars back")
	}
}

// Whatever the bytes, reading ends with bars that keep the rules, or an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(strings.ReplaceAll(good, ",", ";")))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte("date,o,h,l,c,v\n2024-02-04 23:00:00,1,1,1,1,1\n2024-02-04T23:05:00.5Z,1,1,1,1,1\n"))
	f.Add([]byte("time,open,high,low,close,vol\n1707087600,1.1298499999999998,9,1,1,1\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := history.Read(t.Context(), bytes.NewReader(data), "f.csv", history.Options{Symbol: "ES"})
		if err != nil {
			if assay.KindOf(err) != assay.Invalid {
				t.Errorf("not a sentence for a person: %v", err)
			}
			return
		}
		for i := range b.Len() {
			if b.Low[i] <= 0 || b.High[i] < b.Low[i] || i > 0 && b.Time[i] <= b.Time[i-1] {
				t.Errorf("bar %d breaks the rules", i)
			}
		}
		c, err := market.CalendarOf(b.Root)
		if err != nil {
			t.Fatal(err)
		}
		if r := history.Check(b, c); r.RTH.Present+r.ETH.Present > b.Len() || r.String() == "" {
			t.Errorf("report %+v", r)
		}
	})
}

func BenchmarkReadCSV(b *testing.B) {
	content := strings.ReplaceAll(text(simbars.Workload(200_000, 42), 0), ",\n", ",ES\n") // names no month
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := read(content, history.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*200_000/b.Elapsed().Seconds(), "bars/s")
}
