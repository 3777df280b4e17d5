// Package databento stands in for Databento: the historical API over HTTP and
// the live gateway over TCP, with the bars of an archive.
package databento

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/market"
	"assay/provider/standin"
	"assay/provider/standin/archive"
)

// dataset is the only one with data.
const dataset = "GLBX.MDP3"

// History answers the historical API. Version and Frame shape its streams.
type History struct {
	Archive *archive.Archive
	Options standin.Options
	Version uint8 // of DBN; default 3
	Frame   int   // records in a frame of zstd; 0 for one frame
	Warning []string
}

// method is one call: the fields that it must have, those that it may have,
// and what it does.
type method struct {
	must, may string
	answer    func(*History, http.ResponseWriter, url.Values)
}

const (
	chosen  = "dataset start"
	options = "end symbols schema stype_in limit mode"
)

// methods are the calls of the API that there are here.
var methods = map[string]method{
	"metadata.list_datasets":     {"", "start_date end_date", (*History).datasets},
	"metadata.list_schemas":      {"dataset", "", (*History).schemas},
	"metadata.get_dataset_range": {"dataset", "", (*History).rangeOf},
	"metadata.get_record_count":  {chosen, options, (*History).count},
	"metadata.get_billable_size": {chosen, options, (*History).size},
	"metadata.get_cost":          {chosen, options, (*History).cost},
	"symbology.resolve":          {"dataset symbols stype_in stype_out start_date", "end_date", (*History).resolve},
	"timeseries.get_range": {
		chosen, options + " stype_out encoding compression pretty_px pretty_ts map_symbols", (*History).stream,
	},
}

// ServeHTTP implements http.Handler.
func (h *History) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if key, _, ok := r.BasicAuth(); !ok || key != h.Options.Takes() {
		w.Header().Set("WWW-Authenticate", "Basic")
		words := "Not authenticated"
		if ok {
			words = "Authorization failed: the key is not known."
		}
		refuse(w, http.StatusUnauthorized, words)
		return
	}
	m, ok := methods[strings.TrimPrefix(r.URL.Path, "/v0/")]
	if !ok {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	_ = r.ParseForm() // what is no form has no fields, which is refused next
	if missing := h.fields(m, r.Form); len(missing) > 0 {
		refuse(w, http.StatusUnprocessableEntity, missing)
		return
	}
	w.Header().Set("Request-Id", "standin")
	m.answer(h, w, r.Form)
}

// wrongField is an error of the framework that Databento uses.
type wrongField struct {
	Place   []string `json:"loc"`
	Message string   `json:"msg"`
	Type    string   `json:"type"`
}

func (h *History) fields(m method, form url.Values) (wrong []wrongField) {
	must, may := strings.Fields(m.must), strings.Fields(m.may)
	for _, name := range must {
		if form.Get(name) == "" {
			wrong = append(wrong, wrongField{[]string{"body", name}, "field required", "value_error.missing"})
		}
	}
	for name := range form {
		if h.Options.Strict && !slices.Contains(must, name) && !slices.Contains(may, name) {
			wrong = append(wrong, wrongField{[]string{"body", name}, "extra fields not permitted", "value_error.extra"})
		}
	}
	return wrong
}

// refuse answers with one of the three shapes of "detail".
func refuse(w http.ResponseWriter, status int, detail any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	say(w, map[string]any{"detail": detail})
}

func say(w http.ResponseWriter, v any) {
	_ = json.NewEncoder(w).Encode(v) // whoever has gone needs no answer
}

// ownError is an error of Databento's own.
func ownError(w http.ResponseWriter, name, format string, args ...any) {
	refuse(w, http.StatusUnprocessableEntity, map[string]any{
		"case": name, "message": fmt.Sprintf(format, args...), "status_code": http.StatusUnprocessableEntity,
		"docs": "https://databento.com/docs", "payload": nil,
	})
}

func (h *History) datasets(w http.ResponseWriter, _ url.Values) {
	say(w, []string{"DBEQ.BASIC", dataset, "XNAS.ITCH"})
}

func (h *History) schemas(w http.ResponseWriter, _ url.Values) { say(w, []string{"ohlcv-1m"}) }

// span is what can be asked for; the newest data is that of now.
func (h *History) span() (from, to time.Time) {
	first, last := h.Archive.Span()
	to = time.Unix(0, last).UTC()
	if now := h.Options.Now().UTC().Truncate(time.Minute); to.After(now) {
		to = now
	}
	return time.Unix(0, first).UTC(), to
}

func (h *History) rangeOf(w http.ResponseWriter, form url.Values) {
	if !known(w, form) {
		return
	}
	const layout = "2006-01-02T15:04:05.000000000Z"
	from, to := h.span()
	span := map[string]any{"start": from.Format(layout), "end": to.Format(layout)}
	say(w, map[string]any{
		"start": span["start"], "end": span["end"], "schema": map[string]any{"ohlcv-1m": span},
	})
}

func known(w http.ResponseWriter, form url.Values) bool {
	if form.Get("dataset") == dataset {
		return true
	}
	ownError(w, "dataset_not_found", "The dataset '%s' was not found.", form.Get("dataset"))
	return false
}

// asked is a choice of records.
type asked struct {
	from, to  time.Time
	symbols   []string
	stypeIn   string
	stretches map[string][]archive.Stretch
	limit     int
}

// choose reads a choice; false means that it was refused.
func (h *History) choose(w http.ResponseWriter, form url.Values) (a asked, ok bool) {
	if !known(w, form) {
		return a, false
	}
	var err, bad error
	a.from, err = moment(form.Get("start"))
	if form.Get("end") == "" {
		a.to = a.from.AddDate(0, 0, 1)
	} else {
		a.to, bad = moment(form.Get("end"))
	}
	first, last := h.span()
	switch {
	case err != nil || bad != nil:
		refuse(w, http.StatusUnprocessableEntity,
			[]wrongField{{[]string{"body", "start"}, "invalid datetime format", "value_error.datetime"}})
		return a, false
	case form.Get("schema") != "ohlcv-1m":
		ownError(w, "validation_failed", "There is no schema '%s' here.", form.Get("schema"))
		return a, false
	case !a.from.Before(a.to):
		ownError(w, "data_time_range_start_on_or_after_end", "The `start` must be before the `end`.")
		return a, false
	case a.from.Before(first):
		ownError(w, "data_start_before_available_start",
			"The `start` in the query ('%s') is before the available start of dataset %s ('%s').", a.from, dataset, first)
		return a, false
	case a.to.After(last):
		ownError(w, "data_end_after_available_end",
			"The `end` in the query ('%s') is after the available end of dataset %s ('%s').", a.to, dataset, last)
		return a, false
	}
	a.limit, _ = strconv.Atoi(form.Get("limit")) // none is no limit
	a.stypeIn = form.Get("stype_in")
	a.symbols = strings.Split(form.Get("symbols"), ",")
	a.stretches = map[string][]archive.Stretch{}
	until := market.DateOf(a.to.Add(-time.Nanosecond)) + 1
	for _, symbol := range a.symbols {
		if found := h.Archive.Resolve(symbol, market.DateOf(a.from), until); len(found) > 0 {
			a.stretches[symbol] = found
		}
	}
	return a, true
}

// moment reads what the API takes for a time: ISO 8601 or nanoseconds.
func moment(text string) (time.Time, error) {
	if ns, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(0, ns).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", text)
}
