package databento

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"assay/health"
	"assay/history/dbn"
	"assay/provider/wire"
)

const fuzzKey = "db-0123456789abcdefghijklmnopqrs"

// canned is a connection whose other side says what it says, whatever we say.
type canned struct {
	net.Conn
	in io.Reader
}

func (c canned) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c canned) Write(p []byte) (int, error)      { return len(p), nil }
func (c canned) Close() error                     { return nil }
func (c canned) SetDeadline(time.Time) error      { return nil }
func (c canned) SetReadDeadline(time.Time) error  { return nil }
func (c canned) SetWriteDeadline(time.Time) error { return nil }

func fuzzed(t testing.TB, transport http.RoundTripper) *Client {
	t.Helper()
	c, err := New(Config{Key: fuzzKey, Now: func() time.Time { return time.Unix(1_719_600_000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	if transport != nil {
		c.http, err = wire.New(wire.Config{
			Provider: health.Databento, Base: "http://there", Secrets: []string{fuzzKey}, Explain: explain,
			Transport: transport, Attempts: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"success=1|session_id=5|\n", "cram=x\r\n", "a=b=c||=|d", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for key, value := range parseLine(line) {
			if key == "" || strings.ContainsAny(key, "|=") || strings.Contains(value, "|") || !strings.Contains(line, key+"="+value) {
				t.Errorf("%q holds %q = %q", line, key, value)
			}
		}
	})
}

// Whatever a gateway says, a session ends in an error that can be shown, and
// before that yields only records that were there.
func FuzzGateway(f *testing.F) {
	var head bytes.Buffer
	if _, err := dbn.NewWriter(&head, dbn.Metadata{Version: 3, Dataset: DefaultDataset, Schema: dbn.Mixed, End: dbn.Undefined}); err != nil {
		f.Fatal(err)
	}
	hello := "lsg_version=0.4.2\ncram=abc\nsuccess=1|session_id=5|\n"
	record := append([]byte{80, byte(dbn.Error), 1, 0}, make([]byte, 316)...)
	f.Add([]byte(hello + head.String() + string(record)))
	f.Add([]byte(hello + head.String() + string(record[:5])))
	f.Add([]byte("success=0|error=the key " + fuzzKey + " is wrong\n"))
	f.Add([]byte("cram=abc\nsuccess=0|error=the key " + fuzzKey + " is wrong\n"))
	c := fuzzed(f, nil)
	f.Fuzz(func(t *testing.T, said []byte) {
		s, err := c.session(t.Context(), canned{in: bytes.NewReader(said)})
		if err == nil {
			err = s.Start(t.Context())
		}
		seen := 0
		for err == nil {
			var r dbn.Record
			if r, err = s.Next(t.Context()); err == nil {
				seen += len(r.Raw)
				s.Symbol(r.Instrument, r.Time)
			}
		}
		trouble, ok := errors.AsType[*wire.Error](err)
		if !ok || trouble.Code == "" || strings.Contains(err.Error(), fuzzKey) || !utf8.ValidString(trouble.Detail) {
			t.Errorf("it ends with %v", err)
		}
		if seen > len(said) {
			t.Errorf("%d bytes of records came out of %d", seen, len(said))
		}
	})
}

// body answers every request with the same bytes.
type body struct {
	status int
	text   string
}

func (b body) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: b.status, Body: io.NopCloser(strings.NewReader(b.text)), Header: http.Header{"X-Warning": {b.text}},
	}, nil
}

// Whatever the API answers, a call ends in a value that can be or in an error
// that can be shown.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{
		`{"start":"2010-06-06T00:00:00Z","end":"2026-07-24T00:00:00Z","schema":{"ohlcv-1m":{"start":"2010-06-06T00:00:00Z","end":"2026-07-24T00:00:00Z"}}}`,
		`{"detail":"the key ` + fuzzKey + `"}`, `{"detail":{"case":"x","message":"y"}}`, `{"detail":[{"loc":["body",1],"msg":"z"}]}`,
		`0.0042`, `1e-400`, `1e400`, `-1`, `8342`, `{"result":{"ES.c.0":[{"d0":"2024-06-03","d1":"2024-06-21","s":"118"}]},"not_found":[]}`,
		`["one","two"]`, `null`, `<html>`,
	} {
		f.Add(200, s)
		f.Add(422, s)
	}
	f.Fuzz(func(t *testing.T, status int, text string) {
		if status < 100 || status > 999 {
			return
		}
		c := fuzzed(t, body{status, text})
		ctx := t.Context()
		_, e1 := c.Datasets(ctx)
		r, _, e2 := c.Range(ctx, DefaultDataset)
		if e2 == nil && !r.From.Before(r.To) {
			t.Errorf("%q is the range %+v", text, r)
		}
		cost, e3 := c.Cost(ctx, Query{})
		if e3 == nil && cost < 0 {
			t.Errorf("%q costs %s", text, cost)
		}
		n, e4 := c.Count(ctx, Query{})
		if e4 == nil && n < 0 {
			t.Errorf("%q counts %d", text, n)
		}
		_, e5 := c.Resolve(ctx, DefaultDataset, nil, RawSymbol, InstrumentID, Span{})
		stream, e6 := c.Records(ctx, Query{})
		if e6 == nil {
			for _, w := range stream.Warnings {
				if strings.Contains(w, fuzzKey) {
					t.Errorf("the key is told: %s", w)
				}
			}
			_ = stream.Close()
		}
		for _, err := range []error{e1, e2, e3, e4, e5, e6} {
			trouble, ok := errors.AsType[*wire.Error](err)
			if err != nil && (!ok || trouble.Code == "" || strings.Contains(err.Error(), fuzzKey) || strings.ContainsAny(trouble.Detail, "\n\x1b")) {
				t.Errorf("it ends with %q", err)
			}
		}
	})
}
