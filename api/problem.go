package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"assay"
)

// answer is a body with nothing else to say.
type answer[T any] struct{ Body T }

// get registers one call that reads, and post one that changes something.
func get[I, O any](
	s *Server, api huma.API, id, path, summary string, handle func(context.Context, *I) (*answer[O], error),
) {
	register(s, api, huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary}, handle)
}

func post[I, O any](
	s *Server, api huma.API, id, path, summary string, handle func(context.Context, *I) (*answer[O], error),
) {
	register(s, api, huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Summary: summary}, handle)
}

// register turns the error of a call into a problem here, so that no handler
// knows of statuses.
func register[I, O any](
	s *Server, api huma.API, op huma.Operation, handle func(context.Context, *I) (*answer[O], error),
) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, op.Path, err)
		}
		return out, nil
	})
}

// status is the one table from a kind of error to an HTTP status.
func status(k assay.Kind) int {
	switch k {
	case assay.Invalid:
		return http.StatusUnprocessableEntity
	case assay.NotFound:
		return http.StatusNotFound
	case assay.Conflict:
		return http.StatusConflict
	case assay.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// problem makes an RFC 9457 problem of an error. A mistake of ours goes to the
// log with its cause; the reader learns that there is one.
func (s *Server) problem(ctx context.Context, path string, err error) huma.StatusError {
	e, ours := errors.AsType[*assay.Error](err)
	if ours && e.Kind != assay.Internal {
		return huma.NewError(status(e.Kind), e.Error())
	}
	if ctx.Err() == nil {
		s.log.ErrorContext(ctx, "a call failed", "path", path, "error", err)
	}
	return huma.NewError(http.StatusInternalServerError,
		"Assay could not answer because of a mistake of its own; its log says which")
}

// spellOut puts what is wrong with a request into the sentence that people
// read; huma only says that there is something.
func spellOut(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok || len(p.Errors) == 0 || p.Status != http.StatusUnprocessableEntity {
		return v, nil
	}
	var all []string
	for _, e := range p.Errors {
		all = append(all, e.Location+": "+e.Message)
	}
	p.Detail = strings.Join(all, "; ")
	return p, nil
}

// writeProblem answers outside of huma.
func writeProblem(w http.ResponseWriter, code int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(huma.ErrorModel{
		Title: http.StatusText(code), Status: code, Detail: detail,
	})
}

func unknownCall(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotFound,
		"there is no call "+r.Method+" "+r.URL.Path+"; /openapi.json lists those there are")
}

// healthz says that the server runs and its database answers.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	if _, err := s.db.Revision(r.Context()); err != nil {
		s.log.ErrorContext(r.Context(), "the database does not answer", "error", err)
		writeProblem(w, http.StatusServiceUnavailable, "the database does not answer; the log says why")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"serving": true, "serverTime": s.db.Now()})
}
