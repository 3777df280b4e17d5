package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"assay"
)

// places says where each field of a call's input stands in the request:
// scope at body.scope, limit at query.limit.
type places map[string]string

func placesOf(input reflect.Type) places {
	known := places{}
	for f := range input.Fields() {
		for _, part := range []string{"path", "query", "header"} {
			if name := f.Tag.Get(part); name != "" {
				known[name] = part + "." + name
			}
		}
		if f.Name != "Body" || f.Type.Kind() != reflect.Struct {
			continue
		}
		for member := range f.Type.Fields() {
			name, _, _ := strings.Cut(member.Tag.Get("json"), ",")
			known[name] = "body." + name
		}
	}
	return known
}

// find says where the trouble lies: our sentences begin with the name of the
// field, or they speak of the one thing that the path names.
func (p places) find(e *assay.Error) (where, message string) {
	message = e.Sentence()
	if field, rest, found := strings.Cut(message, ": "); found && p[field] != "" {
		return p[field], rest
	}
	for _, place := range p {
		if strings.HasPrefix(place, "path.") && (e.Kind == assay.NotFound || e.Kind == assay.Invalid) {
			return place, message
		}
	}
	return "", message
}

// named puts the field of a request before the sentence about its value.
func named(field string, err error) error {
	if e, ok := errors.AsType[*assay.Error](err); ok {
		said := *e
		said.Message = field + ": " + e.Message
		return &said
	}
	return err
}

// called is a call of the API, and what it may be asked.
type called struct {
	op      *huma.Operation
	schemas huma.Registry
}

// whole is the detail of a problem with a request as a whole.
func (c called) whole(found *huma.ErrorModel) ProblemDetail {
	d := ProblemDetail{Location: "body", Message: found.Detail, Remedy: "send " + c.bodyOf()}
	switch found.Status {
	case http.StatusRequestEntityTooLarge:
		d.Message, d.Remedy = "it is too large", "send at most 1 MB; ALL or a stage names many bots at once"
	case http.StatusUnsupportedMediaType:
		d.Location, d.Remedy = "header.Content-Type", "send application/json"
	case http.StatusNotAcceptable:
		d.Location, d.Remedy = "header.Accept", "accept application/json"
	case http.StatusInternalServerError:
		d.Location, d.Remedy = "server", "read the log, which says why"
	}
	return d
}

// detail adds the exact place and the remedy to what huma found.
func (c called) detail(code int, e *huma.ErrorDetail) ProblemDetail {
	d := ProblemDetail{Location: e.Location, Message: e.Message, Value: brief(e.Value)}
	if d.Location == "" {
		d.Location = "body"
	}
	missing, ok := between(d.Message, "expected required property ", " to be present")
	switch place, at, _ := strings.Cut(d.Location, "."); {
	case ok:
		d.Location, d.Message, d.Value = d.Location+"."+missing, "it is missing", nil
		d.Remedy = c.wants(c.schemaAt("body", missing))
	case d.Message == "unknown query parameter":
		d.Remedy = useOne(slices.Sorted(c.parameters("query")), "this call takes none")
	case d.Message == "unexpected property":
		d.Remedy = useOne(slices.Sorted(maps.Keys(c.body().Properties)), "leave it out")
	case code == http.StatusBadRequest || d.Location == "body":
		d.Remedy, d.Value = "send "+c.bodyOf(), nil
	default:
		d.Remedy = c.wants(c.schemaAt(place, at))
	}
	return d
}

func useOne(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return "use one of " + strings.Join(names, ", ")
}

// parameters lists the parameters in one part of the request.
func (c called) parameters(part string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, p := range c.op.Parameters {
			if p.In == part && !yield(p.Name) {
				return
			}
		}
	}
}

// body is what the call's body may be; empty without one.
func (c called) body() *huma.Schema {
	if c.op.RequestBody == nil || c.op.RequestBody.Content["application/json"] == nil {
		return &huma.Schema{}
	}
	return c.resolved(c.op.RequestBody.Content["application/json"].Schema)
}

func (c called) bodyOf() string {
	names := slices.Sorted(maps.Keys(c.body().Properties))
	if len(names) == 0 {
		return "no body, or a JSON object"
	}
	return "a JSON object with " + strings.Join(names, ", ")
}

// schemaAt is what may stand at a place, e.g. query and limit, body and
// scope[3]; nil when that is not described.
func (c called) schemaAt(part, name string) *huma.Schema {
	if part == "body" {
		name, _, _ = strings.Cut(name, "[")
		return c.resolved(c.body().Properties[name])
	}
	for _, p := range c.op.Parameters {
		if p.In == part && p.Name == name {
			return c.resolved(p.Schema)
		}
	}
	return nil
}

func (c called) resolved(s *huma.Schema) *huma.Schema {
	if s == nil || s.Ref == "" {
		return s
	}
	return c.schemas.SchemaFromRef(s.Ref)
}

// wants says in words what a schema accepts.
func (c called) wants(s *huma.Schema) string {
	switch {
	case s == nil:
		return "/openapi.json says what may stand there"
	case len(s.Enum) > 0:
		return "give one of " + strings.Trim(strings.ReplaceAll(fmt.Sprint(s.Enum), " ", ", "), "[]")
	case len(s.OneOf) > 0:
		return "give " + s.Description
	case s.Type == huma.TypeBoolean:
		return "give true or false"
	case s.Type == huma.TypeInteger && s.Minimum != nil && s.Maximum != nil:
		return fmt.Sprintf("give a whole number from %.0f to %.0f", *s.Minimum, *s.Maximum)
	case s.Type == huma.TypeInteger:
		return "give a whole number"
	case s.Type == huma.TypeNumber:
		return "give a number"
	case s.Type == huma.TypeString && s.MaxLength != nil:
		return fmt.Sprintf("give a text of at most %d letters", *s.MaxLength)
	case s.Type == huma.TypeString && s.Description != "":
		return "give a text: " + s.Description
	default:
		return "give a " + s.Type
	}
}

// brief is a value that is worth showing again.
func brief(v any) any {
	switch v := v.(type) {
	case string:
		if v != "" && len(v) <= 100 {
			return v
		}
	case float64, int, int64, bool:
		return v
	}
	return nil
}

// between returns what stands between two texts that a sentence begins and
// ends with.
func between(s, before, after string) (string, bool) {
	rest, begins := strings.CutPrefix(s, before)
	middle, ends := strings.CutSuffix(rest, after)
	return middle, begins && ends
}
