package app

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay"
	"assay/control"
	"assay/internal/leak"
	"assay/market"
	"assay/market/simbars"
	"assay/provider/databento"
	"assay/provider/standin"
	"assay/provider/standin/archive"
	seller "assay/provider/standin/databento"
)

// friday is after the close of a session whose bars the stand-in has.
var friday = time.Date(2024, 6, 28, 23, 0, 0, 0, time.UTC)

type shop struct {
	*autoFetch
	script   *standin.Script
	requests *control.Requests
	clock    time.Time
	said     *bytes.Buffer
}

// newShop opens a home beside a stand-in, which sells ES until its clock's time.
func newShop(t *testing.T, limit market.Money) *shop {
	t.Helper()
	leak.Check(t)
	es, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Generate(simbars.Generate(es, market.DateOf(friday)+10))
	if err != nil {
		t.Fatal(err)
	}
	shop := &shop{clock: friday, said: &bytes.Buffer{}, requests: control.NewRequests(slog.New(slog.DiscardHandler))}
	now := func() time.Time { return shop.clock }
	s, err := seller.Run(t.Context(), a, standin.Options{Now: now, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	client, err := databento.New(databento.Config{Key: standin.Key, URL: s.URL, Observe: shop.requests.Observe})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	place := Place{Dir: t.TempDir()}
	home, err := OpenHome(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { home.Close() })
	if err := addStarters(t.Context(), home.DB); err != nil {
		t.Fatal(err)
	}
	shop.script = s.Script
	shop.autoFetch = &autoFetch{
		home: home, place: place, client: client, limit: limit, days: 20, now: now,
		log: slog.New(slog.NewTextHandler(shop.said, nil)), said: map[string]string{},
	}
	return shop
}

func (s *shop) bought() int { return len(s.script.Asked("timeseries.get_range")) }

func TestBarsAreFetchedOnceASessionHasClosed(t *testing.T) {
	s := newShop(t, market.Dollar)
	for _, c := range []struct {
		later  time.Duration
		bought int
		last   string
	}{
		{0, 1, "2024-06-28T20:59:00Z"},
		{time.Hour, 1, "2024-06-28T20:59:00Z"},                  // nothing new
		{2*24*time.Hour + time.Hour, 1, "2024-06-28T20:59:00Z"}, // Sunday night: a session is open
		{3 * 24 * time.Hour, 2, "2024-07-01T22:59:00Z"},         // Monday's has closed; what there is now is bought
	} {
		s.clock = friday.Add(c.later)
		s.look(t.Context())
		set, err := s.home.DB.DataSet(t.Context(), "SIM-ES-1m")
		if err != nil || !set.Sim || set.LastBar.Format(time.RFC3339) != c.last || s.bought() != c.bought {
			t.Errorf("%s later: %d purchases, bars to %s, %v\n%s", c.later, s.bought(), set.LastBar, err, s.said)
		}
	}
	if n := strings.Count(s.said.String(), `msg="bars are not fetched" root=NQ`); n != 3 {
		t.Errorf("in four looks on three days, that nobody sells NQ is said %d times:\n%s", n, s.said)
	}
}

// What was asked stands in rows, with the price of what was bought.
func TestPurchasesLeaveRows(t *testing.T) {
	s := newShop(t, market.Dollar)
	s.look(t.Context())
	if err := s.requests.While(t.Context(), s.home.DB, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	rows, err := s.home.DB.RequestPage(t.Context(), 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	traces, bought := map[string]bool{}, 0
	for _, r := range rows {
		traces[r.TraceID] = true
		if r.Operation != "timeseries.get_range" {
			continue
		}
		bought++
		if r.Status != http.StatusOK || r.ErrorCode != "" || r.Bytes == 0 || r.QuotedCost == nil || *r.QuotedCost == 0 || r.Attempt != 1 {
			t.Errorf("the purchase is recorded as %+v", r)
		}
		if strings.Contains(fmt.Sprintf("%+v", r), standin.Key) {
			t.Errorf("the row holds the key: %+v", r)
		}
	}
	if bought != 1 || len(rows) != len(s.script.Asked("")) || len(traces) != 1 || traces[""] {
		t.Errorf("%d rows of %d requests, %d purchases, traces %v", len(rows), len(s.script.Asked("")), bought, traces)
	}
}

func TestNothingIsBoughtAboveTheLimit(t *testing.T) {
	s := newShop(t, 10)
	s.look(t.Context())
	s.look(t.Context())
	if s.bought() != 0 || strings.Count(s.said.String(), "more than the 0.001 allowed") != 1 {
		t.Errorf("%d purchases:\n%s", s.bought(), s.said)
	}
	if _, err := s.home.DB.DataSet(t.Context(), "SIM-ES-1m"); assay.KindOf(err) != assay.NotFound {
		t.Errorf("a set is there: %v", err)
	}
}

func TestWithoutALimitNobodyBuys(t *testing.T) {
	none := func(string) (string, error) { return "", nil }
	h := &Home{}
	if a, err := h.newAutoFetch(Config{}, none, nil); a != nil || err != nil {
		t.Errorf("%v, %v", a, err)
	}
	if _, err := h.newAutoFetch(Config{AutoFetchLimit: 1}, none, nil); assay.KindOf(err) != assay.Conflict {
		t.Errorf("a limit without a key: %v", err)
	}
}
