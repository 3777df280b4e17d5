// Package api serves the fleet over HTTP: the JSON API whose document the
// console's types are generated from, the stream of changes, the proofs, and
// the console itself.
package api

import (
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"assay/control"
	"assay/job"
	"assay/store"
)

// Config is what the API is built from; every field is needed.
type Config struct {
	Store      *store.DB
	Health     *control.Health
	Metrics    *prometheus.Registry       // what /metrics serves; the server adds its own
	Console    fs.FS                      // the console's built files, index.html at the root
	StuckAfter time.Duration              // a heartbeat older than this is late
	Limits     map[job.Type]time.Duration // a job that runs for longer is stuck
	Log        *slog.Logger
}

// Server answers the API's calls and serves the console. Run must run for the
// stream of changes to flow.
type Server struct {
	db         *store.DB
	stuckAfter time.Duration
	health     *control.Health
	limits     map[job.Type]time.Duration
	log        *slog.Logger
	hub        *hub
	rows       rows
	handler    http.Handler
}

// New builds the server.
func New(c Config) (*Server, error) {
	s := &Server{db: c.Store, stuckAfter: c.StuckAfter, limits: c.Limits, health: c.Health, log: c.Log, hub: newHub()}
	mux := http.NewServeMux()
	document, err := json.Marshal(s.routes(mux).OpenAPI())
	if err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(document)
	})
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("/api/", unknownCall(mux))
	mux.Handle("/", console{c.Console})
	mux.Handle("GET /metrics", promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn), MaxRequestsInFlight: 2,
	}))
	s.handler = secured(compressed(traced(newMeters(c.Metrics), mux)))
	return s, nil
}

// OpenAPI returns the API's document as JSON. It needs no database and no
// network, so that a build step can print it.
func OpenAPI() ([]byte, error) {
	document, err := json.MarshalIndent((&Server{}).routes(http.NewServeMux()).OpenAPI(), "", "  ")
	return append(document, '\n'), err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// routes registers every call of the API.
func (s *Server) routes(mux *http.ServeMux) huma.API {
	config := huma.DefaultConfig("Assay", "1")
	config.Components.Schemas = newRegistry()
	config.CreateHooks = nil // no $schema member in the answers
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.RejectUnknownQueryParameters = true
	format := huma.Format{Marshal: writeJSON, Unmarshal: json.Unmarshal}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	config.Transformers = []huma.Transformer{retell(config.Components.Schemas)}
	api := humago.New(mux, config)

	get(s, api, "list-bots", "/api/bots", "The fleet, a page at a time", s.listBots)
	get(s, api, "get-bot", "/api/bots/{id}", "One bot", s.getBot)
	get(s, api, "get-overview", "/api/bots-overview", "The bots page: rows and strip", s.overview)
	get(s, api, "list-sessions", "/api/bots/{id}/sessions", "A bot's backtests, those before its reset too", s.listSessions)
	get(s, api, "get-session", "/api/sessions/{id}", "One backtest with its provenance", s.session)
	get(s, api, "prove-autonomy", "/api/_proof/autonomy", "The last ticks of the planner", s.proveAutonomy)
	get(s, api, "prove-jobs", "/api/_proof/jobs", "Jobs by status, stuck ones, the last of each bot", s.proveJobs)
	get(s, api, "get-readiness", "/api/readiness", "How ready the laboratory is, stage by stage", s.readiness)
	post(s, api, "run-smoke-test", "/api/smoke-test", "Ask every configured provider now", s.smokeTest)
	post(s, api, "verify-provider", "/api/providers/{id}/verify", "Ask one provider now", s.verifyProvider)
	get(s, api, "prove-lab-starvation", "/api/_proof/lab-starvation", "No bot in LAB is forgotten", s.proveStarvation)
	get(s, api, "prove-data", "/api/_proof/data", "Where the last results come from, and what the providers were asked", s.proveData)
	get(s, api, "prove-invariants", "/api/_proof/invariants", "What must always be true, and its SQL", s.proveInvariants)
	get(s, api, "prove-audit-log", "/api/_proof/audit-log", "What operators did, newest first", s.proveAuditLog)
	get(s, api, "prove-stage-events", "/api/_proof/stage-events", "Every move of a bot between stages, newest first", s.proveStageEvents)
	post(s, api, "run-audit", "/api/audit", "Verify the audit log and all invariants", s.audit)
	post(s, api, "pause", "/api/autonomy/pause", "Hold bots back from new jobs", s.pause)
	post(s, api, "resume", "/api/autonomy/resume", "Let paused bots go on", s.resume)
	post(s, api, "revert-to-lab", "/api/admin/revert-to-lab", "Put bots back to LAB", s.revertToLab)
	post(s, api, "reset-metrics", "/api/admin/reset-metrics", "Count results anew", s.resetMetrics)
	s.registerEvents(api)

	neverNullLists(config.Components.Schemas)
	return api
}
