package worker

import (
	"context"

	"assay/store"
)

// scribe completes the jobs of a node, those that end together in one
// transaction.
type scribe struct {
	together[store.Finished, struct{}]
}

func newScribe(db *store.DB) *scribe {
	return &scribe{newTogether(func(ctx context.Context, all []store.Finished) ([]struct{}, error) {
		return make([]struct{}, len(all)), db.FinishAll(ctx, all...)
	})}
}

// finish is store.DB.Finish.
func (s *scribe) finish(ctx context.Context, l store.Lease, save func(*store.DB) error) error {
	_, err := s.await(ctx, store.Finished{Lease: l, Save: save})
	return err
}
