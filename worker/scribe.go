package worker

import (
	"context"
	"time"

	"assay/store"
)

// scribe completes the jobs of a node, those that end together in one
// transaction.
type scribe struct {
	together[store.Finished, struct{}]
}

func newScribe(db *store.DB, gather time.Duration) *scribe {
	return &scribe{newTogether(gather, func(ctx context.Context, all []store.Finished) ([]struct{}, error) {
		return make([]struct{}, len(all)), db.FinishAll(ctx, all...)
	})}
}

// finish is store.DB.Finish.
func (s *scribe) finish(ctx context.Context, l store.Lease, save func(*store.DB) error) error {
	_, err := s.await(ctx, store.Finished{Lease: l, Save: save})
	return err
}
