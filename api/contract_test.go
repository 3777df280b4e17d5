package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// contract checks answers against the API's own document.
type contract struct{ doc *huma.OpenAPI }

func newContract() contract { return contract{(&Server{}).routes(http.NewServeMux()).OpenAPI()} }

func (c contract) check(schema *huma.Schema, body []byte) (problems []string) {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []string{err.Error()}
	}
	var res huma.ValidateResult
	huma.Validate(c.doc.Components.Schemas, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &res)
	for _, err := range res.Errors {
		problems = append(problems, err.Error())
	}
	return problems
}

func (c contract) answer(path, status, kind string) *huma.Schema {
	op := c.doc.Paths[path].Get
	if op == nil {
		op = c.doc.Paths[path].Post
	}
	return op.Responses[status].Content[kind].Schema
}

// Every call of the document is made and its answer is held against it, over
// an empty database and over an inhabited one.
func TestAnswersKeepTheContract(t *testing.T) {
	c := newContract()
	calls := map[string]string{
		"/api/bots":            "/api/bots?limit=10",
		"/api/bots/{id}":       "/api/bots/mes-gap",
		"/api/bots-overview":   "/api/bots-overview",
		"/api/sessions/{id}":   "/api/sessions/1",
		"/api/_proof/autonomy": "/api/_proof/autonomy?ticks=10",
		"/api/_proof/jobs":     "/api/_proof/jobs",
		"/api/events":          "", // TestStreamKeepsTheContract
		"/api/readiness":       "/api/readiness",

		"/api/smoke-test":            "/api/smoke-test",
		"/api/providers/{id}/verify": "/api/providers/market_data_live/verify",
		"/api/bots/{id}/sessions":    "/api/bots/mes-gap/sessions",
		"/api/_proof/lab-starvation": "/api/_proof/lab-starvation?limit=2",
		"/api/_proof/data":           "/api/_proof/data",
		"/api/_proof/invariants":     "/api/_proof/invariants",
		"/api/_proof/audit-log":      "/api/_proof/audit-log?limit=2&offset=1",
		"/api/_proof/stage-events":   "/api/_proof/stage-events?limit=2&offset=1",
		"/api/audit":                 "", // TestActsKeepTheContract, and what follows
		"/api/autonomy/pause":        "",
		"/api/autonomy/resume":       "",
		"/api/admin/revert-to-lab":   "",
		"/api/admin/reset-metrics":   "",
	}
	empty, full := newLab(t), inhabited(t)
	full.verify("/api/smoke-test")
	for path := range c.doc.Paths {
		call, known := calls[path]
		if !known {
			t.Errorf("%s has no sample call in this test", path)
		}
		if call == "" {
			continue
		}
		for name, l := range map[string]*lab{"inhabited": full, "empty": empty} {
			method := http.MethodGet
			if c.doc.Paths[path].Get == nil {
				method = http.MethodPost
			}
			w := l.call(method, call, nil)
			status, kind := "200", "application/json"
			if name == "empty" && strings.Contains(path, "{id}") && method == http.MethodGet {
				status, kind = "default", "application/problem+json"
			}
			if (w.Code == http.StatusOK) != (status == "200") || w.Header().Get("Content-Type") != kind {
				t.Errorf("%s, %s: %d %s", call, name, w.Code, w.Header().Get("Content-Type"))
				continue
			}
			for _, p := range c.check(c.answer(path, status, kind), w.Body.Bytes()) {
				t.Errorf("%s, %s: %s", call, name, p)
			}
		}
	}
}

// A checker that accepts everything would prove nothing.
func TestContractIsChecked(t *testing.T) {
	c, l := newContract(), inhabited(t)
	good := l.call(http.MethodGet, "/api/bots/mes-gap", nil).Body.String()
	for _, change := range [][2]string{
		{`"stage":"LAB"`, `"stage":"lab"`},
		{`"revision":`, `"rev":`},
		{`"badges":[`, `"badges":null,"more":[`},
		{`"trades":2`, `"trades":"2"`},
		{`"name":"Gap Fade"`, `"name":null`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good || c.check(c.answer("/api/bots/{id}", "200", "application/json"), []byte(bad)) == nil {
			t.Errorf("%s instead of %s was not noticed", change[1], change[0])
		}
	}
}
