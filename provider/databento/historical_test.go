package databento_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/health"
	"assay/history/dbn"
	"assay/history/historytest"
	"assay/internal/leak"
	"assay/market"
	"assay/market/simbars"
	"assay/provider"
	"assay/provider/databento"
	"assay/provider/standin"
	"assay/provider/standin/archive"
	server "assay/provider/standin/databento"
	"assay/provider/wire"
)

// friday is after the close of a session whose bars the stand-in has.
var friday = time.Date(2024, 6, 28, 23, 0, 0, 0, time.UTC)

// generated is made once for all tests, who do not change it.
var generated = sync.OnceValues(func() (*archive.Archive, error) {
	es, err := market.ContractOf("ES")
	if err != nil {
		return nil, err
	}
	return archive.Generate(simbars.Generate(es, market.DateOf(friday)))
})

// pair is a stand-in and a client of it.
type pair struct {
	*server.Servers
	*databento.Client
}

func start(t *testing.T, change func(*standin.Options, *databento.Config)) pair {
	t.Helper()
	leak.Check(t)
	now := func() time.Time { return friday }
	options := standin.Options{Now: now, Strict: true, Seed: 7}
	config := databento.Config{Now: now, Timeout: 10 * time.Second, MaxWait: time.Nanosecond}
	if change != nil {
		change(&options, &config)
	}
	a, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Run(t.Context(), a, options)
	if err != nil {
		t.Fatal(err)
	}
	if config.Key == "" {
		config.Key = standin.Key
	}
	config.URL, config.Live = s.URL, s.Live.Addr()
	c, err := databento.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return pair{s, c}
}

var _ provider.Verifier = (*databento.Client)(nil)

func june(from, to int) databento.Query {
	day := func(n int) time.Time { return time.Date(2024, 6, n, 0, 0, 0, 0, time.UTC) }
	return databento.Query{
		Dataset: "GLBX.MDP3", Schema: "ohlcv-1m", SType: databento.Continuous, Symbols: "ES.v.0",
		Span: databento.Span{From: day(from), To: day(to)},
	}
}

func TestHistoricalCalls(t *testing.T) {
	p := start(t, nil)
	ctx := t.Context()
	names, err := p.Datasets(ctx)
	if diff := cmp.Diff([]string{"DBEQ.BASIC", "GLBX.MDP3", "XNAS.ITCH"}, names); diff != "" || err != nil {
		t.Error(err, diff)
	}
	r, skew, err := p.Range(ctx, "GLBX.MDP3")
	if err != nil || skew != 0 || !r.Of("ohlcv-1m").To.Equal(time.Date(2024, 6, 28, 21, 0, 0, 0, time.UTC)) || r.Of("mbo") != r.Span {
		t.Errorf("%+v, %s, %v", r, skew, err)
	}
	n, err := p.Count(ctx, june(3, 28))
	if err != nil || n < 20_000 {
		t.Errorf("%d records, %v", n, err)
	}
	cost, err := p.Cost(ctx, june(3, 28))
	if want := math.Ceil(float64(n) * 56 / (1 << 30) * 280 * 10_000); err != nil || float64(cost) != want {
		t.Errorf("cost %s, want %v ten-thousandths, %v", cost, want, err)
	}
	stream, err := p.Records(ctx, june(3, 28))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	reader, err := dbn.NewReader(stream, "answer", dbn.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var block dbn.Block
	for err == nil {
		err = reader.Next(&block)
	}
	if !errors.Is(err, io.EOF) || reader.Records() != n || !stream.Simulated {
		t.Errorf("%d records of %d, %v", reader.Records(), n, err)
	}
	if maps := reader.Metadata().Mappings; len(maps) != 1 || len(maps[0].Intervals) != 2 {
		t.Errorf("one roll is in June, and the mappings are %+v", maps)
	}
}

func TestResolve(t *testing.T) {
	p := start(t, nil)
	r, err := p.Resolve(t.Context(), "GLBX.MDP3", []string{"ES.v.0", "XX.c.0"}, databento.Continuous, databento.RawSymbol, june(3, 28).Span)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range r.Symbols["ES.v.0"] {
		got = append(got, fmt.Sprintf("%s to %s %s", s.From, s.To, s.Symbol))
	}
	if len(got) != 2 || !strings.HasSuffix(got[0], "ESM4") || !strings.HasSuffix(got[1], "ESU4") {
		t.Errorf("got %q", got)
	}
	if diff := cmp.Diff([]string{"XX.c.0"}, r.NotFound); diff != "" {
		t.Error(diff)
	}
}

// Everything that goes wrong with an answer ends in its code, and nothing of
// the key in the sentence.
func TestHistoricalFaults(t *testing.T) {
	html := "<html><body>" + strings.Repeat("gateway ", 1000) + "</body></html>"
	for name, c := range map[string]struct {
		fault  standin.Fault
		code   health.Code
		detail string
	}{
		"wrong key": {standin.Fault{}, health.CredentialsRefused, "it answered 401: Authorization failed: the key is not known."},
		"limit":     {standin.Fault{Status: 429, Header: http.Header{"Retry-After": {"2"}}}, health.RateLimited, "it answered 429"},
		"page":      {standin.Fault{Status: 502, Body: html}, health.ServerError, "it answered 502"},
		"licence": {standin.Fault{
			Status: 403, Body: `{"detail":{"case":"license_not_found","message":"No licence for GLBX.MDP3.","status_code":403,"payload":null}}`,
		}, health.NotLicensed, "it answered 403: No licence for GLBX.MDP3. (license_not_found)"},
		"funds": {standin.Fault{Status: 402, Body: `{"detail":"Insufficient funds"}`}, health.NotLicensed, "it answered 402: Insufficient funds"},
		"fields": {standin.Fault{
			Status: 422, Body: `{"detail":[{"loc":["body","start"],"msg":"field required","type":"x"},{"loc":[],"msg":"more"}]}`,
		}, health.RequestRefused, "it answered 422: start: field required; : more"},
		"odd detail":  {standin.Fault{Status: 422, Body: `{"detail":7}`}, health.RequestRefused, "it answered 422"},
		"malformed":   {standin.Fault{Body: `{"start":"yesterday"}`}, health.MalformedAnswer, "its JSON does not read"},
		"empty":       {standin.Fault{Body: `{}`}, health.MalformedAnswer, "it names no span of time"},
		"cut":         {standin.Fault{Cut: 20}, health.Unreachable, "broke off its answer"},
		"slow":        {standin.Fault{Delay: 10 * time.Second}, health.TimedOut, "did not answer in time"},
		"silent":      {standin.Fault{Silent: true}, health.TimedOut, "did not answer in time"},
		"clock ahead": {standin.Fault{Skew: time.Minute}, health.ClockSkew, "the provider's clock is at least 1m0s ahead of ours"},
		"clock late":  {standin.Fault{Skew: -time.Minute}, health.ClockSkew, "the provider's clock is at least 59s behind ours"},
		"well":        {standin.Fault{Delay: time.Millisecond}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			key := ""
			if name == "wrong key" {
				key = "db-0123456789abcdefghijklmnopqrst"
			}
			p := start(t, func(_ *standin.Options, config *databento.Config) {
				if config.Key = key; c.code == health.TimedOut {
					config.Timeout = 200 * time.Millisecond
				}
			})
			c.fault.Path = "get_dataset_range"
			p.Script.Fail(c.fault)
			got := p.Verify(t.Context(), health.HistoricalData)
			want := health.Verification{
				Provider: health.Databento, Probe: health.HistoricalData, Code: c.code, Outcome: wire.OutcomeOf(c.code), At: friday,
			}
			if !strings.Contains(got.Detail, c.detail) || (c.detail == "") != (got.Detail == "") {
				t.Errorf("detail %q, want %q", got.Detail, c.detail)
			}
			got.Detail = ""
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if n := len(p.Script.Asked("")); n != 1 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

func TestStaleDataIsSaid(t *testing.T) {
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{friday.Add(2 * 24 * time.Hour), ""}, // Sunday evening: nothing traded since
		{friday.Add(3 * 24 * time.Hour), ""}, // Monday evening: its session is not two days old
		{friday.Add(5 * 24 * time.Hour), "the data of GLBX.MDP3 ends at 2024-06-28T21:00:00Z, before the session of 2024-07-01 closed"},
	} {
		now := func() time.Time { return c.now }
		p := start(t, func(o *standin.Options, config *databento.Config) { o.Now, config.Now = now, now })
		if got := p.Verify(t.Context(), health.HistoricalData); got.Detail != c.want || (c.want != "") != (got.Code == health.StaleData) {
			t.Errorf("%s: %+v", c.now, got)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	p := start(t, nil)
	for name, c := range map[string]struct {
		change func(*databento.Query)
		want   string
	}{
		"dataset": {func(q *databento.Query) { q.Dataset = "X" }, "dataset_not_found"},
		"early":   {func(q *databento.Query) { q.From = q.From.AddDate(-9, 0, 0) }, "data_start_before_available_start"},
		"late":    {func(q *databento.Query) { q.To = q.To.AddDate(1, 0, 0) }, "data_end_after_available_end"},
		"empty":   {func(q *databento.Query) { q.To = q.From }, "must be before"},
		"schema":  {func(q *databento.Query) { q.Schema = "mbo" }, "There is no schema 'mbo' here"},
	} {
		q := june(3, 4)
		c.change(&q)
		_, err := p.Records(t.Context(), q)
		if assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWarningsAndUnknownSymbols(t *testing.T) {
	p := start(t, nil)
	p.History.Warning = []string{"DeprecationWarning: old", "the key is " + standin.Key}
	q := june(3, 4)
	q.Symbols = "ES.v.0,NOPE"
	s, err := p.Records(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if diff := cmp.Diff([]string{"DeprecationWarning: old", "the key is •••"}, s.Warnings); diff != "" || !s.Partial {
		t.Errorf("partial %v, %s", s.Partial, diff)
	}
}

func TestProbesThatAreNone(t *testing.T) {
	p := start(t, nil)
	if got := p.Verify(t.Context(), health.BrokerAccount); got.Outcome != health.Failed || got.Code != health.RequestRefused {
		t.Errorf("got %+v", got)
	}
}

func TestConfigurationsThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		config databento.Config
		want   string
	}{
		"no key":  {databento.Config{}, databento.KeyVariable},
		"odd key": {databento.Config{Key: "db-a|b=c"}, databento.KeyVariable},
		"url":     {databento.Config{Key: standin.Key, URL: "nowhere"}, databento.URLVariable},
		"live":    {databento.Config{Key: standin.Key, Live: "nowhere"}, databento.LiveVariable},
	} {
		_, err := databento.New(c.config)
		if assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), standin.Key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := databento.New(databento.Config{Key: standin.Key})
	if err != nil || c.Address() != "https://hist.databento.com" || c.LiveAddress() != "glbx-mdp3.lsg.databento.com:13000" {
		t.Errorf("%+v, %v", c, err)
	}
}

// Real bars of Databento come through as they are.
func TestRealBarsThroughTheStandIn(t *testing.T) {
	folder, ok := historytest.Path(t, "dbn-nautilus")
	if !ok {
		t.Skipf("%s is not set", historytest.RealData)
	}
	files, err := filepath.Glob(filepath.Join(folder, "futures_ohlcv-1m_2024-07*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	a, err := archive.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Run(t.Context(), a, standin.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := databento.New(databento.Config{Key: standin.Key, URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	from := time.Date(2024, 7, 1, 23, 40, 0, 0, time.UTC)
	q := databento.Query{
		Dataset: "GLBX.MDP3", Schema: "ohlcv-1m", SType: databento.RawSymbol, Symbols: "ESU4",
		Span: databento.Span{From: from, To: from.Add(30 * time.Minute)},
	}
	stream, err := c.Records(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	all, got := bars(t, files[0]), read(t, stream)
	var want []int64
	for i, id := range all.Instrument {
		if id == got.Instrument[0] {
			want = append(want, all.Time[i], all.Open[i], all.High[i], all.Low[i], all.Close[i], int64(all.Volume[i]))
		}
	}
	var have []int64
	for i := range got.Time {
		have = append(have, got.Time[i], got.Open[i], got.High[i], got.Low[i], got.Close[i], int64(got.Volume[i]))
	}
	if diff := cmp.Diff(want, have); diff != "" || stream.Simulated || got.Len() != 30 {
		t.Errorf("%d bars, simulated %v: %s", got.Len(), stream.Simulated, diff)
	}
}
