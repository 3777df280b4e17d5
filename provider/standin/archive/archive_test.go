package archive_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/history/dbn"
	"assay/history/historytest"
	"assay/market"
	"assay/market/simbars"
	"assay/provider/standin/archive"
)

// Made-up minutes are the longer bars again, whoever asks for the front.
func TestMinutesAreTheBarsTheyWereMadeOf(t *testing.T) {
	es, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	made := simbars.Generate(es, simbars.First+180)
	a, err := archive.Generate(made)
	if err != nil {
		t.Fatal(err)
	}
	from, to := a.Span()
	var got [6]int64
	at := 0
	for _, b := range archive.Records(a.Resolve("ES.v.0", simbars.First-1, simbars.First+182), from, to) {
		if b.Time >= (made.Time[at]+300)*market.Nano {
			compare(t, made, es, at, got)
			at, got = at+1, [6]int64{}
		}
		if got[0] == 0 {
			got = [6]int64{made.Time[at], b.Open, b.High, b.Low}
		}
		got[2], got[3] = max(got[2], b.High), min(got[3], b.Low)
		got[4], got[5] = b.Close, got[5]+int64(b.Volume)
	}
	compare(t, made, es, at, got)
	if at != made.Len()-1 {
		t.Errorf("%d of %d bars came", at+1, made.Len())
	}
}

func compare(t *testing.T, b *market.Bars, c market.Contract, i int, got [6]int64) {
	t.Helper()
	nano := func(ticks int32) int64 { return int64(ticks) * c.TickNano }
	want := [6]int64{b.Time[i], nano(b.Open[i]), nano(b.High[i]), nano(b.Low[i]), nano(b.Close[i]), int64(b.Volume[i])}
	if b.Volume[i] >= 5 && got != want { // else a minute without volume, and its prices, are left out
		t.Fatalf("bar %d is %v, and was %v", i, got, want)
	}
}

// Two contracts side by side: the nearer is the front until the day after the
// other had more volume, or by expiry until it trades no more.
func TestContinuousSeries(t *testing.T) {
	dir := t.TempDir()
	monday := time.Date(2024, 6, 17, 0, 0, 0, 0, time.UTC)
	d := &historytest.DBN{Symbols: map[uint32]string{1: "ESM4", 2: "ESU4"}}
	volumes := [][2]uint64{{9, 1}, {4, 5}, {2, 8}, {0, 9}} // ESM4, ESU4 by day
	for day, v := range volumes {
		for i, volume := range v {
			if volume > 0 {
				d.Bar(byte(dbn.OHLCV1m), uint32(i+1), uint64(monday.AddDate(0, 0, day).Add(14*time.Hour).UnixNano()), 5e12, 5e12, 5e12, 5e12, volume)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "es.dbn"), d.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(dir)
	if err != nil || a.Simulated {
		t.Fatal(a, err)
	}
	first := market.DateOf(monday)
	for symbol, want := range map[string][]string{
		"ES.v.0": {"0-2 ESM4", "2-4 ESU4"}, "ES.c.0": {"0-3 ESM4", "3-4 ESU4"}, "ES.v.1": {"0-2 ESU4", "2-3 ESM4"},
		"ESU4": {"0-4 ESU4"}, "2": {"0-4 ESU4"}, "ES.n.0": nil, "ES.v.x": nil, "NQ.v.0": nil, "ES.FUT": nil,
	} {
		var got []string
		for _, s := range a.Resolve(symbol, first, first+4) {
			got = append(got, fmt.Sprintf("%d-%d %s", s.From-first, s.To-first, s.Contract.Symbol))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", symbol, diff)
		}
	}
	if _, err := archive.Open(t.TempDir()); err == nil {
		t.Error("a folder without bars was opened")
	}
}
