package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"assay"
	"assay/bot"
)

// answer is a body with nothing else to say.
type answer[T any] struct{ Body T }

// get registers one call that reads.
func get[I, O any](
	api huma.API, id, path, summary string, handle func(context.Context, *I) (*answer[O], error),
) {
	op := huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary}
	huma.Register(api, op, handle)
}

type listInput struct {
	Limit  int       `query:"limit" default:"100" minimum:"1" maximum:"10000"`
	Offset int       `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
	Stage  bot.Stage `query:"stage" doc:"only bots in this stage"`
	Q      string    `query:"q" maxLength:"100" doc:"only bots with this in id, name or symbol"`
}

type overviewInput struct {
	Limit  int `query:"limit" default:"10000" minimum:"1" maximum:"10000"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
}

type botInput struct {
	ID bot.ID `path:"id" maxLength:"100"`
}

type sessionInput struct {
	ID     int64 `path:"id" minimum:"1"`
	Limit  int   `query:"limit" default:"100" minimum:"1" maximum:"1000"`
	Offset int   `query:"offset" default:"0" minimum:"0"`
}

type autonomyInput struct {
	Ticks int `query:"ticks" default:"60" minimum:"1" maximum:"1000" doc:"how many ticks, newest first"`
}

type jobsInput struct {
	Limit  int `query:"limit" default:"100" minimum:"1" maximum:"10000"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
}

func (s *Server) listBots(ctx context.Context, in *listInput) (*answer[Bots], error) {
	return nil, assay.Errorf(assay.Unavailable, "", "no store")
}

func (s *Server) getBot(ctx context.Context, in *botInput) (*answer[Bot], error) {
	return nil, assay.Errorf(assay.Unavailable, "", "no store")
}

func (s *Server) overview(ctx context.Context, in *overviewInput) (*answer[Overview], error) {
	return nil, assay.Errorf(assay.Unavailable, "", "no store")
}

func (s *Server) session(ctx context.Context, in *sessionInput) (*answer[Session], error) {
	return nil, assay.Errorf(assay.Unavailable, "", "no store")
}

func (s *Server) proveAutonomy(ctx context.Context, in *autonomyInput) (*answer[ProofAutonomy], error) {
	return nil, assay.Errorf(assay.Unavailable, "", "no store")
}

func (s *Server) proveJobs(ctx context.Context, in *jobsInput) (*answer[ProofJobs], error) {
	return nil, assay.Errorf(assay.Unavailable, "", "no store")
}
