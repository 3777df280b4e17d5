// Package api serves the fleet over HTTP: the JSON API whose document the
// console's types are generated from, the stream of changes, the proofs, and
// the console itself.
package api

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// OpenAPI returns the API's document as JSON. It needs no database and no
// network, so that a build step can print it.
func OpenAPI() ([]byte, error) {
	doc := (&Server{}).routes(http.NewServeMux()).OpenAPI()
	return json.MarshalIndent(doc, "", "  ")
}

// Server answers the API's calls.
type Server struct{}

// routes registers every call of the API.
func (s *Server) routes(mux *http.ServeMux) huma.API {
	config := huma.DefaultConfig("Assay", "1")
	config.Components.Schemas = newRegistry()
	config.CreateHooks = nil // no $schema member in the answers
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.RejectUnknownQueryParameters = true
	api := humago.New(mux, config)

	get(api, "list-bots", "/api/bots", "The fleet, a page at a time", s.listBots)
	get(api, "get-bot", "/api/bots/{id}", "One bot", s.getBot)
	get(api, "get-overview", "/api/bots-overview", "The bots page: rows and strip", s.overview)
	get(api, "get-session", "/api/sessions/{id}", "One backtest with its provenance", s.session)
	get(api, "prove-autonomy", "/api/_proof/autonomy", "The last ticks", s.proveAutonomy)
	get(api, "prove-jobs", "/api/_proof/jobs", "What became of the jobs", s.proveJobs)
	s.registerEvents(api)

	neverNullLists(config.Components.Schemas)
	return api
}
