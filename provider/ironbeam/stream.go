package ironbeam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// Stream is a line on which quotes come. When it ends, another must be opened
// and subscribed anew; what happened meanwhile is not told.
type Stream struct {
	Skew time.Duration // how far the broker's clock is from ours, at least

	client  *Client
	session *session
	id      string
	socket  *wire.Socket
	quotes  map[string]Quote // what is known, as updates are partial
	pinged  time.Time
}

// Stream opens a line. Close it.
func (c *Client) Stream(ctx context.Context) (*Stream, error) {
	r := wire.Request{Name: "create a stream", Path: "/stream/create"}
	var got struct{ StreamID string }
	session, answer, err := c.call(ctx, r, &got)
	if err != nil {
		return nil, err
	}
	if got.StreamID == "" {
		return nil, session.api.Malformed(r, answer.Status, "it holds no streamId")
	}
	// The token must stand in the address; wire names no address in any sentence.
	socket, err := session.api.Socket(ctx, wire.Request{
		Name: "open the stream", Path: "/stream/" + url.PathEscape(got.StreamID),
		Query: url.Values{"token": {session.token}},
	})
	if err != nil {
		return nil, err
	}
	return &Stream{
		Skew: answer.Skew, client: c, session: session, id: got.StreamID,
		socket: socket, quotes: map[string]Quote{}, pinged: c.config.Now(),
	}, nil
}

// Subscribe asks for the quotes of at most ten symbols, in place of those
// asked for before.
func (s *Stream) Subscribe(ctx context.Context, symbols ...string) error {
	if err := countable(symbols); err != nil {
		return err
	}
	var got struct{}
	_, err := s.session.api.JSON(ctx, wire.Request{
		Name: "subscribe quotes", Path: "/market/quotes/subscribe/" + url.PathEscape(s.id),
		Query: url.Values{"symbols": {strings.Join(symbols, ",")}},
	}, &got)
	return err
}

// endWithin is how long is looked for the end of a stream that cannot be
// subscribed.
const endWithin = time.Second

// ended returns why a stream cannot be subscribed: of one that has ended already
// the broker knows nothing any more, and how it ended tells more than that.
func (s *Stream) ended(ctx context.Context, refusal error) error {
	if e, ok := errors.AsType[*wire.Error](refusal); !ok || e.Code != health.RequestRefused {
		return refusal
	}
	bounded, stop := context.WithTimeout(ctx, endWithin)
	defer stop()
	for {
		if _, err := s.Next(bounded); err != nil {
			if bounded.Err() != nil {
				return refusal // it goes on
			}
			return err
		}
	}
}

// Event is what one message told.
type Event struct {
	Pinged  bool
	Quotes  []Quote // whole, not only what changed
	Changed bool    // the account changed: read everything again
}

// Next waits for the next message. A stream without pings is dead, whatever
// else comes.
func (s *Stream) Next(ctx context.Context) (Event, error) {
	text, err := s.socket.ReadWithin(ctx, s.pinged.Add(deadAfter).Sub(s.client.config.Now()))
	if e, ok := errors.AsType[*wire.Error](err); ok && e.Code == health.TimedOut {
		since := s.client.config.Now().Sub(s.pinged).Round(time.Second)
		return Event{}, s.socket.Trouble(health.TimedOut, "no ping came for %s", since)
	}
	if err != nil {
		return Event{}, err
	}
	event, err := decode(s.quotes, text)
	if err != nil {
		return Event{}, s.socket.Malformed("%v", err)
	}
	if event.Pinged {
		s.pinged = s.client.config.Now()
	}
	return event, nil
}

// decode reads a message, an object of one or more keys. Keys that are not
// known are left alone: there are many, and more may come.
func decode(known map[string]Quote, text []byte) (e Event, err error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return Event{}, fmt.Errorf("a message is no JSON object")
	}
	_, e.Pinged = parts["p"]
	_, e.Changed = parts["r"]
	if parts["q"] == nil {
		return e, nil
	}
	var updates []json.RawMessage
	if err := json.Unmarshal(parts["q"], &updates); err != nil {
		return Event{}, fmt.Errorf("quotes are no list")
	}
	for _, update := range updates {
		quote, err := merge(known, update)
		if err != nil {
			return Event{}, err
		}
		e.Quotes = append(e.Quotes, quote)
	}
	return e, nil
}

// Close ends the line.
func (s *Stream) Close() { s.socket.Close() }
