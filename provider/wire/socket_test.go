package wire_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"assay/health"
	"assay/internal/pipe"
	"assay/provider/wire"
)

// line serves a socket.
func line(serve func(context.Context, *websocket.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		serve(r.Context(), conn)
	}
}

func TestSocketsSpeak(t *testing.T) {
	cl := client(t, line(func(ctx context.Context, conn *websocket.Conn) {
		_, text, _ := conn.Read(ctx)
		conn.Write(ctx, websocket.MessageText, append([]byte("you said "), text...))
	}), nil)
	s, err := cl.Socket(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Write(t.Context(), "hello"); err != nil {
		t.Error(err)
	}
	if text, err := s.Read(t.Context()); err != nil || string(text) != "you said hello" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestSocketsFail(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		code    health.Code
		detail  string
	}{
		"refused":    {say(401, "no"), health.CredentialsRefused, "it answered 401"},
		"limited":    {say(429, "no"), health.RateLimited, "it answered 429"},
		"no socket":  {say(200, "hello"), health.MalformedAnswer, "no socket is opened"},
		"hang":       {hang, health.TimedOut, "did not answer in time"},
		"cut":        {cut, health.MalformedAnswer, "no socket is opened"},
		"silent":     {line(func(ctx context.Context, conn *websocket.Conn) { conn.Read(ctx) }), health.TimedOut, "nothing came for"},
		"broken off": {line(func(context.Context, *websocket.Conn) {}), health.Unreachable, "the socket broke off"},
		"closed": {line(func(_ context.Context, conn *websocket.Conn) {
			conn.Close(websocket.StatusGoingAway, "bye "+secret)
		}), health.Unreachable, "it closed the socket (1001 bye •••)"},
		"too long": {line(func(ctx context.Context, conn *websocket.Conn) {
			conn.Write(ctx, websocket.MessageText, []byte(strings.Repeat("x", 5<<20)))
		}), health.MalformedAnswer, "a message is longer than 4194304 bytes"},
		"binary": {line(func(ctx context.Context, conn *websocket.Conn) {
			conn.Write(ctx, websocket.MessageBinary, []byte("x"))
			conn.Read(ctx)
		}), health.MalformedAnswer, "a message is no text"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := client(t, c.handler, func(config *wire.Config) {
				config.Timeout, config.Silence = 10*time.Second, 10*time.Second
				if c.code == health.TimedOut {
					config.Timeout, config.Silence = 100*time.Millisecond, 100*time.Millisecond
				}
			})
			s, err := cl.Socket(t.Context(), ask)
			if err == nil {
				_, err = s.Read(t.Context())
				s.Close()
			}
			trouble, _ := errors.AsType[*wire.Error](err)
			if trouble == nil || trouble.Code != c.code || !strings.Contains(trouble.Detail, c.detail) {
				t.Errorf("error %v, want %s: %s", err, c.code, c.detail)
			}
		})
	}
}

// However short the last wait was, the sentence tells the whole silence.
func TestASilentLineSaysHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := pipe.New()
		server := &http.Server{Handler: line(func(ctx context.Context, conn *websocket.Conn) { conn.Read(ctx) })}
		served := make(chan struct{})
		go func() { _ = server.Serve(network); close(served) }()
		defer func() { _ = server.Close(); <-served }()
		cl, err := wire.New(wire.Config{Provider: health.Ironbeam, Base: "http://broker", Transport: network.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		defer cl.Close()
		s, err := cl.Socket(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		time.Sleep(15 * time.Second)
		_, err = s.ReadWithin(t.Context(), -6*time.Millisecond)
		if trouble, _ := errors.AsType[*wire.Error](err); trouble == nil || trouble.Detail != "nothing came for 15s" {
			t.Errorf("%v", err)
		}
	})
}
