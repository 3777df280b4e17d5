package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay"
	"assay/history"
	"assay/history/dbn"
	"assay/history/fetch"
	"assay/market"
)

var monday = time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)

// seller sells two contracts side by side, a minute each, so that a stream can
// break off between two records of one moment.
type seller struct {
	minutes   int
	cuts      []int // bytes after which each delivery breaks off; 0 for none
	silent    bool  // a cut looks like an end
	simulated bool
	damage    func(at int, b dbn.Bar) dbn.Bar
	opened    []fetch.Lot
	asked     int
	failing   error
}

func (s *seller) Available(context.Context, fetch.Lot) (from, to time.Time, err error) {
	return monday, monday.Add(time.Duration(s.minutes)*time.Minute + 30*time.Second), nil
}

func (s *seller) Quote(_ context.Context, lot fetch.Lot) (fetch.Quote, error) {
	s.asked++
	n := int64(len(s.bars(lot)))
	return fetch.Quote{Records: n, Cost: market.Money(n)}, nil
}

func (s *seller) bars(lot fetch.Lot) (bars []dbn.Bar) {
	for i := range 2 * s.minutes {
		at := monday.Add(time.Duration(i/2) * time.Minute)
		if at.Before(lot.From) || !at.Before(lot.To) {
			continue
		}
		price := int64(5500+i%7) * market.Nano
		b := dbn.Bar{
			Type: dbn.OHLCV1m, Instrument: 118 + uint32(i%2), Time: at.UnixNano(),
			Open: price, High: price, Low: price, Close: price, Volume: uint64(i + 1),
		}
		if s.damage != nil {
			b = s.damage(i, b)
		}
		bars = append(bars, b)
	}
	return bars
}

func (s *seller) Open(ctx context.Context, lot fetch.Lot) (fetch.Delivery, error) {
	s.opened = append(s.opened, lot)
	if s.failing != nil {
		return fetch.Delivery{}, s.failing
	}
	var out bytes.Buffer
	day := market.DateOf(monday)
	w, err := dbn.NewWriter(&out, dbn.Metadata{
		Version: 3, Dataset: lot.Dataset, Schema: 6, End: dbn.Undefined, STypeIn: dbn.RawSymbol, Mappings: []dbn.Mapping{
			{Symbol: "ESU4", Intervals: []dbn.Interval{{From: day, To: day + 7, Symbol: "118"}}},
			{Symbol: "ESZ4", Intervals: []dbn.Interval{{From: day, To: day + 7, Symbol: "119"}}},
		},
	})
	if err != nil {
		return fetch.Delivery{}, err
	}
	for _, b := range s.bars(lot) {
		if err := w.Bar(b); err != nil {
			return fetch.Delivery{}, err
		}
	}
	var in io.Reader = &out
	if len(s.cuts) > 0 {
		if cut := s.cuts[0]; cut > 0 {
			in = io.LimitReader(&out, int64(cut))
			if !s.silent {
				in = io.MultiReader(in, broken{ctx})
			}
		}
		s.cuts = s.cuts[1:]
	}
	return fetch.Delivery{ReadCloser: io.NopCloser(in), Simulated: s.simulated, Warnings: []string{"mind the gap"}}, nil
}

// broken fails as a connection does.
type broken struct{ ctx context.Context }

func (b broken) Read([]byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return 0, assay.Errorf(assay.Unavailable, "try again", "the connection broke")
}

func lot(minutes int) fetch.Lot {
	return fetch.Lot{
		Dataset: "GLBX.MDP3", Symbol: "ES.v.0", Bar: time.Minute,
		From: monday, To: monday.Add(time.Duration(minutes) * time.Minute),
	}
}

func buy(ctx context.Context, s *seller, dir string, l fetch.Lot) (fetch.Bought, error) {
	plan, err := fetch.NewPlan(ctx, s, dir, l)
	if err != nil {
		return fetch.Bought{}, err
	}
	return plan.Buy(ctx, nil)
}

// content is all records of the files in their order.
func content(t interface{ Fatal(...any) }, paths []string) (lines []string) {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := dbn.NewReader(f, path, dbn.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			record, err := r.Record()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%x", record.Raw))
		}
		r.Close()
		f.Close()
	}
	return lines
}

func (s *seller) all(l fetch.Lot) (lines []string) {
	for _, b := range s.bars(l) {
		lines = append(lines, fmt.Sprintf("%x", b.Append(nil)))
	}
	return lines
}

// Wherever a stream breaks off, however often, and whether the same process
// goes on or the next, the files hold every record once.
func TestCutsLoseAndRepeatNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		minutes := rapid.IntRange(1, 40).Draw(r, "minutes")
		size := 600 + 112*minutes
		s := &seller{minutes: minutes, cuts: rapid.SliceOfN(rapid.IntRange(0, size), 0, 9).Draw(r, "cuts"), silent: rapid.Bool().Draw(r, "silent")}
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			r.Fatal(err)
		}
		var bought fetch.Bought
		for range 4 {
			synctest.Test(t, func(t *testing.T) { bought, err = buy(t.Context(), s, dir, lot(minutes)) })
			if err == nil {
				break
			}
		}
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(s.all(lot(minutes)), content(r, bought.Paths)); diff != "" {
			r.Errorf("%d parts: %s", len(bought.Paths), diff)
		}
	})
}

func TestASecondFetchCostsNothing(t *testing.T) {
	s, dir := &seller{minutes: 10}, t.TempDir()
	first, err := buy(t.Context(), s, dir, lot(5))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := fetch.NewPlan(t.Context(), s, dir, lot(5))
	if err != nil || !plan.Done() || plan.Quote != (fetch.Quote{}) || s.asked != 1 {
		t.Errorf("%+v, asked %d times, %v", plan, s.asked, err)
	}
	again, err := plan.Buy(t.Context(), nil)
	if diff := cmp.Diff(first.Paths, again.Paths); diff != "" || err != nil || len(s.opened) != 1 {
		t.Errorf("bought %d times, %v %s", len(s.opened), err, diff)
	}
	plan, err = fetch.NewPlan(t.Context(), s, dir, lot(8))
	if err != nil || plan.Quote.Records != 6 {
		t.Errorf("%+v, %v", plan.Quote, err)
	}
	more, err := plan.Buy(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.all(lot(8)), content(t, more.Paths)); diff != "" {
		t.Error(diff)
	}
}

func TestALaterBeginningIsThereToo(t *testing.T) {
	s, dir := &seller{minutes: 10}, t.TempDir()
	if _, err := buy(t.Context(), s, dir, lot(5)); err != nil {
		t.Fatal(err)
	}
	for minute, records := range map[int]int64{2: 6, 5: 6, 6: 4} {
		later := lot(8)
		later.From = monday.Add(time.Duration(minute) * time.Minute)
		if plan, err := fetch.NewPlan(t.Context(), s, dir, later); err != nil || plan.Quote.Records != records || !plan.Lot.From.Equal(later.From) {
			t.Errorf("from minute %d: %+v, %v", minute, plan.Quote, err)
		}
	}
}

func TestPlansEndAtTheLastCompleteBar(t *testing.T) {
	s := &seller{minutes: 10}
	plan, err := fetch.NewPlan(t.Context(), s, t.TempDir(), lot(99))
	if err != nil || !plan.Cut || !plan.Lot.To.Equal(monday.Add(10*time.Minute)) || plan.Quote.Records != 20 {
		t.Errorf("%+v, %v", plan, err)
	}
	for name, l := range map[string]fetch.Lot{
		"too early": {Dataset: "X", Symbol: "ES.v.0", Bar: time.Minute, From: monday.Add(-time.Minute), To: monday.Add(time.Hour)},
		"too late":  {Dataset: "X", Symbol: "ES.v.0", Bar: time.Minute, From: monday.Add(time.Hour), To: monday.Add(2 * time.Hour)},
		"empty":     {Dataset: "X", Symbol: "ES.v.0", Bar: time.Minute, From: monday, To: monday},
		"no symbol": {Dataset: "X", Symbol: "../ES", Bar: time.Minute, From: monday, To: monday.Add(time.Minute)},
	} {
		if _, err := fetch.NewPlan(t.Context(), s, t.TempDir(), l); assay.KindOf(err) != assay.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	reversed := fetch.Lot{Dataset: "X", Symbol: "ES.v.0", Bar: time.Minute, From: monday.Add(time.Hour), To: monday}
	_, err = fetch.NewPlan(t.Context(), s, t.TempDir(), reversed)
	if assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), "the dates are reversed: from ") {
		t.Errorf("reversed: %v", err)
	}
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*seller)
		opened int
		after  time.Duration
		kind   assay.Kind
		want   string
	}{
		"breaks off at once, always": {
			func(s *seller) { s.cuts = slices.Repeat([]int{10}, 99) }, 5, 15 * time.Second,
			assay.Unavailable, "0 of 20 records of ES.v.0 are fetched and kept: the connection broke",
		},
		"ends too early, always": {
			func(s *seller) { s.cuts, s.silent = slices.Repeat([]int{600}, 99), true }, 5, 15 * time.Second,
			assay.Unavailable, "0 of 20 records of ES.v.0 are fetched and kept",
		},
		"refuses the key": {
			func(s *seller) { s.failing = assay.Errorf(assay.Invalid, "check it", "the key is wrong") }, 1, 0,
			assay.Invalid, "the key is wrong; check it",
		},
		"out of order": {
			func(s *seller) {
				s.damage = func(i int, b dbn.Bar) dbn.Bar {
					if i == 10 {
						b.Time -= int64(2 * time.Minute)
					}
					return b
				}
			}, 1, 0, assay.Invalid, "the record of 2024-07-01T00:03:00Z comes after a later one",
		},
		"not asked for": {
			func(s *seller) {
				s.damage = func(i int, b dbn.Bar) dbn.Bar {
					if i > 10 {
						b.Time += int64(time.Hour)
					}
					return b
				}
			}, 1, 0, assay.Invalid, "a record of 2024-07-01T01:05:00Z was not asked for",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := &seller{minutes: 10}
				c.change(s)
				began := time.Now()
				_, err := buy(t.Context(), s, dir, lot(10))
				if assay.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error %v", err)
				}
				if len(s.opened) != c.opened || time.Since(began) != c.after {
					t.Errorf("%d deliveries in %s, want %d in %s", len(s.opened), time.Since(began), c.opened, c.after)
				}
				if left, _ := filepath.Glob(filepath.Join(dir, "*", ".new-*")); len(left) > 0 {
					t.Errorf("left behind: %s", left)
				}
			})
		})
	}
}

func TestWhoeverStopsItFindsItAgain(t *testing.T) {
	s, dir := &seller{minutes: 10, cuts: []int{1100}}, t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel) // in the pause after the cut
		_, err := buy(ctx, s, dir, lot(10))
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "10 of 20 records of ES.v.0 are fetched and kept") {
			t.Errorf("error %v", err)
		}
	})
	plan, err := fetch.NewPlan(t.Context(), s, dir, lot(10))
	if err != nil || plan.Quote.Records != 10 {
		t.Errorf("%+v, %v", plan.Quote, err)
	}
}

func TestSourcesAreNotMixed(t *testing.T) {
	s, dir := &seller{minutes: 10, simulated: true}, t.TempDir()
	bought, err := buy(t.Context(), s, dir, lot(5))
	if err != nil || !bought.Simulated {
		t.Fatal(bought, err)
	}
	s.simulated = false
	if _, err := buy(t.Context(), s, dir, lot(10)); assay.KindOf(err) != assay.Conflict {
		t.Errorf("error %v", err)
	}
}

func TestFoldersThatDoNotFit(t *testing.T) {
	s, dir := &seller{minutes: 10, cuts: []int{900, 1100}}, t.TempDir()
	var bought fetch.Bought
	synctest.Test(t, func(t *testing.T) {
		var err error
		if bought, err = buy(t.Context(), s, dir, lot(10)); err != nil {
			t.Fatal(err)
		}
	})
	if len(bought.Paths) < 3 {
		t.Fatalf("parts: %s", bought.Paths)
	}
	if err := os.Remove(bought.Paths[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := fetch.NewPlan(t.Context(), s, dir, lot(10)); assay.KindOf(err) != assay.Conflict {
		t.Errorf("error %v", err)
	}
}

func TestTwoAtOnce(t *testing.T) {
	s, dir := &seller{minutes: 10}, t.TempDir()
	plan, err := fetch.NewPlan(t.Context(), s, dir, lot(10))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := buy(t.Context(), s, dir, lot(5)); err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Buy(t.Context(), nil); assay.KindOf(err) != assay.Conflict {
		t.Errorf("what another bought was bought again: %v", err)
	}
}

func TestTheFilesAreBars(t *testing.T) {
	s, dir := &seller{minutes: 10, cuts: []int{1100, 1200}}, t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var told []fetch.Progress
		plan, err := fetch.NewPlan(t.Context(), s, dir, lot(10))
		if err != nil {
			t.Fatal(err)
		}
		bought, err := plan.Buy(t.Context(), func(p fetch.Progress) { told = append(told, p) })
		if err != nil {
			t.Fatal(err)
		}
		bars, _, err := history.ReadFiles(t.Context(), bought.Paths, history.Options{Symbol: "ES"})
		if err != nil || bars.Len() != 10 || bought.Cuts != 2 || bought.Warnings[0] != "mind the gap" {
			t.Errorf("%d bars, %+v, %v", bars.Len(), bought, err)
		}
		want := []fetch.Progress{{Records: 10, Total: 20}, {Records: 18, Total: 20, Cuts: 1}, {Records: 20, Total: 20, Cuts: 2}}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}
