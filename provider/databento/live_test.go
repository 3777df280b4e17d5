package databento_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/health"
	"assay/history/dbn"
	"assay/internal/leak"
	"assay/provider/databento"
	"assay/provider/standin"
	server "assay/provider/standin/databento"
	"assay/provider/wire"
)

func TestLiveFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault   standin.Habit
		key     string
		skew    time.Duration
		code    health.Code
		details string
	}{
		"well":            {"", "", 0, "", ""},
		"old gateway":     {server.OldGateway, "", 0, "", ""},
		"unknown records": {server.UnknownRecords, "", 0, "", ""},
		"wrong key":       {"", "db-0123456789abcdefghijklmnopqrst", 0, health.CredentialsRefused, "it does not let us in: Authentication failed"},
		"no room":         {server.NoRoom, "", 0, health.NoRoom, "User has reached their open connection limit"},
		"no licence":      {server.NoLicence, "", 0, health.NotLicensed, "A live data license is required"},
		"silent at once":  {server.SilentAtOnce, "", 0, health.TimedOut, "is silent"},
		"silent at start": {server.SilentAtStart, "", 0, health.TimedOut, "is silent"},
		"error record":    {server.ErrorRecord, "", 0, health.RequestRefused, "it says: invalid subscription"},
		"cut record":      {server.CutRecord, "", 0, health.Unreachable, "closed the connection"},
		"something else":  {server.NoLine, "", 0, health.MalformedAnswer, `it does not say "cram"`},
		"endless line":    {server.EndlessLine, "", 0, health.MalformedAnswer, "a line is longer than 4096 bytes"},
		"clock skew":      {"", "", time.Minute, health.ClockSkew, "the provider's clock is at least 1m0s ahead of ours"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, func(o *standin.Options, config *databento.Config) {
				o.Now = func() time.Time { return friday.Add(c.skew) }
				if config.Key = c.key; c.code == health.TimedOut {
					config.Timeout = 200 * time.Millisecond
				}
			})
			p.Script.Adopt(c.fault)
			got := p.Verify(t.Context(), health.LiveData)
			want := health.Verification{
				Provider: health.Databento, Probe: health.LiveData, Code: c.code, Outcome: wire.OutcomeOf(c.code), At: friday,
			}
			if !strings.Contains(got.Detail, c.details) || (c.details == "") != (got.Detail == "") {
				t.Errorf("detail %q, want %q", got.Detail, c.details)
			}
			if strings.Contains(got.Detail, standin.Key) {
				t.Errorf("the key is told: %s", got.Detail)
			}
			got.Detail = ""
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			closes(t, p.Live)
		})
	}
}

// closes waits until the gateway has no session any more.
func closes(t *testing.T, g *server.Gateway) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); g.Open() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d sessions stay open", g.Open())
		}
	}
}

func TestWhatTheProbeSays(t *testing.T) {
	p := start(t, nil)
	if got := p.Verify(t.Context(), health.LiveData); got.Outcome != health.Passed {
		t.Fatalf("%+v", got)
	}
	want := []string{
		"dataset=GLBX.MDP3|encoding=dbn|ts_out=0|compression=none|client=assay|heartbeat_interval_s=5",
		"schema=ohlcv-1m|stype_in=continuous|symbols=ES.v.0|snapshot=0|id=1|is_last=1",
		"start_session",
	}
	if diff := cmp.Diff(want, p.Live.Lines()); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyListensLive(t *testing.T) {
	leak.Check(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := databento.New(databento.Config{Key: standin.Key, Live: address})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Verify(t.Context(), health.LiveData)
	if got.Code != health.Unreachable || got.Detail != address+" cannot be reached" {
		t.Errorf("%+v", got)
	}
}

func TestSessions(t *testing.T) {
	p := start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := p.Dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprintf("X%d", i)
	}
	many[500] = "ES.v.0"
	err = s.Subscribe(ctx, databento.Subscription{ID: 9, Schema: "ohlcv-1m", SType: databento.Continuous, Symbols: many, Since: friday})
	if err == nil {
		err = s.Start(ctx)
	}
	if err != nil || s.ID != "5" {
		t.Fatal(s.ID, err)
	}
	var types []dbn.Type
	for range 2 {
		r, err := s.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		types = append(types, r.Type)
		if r.Type == dbn.SymbolMapping {
			if name, ok := s.Symbol(r.Instrument, r.Time); !ok || name != "ESU4" {
				t.Errorf("the instrument is %q", name)
			}
		}
	}
	if diff := cmp.Diff([]dbn.Type{dbn.System, dbn.SymbolMapping}, types); diff != "" {
		t.Error(diff)
	}
	lines := p.Live.Lines()
	if len(lines) != 4 || !strings.HasSuffix(lines[1], "|start=1719615600000000000|snapshot=0|id=9|is_last=0") ||
		!strings.HasSuffix(lines[2], "symbols=ES.v.0|start=1719615600000000000|snapshot=0|id=9|is_last=1") {
		t.Errorf("lines %.300q", lines)
	}
	cancel()
	if _, err := s.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller gave up: %v", err)
	}
	closes(t, p.Live)
}

func TestSettingsThatCannotBe(t *testing.T) {
	const key = "db-0123456789abcdefghijklmnopqrst"
	const keyFix = "; set DATABENTO_API_KEY to the key of 32 characters that begins with db-"
	for want, config := range map[string]databento.Config{
		"the key of Databento is not set" + keyFix:    {},
		"the key of Databento cannot be one" + keyFix: {Key: "a b c d e f"},
		"the address of Databento's live gateway is not a host and a port; set DATABENTO_LIVE_ADDR to an address like host:13000": {Key: key, Live: "host"},
	} {
		if _, err := databento.New(config); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
