package ironbeam_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/health"
	"assay/market"
	"assay/provider/ironbeam"
	"assay/provider/standin"
	fake "assay/provider/standin/ironbeam"
	"assay/provider/wire"
)

func TestTheLoginIsHeldAndRenewedWhenRefused(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		check := func(when string, logins int) {
			t.Helper()
			if v := w.verify(t, health.BrokerAccount); v.Outcome != health.Passed {
				t.Errorf("%s: %+v", when, v)
			}
			if n := len(w.broker.Script.Asked("/auth")); n != logins {
				t.Errorf("%s: %d logins, want %d", when, n, logins)
			}
		}
		check("first", 1)
		check("again", 1)
		w.broker.Forget()
		check("after the token was forgotten", 2)
		time.Sleep(2 * time.Hour)
		check("after the token expired", 3)
		w.broker.Script.Adopt(fake.ErrorsWith200)
		w.broker.Forget()
		check("when the refusal has status 200", 4)
	})
}

func TestOneLoginServesAll(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := w.client.Trader(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(w.broker.Script.Asked("/auth")); n != 1 {
			t.Errorf("%d logins", n)
		}
	})
}

func TestAfterALimitTheAccountKeepsStill(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		w.broker.Script.Fail(standin.Fault{Path: "/info/trader", Times: 1, Status: 429})
		for _, c := range []struct {
			after time.Duration
			code  health.Code
			asked int
		}{
			{0, health.RateLimited, 1},
			{10 * time.Second, health.HeldBack, 1},
			{20 * time.Second, "", 2},
		} {
			time.Sleep(c.after)
			v := w.verify(t, health.BrokerAccount)
			if n := len(w.broker.Script.Asked("/info/trader")); v.Code != c.code || n != c.asked {
				t.Errorf("%s later: %+v, %d asked", c.after, v, n)
			}
		}
	})
}

// TestTheBrokersOwnLimit sends past the client, whose pace never meets it.
func TestTheBrokersOwnLimit(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		for range 10 {
			w.broker.Pace()
		}
		if v := w.verify(t, health.BrokerAccount); v.Code != health.RateLimited || !strings.Contains(v.Detail, "Excessive calls") {
			t.Errorf("got %+v", v)
		}
		time.Sleep(30 * time.Second)
		if v := w.verify(t, health.BrokerAccount); v.Code != "" {
			t.Errorf("after the cool-down: %+v", v)
		}
	})
}

func TestTheAccountIsRead(t *testing.T) {
	for _, faults := range [][]standin.Habit{nil, {fake.NumberedWords}} {
		in(t, trading, nil, func(t *testing.T, w *world) {
			w.broker.Script.Adopt(faults...)
			accounts, err := w.client.Accounts(t.Context())
			if diff := cmp.Diff([]wire.Text{fake.Username}, accounts); diff != "" || err != nil {
				t.Error(diff, err)
			}
			positions, err := w.client.Positions(t.Context(), fake.Username)
			if diff := cmp.Diff([]ironbeam.Position{{
				ID: "1", Account: fake.Username, Currency: "USD", Symbol: "XCME:MES.Z26", Side: ironbeam.Long, Quantity: 1,
				Price: 6802.5 * market.Nano, Opened: "20261127", UnrealizedPL: -12.5 * market.Nano,
			}}, positions); diff != "" || err != nil {
				t.Error(diff, err)
			}
			balances, err := w.client.Balances(t.Context(), fake.Username)
			if diff := cmp.Diff([]ironbeam.Balance{{
				Account: fake.Username, Currency: "USD", Type: ironbeam.CurrentOpen, Cash: 50000 * market.Nano,
				OpenTradeEquity: -12.5 * market.Nano, TotalEquity: 49987.5 * market.Nano, NetLiquidity: 49987.5 * market.Nano,
			}}, balances); diff != "" || err != nil {
				t.Error(diff, err)
			}
			if _, err := w.client.Positions(t.Context(), "999"); assay.KindOf(err) != assay.Conflict {
				t.Errorf("another's positions: %v", err)
			}
		})
	}
}

func TestQuotesComeAtTheSecondQuestion(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		for _, want := range []int{0, 1} {
			quotes, err := w.client.Quotes(t.Context(), "XCME:ES.Z26")
			if err != nil || len(quotes) != want {
				t.Errorf("%+v, %v; want %d", quotes, err, want)
			}
			if want == 1 && (quotes[0].Bid <= 0 || quotes[0].Ask <= quotes[0].Bid || !quotes[0].At().Equal(time.Now())) {
				t.Errorf("%+v", quotes[0])
			}
		}
		if _, err := w.client.Quotes(t.Context()); assay.KindOf(err) != assay.Invalid {
			t.Error(err)
		}
		if _, err := w.client.Quotes(t.Context(), make([]string, 11)...); assay.KindOf(err) != assay.Invalid {
			t.Error(err)
		}
	})
}

func TestAStreamEndsAndAnotherIsOpened(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		for range 2 {
			stream, err := w.client.Stream(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := stream.Subscribe(t.Context(), "XCME:ES.Z26", "XCME:NQ.Z26"); err != nil {
				t.Fatal(err)
			}
			pings, bid := 0, wire.Decimal(0)
			for until := time.Now().Add(62 * time.Second); time.Now().Before(until); {
				event, err := stream.Next(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if event.Pinged {
					pings++
				}
				for _, q := range event.Quotes {
					if bid = q.Bid; bid == 0 { // updates are merged into the first
						t.Errorf("no bid: %+v", q)
					}
				}
			}
			if pings != 13 || bid == 0 {
				t.Errorf("%d pings in 62 s, bid %s", pings, bid)
			}
			w.broker.CutStreams()
			ended := false
			for range 3 { // a message may be on its way
				if _, err := stream.Next(t.Context()); err != nil {
					ended = true
					break
				}
			}
			if !ended {
				t.Error("the stream goes on")
			}
			stream.Close()
		}
		streams := map[string]int{}
		for _, a := range w.broker.Script.Asked("") {
			if len(a.Query["token"]) > 0 {
				streams[a.Path]++
			}
		}
		if len(streams) != 2 {
			t.Errorf("the streams opened: %v", streams)
		}
	})
}

func TestSettingsThatCannotBe(t *testing.T) {
	for want, c := range map[string]ironbeam.Config{
		"IRONBEAM_USERNAME":    {APIKey: "planted"},
		"IRONBEAM_API_KEY":     {Username: "planted"},
		"IRONBEAM_ENVIRONMENT": {Username: "u", APIKey: "planted", Environment: "paper"},
		"IRONBEAM_URL":         {Username: "u", APIKey: "planted", URL: "demo.ironbeamapi.com"},
	} {
		_, err := ironbeam.New(c)
		if assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
