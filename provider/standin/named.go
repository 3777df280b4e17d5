package standin

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay"
)

// The faults that a stand-in has from its start or not at all.
const (
	WrongKey     = "wrong-key"     // it takes another key than the one it prints
	ExpiredToken = "expired-token" //nolint:gosec // its tokens last for a second
)

// anotherKey is what nobody has been told.
const anotherKey = "db-another-key-that-nobody-was-told"

// answers are the faults of answers by their names; a number from 400 to 599
// is one too, the status that is answered.
var answers = map[string]Fault{
	"cut":        {Cut: 10},
	"cut-later":  {Cut: 50_000},
	"slow":       {Delay: 3 * time.Second},
	"silent":     {Silent: true},
	"malformed":  {Body: `{"data":`},
	"clock-skew": {Skew: time.Minute},
}

// Is says whether the options name a fault.
func (o Options) Is(fault string) bool { return slices.Contains(o.Faults, fault) }

// Takes is the key that the stand-in takes.
func (o Options) Takes() string {
	if o.Is(WrongKey) {
		return anotherKey
	}
	return o.Key
}

// Check refuses faults that a stand-in does not have. own are those beyond the
// faults of answers.
func (o Options) Check(who string, own []string) error {
	for _, text := range o.Faults {
		if slices.Contains(own, text) {
			continue
		}
		if name, _, _ := strings.Cut(text, ":"); slices.Contains(own, name) {
			return assay.Errorf(assay.Invalid, "write --fault "+who+"="+name, "the fault %s lasts, it has no number of times", name)
		}
		if _, err := answerFault(text); err != nil {
			return assay.Errorf(assay.Invalid, "name a status such as 429 or 503, or one of "+known(own), "%s has no fault %q: %v", who, text, err)
		}
	}
	return nil
}

func known(own []string) string {
	return strings.Join(append(slices.Sorted(maps.Keys(answers)), own...), ", ")
}

// Apply lets the faults of the options happen from the beginning.
func (s *Script) Apply(o Options) {
	for _, text := range o.Faults {
		if f, err := answerFault(text); err == nil {
			s.Fail(f)
		} else {
			s.Adopt(Habit(text))
		}
	}
}

// answerFault reads NAME[:TIMES][@PATH].
func answerFault(text string) (Fault, error) {
	rest, path, _ := strings.Cut(text, "@")
	name, times, counted := strings.Cut(rest, ":")
	f, found := answers[name]
	if status, err := strconv.Atoi(name); err == nil && status >= 400 && status <= 599 {
		f, found = Fault{Status: status}, true
		if status == http.StatusTooManyRequests {
			f.Header = http.Header{"Retry-After": {"2"}}
		}
	}
	if !found {
		return f, fmt.Errorf("there is none of that name")
	}
	n, err := strconv.Atoi(cmp.Or(times, "0"))
	if err != nil || n < 0 || counted && n == 0 {
		return f, fmt.Errorf("%q is no number of times", times)
	}
	f.Times, f.Path = n, path
	return f, nil
}
