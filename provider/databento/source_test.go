package databento_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay"
	"assay/history"
	"assay/history/fetch"
	"assay/market"
	"assay/provider/databento"
	"assay/provider/standin"
)

// aMonth is June 2024, in which ES rolls.
func aMonth() fetch.Lot {
	return fetch.Lot{
		Dataset: "GLBX.MDP3", Symbol: "ES.v.0", Bar: time.Minute,
		From: time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC),
	}
}

// month fetches a month and returns its bars.
func month(t *testing.T, p pair, dir string) (*market.Bars, fetch.Bought) {
	t.Helper()
	plan, err := fetch.NewPlan(t.Context(), &databento.Source{Client: p.Client}, dir, aMonth())
	if err != nil {
		t.Fatal(err)
	}
	if n := plan.Quote.Records; n < 20_000 || plan.Quote.Cost <= 0 || !plan.Cut {
		t.Errorf("quote %+v, cut %v", plan.Quote, plan.Cut)
	}
	plan.Pause = time.Millisecond
	bought, err := plan.Buy(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	bars, _, err := history.ReadFiles(t.Context(), bought.Paths, history.Options{Symbol: "ES"})
	if err != nil {
		t.Fatal(err)
	}
	if int64(bars.Len()) != plan.Quote.Records || len(bars.Segments) != 2 {
		t.Errorf("%d bars of %d, %d contracts", bars.Len(), plan.Quote.Records, len(bars.Segments))
	}
	return bars, bought
}

// A month of ES minutes, cut three times, has the fingerprint of one uncut.
func TestAMonthCutThreeTimes(t *testing.T) {
	p := start(t, func(_ *standin.Options, c *databento.Config) { c.MaxWait = 10 * time.Second }) // for our own limit
	whole, bought := month(t, p, t.TempDir())
	if len(bought.Paths) != 1 || bought.Cuts != 0 || !bought.Simulated {
		t.Errorf("uncut: %+v", bought)
	}
	for name, c := range map[string]struct {
		frame int
		cut   int64
	}{"one frame": {0, 90_000}, "many frames": {3000, 60_000}} {
		p.History.Frame = c.frame
		p.Script.Fail(standin.Fault{Path: "get_range", Times: 3, Cut: c.cut})
		cut, bought := month(t, p, t.TempDir())
		if bought.Cuts != 3 || len(bought.Paths) != 4 {
			t.Errorf("%s: %d cuts, %d parts", name, bought.Cuts, len(bought.Paths))
		}
		if a, b := market.Fingerprint(whole), market.Fingerprint(cut); a != b {
			t.Errorf("%s: fingerprints %s and %s", name, a, b)
		}
	}
	if n := len(p.Script.Asked("get_range")); n != 1+4+4 {
		t.Errorf("%d deliveries were bought", n)
	}
	for version := range uint8(3) {
		p.History.Version = version + 1
		old, _ := month(t, p, t.TempDir())
		if a, b := market.Fingerprint(whole), market.Fingerprint(old); a != b {
			t.Errorf("version %d: fingerprints %s and %s", version+1, a, b)
		}
	}
}

func TestOrdersThatCannotBe(t *testing.T) {
	p := start(t, nil)
	source := &databento.Source{Client: p.Client}
	for name, c := range map[string]struct {
		change func(*fetch.Lot)
		kind   assay.Kind
		want   string
	}{
		"symbol":  {func(l *fetch.Lot) { l.Symbol = "ESZ9" }, assay.NotFound, "Databento knows no ESZ9 in GLBX.MDP3 from 2024-06-01 to 2024-06-28"},
		"bar":     {func(l *fetch.Lot) { l.Bar = 7 * time.Minute }, assay.Invalid, "Databento has no bars of 7m0s"},
		"dataset": {func(l *fetch.Lot) { l.Dataset = "X" }, assay.Invalid, "dataset_not_found"},
	} {
		lot := aMonth()
		c.change(&lot)
		if _, err := fetch.NewPlan(t.Context(), source, t.TempDir(), lot); assay.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is no use to repeat is not repeated.
func TestALicenceThatIsMissingEndsAFetch(t *testing.T) {
	p := start(t, nil)
	plan, err := fetch.NewPlan(t.Context(), &databento.Source{Client: p.Client}, t.TempDir(), aMonth())
	if err != nil {
		t.Fatal(err)
	}
	p.Script.Fail(standin.Fault{
		Path: "get_range", Status: http.StatusForbidden, Body: `{"detail":{"case":"license_not_found","message":"No licence."}}`,
	})
	_, err = plan.Buy(context.Background(), nil)
	if assay.KindOf(err) != assay.Conflict || !strings.Contains(err.Error(), "No licence. (license_not_found)") {
		t.Errorf("error %v", err)
	}
	if n := len(p.Script.Asked("get_range")); n != 1 {
		t.Errorf("%d requests", n)
	}
}
