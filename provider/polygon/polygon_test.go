package polygon_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/health"
	"assay/internal/leak"
	"assay/market"
	"assay/market/simbars"
	"assay/provider"
	"assay/provider/polygon"
	"assay/provider/standin"
	"assay/provider/standin/archive"
	server "assay/provider/standin/polygon"
	"assay/provider/wire"
)

var (
	_      provider.Verifier = (*polygon.Client)(nil)
	friday                   = time.Date(2024, 6, 28, 23, 0, 0, 0, time.UTC)
)

// generated is made once for all tests, who do not change it.
var generated = sync.OnceValues(func() (*archive.Archive, error) {
	es, err := market.ContractOf("ES")
	if err != nil {
		return nil, err
	}
	return archive.Generate(simbars.Generate(es, market.DateOf(friday)))
})

type pair struct {
	*polygon.Client
	server *server.Server
	script *standin.Script
}

func start(t *testing.T, change func(*polygon.Config)) pair {
	t.Helper()
	leak.Check(t)
	a, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return friday }
	s := server.NewServer(a, standin.Options{Now: now})
	script := standin.NewScript(s, now)
	web := httptest.NewServer(script)
	config := polygon.Config{
		Key: standin.Key, URL: web.URL, Now: now, Timeout: 10 * time.Second, MaxWait: time.Nanosecond, CallsPerMinute: 100,
	}
	if change != nil {
		change(&config)
	}
	c, err := polygon.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); web.Close() })
	return pair{c, s, script}
}

func TestVerify(t *testing.T) {
	for name, c := range map[string]struct {
		fault  standin.Fault
		code   health.Code
		detail string
	}{
		"well":       {standin.Fault{}, "", ""},
		"wrong key":  {standin.Fault{}, health.CredentialsRefused, "it answered 401: Unknown API Key"},
		"limit":      {standin.Fault{Status: 429, Body: `{"status":"ERROR","error":"You've exceeded the maximum requests per minute"}`}, health.RateLimited, "You've exceeded"},
		"body limit": {standin.Fault{Body: `{"status":"ERROR","error":"exceeded the maximum requests per minute"}`}, health.RateLimited, "it answered 200: exceeded"},
		"body error": {standin.Fault{Body: `{"status":"ERROR","error":"something else"}`}, health.RequestRefused, "it answered 200: something else"},
		"no licence": {standin.Fault{Status: 403, Body: `{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data."}`}, health.NotLicensed, "it answered 403: You are not entitled to this data."},
		"page":       {standin.Fault{Status: 503, Body: "<html>"}, health.ServerError, "it answered 503"},
		"malformed":  {standin.Fault{Body: `{"market":`}, health.MalformedAnswer, "its JSON does not read"},
		"empty":      {standin.Fault{Body: `{}`}, health.MalformedAnswer, "it names no market and no time"},
		"cut":        {standin.Fault{Cut: 9}, health.Unreachable, "broke off its answer"},
		"silent":     {standin.Fault{Silent: true}, health.TimedOut, "did not answer in time"},
		"skew":       {standin.Fault{Skew: time.Hour}, health.ClockSkew, "the provider's clock is at least 1h0m0s ahead of ours"},
		"its time":   {standin.Fault{Body: `{"market":"open","serverTime":"2024-06-28T18:30:00-05:00"}`}, health.ClockSkew, "at least 30m0s ahead of ours"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, func(config *polygon.Config) {
				if name == "wrong key" {
					config.Key = "another"
				}
				if c.code == health.TimedOut {
					config.Timeout = 200 * time.Millisecond
				}
			})
			p.script.Fail(c.fault)
			got := p.Verify(t.Context(), health.HistoricalData)
			if !strings.Contains(got.Detail, c.detail) || (c.detail == "") != (got.Detail == "") || strings.Contains(got.Detail, standin.Key) {
				t.Errorf("detail %q, want %q", got.Detail, c.detail)
			}
			got.Detail = ""
			want := health.Verification{
				Provider: health.Polygon, Probe: health.HistoricalData, Code: c.code, Outcome: wire.OutcomeOf(c.code), At: friday,
			}
			if diff := cmp.Diff(want, got); diff != "" || len(p.script.Asked("")) != 1 {
				t.Errorf("%d requests, %s", len(p.script.Asked("")), diff)
			}
		})
	}
}

func TestOurLimitIsKept(t *testing.T) {
	p := start(t, func(config *polygon.Config) { config.CallsPerMinute = 0 })
	p.server.Limit = 5
	for range 5 {
		if got := p.Verify(t.Context(), health.HistoricalData); got.Outcome != health.Passed {
			t.Fatalf("%+v", got)
		}
	}
	got := p.Verify(t.Context(), health.HistoricalData)
	if got.Code != health.HeldBack || !strings.HasPrefix(got.Detail, "its limit of 5 calls a minute is used up until ") || len(p.script.Asked("")) != 5 {
		t.Errorf("%d requests, %+v", len(p.script.Asked("")), got)
	}
}

// Retries leave calls of the minute for others, and one that our limit keeps
// in does not hide how the first attempt ended.
func TestAPingThatFailsTakesPartOfTheLimit(t *testing.T) {
	for calls, asked := range map[int]int{5: 2, 1: 1} {
		p := start(t, func(config *polygon.Config) { config.CallsPerMinute, config.MaxWait = calls, time.Second })
		p.script.Fail(standin.Fault{Status: 503})
		got := p.Verify(t.Context(), health.HistoricalData)
		if n := len(p.script.Asked("")); got.Code != health.ServerError || n != asked {
			t.Errorf("of %d calls: %d requests, %+v", calls, n, got)
		}
	}
}

func TestBarsPageByPage(t *testing.T) {
	p := start(t, nil)
	p.server.Page, p.server.Delayed = 100, true
	from := time.Date(2024, 6, 25, 14, 0, 0, 0, time.UTC)
	got, err := p.Futures(t.Context(), "ESU4", "1min", from, from.Add(4*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Bars); n != 240 || !got.Delayed || !got.Bars[0].Start.Equal(from) || !got.Bars[n-1].Start.Equal(from.Add(239*time.Minute)) {
		t.Errorf("%d bars, delayed %v", n, got.Delayed)
	}
	if n := len(p.script.Asked("/ESU4")); n != 3 {
		t.Errorf("%d pages", n)
	}
	for _, a := range p.script.Asked("") {
		if strings.Contains(a.Query.Encode(), standin.Key) || a.Header.Get("Authorization") != "Bearer "+standin.Key {
			t.Errorf("asked %+v", a)
		}
	}
	all, err := p.Aggregates(t.Context(), "ESU4", 1, "minute", from, from.Add(4*time.Hour-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, all); diff != "" {
		t.Error(diff)
	}
	none, err := p.Futures(t.Context(), "ESU4", "1min", from.AddDate(-1, 0, 0), from.AddDate(-1, 0, 1))
	if err != nil || len(none.Bars) != 0 {
		t.Errorf("%d bars, %v", len(none.Bars), err)
	}
	if _, err := p.Aggregates(t.Context(), "I:VIX", 1, "minute", from, from); assay.KindOf(err) != assay.Conflict {
		t.Errorf("an index of another plan: %v", err)
	}
}

func TestTheKeyGoesNowhereElse(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("it was sent to %s", r.Host)
	}))
	defer elsewhere.Close()
	p := start(t, nil)
	p.script.Fail(standin.Fault{Times: 1, Body: `{"status":"OK","results":[],"next_url":"` + elsewhere.URL + `/futures/v1/contracts?product_code=ES&apiKey=x"}`})
	got, err := p.Contracts(t.Context(), "ES")
	if err != nil || len(got) != 1 || got[0].Ticker != "ESU4" {
		t.Errorf("%+v, %v", got, err)
	}
	if last := p.script.Asked("")[1]; last.Query.Has("apiKey") {
		t.Errorf("asked %+v", last)
	}
}

func TestPagesWithoutEnd(t *testing.T) {
	p := start(t, nil)
	p.script.Fail(standin.Fault{Body: `{"status":"OK","next_url":"/futures/v1/contracts?product_code=ES"}`})
	if _, err := p.Contracts(t.Context(), "ES"); assay.KindOf(err) != assay.Unavailable || len(p.script.Asked("")) != 2 {
		t.Errorf("%d pages, %v", len(p.script.Asked("")), err)
	}
	pages := 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		pages++
		fmt.Fprintf(w, `{"status":"OK","next_url":"/futures/v1/contracts?page=%d"}`, pages)
	}))
	defer web.Close()
	c, err := polygon.New(polygon.Config{Key: standin.Key, URL: web.URL, CallsPerMinute: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Contracts(t.Context(), "ES"); assay.KindOf(err) != assay.Invalid || pages != 1000 {
		t.Errorf("%d pages, %v", pages, err)
	}
}

func TestFuturesStatus(t *testing.T) {
	p := start(t, nil)
	got, err := p.FuturesStatus(t.Context(), "ES")
	if diff := cmp.Diff([]polygon.FuturesStatus{{Product: "ES", Event: "open", At: friday}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestConfigurationsThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		config polygon.Config
		want   string
	}{
		"no key":  {polygon.Config{}, polygon.KeyVariable},
		"odd key": {polygon.Config{Key: "two\nlines"}, polygon.KeyVariable},
		"url":     {polygon.Config{Key: "k", URL: "nowhere"}, polygon.URLVariable},
	} {
		if _, err := polygon.New(c.config); assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := polygon.New(polygon.Config{Key: "k"})
	if err != nil || c.Address() != "https://api.massive.com" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestKeysThatCannotBe(t *testing.T) {
	for key, want := range map[string]string{
		"":    "the key of Polygon is not set; set POLYGON_API_KEY to the key of the account",
		"a b": "the key of Polygon cannot be one; set POLYGON_API_KEY to the key of the account",
	} {
		if _, err := polygon.New(polygon.Config{Key: key}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", key, err, want)
		}
	}
}
