package api

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"assay/badge"
	"assay/bot"
	"assay/health"
	"assay/job"
	"assay/market"
	"assay/measure"
)

const schemaPrefix = "#/components/schemas/"

// List is a list on the wire: never null, also when it is nil here.
type List[T any] []T

// MarshalJSON writes nil as an empty list.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	// Escaping is the outer encoder's choice, so none is made here.
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode([]T(l))
	return b.Bytes(), err
}

// Schema tells huma that the list is never null.
func (List[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: r.Schema(reflect.TypeFor[T](), true, "")}
}

// newRegistry returns a registry in which each enumeration of the packages
// below is one named schema.
func newRegistry() huma.Registry {
	r := huma.NewMapRegistry(schemaPrefix, schemaName)
	enumerate(r, badge.States[:]...)
	enumerate(r, badge.Kinds[:]...)
	enumerate(r, badge.Tones[:]...)
	enumerate(r, badge.Elapsed, badge.Ago, badge.NoAge)
	enumerate(r, badge.SeverityWarn, badge.SeverityDegraded, badge.SeverityBlocked)
	enumerate(r, job.Baseline, job.Refresh, job.Improve, job.Evolve)
	enumerate(r, job.Queued, job.Running, job.Completed, job.Failed, job.Cancelled)
	enumerate(r, bot.Stages[:]...)
	enumerate(r, bot.Manual, bot.Auto)
	enumerate(r, Alive, Stalled)
	enumerate(r, Counts, BeforeReset, Superseded)
	healthWords(r)
	enumerate(r, Pass, Fail)
	r.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	r.RegisterTypeAlias(reflect.TypeFor[market.Money](), reflect.TypeFor[float64]()) // dollars, as a decimal
	return r
}

// schemaName names what would else be named too shortly, or like another.
func schemaName(t reflect.Type, hint string) string {
	switch t {
	case reflect.TypeFor[badge.State]():
		return "BotState"
	case reflect.TypeFor[badge.Kind]():
		return "BadgeKind"
	case reflect.TypeFor[badge.Tone]():
		return "BadgeTone"
	case reflect.TypeFor[job.Type]():
		return "JobType"
	case reflect.TypeFor[job.Status]():
		return "JobStatus"
	case reflect.TypeFor[measure.Metrics]():
		return "SessionMetrics"
	case reflect.TypeFor[health.Status]():
		return "HealthStatus"
	case reflect.TypeFor[health.Blocker]():
		return "ReadinessBlocker"
	default:
		return huma.DefaultSchemaNamer(t, hint)
	}
}

// enumerate puts one schema for T into the registry and lets every field of
// that type refer to it. PrecomputeMessages gives the problem about a wrong
// value its words.
func enumerate[T ~string](r huma.Registry, values ...T) {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	s.PrecomputeMessages()
	t := reflect.TypeFor[T]()
	r.Map()[schemaName(t, "")] = s
	r.RegisterTypeAlias(t, reflect.TypeFor[enum[T]]())
}

// enum stands in for T, so that T's package needs not know of huma.
type enum[T ~string] string

// Schema refers to what enumerate put into the registry.
func (enum[T]) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Ref: schemaPrefix + schemaName(reflect.TypeFor[T](), "")}
}

// neverNullLists makes the document say what the wire does: a list is empty,
// not null.
func neverNullLists(r huma.Registry) {
	for _, s := range r.Map() {
		for _, p := range s.Properties {
			if p.Type == huma.TypeArray {
				p.Nullable = false
			}
		}
	}
}
