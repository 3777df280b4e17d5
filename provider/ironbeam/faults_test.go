package ironbeam_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"assay/health"
	"assay/internal/pipe"
	"assay/provider"
	"assay/provider/ironbeam"
	"assay/provider/standin"
	fake "assay/provider/standin/ironbeam"
	"assay/provider/wire"
)

var _ provider.Verifier = (*ironbeam.Client)(nil)

// The moments of the tests: while ES trades, and on a Saturday.
const (
	trading = "2026-11-24T15:00:00Z"
	closed  = "2026-11-28T15:00:00Z"
)

// planted are secrets that no sentence may repeat.
var planted = []string{"planted-api-key", fake.Password, "eyJ0"}

// world is a broker and a client of it in a network and a time of their own.
type world struct {
	broker *fake.Server
	client *ironbeam.Client

	mu   sync.Mutex
	said []string // what was told of attempts and verifications
}

func (w *world) note(what any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, fmt.Sprintf("%+v", what))
}

// in runs a test in a world. The bubble sees to it that nothing is left over.
func in(t *testing.T, at string, change func(*ironbeam.Config), test func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(when))
		network := pipe.New()
		w := &world{broker: fake.NewServer(standin.Options{Key: planted[0], Strict: true, Seed: 7}, 0)}
		w.broker.Serve(network)
		config := ironbeam.Config{
			URL: "http://broker/v2", Username: fake.Username, APIKey: planted[0], Password: fake.Password,
			Transport: network.Transport(),
			Observe:   func(_ context.Context, a wire.Attempt) { w.note(a) },
		}
		if change != nil {
			change(&config)
		}
		if w.client, err = ironbeam.New(config); err != nil {
			t.Fatal(err)
		}
		test(t, w)
		w.client.Close()
		if err := w.broker.Close(); err != nil {
			t.Error(err)
		}
		for _, secret := range planted {
			if said := strings.Join(w.said, "\n"); strings.Contains(said, secret) {
				t.Errorf("a secret is told: %s", said)
			}
		}
	})
}

// verify makes a verification and checks that it tells no secret.
func (w *world) verify(t *testing.T, probe health.Probe) health.Verification {
	t.Helper()
	v := w.client.Verify(t.Context(), probe)
	w.note(v)
	return v
}

// each is a fault and how it ends.
type each struct {
	change  func(*ironbeam.Config)
	fail    []standin.Habit
	script  []standin.Fault
	code    health.Code
	words   string
	path    string // whose requests are counted
	asked   int
	longest time.Duration // default 0: at once
}

func TestEachFaultOfTheAccountEndsInOneCode(t *testing.T) {
	const info, auth = "/info/trader", "/auth"
	down := standin.Fault{Path: info, Status: 500, Body: "<html>oops</html>"}
	once := down
	once.Times = 1
	for name, c := range map[string]each{
		"none":                                {path: info, asked: 1},
		"an unknown user":                     {change: func(c *ironbeam.Config) { c.Username = "nobody" }, code: health.CredentialsRefused, words: "invalid credentials", path: auth, asked: 1},
		"a wrong key":                         {change: func(c *ironbeam.Config) { c.APIKey = "planted-api-key-2" }, code: health.CredentialsRefused, words: "it answered 401: invalid credentials", path: auth, asked: 1},
		"with status 200":                     {change: func(c *ironbeam.Config) { c.APIKey = "planted-api-key-2" }, fail: []standin.Habit{fake.ErrorsWith200}, code: health.CredentialsRefused, words: "it answered 200: invalid credentials", path: auth, asked: 1},
		"in the old shape":                    {change: func(c *ironbeam.Config) { c.APIKey = "planted-api-key-2" }, fail: []standin.Habit{fake.OldShape}, code: health.CredentialsRefused, words: "invalid credentials", path: auth, asked: 1},
		"no token":                            {fail: []standin.Habit{fake.NoToken}, code: health.MalformedAnswer, words: "it holds no token", path: auth, asked: 1},
		"tokens that are never good":          {fail: []standin.Habit{fake.NeverTokens}, code: health.CredentialsRefused, words: "it answered 401: Unauthorized", path: auth, asked: 2},
		"tokens that are never good, 200":     {fail: []standin.Habit{fake.NeverTokens, fake.ErrorsWith200}, code: health.CredentialsRefused, words: "it answered 200: Unauthorized", path: auth, asked: 2},
		"too many requests":                   {script: []standin.Fault{{Path: info, Status: 429}}, code: health.RateLimited, words: "it answered 429", path: info, asked: 1},
		"too many requests, for a short time": {script: []standin.Fault{{Path: info, Status: 429, Header: http.Header{"Retry-After": {"1"}}}}, code: health.RateLimited, words: "it answered 429", path: info, asked: 1},
		"too many logins":                     {script: []standin.Fault{{Path: auth, Status: 429}}, code: health.RateLimited, words: "it answered 429", path: auth, asked: 1},
		"a server error":                      {script: []standin.Fault{down}, code: health.ServerError, words: "it answered 500", path: info, asked: 3, longest: 1500 * time.Millisecond},
		"a server error, once":                {script: []standin.Fault{once}, path: info, asked: 2, longest: 500 * time.Millisecond},
		"a login that fails":                  {script: []standin.Fault{{Path: auth, Status: 503}}, code: health.ServerError, words: "it answered 503", path: auth, asked: 3, longest: 1500 * time.Millisecond},
		"cut":                                 {script: []standin.Fault{{Path: info, Cut: 10}}, code: health.Unreachable, words: "broke off its answer", path: info, asked: 3, longest: 1500 * time.Millisecond},
		"silence":                             {script: []standin.Fault{{Path: info, Silent: true}}, code: health.TimedOut, words: "did not answer in time", path: info, asked: 2, longest: 15 * time.Second},
		"slow":                                {script: []standin.Fault{{Path: info, Delay: 3 * time.Second}}, path: info, asked: 1, longest: 3 * time.Second},
		"half a JSON":                         {script: []standin.Fault{{Path: info, Body: `{"accounts":`}}, code: health.MalformedAnswer, words: "its JSON does not read", path: info, asked: 1},
		"a web page":                          {script: []standin.Fault{{Path: info, Body: "<html>"}}, code: health.MalformedAnswer, words: "its JSON does not read", path: info, asked: 1},
		"forbidden":                           {script: []standin.Fault{{Path: info, Status: 403}}, code: health.NotLicensed, words: "it answered 403", path: info, asked: 1},
		"a clock ahead":                       {script: []standin.Fault{{Skew: 5 * time.Second}}, code: health.ClockSkew, words: "at least 5s ahead of ours", path: info, asked: 1},
		"a clock behind":                      {script: []standin.Fault{{Skew: -time.Minute}}, code: health.ClockSkew, words: "behind ours", path: info, asked: 1},
		"live in place of demo":               {fail: []standin.Habit{fake.SpeaksLive}, code: health.WrongEnvironment, words: "it says that the account is live, and demo is configured", path: info, asked: 1},
		"demo in place of live":               {change: func(c *ironbeam.Config) { c.Environment = provider.Live }, code: health.WrongEnvironment, words: "it says that the account is demo, and live is configured", path: info, asked: 1},
		"the address of the other":            {change: func(c *ironbeam.Config) { c.URL = ironbeam.LiveURL }, code: health.WrongEnvironment, words: "the address is not that of the demo environment", path: auth},
		"which of both is not said":           {fail: []standin.Habit{fake.SaysNothing}, code: health.MalformedAnswer, words: "does not say whether", path: info, asked: 1},
		"no account":                          {fail: []standin.Habit{fake.NoAccounts}, code: health.NoAccount, words: "the login has no account", path: info, asked: 1},
		"another account":                     {change: func(c *ironbeam.Config) { c.Account = "999" }, code: health.NoAccount, words: `no account "999"`, path: info, asked: 1},
		"nobody there": {change: func(c *ironbeam.Config) {
			gone := pipe.New()
			_ = gone.Close()
			c.Transport = gone.Transport()
		}, code: health.Unreachable, words: "broker cannot be reached", path: auth, longest: 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) { c.run(t, trading, health.BrokerAccount) })
	}
}

func (c each) run(t *testing.T, at string, probe health.Probe) {
	t.Helper()
	in(t, at, c.change, func(t *testing.T, w *world) {
		w.broker.Script.Adopt(c.fail...)
		w.broker.Script.Fail(c.script...)
		began := time.Now()
		v := w.verify(t, probe)
		if v.Code != c.code || v.Outcome != wire.OutcomeOf(c.code) || !strings.Contains(v.Detail, c.words) {
			t.Errorf("got %+v, want %s %s: %s", v, wire.OutcomeOf(c.code), c.code, c.words)
		}
		if n := len(w.broker.Script.Asked(c.path)); n != c.asked {
			t.Errorf("%s was asked %d times, want %d", c.path, n, c.asked)
		}
		if took := time.Since(began); took > c.longest || v.Latency != took || !v.At.Equal(time.Now()) {
			t.Errorf("took %s, longest %s; latency %s, at %s", took, c.longest, v.Latency, v.At)
		}
	})
}

func TestEachFaultOfTheStreamEndsInOneCode(t *testing.T) {
	const create = "/stream/create"
	for name, c := range map[string]each{
		"none":                   {path: create, asked: 1, longest: 500 * time.Millisecond},
		"not entitled":           {fail: []standin.Habit{fake.NotEntitled}, code: health.NotLicensed, words: "Can't subscribe to XCME:ES.Z26: not entitled", path: create, asked: 1},
		"no stream":              {fail: []standin.Habit{fake.Refuses}, code: health.ServerError, words: "No stream is free", path: create, asked: 3, longest: 1500 * time.Millisecond},
		"no pings":               {fail: []standin.Habit{fake.NoPings}, code: health.TimedOut, words: "no ping came for", path: create, asked: 1, longest: 15 * time.Second},
		"neither pings nor else": {fail: []standin.Habit{fake.NoPings, fake.NoQuotes}, code: health.TimedOut, words: "no ping came for 15s", path: create, asked: 1, longest: 15 * time.Second},
		"no quotes":              {fail: []standin.Habit{fake.NoQuotes}, code: health.StaleData, words: "no quote of XCME:ES.Z26 comes, though the exchange trades", path: create, asked: 1, longest: 15 * time.Second},
		"old quotes":             {fail: []standin.Habit{fake.OldQuotes}, code: health.StaleData, words: "the newest quote of \"XCME:ES.Z26\" is 1h0m0s old", path: create, asked: 1, longest: 500 * time.Millisecond},
		"cut":                    {fail: []standin.Habit{fake.CutStream}, code: health.Unreachable, words: "the socket broke off", path: create, asked: 1},
		"malformed":              {fail: []standin.Habit{fake.BadStream}, code: health.MalformedAnswer, words: "a message is no JSON object", path: create, asked: 1},
		"a wrong key":            {change: func(c *ironbeam.Config) { c.APIKey = "planted-api-key-2" }, code: health.CredentialsRefused, words: "invalid credentials", path: create},
		"a clock ahead":          {script: []standin.Fault{{Skew: 5 * time.Second}}, code: health.ClockSkew, words: "ahead of ours", path: create, asked: 1, longest: 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) { c.run(t, trading, health.LiveData) })
	}
	t.Run("no quotes while closed", func(t *testing.T) {
		each{fail: []standin.Habit{fake.NoQuotes}, path: create, asked: 1}.run(t, closed, health.LiveData)
	})
}

func TestAnotherProbeIsRefused(t *testing.T) {
	each{code: health.RequestRefused, words: "no probe PING", path: ""}.run(t, trading, health.Ping)
}

// A stream that dies says how long no ping came, whatever else did.
func TestADeadStreamSaysHowLong(t *testing.T) {
	for name, c := range map[string]struct {
		fail []standin.Habit
		want string
	}{
		"quotes and no pings": {[]standin.Habit{fake.NoPings}, "no ping came for 15s"},
		"nothing at all":      {[]standin.Habit{fake.NoPings, fake.NoQuotes}, "no ping came for 15s"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, trading, nil, func(t *testing.T, w *world) {
				w.broker.Script.Adopt(c.fail...)
				if v := w.verify(t, health.LiveData); v.Detail != c.want {
					t.Errorf("%q, want %q", v.Detail, c.want)
				}
			})
		})
	}
}
