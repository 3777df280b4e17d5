package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const anyScope = "give ALL, or a stage such as LAB, or a list of bots' ids"

// Whoever finds the mistake, this package, the framework or the router, the
// document has one form.
func TestEveryProblemNamesThePlaceAndTheRemedy(t *testing.T) {
	l := inhabited(t)
	revert, pause, proofs := "POST /api/admin/revert-to-lab", "POST /api/autonomy/pause", "GET /api/_proof/"
	one := func(where, message, remedy string, value any) []ProblemDetail {
		return []ProblemDetail{{where, message, remedy, value}}
	}
	for _, c := range []struct {
		call, body string
		status     int
		errors     []ProblemDetail
	}{
		{pause, `{"scope":`, 400, one("body", "unexpected end of JSON input", "send a JSON object with reason, scope", nil)},
		{pause, ``, 400, one("body", "request body is required", "send a JSON object with reason, scope", nil)},
		{pause, `[]`, 422, one("body", "expected object", "send a JSON object with reason, scope", nil)},
		{pause, `{"reason":"x"}`, 422, one("body.scope", "it is missing", anyScope, nil)},
		{
			pause, `{}`, 422, []ProblemDetail{
				{"body.reason", "it is missing", "give a text: one sentence, which is shown as the reason why a bot is held", nil},
				{"body.scope", "it is missing", anyScope, nil},
			},
		},
		{pause, `{"scope":"ALL","reason":7}`, 422, one("body.reason", "expected string",
			"give a text: one sentence, which is shown as the reason why a bot is held", 7.0)},
		{pause, `{"scope":"ALL","reason":"x","why":"y"}`, 422, one("body.why", "unexpected property", "use one of reason, scope", nil)},
		{pause, `{"scope":"MOON","reason":"x"}`, 404, one("body.scope", `there is no bot "MOON"`,
			"give ALL, a stage, or ids as assay bots lists them", nil)},
		{pause, `{"scope":"ALL","reason":" "}`, 422, one("body.reason", "it is missing", "say why, in one sentence", nil)},
		{pause, `{"scope":"` + strings.Repeat("x", 2<<20) + `"}`, 413, one("body", "it is too large",
			"send at most 1 MB; ALL or a stage names many bots at once", nil)},
		{revert, `{"scope":"ALL","dryRun":"no"}`, 422, one("body.dryRun", "expected boolean", "give true or false", "no")},
		{revert, `{"scope":"ALL","lockHours":"long"}`, 422, one("body.lockHours", "expected number", "give a number", "long")},
		{revert, `{"scope":7}`, 422, one("body.scope", "expected value to match exactly one schema but matched none", anyScope, 7.0)},
		{revert, `{"scope":["mes-gap",7]}`, 422, one("body.scope", "expected value to match exactly one schema but matched none", anyScope, nil)},
		{revert, `{"scope":"LIVE"}`, 409, one("body.scope", "there is no bot in LIVE", "give ALL, or a stage with bots", nil)},
		{revert, `{"scope":"ALL","lockHours":0}`, 422, one("body.lockHours", "a lock of 0 hours lies in the past",
			"give more than 0 hours; 24 is usual", nil)},
		{revert, `{"scope":"ALL","lockHours":-1e9}`, 422, one("body.lockHours", "a lock of -1000000000 hours lies in the past",
			"give more than 0 hours; 24 is usual", nil)},
		{revert, `{"scope":"ALL","dryRun":false}`, 422, one("body.previewHash", "it is missing, or none of ours",
			"make a dry run, and execute with its hash", nil)},
		{"GET /api/bots?limit=x", ``, 422, one("query.limit", "invalid integer", "give a whole number from 1 to 10000", "x")},
		{"GET /api/bots?limit=0", ``, 422, one("query.limit", "expected number >= 1", "give a whole number from 1 to 10000", 0.0)},
		{"GET /api/bots?stage=MOON", ``, 422, one("query.stage", `expected value to be one of "LAB, PAPER, SHADOW, CANARY, LIVE"`,
			"give one of LAB, PAPER, SHADOW, CANARY, LIVE", "MOON")},
		{"GET /api/bots/nobody", ``, 404, one("path.id", `there is no bot "nobody"`, "list the bots to see their ids", nil)},
		{"GET /api/sessions/x", ``, 422, one("path.id", "invalid integer", "give a whole number", "x")},
		{"POST /api/providers/nasdaq/verify", ``, 404, one("path.id", `there is no provider "nasdaq"`,
			"name one of databento, polygon, ironbeam, tradovate and redis", nil)},
		{proofs + "autonomy?last=5", ``, 422, one("query.last", "unknown query parameter", "use one of limit, offset, ticks", nil)},
		{proofs + "jobs?ticks=5", ``, 422, one("query.ticks", "unknown query parameter", "use one of limit, offset", nil)},
		{proofs + "invariants?limit=5", ``, 422, one("query.limit", "unknown query parameter", "this call takes none", nil)},
		{proofs + "data?b=1&a=2", ``, 422, []ProblemDetail{
			{"query.a", "unknown query parameter", "use one of limit, offset", nil},
			{"query.b", "unknown query parameter", "use one of limit, offset", nil},
		}},
		{proofs + "stage-events?bot_id=nobody", ``, 404, one("query.bot_id", `there is no bot "nobody"`, "list the bots to see their ids", nil)},
		{"GET /api/moon", ``, 404, one("path", "there is no call GET /api/moon", "/openapi.json lists those there are", nil)},
		{"GET /api/admin/revert-to-lab", ``, 405, one("method", "GET is no method of /api/admin/revert-to-lab", "use POST", nil)},
		{"DELETE /api/bots/mes-gap", ``, 405, one("method", "DELETE is no method of /api/bots/mes-gap", "use GET", nil)},
		{"POST /bots", `{}`, 405, one("method", "a page can only be read", "use GET; the calls of the API begin with /api/", nil)},
	} {
		w := l.ask(c.call, c.body, "application/json")
		var got Problem
		d := json.NewDecoder(w.Body)
		d.DisallowUnknownFields()
		l.must(d.Decode(&got))
		want := Problem{Title: http.StatusText(c.status), Status: c.status, Errors: c.errors, Detail: got.Detail, Remedy: remedies(c.errors)}
		if diff := cmp.Diff(want, got); diff != "" || w.Code != c.status || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %.60s: %d %s (-want +got):\n%s", c.call, c.body, w.Code, w.Header().Get("Content-Type"), diff)
		}
		for _, e := range c.errors {
			if !strings.Contains(got.Detail, e.Message+"; "+e.Remedy) {
				t.Errorf("%s %.60s: %q does not say %q and %q", c.call, c.body, got.Detail, e.Message, e.Remedy)
			}
		}
	}
	w := l.ask(pause, `scope: ALL`, "text/yaml")
	if w.Code != http.StatusUnsupportedMediaType || !strings.Contains(w.Body.String(), `"location":"header.Content-Type"`) {
		t.Errorf("YAML: %d %s", w.Code, w.Body)
	}
}

// ask makes one call, written as method and path.
func (l *lab) ask(call, body, kind string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(call, " ")
	r := httptest.NewRequestWithContext(l.ctx, method, path, strings.NewReader(body))
	r.Host = "localhost:5000"
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w
}

func remedies(wrong []ProblemDetail) string {
	var all []string
	for _, d := range wrong {
		if !slices.Contains(all, d.Remedy) {
			all = append(all, d.Remedy)
		}
	}
	return strings.Join(all, "; ")
}
