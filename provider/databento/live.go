package databento

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"assay"
	"assay/health"
	"assay/history/dbn"
	"assay/provider/wire"
)

// heartbeat is what we ask the gateway to say when it has nothing to say, and
// grace how much later we call it dead.
const (
	heartbeat = 5 * time.Second
	grace     = 10 * time.Second
)

// dialTimeout bounds connecting; every later step has Config.Timeout.
const dialTimeout = 10 * time.Second

// maxChunk is how many symbols fit on a line of a subscription.
const maxChunk = 500

// live names the gateway in errors.
var live = wire.Request{Name: "live gateway"}

// gateway is where a dataset's live data comes from.
func gateway(dataset string) string {
	return strings.ReplaceAll(strings.ToLower(dataset), ".", "-") + ".lsg.databento.com:13000"
}

func checkLive(address string) error {
	host, port, err := net.SplitHostPort(address)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || host == "" {
		return assay.Errorf(assay.Invalid, "set "+LiveVariable+" to an address like host:13000",
			"the address of Databento's live gateway is not a host and a port")
	}
	return nil
}

// Session is an open session with the live gateway. One goroutine reads it;
// any may close it. An account has few sessions: close it.
type Session struct {
	client *Client
	conn   net.Conn
	in     *bufio.Reader
	tap    tap
	reader *dbn.Reader // once started
	cancel context.CancelFunc
	close  sync.Once
	closed error

	// ID is the gateway's name for the session.
	ID string
}

// Dial opens a session: it connects and proves the key. The session ends with
// ctx.
func (c *Client) Dial(ctx context.Context) (s *Session, err error) {
	began := c.config.Now()
	defer func() {
		c.http.Tell(ctx, wire.Attempt{
			Address: c.LiveAddress(), Name: live.Name, Number: 1, At: began, Latency: c.config.Now().Sub(began),
		}, err)
	}()
	dialer := net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", c.config.Live)
	if err != nil {
		return nil, c.lost(ctx, err)
	}
	return c.session(ctx, conn)
}

// session proves the key on a connection.
func (c *Client) session(ctx context.Context, conn net.Conn) (*Session, error) {
	life, cancel := context.WithCancel(ctx)
	s := &Session{client: c, conn: conn, in: bufio.NewReaderSize(conn, 1<<16), cancel: cancel}
	context.AfterFunc(life, func() { _ = s.Close() })
	if err := s.login(); err != nil {
		_ = s.Close()
		return nil, c.lost(ctx, err)
	}
	return s, nil
}

// Close ends the session.
func (s *Session) Close() error {
	s.close.Do(func() {
		s.cancel()
		s.closed = s.conn.Close()
	})
	return s.closed
}

func (s *Session) login() error {
	_ = s.conn.SetDeadline(time.Now().Add(s.client.config.Timeout)) // a connection that cannot have one fails below
	challenge, err := s.line("cram")
	if err != nil {
		return err
	}
	key := s.client.config.Key
	err = s.send("auth=%s|dataset=%s|encoding=dbn|ts_out=0|compression=none|client=assay|heartbeat_interval_s=%d",
		answerOf(challenge["cram"], key), s.client.config.Dataset, heartbeat/time.Second)
	if err != nil {
		return err
	}
	verdict, err := s.line("success")
	if err != nil {
		return err
	}
	if verdict["success"] != "1" {
		return s.refused(verdict["error"])
	}
	s.ID = s.client.clean(verdict["session_id"])
	return nil
}

// refused tells the ways apart in which the gateway does not let us in.
func (s *Session) refused(words string) error {
	code, low := health.RequestRefused, strings.ToLower(words)
	switch {
	case strings.Contains(low, "connection limit"):
		code = health.NoRoom
	case strings.Contains(low, "limit"):
		code = health.RateLimited
	case strings.Contains(low, "licen"), strings.Contains(low, "entitle"), strings.Contains(low, "subscription"):
		code = health.NotLicensed
	case strings.Contains(low, "auth"), strings.Contains(low, "key"), strings.Contains(low, "cram"):
		code = health.CredentialsRefused
	}
	return s.client.http.Trouble(live, code, 0, "it does not let us in: %s", words)
}

// line returns the fields of the next line that has the wanted one.
func (s *Session) line(wanted string) (map[string]string, error) {
	for range 4 { // a greeting or two come before
		text, err := s.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || len(text) > longestLine {
			return nil, s.client.http.Malformed(live, 0, "a line is longer than %d bytes", longestLine)
		}
		if err != nil {
			return nil, err
		}
		fields := parseLine(string(text))
		if _, ok := fields[wanted]; ok {
			return fields, nil
		}
	}
	return nil, s.client.http.Malformed(live, 0, "it does not say %q", wanted)
}

func (s *Session) send(format string, args ...any) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(s.client.config.Timeout)) // a connection that cannot have one fails below
	_, err := fmt.Fprintf(s.conn, format+"\n", args...)
	return err
}

// lost turns what ends a session into an error of this package.
func (c *Client) lost(ctx context.Context, err error) error {
	if trouble, ok := errors.AsType[*wire.Error](err); ok {
		return trouble
	}
	host := c.config.Live
	n, isNet := errors.AsType[net.Error](err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case isNet && n.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return c.http.Trouble(live, health.TimedOut, 0, "%s is silent", host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return c.http.Trouble(live, health.Unreachable, 0, "%s closed the connection", host)
	case isNet:
		return c.http.Trouble(live, health.Unreachable, 0, "%s cannot be reached", host)
	default: // the decoder's complaint
		return c.http.Malformed(live, 0, "%v", err)
	}
}
