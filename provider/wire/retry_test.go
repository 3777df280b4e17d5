package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/health"
	"assay/market"
	"assay/provider/wire"
)

// script answers one request after the other and notes when they came.
type script struct {
	began   time.Time
	answers []http.Response
	at      []time.Duration
}

func (s *script) RoundTrip(*http.Request) (*http.Response, error) {
	s.at = append(s.at, time.Since(s.began))
	answer := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if answer.StatusCode == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	answer.Body = io.NopCloser(strings.NewReader("{}"))
	return &answer, nil
}

func answer(status int, headers ...string) http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return http.Response{StatusCode: status, Header: h}
}

func scripted(t *testing.T, change func(*wire.Config), answers ...http.Response) (*wire.Client, *script) {
	t.Helper()
	s := &script{began: time.Now(), answers: answers}
	config := wire.Config{Provider: health.Databento, Base: "http://there", Transport: s}
	if change != nil {
		change(&config)
	}
	c, err := wire.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

func TestAttempts(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	ok, down := answer(200), http.Response{}
	for name, c := range map[string]struct {
		request wire.Request
		answers []http.Response
		at      []time.Duration
		code    health.Code
	}{
		"at once":         {ask, []http.Response{ok}, []time.Duration{0}, ""},
		"after a failure": {ask, []http.Response{answer(500), ok}, []time.Duration{0, 500 * ms}, ""},
		"pauses double":   {ask, []http.Response{answer(503), down, ok}, []time.Duration{0, 500 * ms, 1500 * ms}, ""},
		"bounded":         {ask, []http.Response{answer(500)}, []time.Duration{0, 500 * ms, 1500 * ms}, health.ServerError},
		"as asked":        {ask, []http.Response{answer(429, "Retry-After", "3"), ok}, []time.Duration{0, 3 * s}, ""},
		"until a time":    {ask, []http.Response{answer(503, "Retry-After", "Sat, 01 Jan 2000 00:00:05 GMT"), ok}, []time.Duration{0, 5 * s}, ""},
		"not asked":       {ask, []http.Response{answer(429), ok}, []time.Duration{0, s}, ""},
		"nonsense asked":  {ask, []http.Response{answer(429, "Retry-After", "soon"), ok}, []time.Duration{0, s}, ""},
		"too long asked":  {ask, []http.Response{answer(429, "Retry-After", "31"), ok}, []time.Duration{0}, health.RateLimited},
		"gateway":         {ask, []http.Response{answer(504), ok}, []time.Duration{0, 2 * s}, ""},
		"useless":         {ask, []http.Response{answer(401)}, []time.Duration{0}, health.CredentialsRefused},
		"harmful":         {wire.Request{Once: true}, []http.Response{answer(500), ok}, []time.Duration{0}, health.ServerError},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cl, script := scripted(t, nil, c.answers...)
				_, err := cl.Do(t.Context(), c.request)
				var code health.Code
				if trouble, ok := errors.AsType[*wire.Error](err); ok {
					code = trouble.Code
				}
				if diff := cmp.Diff(c.at, script.at); diff != "" || code != c.code {
					t.Errorf("%v: %s", err, diff)
				}
			})
		})
	}
}

func TestNoAttemptBeyondTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl, script := scripted(t, nil, answer(429, "Retry-After", "10"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := cl.Do(ctx, ask)
		if len(script.at) != 1 || time.Since(script.began) != 0 {
			t.Errorf("%d attempts, %s: %v", len(script.at), time.Since(script.began), err)
		}
	})
}

func TestEveryAttemptIsObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const body = 2
		var got []wire.Attempt
		began := time.Now()
		cl, _ := scripted(t, func(c *wire.Config) {
			c.Observe = func(_ context.Context, a wire.Attempt) { got = append(got, a) }
		}, http.Response{}, answer(500, "Request-Id", "r1"), answer(200, "Request-Id", "r2"))
		if _, err := cl.Do(t.Context(), ask); err != nil {
			t.Error(err)
		}
		at := func(number int, after time.Duration, status int, code health.Code, id string) wire.Attempt {
			return wire.Attempt{
				Provider: health.Databento, Address: cl.Address(), Name: "metadata.ask", Number: number, At: began.Add(after),
				Status: status, Code: code, Bytes: int64(min(status, 1)) * body, ID: id,
			}
		}
		want := []wire.Attempt{
			at(1, 0, 0, health.Unreachable, ""), at(2, 500*time.Millisecond, 500, health.ServerError, "r1"),
			at(3, 1500*time.Millisecond, 200, "", "r2"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		cl, script := scripted(t, func(c *wire.Config) { c.Limiter = wire.NewLimiter(2, 20*time.Second, time.Now) }, answer(200))
		for range 5 {
			if _, err := cl.Do(t.Context(), ask); err != nil {
				t.Error(err)
			}
		}
		const s = time.Second
		if diff := cmp.Diff([]time.Duration{0, 0, 20 * s, 20 * s, 40 * s}, script.at); diff != "" {
			t.Error(diff)
		}
		if _, err := cl.Do(t.Context(), ask); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*s)
		defer cancel()
		_, err := cl.Do(ctx, ask)
		trouble, ok := errors.AsType[*wire.Error](err)
		if !ok || trouble.Code != health.HeldBack || trouble.Wait != 20*s ||
			trouble.Detail != "its limit of 2 calls in 20s is used up until 00:01:00 UTC" || time.Since(began) != 40*s {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestClocksThatDiffer(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"Sat, 01 Jan 2000 00:00:00 GMT": 0,
		"Sat, 01 Jan 2000 00:00:07 GMT": 7 * time.Second,
		"Fri, 31 Dec 1999 23:59:50 GMT": -9 * time.Second, // the header cuts a second off
		"":                              0,
		"yesterday":                     0,
	} {
		synctest.Test(t, func(t *testing.T) {
			cl, _ := scripted(t, nil, answer(200, "Date", header))
			got, err := cl.Do(t.Context(), ask)
			if err != nil || got.Skew != want {
				t.Errorf("%q: skew %s, %v; want %s", header, got.Skew, err, want)
			}
		})
	}
}

func TestTrips(t *testing.T) {
	cl, _ := scripted(t, nil, answer(200))
	for name, c := range map[string]struct {
		ask  func(context.Context) (time.Duration, error)
		want health.Verification
	}{
		"well": {
			func(context.Context) (time.Duration, error) { time.Sleep(time.Second); return 2 * time.Second, nil },
			health.Verification{Outcome: health.Passed, Latency: time.Second},
		},
		"skewed": {
			func(context.Context) (time.Duration, error) { return -2100 * time.Millisecond, nil },
			health.Verification{Outcome: health.Degraded, Code: health.ClockSkew, Detail: "the provider's clock is at least 2.1s behind ours"},
		},
		"stale": {
			func(context.Context) (time.Duration, error) {
				return time.Hour, &wire.Finding{Code: health.StaleData, Detail: "old"}
			},
			health.Verification{Outcome: health.Degraded, Code: health.StaleData, Detail: "old"},
		},
		"refused": {
			func(context.Context) (time.Duration, error) {
				return 0, cl.Trouble(ask, health.CredentialsRefused, 401, "no such key")
			},
			health.Verification{Outcome: health.Failed, Code: health.CredentialsRefused, Detail: "no such key"},
		},
		"never": {
			func(ctx context.Context) (time.Duration, error) { <-ctx.Done(); return 0, ctx.Err() },
			health.Verification{Outcome: health.Failed, Code: health.TimedOut, Detail: "no answer within 15s", Latency: 15 * time.Second},
		},
		"unknown": {
			func(context.Context) (time.Duration, error) { return 0, errors.New("the key is " + secret) },
			health.Verification{Outcome: health.Failed, Code: health.MalformedAnswer, Detail: "the round trip failed in a way that is not known"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := wire.Trip{Provider: health.Polygon, Probe: health.Ping, Now: time.Now}.Make(t.Context(), c.ask)
				c.want.Provider, c.want.Probe, c.want.At = health.Polygon, health.Ping, time.Now()
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// A stream is observed when it is closed: how much came, and whether that was
// all.
func TestStreamsAreObservedAtTheirEnd(t *testing.T) {
	price := market.Money(12_345)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		read    bool
		code    health.Code
		bytes   int64
	}{
		"whole":    {say(200, "all of it"), true, "", 9},
		"cut":      {cut, true, health.Unreachable, 5},
		"given up": {say(200, "all of it"), false, wire.GivenUp, 0},
		"refused":  {say(403, "no"), false, health.NotLicensed, 2},
	} {
		var got []wire.Attempt
		cl := client(t, c.handler, func(c *wire.Config) {
			c.Observe = func(_ context.Context, a wire.Attempt) { got = append(got, a) }
		})
		r := ask
		r.Cost = &price
		s, err := cl.Stream(t.Context(), r)
		if err == nil {
			if len(got) != 0 {
				t.Errorf("%s: observed before its end: %+v", name, got)
			}
			if c.read {
				_, _ = io.Copy(io.Discard, s)
			}
			_, _ = s.Close(), s.Close()
		}
		if len(got) != 1 || got[0].Code != c.code || got[0].Bytes != c.bytes || got[0].Cost != &price {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
