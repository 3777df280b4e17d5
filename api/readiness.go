package api

import (
	"context"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"assay/health"
)

// ReadinessEvent carries how ready the laboratory is, whole.
type ReadinessEvent struct {
	ServerTime time.Time        `json:"serverTime"`
	Readiness  health.Readiness `json:"readiness"`
}

type providerInput struct {
	ID string `path:"id" maxLength:"64" doc:"one of the five providers, or an older id of one"`
}

// readiness is the one source of the System Health drawer.
func (s *Server) readiness(ctx context.Context, _ *struct{}) (*answer[health.Readiness], error) {
	return &answer[health.Readiness]{s.health.Readiness(ctx)}, nil
}

func (s *Server) smokeTest(ctx context.Context, _ *struct{}) (*answer[health.Readiness], error) {
	return s.verified(ctx)
}

func (s *Server) verifyProvider(ctx context.Context, in *providerInput) (*answer[health.Readiness], error) {
	id, err := health.Normalise(in.ID)
	if err != nil {
		return nil, err
	}
	return s.verified(ctx, id)
}

func (s *Server) verified(ctx context.Context, ids ...health.ProviderID) (*answer[health.Readiness], error) {
	r, err := s.health.Verify(ctx, ids...)
	if err != nil {
		return nil, err
	}
	return &answer[health.Readiness]{r}, nil
}

// toldReady is the readiness that readers of the stream have.
type toldReady struct {
	counter  int64
	lastTick int64
	verdict  []any
}

// toldAlready is what a reader that asks now knows.
func (s *Server) toldAlready(ctx context.Context, lastTick int64) (toldReady, error) {
	counter, err := s.db.Readiness(ctx)
	return toldReady{counter, lastTick, verdictOf(s.health.Readiness(ctx))}, err
}

// tellReadiness sends the readiness when a provider was verified, a tick ended
// or the passing of time has changed a verdict. Reading it is several queries, so
// other commits do not make it look.
func (s *Server) tellReadiness(ctx context.Context, t *toldReady, lastTick int64, beat bool) error {
	counter, err := s.db.Readiness(ctx)
	if err != nil || counter == t.counter && lastTick == t.lastTick && !beat {
		return err
	}
	r := s.health.Readiness(ctx)
	verdict := verdictOf(r)
	if counter == t.counter && lastTick == t.lastTick && reflect.DeepEqual(verdict, t.verdict) {
		return nil
	}
	revision, err := s.db.Revision(ctx)
	if err != nil {
		return err
	}
	*t = toldReady{counter, lastTick, verdict}
	s.hub.send(encode(revision, "readiness", ReadinessEvent{r.GeneratedAt, r}))
	return nil
}

// verdictOf is the readiness without what changes with every look.
func verdictOf(r health.Readiness) []any {
	all := []any{r.Status, r.Summary, len(r.Blockers)}
	for _, p := range r.Providers {
		all = append(all, p.Status, p.Reason, p.Required)
	}
	for _, c := range r.Checks {
		all = append(all, c.Status)
		if c.ID == health.CheckAudit {
			all = append(all, c.Since)
		}
	}
	return all
}

// healthWords names the enumerations of readiness in the document.
func healthWords(r huma.Registry) {
	enumerate(r, health.Providers[:]...)
	enumerate(r, health.Statuses[:]...)
	enumerate(r, health.CheckIDs[:]...)
	enumerate(r, health.BlockerCodes[:]...)
	enumerate(r, health.Passed, health.Degraded, health.Failed)
	enumerate(r, health.ActSmokeTest, health.ActVerify, health.ActAudit)
}
