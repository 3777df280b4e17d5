package tradovate_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"assay/health"
	"assay/internal/pipe"
	"assay/provider"
	"assay/provider/standin"
	fake "assay/provider/standin/tradovate"
	"assay/provider/tradovate"
	"assay/provider/wire"
)

var _ provider.Verifier = (*tradovate.Client)(nil)

// The moments of the tests: while ES trades, and on a Saturday.
const (
	trading = "2026-11-24T15:00:00Z"
	closed  = "2026-11-28T15:00:00Z"
)

// planted are secrets that no sentence may repeat.
var planted = []string{"planted-api-secret", fake.Password, "eyJ0", "ticket-"}

// world is a broker and a client of it in a network and a time of their own.
type world struct {
	broker *fake.Server
	client *tradovate.Client

	mu   sync.Mutex
	said []string // what was told of attempts and verifications
}

func (w *world) note(what any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, fmt.Sprintf("%+v", what))
}

// in runs a test in a world. The bubble sees to it that nothing is left over.
func in(t *testing.T, at string, change func(*tradovate.Config), test func(*testing.T, *world)) {
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
		config := tradovate.Config{
			URL: "http://broker/v1", Name: fake.Name, Password: fake.Password, CID: "8", Secret: planted[0],
			Transport: network.Transport(),
			Observe:   func(_ context.Context, a wire.Attempt) { w.note(a) },
		}
		if change != nil {
			change(&config)
		}
		if w.client, err = tradovate.New(config); err != nil {
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
		if broken := w.broker.Broken(); broken != nil {
			t.Errorf("penalties were not served: %q", broken)
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
	change  func(*tradovate.Config)
	fail    []standin.Habit
	script  []standin.Fault
	late    bool // the faults come after a login
	code    health.Code
	words   string
	path    string // whose requests are counted
	asked   int
	longest time.Duration // default 0: at once
}

// The calls whose requests are counted.
const (
	list  = "/account/list"
	login = "/auth/accesstokenrequest"
	sock  = "/websocket"
)

func TestEachFaultOfTheAccountEndsInOneCode(t *testing.T) {
	const second = time.Second
	down := standin.Fault{Path: list, Status: 500, Body: "<html>oops</html>"}
	once := down
	once.Times = 1
	for name, c := range map[string]each{
		"none":                 {path: list, asked: 1},
		"a wrong password":     {change: func(c *tradovate.Config) { c.Password = "wrong-password" }, code: health.CredentialsRefused, words: "Incorrect username or password", path: login, asked: 1},
		"a wrong API key":      {change: func(c *tradovate.Config) { c.Secret = "planted-api-secret-2" }, code: health.CredentialsRefused, words: "Incorrect username or password", path: login, asked: 1},
		"no token":             {fail: []standin.Habit{fake.NoToken}, code: health.MalformedAnswer, words: "it holds no token", path: login, asked: 1},
		"a locked user":        {fail: []standin.Habit{fake.UserLocked}, code: health.UserLocked, words: "the user is TemporaryLocked", path: login, asked: 1},
		"tokens never good":    {fail: []standin.Habit{fake.NeverTokens}, code: health.CredentialsRefused, words: "it answered 401", path: login, asked: 2},
		"a penalty at login":   {fail: []standin.Habit{fake.Penalty}, path: login, asked: 2, longest: 15 * second},
		"a penalty":            {late: true, fail: []standin.Habit{fake.Penalty}, path: list, asked: 2, longest: 15 * second},
		"penalties for ever":   {late: true, fail: []standin.Habit{fake.EndlessTicks}, code: health.PenaltyTicket, words: "it asks us to wait 15s", path: list, asked: 3, longest: 30 * second},
		"a long penalty":       {late: true, fail: []standin.Habit{fake.LongPenalty}, code: health.PenaltyTicket, words: "it asks us to wait 10m0s; it is left alone until 15:10:00 UTC", path: list, asked: 1},
		"a captcha":            {late: true, fail: []standin.Habit{fake.Captcha}, code: health.Captcha, words: "a captcha, which only a person can solve; it is left alone until 16:00:0", path: list, asked: 1},
		"a captcha at login":   {fail: []standin.Habit{fake.Captcha}, code: health.Captcha, words: "a captcha, which only a person can solve; it is left alone until 16:00:0", path: login, asked: 1},
		"too many requests":    {script: []standin.Fault{{Path: list, Status: 429}}, code: health.RateLimited, words: "it answered 429; it is left alone until 16:00:00 UTC", path: list, asked: 1},
		"a warning":            {script: []standin.Fault{{Path: list, Status: 423}}, code: health.RateLimited, words: "it answered 423: too many requests", path: list, asked: 1},
		"too many logins":      {script: []standin.Fault{{Path: login, Status: 429}}, code: health.RateLimited, words: "it answered 429; it is left alone until 16:00:00 UTC", path: login, asked: 1},
		"a server error":       {script: []standin.Fault{down}, code: health.ServerError, words: "it answered 500", path: list, asked: 3, longest: 1500 * time.Millisecond},
		"a server error, once": {script: []standin.Fault{once}, path: list, asked: 2, longest: 500 * time.Millisecond},
		"a login that fails":   {script: []standin.Fault{{Path: login, Status: 503}}, code: health.ServerError, words: "it answered 503", path: login, asked: 1},
		"cut":                  {script: []standin.Fault{{Path: list, Cut: 10}}, code: health.Unreachable, words: "broke off its answer", path: list, asked: 3, longest: 1500 * time.Millisecond},
		"silence":              {script: []standin.Fault{{Path: list, Silent: true}}, code: health.TimedOut, words: "did not answer in time", path: list, asked: 3, longest: 31500 * time.Millisecond},
		"slow":                 {script: []standin.Fault{{Path: list, Delay: 3 * second}}, path: list, asked: 1, longest: 3 * second},
		"half a JSON":          {script: []standin.Fault{{Path: list, Body: `[{"id":`}}, code: health.MalformedAnswer, words: "its JSON does not read", path: list, asked: 1},
		"a web page":           {script: []standin.Fault{{Path: list, Body: "<html>"}}, code: health.MalformedAnswer, words: "its JSON does not read", path: list, asked: 1},
		"forbidden":            {script: []standin.Fault{{Path: list, Status: 403}}, code: health.NotLicensed, words: "it answered 403", path: list, asked: 1},
		"a clock ahead":        {script: []standin.Fault{{Skew: 5 * second}}, code: health.ClockSkew, words: "at least 5s ahead of ours", path: list, asked: 1},
		"an error inside":      {fail: []standin.Habit{fake.ErrorInside}, code: health.RequestRefused, words: "it answered 200: Something is wrong inside", path: list, asked: 1},
		"no account":           {fail: []standin.Habit{fake.NoAccounts}, code: health.NoAccount, words: "none of the user's 0 accounts is active", path: list, asked: 1},
		"an inactive account":  {fail: []standin.Habit{fake.Inactive}, code: health.NoAccount, words: "none of the user's 1 accounts is active", path: list, asked: 1},
		"ours is inactive":     {change: func(c *tradovate.Config) { c.Account = fake.Account }, fail: []standin.Habit{fake.Inactive}, code: health.NoAccount, words: `the account "DEMO15460" is not active`, path: list, asked: 1},
		"ours by number":       {change: func(c *tradovate.Config) { c.Account = "1" }, path: list, asked: 1},
		"another account":      {change: func(c *tradovate.Config) { c.Account = "DEMO999" }, code: health.NoAccount, words: `the user has no account "DEMO999"`, path: list, asked: 1},
		"the address of the other": {
			change: func(c *tradovate.Config) { c.Environment, c.URL = provider.Live, tradovate.DemoURL },
			code:   health.WrongEnvironment, words: "the address is not that of the live environment", path: login,
		},
		"nobody there": {change: func(c *tradovate.Config) {
			gone := pipe.New()
			_ = gone.Close()
			c.Transport = gone.Transport()
		}, code: health.Unreachable, words: "broker cannot be reached", path: login},
	} {
		t.Run(name, func(t *testing.T) { c.run(t, trading, health.BrokerAccount) })
	}
}

func (c each) run(t *testing.T, at string, probe health.Probe) {
	t.Helper()
	in(t, at, c.change, func(t *testing.T, w *world) {
		if c.late {
			if _, _, err := w.client.Accounts(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.broker.Script.Adopt(c.fail...)
		w.broker.Script.Fail(c.script...)
		before, began := len(w.broker.Script.Asked(c.path)), time.Now()
		v := w.verify(t, probe)
		if v.Code != c.code || v.Outcome != wire.OutcomeOf(c.code) || !strings.Contains(v.Detail, c.words) {
			t.Errorf("got %+v, want %s %s: %s", v, wire.OutcomeOf(c.code), c.code, c.words)
		}
		if n := len(w.broker.Script.Asked(c.path)) - before; n != c.asked {
			t.Errorf("%s was asked %d times, want %d", c.path, n, c.asked)
		}
		if took := time.Since(began); took > c.longest || v.Latency != took || !v.At.Equal(time.Now()) {
			t.Errorf("took %s, longest %s; latency %s, at %s", took, c.longest, v.Latency, v.At)
		}
	})
}

func TestEachFaultOfMarketDataEndsInOneCode(t *testing.T) {
	const second, soon = time.Second, 500 * time.Millisecond
	for name, c := range map[string]each{
		"none":              {path: sock, asked: 1, longest: soon},
		"tokens never good": {fail: []standin.Habit{fake.NeverTokens}, code: health.CredentialsRefused, words: "authorize was answered 401: Access is denied", path: sock, asked: 2},
		"a wrong password":  {change: func(c *tradovate.Config) { c.Password = "wrong-password" }, code: health.CredentialsRefused, words: "Incorrect username or password", path: sock},
		"not entitled":      {fail: []standin.Habit{fake.NotEntitled}, code: health.NotLicensed, words: "md/subscribequote was answered 200: Symbol is inaccessible", path: sock, asked: 1},
		"too many requests": {fail: []standin.Habit{fake.TooMany}, code: health.RateLimited, words: "it is left alone until 16:00:00 UTC", path: sock, asked: 1},
		"a penalty":         {late: true, fail: []standin.Habit{fake.Penalty}, path: sock, asked: 1, longest: 16 * second},
		"a long penalty":    {late: true, fail: []standin.Habit{fake.LongPenalty}, code: health.PenaltyTicket, words: "it asks us to wait 10m0s", path: sock, asked: 1},
		"a captcha":         {late: true, fail: []standin.Habit{fake.Captcha}, code: health.Captcha, words: "a captcha, which only a person can solve; it is left alone until 16:00:0", path: sock, asked: 1},
		"no socket":         {script: []standin.Fault{{Path: sock, Status: 503}}, code: health.ServerError, words: "it answered 503", path: sock, asked: 1},
		"no greeting":       {fail: []standin.Habit{fake.NoOpen}, code: health.TimedOut, words: "its greeting does not come within 10s", path: sock, asked: 1, longest: 10 * second},
		"a malformed frame": {fail: []standin.Habit{fake.BadFrame}, code: health.MalformedAnswer, words: "a frame holds no list of messages", path: sock, asked: 1},
		"an unknown frame":  {fail: []standin.Habit{fake.OddFrame}, code: health.MalformedAnswer, words: "a frame begins with 'x'", path: sock, asked: 1},
		"no heartbeats":     {fail: []standin.Habit{fake.NoBeats}, code: health.StaleData, words: "no quote of ESZ6 comes", path: sock, asked: 1, longest: 10 * second},
		"no quotes":         {fail: []standin.Habit{fake.NoQuotes}, code: health.StaleData, words: "no quote of ESZ6 comes, though the exchange trades", path: sock, asked: 1, longest: 10 * second},
		"old quotes":        {fail: []standin.Habit{fake.OldQuotes}, code: health.StaleData, words: "the newest quote of ESZ6 is 1h0m0s old", path: sock, asked: 1, longest: soon},
		"cut":               {fail: []standin.Habit{fake.CutSocket}, code: health.Unreachable, words: "the socket broke off", path: sock, asked: 1},
		"closed in words":   {fail: []standin.Habit{fake.CloseFrame}, code: health.Unreachable, words: "it closed the line (1000 Normal closure)", path: sock, asked: 1},
		"a shutdown":        {fail: []standin.Habit{fake.Shutdown}, code: health.ServerError, words: "it shuts the line down: Maintenance Back at 17:00", path: sock, asked: 1, longest: soon},
		"too many lines":    {fail: []standin.Habit{fake.Quota}, code: health.NoRoom, words: "it shuts the line down: ConnectionQuotaReached", path: sock, asked: 1, longest: soon},
		"a clock ahead":     {script: []standin.Fault{{Skew: 5 * second}}, code: health.ClockSkew, words: "ahead of ours", path: sock, asked: 1, longest: soon},
	} {
		t.Run(name, func(t *testing.T) { c.run(t, trading, health.LiveData) })
	}
	t.Run("no quotes while closed", func(t *testing.T) {
		each{fail: []standin.Habit{fake.NoQuotes}, path: sock, asked: 1}.run(t, closed, health.LiveData)
	})
}

func TestAnotherProbeIsRefused(t *testing.T) {
	each{code: health.RequestRefused, words: "no probe PING"}.run(t, trading, health.Ping)
}
