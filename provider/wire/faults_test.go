package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/health"
	"assay/internal/leak"
	"assay/provider/wire"
)

const secret = "db-SECRETsecretSECRETsecretSECRET"

// client returns a client of a handler that makes one attempt.
func client(t *testing.T, handler http.HandlerFunc, change func(*wire.Config)) *wire.Client {
	t.Helper()
	leak.Check(t)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := wire.Config{
		Provider: health.Databento, Base: server.URL, Secrets: []string{secret}, Attempts: 1,
		Sign: func(r *http.Request) { r.SetBasicAuth(secret, "") },
	}
	if change != nil {
		change(&config)
	}
	c, err := wire.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var ask = wire.Request{Name: "metadata.ask", Path: "/v0/metadata.ask"}

// hang keeps a request open until its client has gone.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func say(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cut sends the head of a long answer and a part of it.
func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"a\":")
	_ = conn.Close()
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		code    health.Code
		kind    assay.Kind
		want    string
	}{
		"wrong key": {
			say(401, "no"), health.CredentialsRefused, assay.Invalid,
			"databento: metadata.ask: it answered 401; check the credentials in the environment",
		},
		"no licence":    {say(403, "no"), health.NotLicensed, assay.Conflict, "it answered 403; see what the account's plan includes"},
		"no funds":      {say(402, "no"), health.NotLicensed, assay.Conflict, "it answered 402"},
		"bad request":   {say(422, "no"), health.RequestRefused, assay.Invalid, "it answered 422; correct the request"},
		"too fast":      {say(429, "no", "Retry-After", "7"), health.RateLimited, assay.Unavailable, "it answered 429; wait and try again"},
		"server error":  {say(500, "<html>oops</html>"), health.ServerError, assay.Unavailable, "it answered 500; try again later"},
		"gateway":       {say(504, ""), health.TimedOut, assay.Unavailable, "it answered 504"},
		"redirect":      {say(302, "", "Location", "http://evil.example/?"+secret), health.MalformedAnswer, assay.Unavailable, "it answered 302"},
		"no JSON":       {say(200, "<html>"), health.MalformedAnswer, assay.Unavailable, "the answer is not understood: its JSON does not read"},
		"half a JSON":   {say(200, `{"a":`), health.MalformedAnswer, assay.Unavailable, "its JSON does not read (unexpected EOF)"},
		"two JSONs":     {say(200, `{} {}`), health.MalformedAnswer, assay.Unavailable, "something follows the answer"},
		"too long":      {say(200, strings.Repeat("x", 101)), health.MalformedAnswer, assay.Unavailable, "it is longer than 100 bytes"},
		"cut":           {cut, health.Unreachable, assay.Unavailable, "broke off its answer; check the network"},
		"never answers": {hang, health.TimedOut, assay.Unavailable, "did not answer in time; try again later"},
		"body says no":  {say(200, "NO: "+secret+"\n\x1b[31mred"), health.NotLicensed, assay.Conflict, "it answered 200: ••• \uFFFD[31mred"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := client(t, c.handler, func(config *wire.Config) {
				config.Timeout = 200 * time.Millisecond
				config.Explain = func(a wire.Answer) (health.Code, string, bool) {
					words, no := strings.CutPrefix(string(a.Body), "NO: ")
					return health.NotLicensed, words, no
				}
			})
			request := ask
			request.Body = 100
			var v any
			_, err := cl.JSON(t.Context(), request, &v)
			trouble, ok := errors.AsType[*wire.Error](err)
			if !ok || trouble.Code != c.code || assay.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant %s, %s: %s", err, c.code, c.kind, c.want)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, trouble), secret) {
				t.Errorf("the secret is told: %v", err)
			}
			if name == "too fast" && trouble.Wait != 7*time.Second {
				t.Errorf("asked to wait %s, not 7 s", trouble.Wait)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	leak.Check(t)
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := socket.Addr().String()
	if err := socket.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := wire.New(wire.Config{Provider: health.Polygon, Base: "http://" + address, Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), wire.Request{Path: "/v1/x", Query: map[string][]string{"token": {secret}}})
	want := "polygon: /v1/x: " + address + " cannot be reached (connect: connection refused); " +
		"check the network and the provider's status page, then try again"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	for _, base := range []string{"", "hist.databento.com", "ftp://x", "http://", "https://" + secret + "@x", "https://x?key=" + secret, "http://%"} {
		_, err := wire.New(wire.Config{Provider: health.Databento, Base: base, Setting: "DATABENTO_URL"})
		if assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), "DATABENTO_URL") || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestStreamsAreReadAndCutAndGoSilent(t *testing.T) {
	silent := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		got     string
		code    health.Code
		detail  string
	}{
		"whole":  {say(200, "hello"), "hello", "", ""},
		"cut":    {cut, `{"a":`, health.Unreachable, "the answer broke off after 5 bytes"},
		"silent": {silent, "hello", health.TimedOut, "nothing came for 100ms after 5 bytes"},
		"hang":   {hang, "", health.TimedOut, "did not answer in time"},
		"no":     {say(403, "no"), "", health.NotLicensed, "it answered 403"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := client(t, c.handler, func(config *wire.Config) {
				config.Timeout, config.Silence = 100*time.Millisecond, 100*time.Millisecond
			})
			var got []byte
			s, err := cl.Stream(t.Context(), ask)
			if err == nil {
				got, err = io.ReadAll(s)
				if closing := s.Close(); closing != nil {
					t.Error(closing)
				}
			}
			if string(got) != c.got {
				t.Errorf("got %q, want %q", got, c.got)
			}
			trouble, _ := errors.AsType[*wire.Error](err)
			if c.code == "" && err != nil || c.code != "" && (trouble == nil || trouble.Code != c.code || !strings.Contains(trouble.Detail, c.detail)) {
				t.Errorf("error %v, want %s %s", err, c.code, c.detail)
			}
		})
	}
}

func TestTheCallerMayGiveUp(t *testing.T) {
	cl := client(t, hang, func(config *wire.Config) { config.Attempts = 5 })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := cl.Do(ctx, ask); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := cl.Stream(ctx, ask); !errors.Is(err, context.Canceled) {
		t.Errorf("stream: error %v", err)
	}
}

func TestWhatIsSent(t *testing.T) {
	type sent struct{ Method, URI, Kind, Auth, Body string }
	var got []sent
	cl := client(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, sent{r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), string(body)})
	}, func(config *wire.Config) {
		config.Base += "/base/"
		config.Sign = func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }
	})
	for _, r := range []wire.Request{
		{Path: "/a", Query: map[string][]string{"q": {"x y"}}},
		{Path: "/b", Form: map[string][]string{"f": {"1,2"}}},
		{Path: "/c", JSON: map[string]int{"n": 1}, Method: http.MethodPut},
	} {
		if _, err := cl.Do(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	want := []sent{
		{"GET", "/base/a?q=x+y", "", "Bearer x", ""},
		{"POST", "/base/b", "application/x-www-form-urlencoded", "Bearer x", "f=1%2C2"},
		{"PUT", "/base/c", "application/json", "Bearer x", `{"n":1}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnAddressThatIsNoneIsNamed(t *testing.T) {
	for base, want := range map[string]string{
		"":                   "the address of Databento is not set; set DATABENTO_URL to an address like https://host",
		"ftp://host":         "the address of Databento does not begin with http:// or https:// and a host; set DATABENTO_URL to an address like https://host",
		"https://host?key=1": "the address of Databento holds more than a host and a path; set DATABENTO_URL to an address like https://host",
	} {
		_, err := wire.New(wire.Config{Provider: health.Databento, Base: base, Setting: "DATABENTO_URL"})
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", base, err, want)
		}
	}
}
