package standin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"assay"
	"assay/provider/standin"
)

// Faults that the command line names happen as often as it says, to the calls
// that it says.
func TestNamedFaults(t *testing.T) {
	well := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for faults, want := range map[string][]int{
		"":                {204, 204, 204},
		"429":             {429, 429, 429},
		"503:2":           {503, 503, 204},
		"429:1 503:1":     {429, 503, 204},
		"500:1@/two":      {204, 500, 204},
		"no-quotes":       {204, 204, 204},
		"404@/two 401:99": {401, 404, 401},
	} {
		o := standin.Options{Faults: strings.Fields(faults)}
		if err := o.Check("ironbeam", []string{"no-quotes"}); err != nil {
			t.Errorf("%s: %v", faults, err)
		}
		s := standin.NewScript(well, o.Defaults().Now)
		s.Apply(o)
		for i, path := range []string{"/one", "/two", "/three"} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
			if w.Code != want[i] || (w.Code == http.StatusTooManyRequests) != (w.Header().Get("Retry-After") != "") {
				t.Errorf("%s: %s is answered %d %v, want %d", faults, path, w.Code, w.Header(), want[i])
			}
		}
		if s.Has("no-quotes") != (faults == "no-quotes") {
			t.Errorf("%s: no quotes: %t", faults, s.Has("no-quotes"))
		}
	}
}

func TestFaultsThatAreNone(t *testing.T) {
	for fault, want := range map[string]string{
		"tomorrow":    `ironbeam has no fault "tomorrow": there is none of that name; name a status such as 429 or 503, or one of clock-skew, cut, cut-later, malformed, silent, slow, no-quotes`,
		"":            `ironbeam has no fault ""`,
		"200":         `ironbeam has no fault "200"`,
		"429:":        `"" is no number of times`,
		"429:0":       `"0" is no number of times`,
		"429:-1":      `"-1" is no number of times`,
		"no-quotes:3": "the fault no-quotes lasts, it has no number of times; write --fault ironbeam=no-quotes",
	} {
		err := standin.Options{Faults: []string{fault}}.Check("ironbeam", []string{"no-quotes"})
		if assay.KindOf(err) != assay.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", fault, err)
		}
	}
}
