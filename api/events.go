package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"assay/store"
)

// BotsEvent carries the bots that changed, whole, and the strip after the
// change. A reader replaces its bots by id and ignores one whose revision is
// older than the one it has.
type BotsEvent struct {
	ServerTime time.Time `json:"serverTime"`
	Bots       List[Bot] `json:"bots"`
	Strip      Strip     `json:"strip"`
}

// TickEvent says that the planner finished a tick.
type TickEvent struct {
	ServerTime time.Time   `json:"serverTime"`
	Tick       TickSummary `json:"tick"`
	Strip      Strip       `json:"strip"`
}

// HeartbeatEvent says that the stream lives, and what time it is here.
type HeartbeatEvent struct {
	ServerTime time.Time `json:"serverTime"`
}

type eventsInput struct {
	LastEventID string `header:"Last-Event-ID" doc:"sent by the browser when it reconnects"`
}

// registerEvents describes the stream as one operation whose messages are a
// tagged union: the page switches on event and knows the type of data.
func (s *Server) registerEvents(api huma.API) {
	r := api.OpenAPI().Components.Schemas
	union := &huma.Schema{OneOf: []*huma.Schema{
		message[BotsEvent](r, "bots"),
		message[TickEvent](r, "tick"),
		message[ReadinessEvent](r, "readiness"),
		message[HeartbeatEvent](r, "heartbeat"),
	}}
	r.Map()["StreamEvent"] = union
	op := huma.Operation{
		OperationID: "events", Method: http.MethodGet, Path: "/api/events",
		Summary: "Changes as they happen, as server-sent events",
		Responses: map[string]*huma.Response{"200": {
			Description: "one message of the union after another, until the reader leaves",
			Content: map[string]*huma.MediaType{
				"text/event-stream": {Schema: &huma.Schema{Ref: schemaPrefix + "StreamEvent"}},
			},
		}},
	}
	huma.Register(api, op, s.events)
}

func message[T any](r huma.Registry, event string) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			"event": {Type: huma.TypeString, Enum: []any{event}},
			"data":  r.Schema(reflect.TypeFor[T](), true, ""),
		},
		Required: []string{"event", "data"},
	}
	s.PrecomputeMessages()
	return s
}

// events streams until the reader leaves, falls too far behind, or the server
// stops; in each case the browser connects again and says what it saw last.
func (s *Server) events(_ context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, w := humago.Unwrap(c)
		out := stream{w: w, control: http.NewResponseController(w)}
		reader := s.hub.join() // before looking, so that nothing falls between
		defer s.hub.leave(reader)
		first, err := s.missed(r.Context(), in.LastEventID)
		if err != nil {
			s.log.Error("the stream could not start", "error", err)
			writeProblem(w, failure(http.StatusInternalServerError, "the changes could not be read", "read the log, which says why"))
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		if out.send(first) != nil {
			return
		}
		for {
			select {
			case <-r.Context().Done():
				return
			case m, open := <-reader:
				if !open || out.send(m) != nil {
					return
				}
			}
		}
	}}, nil
}

// stream writes messages as they come, each with its own deadline: a reader
// that takes nothing for that long is gone.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

const sendWithin = 10 * time.Second

func (s stream) send(message []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(sendWithin)); err != nil {
		return err
	}
	if _, err := s.w.Write(message); err != nil {
		return err
	}
	return s.control.Flush()
}

// missed is what a new reader gets first: the server's time, and, when it says
// which revision it saw last, every bot that changed since.
func (s *Server) missed(ctx context.Context, lastEventID string) (out []byte, err error) {
	err = s.db.View(ctx, func(tx *store.DB) error {
		revision, err := tx.Revision(ctx)
		if err != nil {
			return err
		}
		out = encode(revision, "heartbeat", HeartbeatEvent{tx.Now()})
		seen, behind := lastSeen(lastEventID, revision)
		if !behind {
			return nil
		}
		rows, err := s.rows.read(ctx, tx)
		if err != nil {
			return err
		}
		changed := s.changed(rows, told{revision: seen, at: tx.Now()}, tx.Now())
		sums, err := strip(ctx, tx, s.tally(rows, tx.Now()))
		out = append(out, encode(revision, "bots", BotsEvent{tx.Now(), s.bots(tx, changed), sums})...)
		return err
	})
	return out, err
}

// lastSeen is the revision that a reader who comes back has, and whether it
// missed any. One from the future was given by another database.
func lastSeen(lastEventID string, revision int64) (seen int64, behind bool) {
	seen, err := strconv.ParseInt(lastEventID, 10, 64)
	if err != nil || seen == revision {
		return 0, false
	}
	if seen > revision {
		return 0, true
	}
	return seen, true
}

// encode makes one message of the stream. Its id is the newest revision it
// speaks for, so that a reader who comes back can name what it has.
func encode(revision int64, event string, data any) []byte {
	return fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n\n", revision, event, compact(data))
}
