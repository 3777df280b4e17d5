package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
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
	known := placesOf(reflect.TypeFor[I]())
	huma.Register(api, op, func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, op.Path, known, err)
		}
		return out, nil
	})
}

// Problem is an RFC 9457 problem, and one member more: what to do. Every
// refusal and every failure is one.
type Problem struct {
	Title  string              `json:"title"`
	Status int                 `json:"status"`
	Detail string              `json:"detail" doc:"what is wrong, where, and what to do, in one sentence"`
	Remedy string              `json:"remedy" doc:"what to do"`
	Errors List[ProblemDetail] `json:"errors,omitempty" doc:"each thing that is wrong with the request; absent when none is"`
}

// ProblemDetail is one thing that is wrong with a request.
type ProblemDetail struct {
	Location string `json:"location" doc:"e.g. body.scope, query.limit, path.id, header.Host, method"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy"`
	Value    any    `json:"value,omitempty" doc:"what was sent there, when it is short"`
}

// Error, GetStatus and ContentType make it an answer of huma.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the answer's status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of a problem.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// refusal is a problem with what is wrong with a request.
func refusal(code int, wrong ...ProblemDetail) *Problem {
	var all, remedies []string
	for _, d := range wrong {
		where := ""
		if d.Location != "path" && d.Location != "method" { // of these the message speaks
			where = d.Location + ": "
		}
		all = append(all, where+d.Message+"; "+d.Remedy)
		if !slices.Contains(remedies, d.Remedy) {
			remedies = append(remedies, d.Remedy)
		}
	}
	return &Problem{
		Title: http.StatusText(code), Status: code, Detail: strings.Join(all, "; "), Remedy: strings.Join(remedies, "; "), Errors: wrong,
	}
}

// failure is a problem that no request is to blame for.
func failure(code int, what, remedy string) *Problem {
	return &Problem{Title: http.StatusText(code), Status: code, Detail: what + "; " + remedy, Remedy: remedy}
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
func (s *Server) problem(ctx context.Context, path string, known places, err error) *Problem {
	e, ours := errors.AsType[*assay.Error](err)
	if ours && e.Kind != assay.Internal {
		return refused(e, known)
	}
	if ctx.Err() == nil {
		s.log.ErrorContext(ctx, "a call failed", "path", path, "error", err)
	}
	return failure(http.StatusInternalServerError, "Assay could not answer because of a mistake of its own", "read its log, which says which")
}

// refused makes a problem of an error that is a sentence for people.
func refused(e *assay.Error, known places) *Problem {
	remedy := e.Fix
	if remedy == "" {
		remedy = "read the sentence above; it names the place"
	}
	p := failure(status(e.Kind), e.Sentence(), remedy)
	if where, message := known.find(e); where != "" {
		p.Errors = List[ProblemDetail]{{Location: where, Message: message, Remedy: remedy}}
	}
	return p
}

// retell makes ours of the problems that huma finds in a request by itself.
func retell(schemas huma.Registry) huma.Transformer {
	return func(c huma.Context, _ string, v any) (any, error) {
		found, ok := v.(*huma.ErrorModel)
		if !ok {
			return v, nil
		}
		call := called{c.Operation(), schemas}
		if found.Status != http.StatusUnprocessableEntity && found.Status != http.StatusBadRequest || len(found.Errors) == 0 {
			return refusal(found.Status, call.whole(found)), nil
		}
		wrong := make([]ProblemDetail, len(found.Errors))
		for i, e := range found.Errors {
			wrong[i] = call.detail(found.Status, e)
		}
		slices.SortStableFunc(wrong, func(a, b ProblemDetail) int { return strings.Compare(a.Location, b.Location) })
		return refusal(found.Status, wrong...), nil
	}
}

// writeProblem answers outside of huma.
func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(compact(p), '\n'))
}

// unknownCall answers what no call answers. One that exists with another
// method is told apart from one that does not exist.
func unknownCall(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(other); pattern != "/api/" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			writeProblem(w, refusal(http.StatusNotFound, ProblemDetail{
				Location: "path", Message: "there is no call " + r.Method + " " + r.URL.Path, Remedy: "/openapi.json lists those there are",
			}))
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		writeProblem(w, refusal(http.StatusMethodNotAllowed, ProblemDetail{
			Location: "method", Message: r.Method + " is no method of " + r.URL.Path, Remedy: "use " + strings.Join(allowed, " or "),
		}))
	}
}

// healthz says that the server runs and its database answers.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	if _, err := s.db.Revision(r.Context()); err != nil {
		s.log.ErrorContext(r.Context(), "the database does not answer", "error", err)
		writeProblem(w, failure(http.StatusServiceUnavailable, "the database does not answer", "read the log, which says why"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"serving": true, "serverTime": s.db.Now()})
}
