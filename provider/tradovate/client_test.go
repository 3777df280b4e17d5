package tradovate_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/health"
	"assay/internal/pipe"
	"assay/provider/standin"
	fake "assay/provider/standin/tradovate"
	"assay/provider/tradovate"
)

// calls lists how often each call came.
func (w *world) calls() map[string]int {
	n := map[string]int{}
	for _, a := range w.broker.Script.Asked("") {
		n[strings.TrimPrefix(a.Path, "/v1")]++
	}
	return n
}

const renewal = "/auth/renewaccesstoken"

func TestATokenIsRenewedAtHalfItsLife(t *testing.T) {
	for name, c := range map[string]struct {
		fail   []standin.Habit
		script []standin.Fault
		want   map[string]int
	}{
		"well":                  {nil, nil, map[string]int{login: 1, renewal: 1, list: 2}},
		"refused":               {[]standin.Habit{fake.NoRenewal}, nil, map[string]int{login: 2, renewal: 1, list: 2}},
		"no answer, still good": {nil, []standin.Fault{{Path: renewal, Status: 500}}, map[string]int{login: 1, renewal: 3, list: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, trading, nil, func(t *testing.T, w *world) {
				w.broker.Script.Adopt(c.fail...)
				w.broker.Script.Fail(c.script...)
				for _, after := range []time.Duration{0, 41 * time.Minute} {
					time.Sleep(after)
					if v := w.verify(t, health.BrokerAccount); v.Outcome != health.Passed {
						t.Errorf("after %s: %+v", after, v)
					}
				}
				if diff := cmp.Diff(c.want, w.calls()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestATokenThatIsRenewedInTimeLastsForEver(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		for range 96 { // a day of verifications
			if v := w.verify(t, health.BrokerAccount); v.Outcome != health.Passed {
				t.Errorf("%+v", v)
			}
			time.Sleep(15 * time.Minute)
		}
		if n := w.calls(); n[login] != 1 || n[renewal] < 30 {
			t.Errorf("%v", n)
		}
	})
}

func TestAnExpiredTokenIsReplaced(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		for _, before := range []func(){
			func() {},
			func() { time.Sleep(3 * time.Hour) }, // asleep past its end
			func() { time.Sleep(2 * time.Minute); w.broker.Forget() },
		} {
			before()
			if v := w.verify(t, health.BrokerAccount); v.Outcome != health.Passed {
				t.Errorf("%+v", v)
			}
		}
		if diff := cmp.Diff(map[string]int{login: 3, list: 4}, w.calls()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAccountsAreListedOnceAMinuteAndEachTripIsReal(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		for _, c := range []struct {
			after         time.Duration
			down          bool
			code          health.Code
			lists, socket int
		}{
			{0, false, "", 1, 0},
			{20 * time.Second, false, "", 1, 1},
			{20 * time.Second, true, health.ServerError, 1, 2},
			{20 * time.Second, false, "", 2, 2},
		} {
			time.Sleep(c.after)
			w.broker.Script.Mend()
			if c.down {
				w.broker.Script.Fail(standin.Fault{Status: 503})
			}
			v := w.verify(t, health.BrokerAccount)
			if n := w.calls(); v.Code != c.code || !v.At.Equal(time.Now()) || n[list] != c.lists || n[sock] != c.socket {
				t.Errorf("%s later: %+v; %v", c.after, v, n)
			}
		}
		w.broker.Forget()
		if v := w.verify(t, health.BrokerAccount); v.Outcome != health.Passed || w.calls()[login] != 2 {
			t.Errorf("with a token that is forgotten: %+v; %v", v, w.calls())
		}
	})
}

// step is a verification some time after the one before.
type step struct {
	after time.Duration
	code  health.Code
	asked int // how often the call came in all
}

func (s step) check(t *testing.T, w *world, call string) {
	t.Helper()
	time.Sleep(s.after)
	v := w.verify(t, health.BrokerAccount)
	if n := w.calls()[call]; v.Code != s.code || n != s.asked {
		t.Errorf("%s later: %+v, %s came %d times; want %q, %d", s.after, v, call, n, s.code, s.asked)
	}
}

func TestPenaltiesAreServed(t *testing.T) {
	for name, c := range map[string]struct {
		fault standin.Habit
		call  string
		steps []step
	}{
		"a long one": {fake.LongPenalty, login, []step{
			{0, health.PenaltyTicket, 1},
			{5 * time.Minute, health.HeldBack, 1},
			{5 * time.Minute, "", 2}, // with the ticket, or Broken says so
		}},
		"a captcha": {fake.Captcha, login, []step{
			{0, health.Captcha, 1},
			{59 * time.Minute, health.HeldBack, 1},
			{time.Minute, "", 2},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, trading, nil, func(t *testing.T, w *world) {
				w.broker.Script.Adopt(c.fault)
				for _, s := range c.steps {
					s.check(t, w, c.call)
				}
			})
		})
	}
}

func TestALongPenaltyHoldsNobodyUp(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		w.broker.Script.Adopt(fake.LongPenalty)
		began := time.Now()
		_, _, err := w.client.Accounts(t.Context()) // which has no deadline
		if err == nil || !strings.Contains(err.Error(), "it asks us to wait 10m0s; it is left alone until 15:10:00 UTC; wait and try again") || time.Since(began) != 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestAfterALimitTheUserKeepsStillForAnHour(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		w.broker.Script.Fail(standin.Fault{Path: list, Times: 1, Status: 429})
		for _, s := range []step{
			{0, health.RateLimited, 1},
			{59 * time.Minute, health.HeldBack, 1},
			{time.Minute, "", 2},
		} {
			s.check(t, w, list)
		}
	})
}

func TestALineLivesWhileNobodyReads(t *testing.T) {
	in(t, trading, nil, func(t *testing.T, w *world) {
		line, err := w.client.MarketData(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer line.Close()
		time.Sleep(time.Minute)
		if err := line.Subscribe(t.Context(), "ESZ6"); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			quotes, err := line.Next(t.Context())
			if err != nil || len(quotes) != 1 || quotes[0].Contract != 1 || quotes[0].Entries.Bid.Price <= 0 ||
				quotes[0].Entries.Offer.Price <= quotes[0].Entries.Bid.Price || time.Since(quotes[0].At) > time.Second {
				t.Errorf("%+v, %v", quotes, err)
			}
		}
		if n := w.broker.Dropped(); n != 0 {
			t.Errorf("%d lines were dropped", n)
		}
		time.Sleep(20 * time.Minute) // 2,400 messages that nobody reads
		for err = nil; err == nil; {
			_, err = line.Next(t.Context())
		}
		if !strings.Contains(err.Error(), "more than 1000 frames came at once") {
			t.Error(err)
		}
	})
}

// TestTheStandInKeepsTheRules speaks to it without the client, which breaks
// none.
func TestTheStandInKeepsTheRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := pipe.New()
		broker := fake.NewServer(standin.Options{}, 0)
		broker.Serve(network)
		web := &http.Client{Transport: network.Transport()}
		conn, _, err := websocket.Dial(t.Context(), "http://broker/v1/websocket", &websocket.DialOptions{HTTPClient: web}) //nolint:bodyclose // the library does
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := conn.Write(t.Context(), websocket.MessageText, []byte("md/subscribequote\n2\n\n{}")); err != nil {
			t.Error(err)
		}
		var said []string
		for {
			_, text, err := conn.Read(t.Context())
			if err != nil {
				break
			}
			said = append(said, string(text))
		}
		want := []string{"o", `a[{"d":"Access is denied","i":2,"s":401}]`, "h", "h", "h", "h"}
		if diff := cmp.Diff(want, said); diff != "" || broker.Dropped() != 1 || time.Since(began) > 13*time.Second {
			t.Errorf("after %s, %d dropped: %s", time.Since(began), broker.Dropped(), diff)
		}
		conn.CloseNow()
		web.CloseIdleConnections()
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestSettingsThatCannotBe(t *testing.T) {
	whole := tradovate.Config{Name: "n", Password: "planted", CID: "8", Secret: "planted"}
	for want, change := range map[string]func(*tradovate.Config){
		"TRADOVATE_NAME":        func(c *tradovate.Config) { c.Name = "" },
		"TRADOVATE_PASSWORD":    func(c *tradovate.Config) { c.Password = "" },
		"TRADOVATE_SECRET":      func(c *tradovate.Config) { c.Secret = "" },
		"TRADOVATE_CID":         func(c *tradovate.Config) { c.CID = "eight" },
		"TRADOVATE_ENVIRONMENT": func(c *tradovate.Config) { c.Environment = "paper" },
		"TRADOVATE_URL":         func(c *tradovate.Config) { c.URL = "demo.tradovateapi.com" },
		"TRADOVATE_MD_URL":      func(c *tradovate.Config) { c.MarketDataURL = "wss://md.tradovateapi.com" },
	} {
		c := whole
		change(&c)
		_, err := tradovate.New(c)
		if assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
