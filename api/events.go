package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"assay"
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

func (s *Server) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	return nil, assay.Errorf(assay.Unavailable, "", "no store")
}
