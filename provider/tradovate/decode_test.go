package tradovate

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/health"
	"assay/provider/wire"
)

func TestExplain(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		code   health.Code
		words  string
		no     bool
	}{
		"a list":          {200, `[{"id":1}]`, "", "", false},
		"a token":         {200, `{"accessToken":"x"}`, "", "it is not ok", false},
		"ok":              {200, `{"ok":true,"failureReason":"Success"}`, "", "it is not ok", false},
		"an error inside": {200, `{"errorText":"Incorrect username or password. Please try again."}`, health.CredentialsRefused, "Incorrect username or password. Please try again.", true},
		"not ok":          {200, `{"ok":false}`, health.RequestRefused, "it is not ok", true},
		"a reason":        {200, `{"failureReason":"AccountClosed","failureText":"It is closed"}`, health.RequestRefused, "AccountClosed It is closed", true},
		"violations":      {200, `{"violations":[{"constraint":"NotNull","value":1,"description":"name"}]}`, health.RequestRefused, "it is against a rule: NotNull name", true},
		"a penalty":       {200, `{"p-ticket":"x","p-time":15,"p-captcha":false}`, health.PenaltyTicket, "it asks us to wait 15s", true},
		"a captcha":       {200, `{"p-ticket":"x","p-time":15,"p-captcha":true}`, health.Captcha, "it asks for a captcha, which only a person can solve", true},
		"a warning":       {423, ``, health.RateLimited, "too many requests; the next answer is a stop for an hour", true},
		"a stop":          {429, ``, "", "", false},
		"with a status":   {404, `{"errorText":"Not found"}`, "", "Not found", true},
		"odd types":       {200, `{"errorText":7,"failureReason":"Unauthorized"}`, health.CredentialsRefused, "Unauthorized", true},
	} {
		t.Run(name, func(t *testing.T) {
			code, words, no := explain(wire.Answer{Status: c.status, Body: []byte(c.body)})
			if code != c.code || no != c.no || no && words != c.words {
				t.Errorf("got %q, %q, %t; want %q, %q, %t", code, words, no, c.code, c.words, c.no)
			}
		})
	}
}

func TestPenaltiesAreBounded(t *testing.T) {
	for seconds, want := range map[string]time.Duration{
		"15": 15 * time.Second, "0.2": time.Second, "-5": time.Second, "1e300": 24 * time.Hour,
	} {
		p := penaltyOf([]byte(`{"p-ticket":"x","p-time":` + seconds + `}`))
		if got := p.wait(); got != want {
			t.Errorf("%s: %s, want %s", seconds, got, want)
		}
	}
}

func TestFrames(t *testing.T) {
	one := int64(1)
	for text, want := range map[string]frame{
		"o":                         {kind: 'o'},
		"h":                         {kind: 'h'},
		`a[]`:                       {kind: 'a', messages: []message{}},
		`a[{"s":200,"i":1}]`:        {kind: 'a', messages: []message{{Request: &one, Status: 200}}},
		`a[{"e":"md","d":{"x":1}}]`: {kind: 'a', messages: []message{{Event: "md", Data: json.RawMessage(`{"x":1}`)}}},
		`c[1000,"bye"]`:             {kind: 'c', code: 1000, reason: "bye"},
	} {
		got, err := parseFrame([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(frame{})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	for _, text := range []string{"", "x", "oh", "h1", "a", "a{}", `a[{"s":"x"}]`, "c", `c["x"]`, `c{}`} {
		if f, err := parseFrame([]byte(text)); err == nil {
			t.Errorf("%q was read as %+v", text, f)
		}
	}
}

func FuzzFrame(f *testing.F) {
	for _, text := range []string{
		"o", "h", `a[{"s":200,"i":1,"d":{"p-ticket":"x","p-time":15}}]`, `c[1000,"bye"]`,
		`a[{"e":"md","d":{"quotes":[{"timestamp":"2026-11-24T15:00:00.000Z","contractId":1,"entries":{"Bid":{"price":6800.25,"size":10}}}]}}]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseFrame(text)
		if err != nil {
			return
		}
		if got.kind != text[0] || got.kind != frameArray && got.messages != nil {
			t.Errorf("%q: %+v", text, got)
		}
		for _, m := range got.messages {
			_, _ = quotes(m.Data) // must not panic
			_, _, _ = explain(wire.Answer{Status: m.Status, Body: m.Data})
		}
	})
}

func FuzzExplain(f *testing.F) {
	f.Add(200, []byte(`{"p-ticket":"x","p-time":15,"p-captcha":false}`))
	f.Add(200, []byte(`{"errorText":"x","violations":[{"constraint":"c"}]}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		code, _, no := explain(wire.Answer{Status: status, Body: body})
		if code != "" && !no {
			t.Errorf("code %s without a no", code)
		}
		if w := penaltyOf(body).wait(); w < time.Second || w > maxPenalty {
			t.Errorf("a wait of %s", w)
		}
	})
}
