package worker

import (
	"context"
	"sync"

	"assay/store"
)

// most bounds how many jobs are completed in one transaction.
const most = 64

// scribe completes the jobs of a node. Those that end while another is being
// written are written together: a transaction costs as much as several small
// jobs.
type scribe struct {
	db      *store.DB
	writing sync.Mutex // held by whoever writes for all that wait

	mu      sync.Mutex
	waiting []*finished
}

// finished is a job that waits to be completed. Whoever has the scribe's mutex
// writing may look whether it is.
type finished struct {
	store.Finished
	written bool
	err     error
}

// finish is store.DB.Finish.
func (s *scribe) finish(ctx context.Context, l store.Lease, save func(*store.DB) error) error {
	f := &finished{Finished: store.Finished{Lease: l, Save: save}}
	s.mu.Lock()
	s.waiting = append(s.waiting, f)
	s.mu.Unlock()

	s.writing.Lock()
	defer s.writing.Unlock()
	for !f.written {
		s.write(ctx, s.next())
	}
	return f.err
}

func (s *scribe) next() []*finished {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(s.waiting), most)
	batch := s.waiting[:n:n]
	s.waiting = s.waiting[n:]
	return batch
}

// write completes jobs together, and one by one when that failed: one of them
// must not take the others with it.
func (s *scribe) write(ctx context.Context, batch []*finished) {
	all := make([]store.Finished, len(batch))
	for i, f := range batch {
		all[i] = f.Finished
	}
	err := s.db.FinishAll(ctx, all...)
	for _, f := range batch {
		f.written, f.err = true, err
		if err != nil && len(batch) > 1 {
			f.err = s.db.Finish(ctx, f.Lease, f.Save)
		}
	}
}
