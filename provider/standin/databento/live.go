package databento

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"assay/internal/splitmix"
	"assay/provider/standin"
	"assay/provider/standin/archive"
)

// What the live gateway may do amiss.
const (
	SilentAtOnce   standin.Habit = "live-silent"          // it accepts and says nothing
	SilentAtStart  standin.Habit = "live-silent-at-start" // it lets in and says nothing more
	SilentLater    standin.Habit = "live-silent-later"    // the first records come, and no heartbeat
	NoRoom         standin.Habit = "live-no-room"         // all sessions of the account are in use
	NoLicence      standin.Habit = "live-no-licence"      // the account has no live data
	ErrorRecord    standin.Habit = "live-error-record"    // it sends an error instead of data
	CutRecord      standin.Habit = "live-cut-record"      // it breaks off inside a record
	UnknownRecords standin.Habit = "live-unknown-records" // records of tomorrow come before the others
	OldGateway     standin.Habit = "live-old"             // version 1: no acknowledgement, texts without codes
	NoLine         standin.Habit = "live-something-else"  // what answers is no gateway
	EndlessLine    standin.Habit = "live-endless-line"    // it never ends its first line
)

// Gateway is the live gateway. It serves sessions until it is closed.
type Gateway struct {
	archive *archive.Archive
	options standin.Options
	script  *standin.Script // of its habits
	chance  *splitmix.Source
	listen  net.Listener
	ctx     context.Context // the life of the server
	cancel  context.CancelFunc
	done    sync.WaitGroup

	mu    sync.Mutex
	lines []string // what clients sent, credentials left out
	open  int      // sessions
}

// NewGateway serves sessions on a listener.
func NewGateway(l net.Listener, a *archive.Archive, o standin.Options, s *standin.Script) *Gateway {
	g := &Gateway{archive: a, options: o.Defaults(), script: s, listen: l, chance: splitmix.New(o.Seed)}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.done.Go(g.accept)
	return g
}

// Addr is where it listens.
func (g *Gateway) Addr() string { return g.listen.Addr().String() }

// Close ends all sessions and waits for them.
func (g *Gateway) Close() error {
	g.cancel()
	err := g.listen.Close()
	g.done.Wait()
	return err
}

// Lines returns what clients sent so far, without what proves a key.
func (g *Gateway) Lines() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.lines...)
}

// Open is how many sessions are open.
func (g *Gateway) Open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

func (g *Gateway) accept() {
	for {
		conn, err := g.listen.Accept()
		if err != nil {
			return // it was closed
		}
		g.mu.Lock()
		s := session{gateway: g, conn: conn, in: bufio.NewReader(conn), heartbeat: 30 * time.Second}
		s.challenge = fmt.Sprintf("%016x%016x", g.chance.Uint64(), g.chance.Uint64())
		g.open++
		g.mu.Unlock()
		g.done.Go(s.serve)
	}
}

// session is one connection.
type session struct {
	gateway   *Gateway
	conn      net.Conn
	in        *bufio.Reader
	challenge string
	heartbeat time.Duration
	symbols   []string
	subs      int
}

func (s *session) serve() {
	ctx, cancel := context.WithCancel(s.gateway.ctx)
	stop := context.AfterFunc(ctx, func() { _ = s.conn.Close() })
	defer func() {
		stop()
		cancel()
		_ = s.conn.Close()
		s.gateway.mu.Lock()
		s.gateway.open--
		s.gateway.mu.Unlock()
	}()
	if s.login() && s.subscribe() {
		s.gateway.done.Go(func() { // a client that goes ends the session; what it says now is not heard
			s.gone()
			cancel()
		})
		s.send(ctx)
	}
}

func (s *session) has(h standin.Habit) bool { return s.gateway.script.Has(h) }

// gone waits until the client has gone.
func (s *session) gone() bool {
	_, _ = io.Copy(io.Discard, s.in) // whatever it says
	return false
}

func (s *session) say(format string, args ...any) bool {
	_, err := fmt.Fprintf(s.conn, format, args...)
	return err == nil
}

// line reads a line of the client and notes it.
func (s *session) line() (map[string]string, bool) {
	text, err := s.in.ReadString('\n')
	if err != nil {
		return nil, false
	}
	fields := map[string]string{}
	var noted []string
	for pair := range strings.SplitSeq(strings.TrimSpace(text), "|") {
		key, value, _ := strings.Cut(pair, "=")
		fields[key] = value
		if key != "auth" {
			noted = append(noted, pair)
		}
	}
	s.gateway.mu.Lock()
	s.gateway.lines = append(s.gateway.lines, strings.Join(noted, "|"))
	s.gateway.mu.Unlock()
	return fields, true
}

func (s *session) login() bool {
	switch {
	case s.has(SilentAtOnce):
		return s.gone()
	case s.has(NoLine):
		return s.say("HTTP/1.1 400 Bad Request\r\n\r\n\r\n\r\n\r\n") && s.gone()
	case s.has(EndlessLine):
		return s.say("%s", strings.Repeat("lsg_version=", 10_000)) && s.gone()
	}
	s.say("lsg_version=0.4.2\ncram=%s\n", s.challenge)
	fields, ok := s.line()
	if !ok {
		return false
	}
	key := s.gateway.options.Takes()
	sum := sha256.Sum256([]byte(s.challenge + "|" + key))
	switch {
	case fields["auth"] != hex.EncodeToString(sum[:])+"-"+key[len(key)-5:]:
		s.say("success=0|error=Authentication failed\n")
		return false
	case s.has(NoRoom):
		s.say("success=0|error=User has reached their open connection limit\n")
		return false
	case s.has(NoLicence):
		s.say("success=0|error=A live data license is required to access %s\n", dataset)
		return false
	}
	if n, err := strconv.Atoi(fields["heartbeat_interval_s"]); err == nil && n >= 5 {
		s.heartbeat = time.Duration(n) * time.Second
	}
	return s.say("success=1|session_id=5|\n") && (!s.has(SilentAtStart) || s.gone())
}

// subscribe reads subscriptions until the session is started.
func (s *session) subscribe() bool {
	for {
		fields, ok := s.line()
		if !ok {
			return false
		}
		if _, start := fields["start_session"]; start {
			return true
		}
		s.symbols = append(s.symbols, strings.Split(fields["symbols"], ",")...)
		if fields["is_last"] != "0" {
			s.subs++
		}
	}
}
