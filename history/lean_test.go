package history_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/history"
	"assay/market"
)

// zipped makes a zip of names and contents, in their order.
func zipped(t *testing.T, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Two days around a roll, with the last line of one contract left open.
func TestLEANMinutes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "20131218_trade.zip", zipped(t,
		"20131218_es_minute_trade_201403.csv", "60000,1785,1785.5,1785,1785.25,9\n82800000,1790,1790,1790,1790,7\n",
		"20131218_es_minute_trade_201312.csv", "0,1780.25,1780.25,1780,1780,4\n60000,1780,1780,1780,1780,2\n82800000,1781,1781,1781,1781,1"))
	write(t, dir, "20131219_trade.zip", zipped(t,
		"20131219_es_minute_trade_201403.csv", "0,1790,1790,1790,1790,8\n",
		"20131219_es_minute_trade_201312.csv", "0,1781,1781,1781,1781,1\n"))
	write(t, dir, "20131218_quote.zip", zipped(t, "20131218_es_minute_quote_201312.csv", ""))
	got, about, err := readAll(t, history.Options{}, dir)
	if err != nil {
		t.Fatal(err)
	}
	const day = 1_387_324_800 // 2013-12-18
	// March traded more on the 18th and is held from the session of the 19th on,
	// which opens at 23:00 UTC; the first session goes by its own volume.
	want, err := market.NewBars("ES", time.Minute, market.Columns{
		Time: []int64{day + 60, day + 82800, day + 86400}, Open: []int32{7140, 7160, 7160},
		High: []int32{7142, 7160, 7160}, Low: []int32{7140, 7160, 7160}, Close: []int32{7141, 7160, 7160}, Volume: []int32{9, 7, 8},
	}, []market.Segment{{Contract: "ESH4"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantAbout := history.About{
		Provider: history.LEAN, Source: "20131218_trade.zip and 1 more", Rolls: "volume",
		Notes: []string{"left out: bars of contracts that were not the front (4)"},
	}
	if diff := cmp.Diff(wantAbout, about); diff != "" {
		t.Error(diff)
	}
	if b, _, err := readAll(t, history.Options{Contract: "ESZ3"}, dir); err != nil || b.Len() != 4 {
		t.Errorf("--contract ESZ3 gives %v, %v", b, err)
	}
}

func TestLEANHours(t *testing.T) {
	path := write(t, t.TempDir(), "es_hour_trade.zip", zipped(t, "es_trade_201312.csv",
		"20131006 22:00,1676,1678,1675,1677.25,100\n20131007 00:00,1677,1677,1677,1677,0\n"))
	b, _, err := readAll(t, history.Options{}, path)
	if err != nil {
		t.Fatal(err)
	}
	if b.Interval != time.Hour || b.Start(0).Format(time.RFC3339) != "2013-10-06T22:00:00Z" || b.Volume[1] != 0 {
		t.Errorf("the bars are %v", b)
	}
}

func TestLEANRefusals(t *testing.T) {
	const day = "20131218_es_minute_trade_201312.csv"
	line := func(text string) []byte { return zipped(t, day, text) }
	many := make([]string, 2*2001)
	for i := range 2001 {
		many[2*i] = fmt.Sprintf("%d", i)
	}
	whole := line("0,1780.25,1780.25,1780,1780,4\n")
	liar := bytes.Clone(whole) // claims another checksum
	at := bytes.LastIndex(liar, []byte("PK\x01\x02")) + 16
	binary.LittleEndian.PutUint32(liar[at:], 7)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"no zip":    {[]byte("PK, but no zip"), "x_trade.zip is no zip file, or is damaged"},
		"cut":       {whole[:len(whole)-5], "x_trade.zip is no zip file, or is damaged"},
		"checksum":  {liar, "x_trade.zip is damaged (zip: checksum error); fetch it again"},
		"empty":     {zipped(t), "x_trade.zip has no bars or trades of ES: it is empty"},
		"entries":   {zipped(t, many...), "x_trade.zip has 2001 entries, more than the 2000 allowed; import the zips of single days"},
		"path":      {zipped(t, "../../../etc/"+day, "0,1,1,1,1,1\n"), `x_trade.zip holds "../../../etc/20131218_es_minute_trade_201312.csv", which is no such file; import LEAN zips`},
		"long line": {line(strings.Repeat("1", 5000)), ":1: the line is longer than 4096 bytes"},
		"root":      {zipped(t, "20131218_gc_minute_trade_201312.csv", ""), "x_trade.zip holds bars of GC, not of ES; import it with its own --symbol"},
		"quotes":    {zipped(t, "20131218_es_minute_quote_201312.csv", ""), "which is no such file; import LEAN zips of trades by minute or hour"},
		"no day":    {zipped(t, "20131318_es_minute_trade_201312.csv", ""), "holds 20131318_es_minute_trade_201312.csv, whose day does not exist"},
		"daily":     {zipped(t, "es_trade_201312.csv", "20131006 00:00,1676,1678,1675,1677.25,100\n"), "x_trade.zip holds daily bars; import minutes or hours: a day of UTC is no session"},
		"columns":   {line("0,1,1,1\n"), day + ":1: 4 columns, and LEAN's bars have 6; fetch it again"},
		"time":      {line("0,1780,1780,1780,1780,1\n86400000,1780,1780,1780,1780,1\n"), day + `:2: time "86400000" is none of LEAN's`},
		"half":      {line("30000,1780,1780,1780,1780,1\n"), "bars of a minute begin on the grid, and this one does not"},
		"twice":     {line("0,1780,1780,1780,1780,1\n0,1780,1780,1780,1780,1\n"), "the bar is there twice"},
		"price":     {line("0,x,1,1,1,1\n"), `:1: open "x" is no price`},
		"tick":      {line("0,1780.1,1780.1,1780.1,1780.1,1\n"), "open 1780.1 is not on ES's tick of 0.25"},
		"scaled":    {line("0,17800000,17800000,17800000,17800000,1\n"), "ES at 17800000.00 on 2013-12-18T00:00:00Z is not believed"},
		"volume":    {line("0,1780,1780,1780,1780,-1\n"), `:1: volume "-1" is none`},
		"shape":     {line("0,1780,1779,1780,1780,1\n"), "cannot be one bar"},
	} {
		_, _, err := readAll(t, history.Options{}, write(t, t.TempDir(), "x_trade.zip", c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %s", name, err, c.want)
		}
	}
	line4k := strings.Repeat("0", 4000) + ",1,1,1,1,1\n" // of a contract that nobody asks for
	bomb := write(t, t.TempDir(), "x_trade.zip", zipped(t, day, strings.Repeat(line4k, 9000), strings.Replace(day, "12.csv", "09.csv", 1), strings.Repeat(line4k, 9000)))
	want := "x_trade.zip unpacks to more than 67108864 bytes; import the zips of single days"
	if _, _, err := readAll(t, history.Options{Contract: "ESH4"}, bomb); err == nil || err.Error() != want {
		t.Errorf("bomb: error %v", err)
	}
	if _, _, err := readAll(t, history.Options{}, filepath.Join(t.TempDir(), "absent.zip")); err == nil {
		t.Error("an absent zip is read")
	}
}
