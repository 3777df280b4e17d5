package ironbeam

import (
	"encoding/json"
	"strings"
	"testing"

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
		"fine":                     {200, `{"status":"OK","message":"OK","token":"x"}`, "", "OK", false},
		"fine, by number":          {200, `{"status":0}`, "", "", false},
		"a warning":                {200, `{"status":2,"message":"careful"}`, "", "careful", false},
		"no status":                {200, `{"accounts":[],"isLive":false}`, "", "", false},
		"a list":                   {200, `[1]`, "", "", false},
		"no JSON":                  {502, `<html>`, "", "", false},
		"specification":            {400, `{"status":"ERROR","message":"Error","error":"Invalid text length"}`, health.RequestRefused, "Invalid text length", true},
		"specification, 200":       {200, `{"status":"ERROR","message":"invalid credentials"}`, health.CredentialsRefused, "invalid credentials", true},
		"live":                     {401, `{"error1":"Unauthorized","status":"ERROR","message":"Error"}`, "", "Unauthorized", true},
		"live, 200":                {200, `{"error1":"Unauthorized","status":"ERROR"}`, health.CredentialsRefused, "Unauthorized", true},
		"wrapped":                  {429, `{"result":{"additionalProperties":{},"error1":"Excessive calls in the last second - maximum allowed is 10","status":1,"message":"Error"},"statusCode":429,"headers":{}}`, "", "Excessive calls in the last second - maximum allowed is 10", true},
		"wrapped, 200":             {200, `{"result":{"error1":"Excessive calls","status":1},"statusCode":429}`, health.RateLimited, "Excessive calls", true},
		"only a code":              {200, `{"result":{},"statusCode":503}`, health.ServerError, "", true},
		"an empty result":          {200, `{"result":null,"status":"FATAL","message":"down"}`, health.RequestRefused, "down", true},
		"a status nobody knows":    {200, `{"status":9}`, health.RequestRefused, "", true},
		"a status of another kind": {200, `{"status":{"x":1},"message":["y"]}`, health.RequestRefused, "", true},
		"not entitled":             {400, `{"status":"ERROR","message":"Can't subscribe to XCME:ES.Z26"}`, health.NotLicensed, "Can't subscribe to XCME:ES.Z26", true},
		"upper case":               {200, `{"Status":"Error","Message":"bad TOKEN"}`, health.CredentialsRefused, "bad TOKEN", true},
	} {
		t.Run(name, func(t *testing.T) {
			code, words, no := explain(wire.Answer{Status: c.status, Body: []byte(c.body)})
			if code != c.code || words != c.words || no != c.no {
				t.Errorf("got %q, %q, %t; want %q, %q, %t", code, words, no, c.code, c.words, c.no)
			}
		})
	}
}

func TestQuotesAreMerged(t *testing.T) {
	known := map[string]Quote{}
	var got []Event
	for _, text := range []string{
		`{"p":{"ping":"ping"},"q":[{"s":"XCME:ES.Z26","l":6800.25,"sz":2,"ags":1,"b":6800.25,"bs":10,"a":"6800.50","tt":1764230400123,"tv":5}]}`,
		`{"q":[{"s":"XCME:ES.Z26","b":6800,"ags":"SELL","tv":7},{"s":"XCME:NQ.Z26","l":25000}],"unknown":[1]}`,
		`{"r":{}}`,
	} {
		e, err := decode(known, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	const nano = 1_000_000_000
	first := Quote{
		Symbol: "XCME:ES.Z26", Last: 6800.25 * nano, LastSize: 2, Aggressor: Buyer, Bid: 6800.25 * nano, BidSize: 10,
		Ask: 6800.5 * nano, TradedAt: 1764230400123, Volume: 5,
	}
	second := first
	second.Bid, second.Aggressor, second.Volume = 6800*nano, Seller, 7
	want := []Event{
		{Pinged: true, Quotes: []Quote{first}},
		{Quotes: []Quote{second, {Symbol: "XCME:NQ.Z26", Last: 25000 * nano}}},
		{Changed: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEnumerations(t *testing.T) {
	for text, want := range map[string]any{
		`["CURRENT_OPEN",1,"0"]`: &[]BalanceType{CurrentOpen, StartOfDay, CurrentOpen},
		`["LONG","short",null]`:  &[]PositionSide{Long, Short, ""},
		`[0,"BUY",2]`:            &[]Aggressor{NoAggressor, Buyer, Seller},
	} {
		got := map[string]any{}
		switch want.(type) {
		case *[]BalanceType:
			got["x"] = new([]BalanceType)
		case *[]PositionSide:
			got["x"] = new([]PositionSide)
		default:
			got["x"] = new([]Aggressor)
		}
		if err := json.Unmarshal([]byte(text), got["x"]); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got["x"]); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	for _, text := range []string{`"SIDEWAYS"`, `"0"`, `0`, `1`, `true`, `[]`} {
		side := PositionSide("before")
		if err := json.Unmarshal([]byte(text), &side); err == nil || side != "before" {
			t.Errorf("%s was read as side %q", text, side)
		}
	}
}

func TestAStreamRemembersSoMuch(t *testing.T) {
	known := map[string]Quote{}
	for i := range maxKnown {
		known[strings.Repeat("x", i+1)] = Quote{}
	}
	if _, err := decode(known, []byte(`{"q":[{"s":"one more"}]}`)); err == nil || len(known) != maxKnown {
		t.Errorf("%d symbols, %v", len(known), err)
	}
}

func FuzzExplain(f *testing.F) {
	f.Add(200, []byte(`{"result":{"error1":"x","status":1},"statusCode":429}`))
	f.Add(400, []byte(`{"status":"ERROR","message":"m","error":"e"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		code, _, no := explain(wire.Answer{Status: status, Body: body})
		if code != "" && !no {
			t.Errorf("code %s without a no", code)
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"p":{"ping":"ping"},"q":[{"s":"XCME:ES.Z26","l":6800.25,"ags":1,"tt":1764230400123}]}`), []byte(`{"q":[{"s":"XCME:ES.Z26","b":1e2}]}`))
	f.Add([]byte(`{"q":null,"r":1}`), []byte(`{"q":[{}]}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		known := map[string]Quote{}
		for _, text := range [][]byte{first, second} {
			e, err := decode(known, text)
			if err != nil && (e.Pinged || e.Changed || e.Quotes != nil) {
				t.Errorf("%q: an error and %+v", text, e)
			}
			for _, q := range e.Quotes {
				if _, ok := known[q.Symbol]; !ok || q.Symbol == "" {
					t.Errorf("%q: a quote of %q", text, q.Symbol)
				}
			}
		}
	})
}

func FuzzPositions(f *testing.F) {
	f.Add([]byte(`{"accountId":1,"positions":[{"accountId":"51392077","side":"LONG","quantity":"2.0","price":6800.25,"exchSym":"XCME:ES.Z26"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var got struct{ Positions []Position }
		if json.Unmarshal(body, &got) != nil {
			return
		}
		for _, p := range got.Positions {
			if p.Side != "" && p.Side != Long && p.Side != Short {
				t.Errorf("side %q", p.Side)
			}
		}
	})
}
