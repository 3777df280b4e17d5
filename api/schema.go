package api

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"assay/badge"
	"assay/bot"
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
// below is one named schema. They are stood in for by types of this package,
// so that none of those packages needs to know of huma.
func newRegistry() huma.Registry {
	r := huma.NewMapRegistry(schemaPrefix, schemaName)
	alias[badge.State, stateEnum](r)
	alias[badge.Kind, kindEnum](r)
	alias[badge.Tone, toneEnum](r)
	alias[badge.AgeForm, ageEnum](r)
	alias[badge.Severity, severityEnum](r)
	alias[job.Type, jobTypeEnum](r)
	alias[job.Status, jobStatusEnum](r)
	alias[bot.Stage, stageEnum](r)
	alias[bot.PromotionMode, modeEnum](r)
	alias[Verdict, verdictEnum](r)
	alias[market.Money, float64](r) // dollars, as a decimal
	return r
}

func alias[T, As any](r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[T](), reflect.TypeFor[As]())
}

func schemaName(t reflect.Type, hint string) string {
	switch t {
	case reflect.TypeFor[huma.ErrorModel]():
		return "Problem"
	case reflect.TypeFor[huma.ErrorDetail]():
		return "ProblemDetail"
	case reflect.TypeFor[measure.Metrics]():
		return "SessionMetrics"
	default:
		return huma.DefaultSchemaNamer(t, hint)
	}
}

type (
	stateEnum     string
	kindEnum      string
	toneEnum      string
	ageEnum       string
	severityEnum  string
	jobTypeEnum   string
	jobStatusEnum string
	stageEnum     string
	modeEnum      string
	verdictEnum   string
)

func (stateEnum) Schema(r huma.Registry) *huma.Schema { return enum(r, "BotState", badge.States[:]...) }
func (kindEnum) Schema(r huma.Registry) *huma.Schema  { return enum(r, "BadgeKind", badge.Kinds[:]...) }
func (toneEnum) Schema(r huma.Registry) *huma.Schema  { return enum(r, "BadgeTone", badge.Tones[:]...) }
func (ageEnum) Schema(r huma.Registry) *huma.Schema {
	return enum(r, "AgeForm", badge.Elapsed, badge.Ago, badge.NoAge)
}
func (severityEnum) Schema(r huma.Registry) *huma.Schema {
	return enum(r, "Severity", badge.SeverityWarn, badge.SeverityDegraded, badge.SeverityBlocked)
}
func (jobTypeEnum) Schema(r huma.Registry) *huma.Schema {
	return enum(r, "JobType", job.Baseline, job.Refresh, job.Improve, job.Evolve)
}
func (jobStatusEnum) Schema(r huma.Registry) *huma.Schema {
	return enum(r, "JobStatus", job.Queued, job.Running, job.Completed, job.Failed, job.Cancelled)
}
func (stageEnum) Schema(r huma.Registry) *huma.Schema { return enum(r, "Stage", bot.Stages[:]...) }
func (modeEnum) Schema(r huma.Registry) *huma.Schema {
	return enum(r, "PromotionMode", bot.Manual, bot.Auto)
}
func (verdictEnum) Schema(r huma.Registry) *huma.Schema {
	return enum(r, "Verdict", Alive, Stalled)
}

// enum puts one named schema into the registry and returns a reference to it.
// PrecomputeMessages gives the problem about a wrong value its words.
func enum[T ~string](r huma.Registry, name string, values ...T) *huma.Schema {
	if r.Map()[name] == nil {
		s := &huma.Schema{Type: huma.TypeString}
		for _, v := range values {
			s.Enum = append(s.Enum, string(v))
		}
		s.PrecomputeMessages()
		r.Map()[name] = s
	}
	return &huma.Schema{Ref: schemaPrefix + name}
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
