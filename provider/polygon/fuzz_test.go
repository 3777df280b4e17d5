package polygon

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// body answers every request with the same bytes.
type body struct {
	status int
	text   string
}

func (b body) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: b.status, Body: io.NopCloser(strings.NewReader(b.text)), Header: http.Header{}}, nil
}

// Whatever the API answers, a call ends in values or in an error that can be
// shown.
func FuzzAnswers(f *testing.F) {
	const key = "polygon-key-of-tests"
	for _, s := range []string{
		`{"status":"OK","results":[{"o":74.06,"h":75.15,"l":73.80,"c":75.09,"v":135647456,"t":1577941200000}]}`,
		`{"status":"DELAYED"}`, `{"status":"NOT_AUTHORIZED","message":"no ` + key + `"}`, `{"status":"ERROR","error":"API Key was not provided"}`,
		`{"market":"open","serverTime":"2020-11-10T17:37:37-05:00"}`, `{"results":[{"window_start":1,"open":1e5}]}`,
		`{"next_url":"http://evil.example/%zz"}`, `{"results":7}`, `null`, `<html>`,
	} {
		f.Add(200, s)
		f.Add(403, s)
	}
	f.Fuzz(func(t *testing.T, status int, text string) {
		if status < 100 || status > 999 {
			return
		}
		c, err := New(Config{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		c.http, err = wire.New(wire.Config{
			Provider: health.Polygon, Base: "http://there", Secrets: []string{key}, Explain: explain,
			Transport: body{status, text}, Attempts: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, now := t.Context(), time.Unix(1_719_600_000, 0)
		_, e1 := c.Aggregates(ctx, "X", 1, "minute", now, now)
		_, e2 := c.Futures(ctx, "X", "1min", now, now)
		_, e3 := c.Contracts(ctx, "X")
		_, _, e4 := c.MarketStatus(ctx)
		_, e5 := c.FuturesStatus(ctx, "X")
		for _, err := range []error{e1, e2, e3, e4, e5} {
			trouble, ok := errors.AsType[*wire.Error](err)
			if err != nil && (!ok || trouble.Code == "" || strings.Contains(err.Error(), key) || strings.ContainsAny(trouble.Detail, "\n\x1b")) {
				t.Errorf("it ends with %q", err)
			}
		}
	})
}
