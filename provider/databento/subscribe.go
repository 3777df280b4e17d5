package databento

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"assay/health"
	"assay/history/dbn"
)

// Subscription chooses what a session sends.
type Subscription struct {
	ID      int
	Schema  string
	SType   string
	Symbols []string
	Since   time.Time // zero for what comes from now on; at most 24 hours ago
}

// Subscribe asks for records; it may be called before and after Start.
func (s *Session) Subscribe(ctx context.Context, sub Subscription) error {
	for rest := sub.Symbols; len(rest) > 0; {
		n, last := min(maxChunk, len(rest)), 0
		if n == len(rest) {
			last = 1
		}
		since := ""
		if !sub.Since.IsZero() {
			since = fmt.Sprintf("start=%d|", sub.Since.UnixNano())
		}
		err := s.send("schema=%s|stype_in=%s|symbols=%s|%ssnapshot=0|id=%d|is_last=%d",
			sub.Schema, sub.SType, strings.Join(rest[:n], ","), since, sub.ID, last)
		if err != nil {
			return s.client.lost(ctx, err)
		}
		rest = rest[n:]
	}
	return nil
}

// Start makes the gateway send records, and waits for their metadata.
func (s *Session) Start(ctx context.Context) error {
	if err := s.send("start_session"); err != nil {
		return s.client.lost(ctx, err)
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(s.client.config.Timeout)) // a connection that cannot have one fails below
	s.tap.in = s.in
	r, err := dbn.NewReader(&s.tap, "the live stream", dbn.Limits{Bytes: 1 << 62})
	if err != nil {
		return s.client.lost(ctx, s.tap.cause(err))
	}
	s.reader = r
	return nil
}

// Next returns the next record, heartbeats among them, whatever its type: it
// is found by its length. A gateway that is silent is dead.
func (s *Session) Next(ctx context.Context) (dbn.Record, error) {
	if s.reader == nil {
		return dbn.Record{}, errors.New("databento: the session is not started")
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(heartbeat + grace)) // a connection that cannot have one fails below
	record, err := s.reader.Record()
	if err != nil {
		return record, s.client.lost(ctx, s.tap.cause(err))
	}
	if record.Type == dbn.Error {
		return record, s.complaint(record)
	}
	return record, nil
}

// Symbol names an instrument of the stream.
func (s *Session) Symbol(instrument uint32, at int64) (name string, ok bool) {
	name, _, ok = s.reader.Symbol(instrument, at)
	return name, ok
}

// complaint reads an error record.
func (s *Session) complaint(r dbn.Record) error {
	words, number := dbn.Message(s.reader.Metadata().Version, r)
	code, ok := complaints[number]
	if !ok {
		code = health.RequestRefused
	}
	return s.client.http.Trouble(live, code, 0, "it says: %s", words)
}

// complaints are the codes of error records.
var complaints = map[uint8]health.Code{
	1: health.CredentialsRefused, // authentication failed
	2: health.CredentialsRefused, // the key was deactivated
	3: health.NoRoom,             // connection limit
	4: health.RequestRefused,     // symbols did not resolve
	5: health.RequestRefused,     // invalid subscription
	6: health.ServerError,
	7: health.RateLimited, // we read too slowly, and records were left out
}

// tap remembers how the connection ended, which the decoder sees as damage.
type tap struct {
	in  io.Reader
	err error
}

// Read implements io.Reader.
func (t *tap) Read(p []byte) (n int, err error) {
	n, err = t.in.Read(p)
	if err != nil {
		t.err = err
	}
	return n, err
}

// cause prefers the end of the connection to what the decoder made of it.
func (t *tap) cause(err error) error {
	if t.err != nil {
		return t.err
	}
	return err
}
