package api

import (
	"context"
	"slices"
	"sync"

	"assay/bot"
	"assay/store"
)

// rows is the fleet as it was last read. A request reads only the bots whose
// revision has risen since: whatever is shown about a bot raises it, so that
// nothing here can be stale.
type rows struct {
	mu       sync.Mutex
	revision int64
	list     []*row // by name, never changed in place
}

// read returns the whole fleet as of the transaction, or a little later.
func (r *rows) read(ctx context.Context, tx *store.DB) ([]*row, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	revision, err := tx.Revision(ctx)
	if err != nil || revision <= r.revision {
		return r.list, err
	}
	changed, err := tx.Fleet(ctx, store.FleetFilter{Revision: r.revision})
	if err != nil {
		return nil, err
	}
	list, known := merged(r.list, changed)
	if !known {
		all, err := tx.Fleet(ctx, store.FleetFilter{})
		if err != nil {
			return nil, err
		}
		list = make([]*row, len(all))
		for i := range all {
			list[i] = &row{FleetRow: all[i]}
		}
	}
	r.revision, r.list = revision, list
	return list, nil
}

// merged puts changed rows in the places of the old ones; false when one of
// them has none.
func merged(old []*row, changed []store.FleetRow) ([]*row, bool) {
	place := make(map[bot.ID]int, len(old))
	for i := range old {
		place[old[i].Facts.Bot.ID] = i
	}
	list := slices.Clone(old)
	for _, r := range changed {
		i, known := place[r.Facts.Bot.ID]
		if !known {
			return nil, false
		}
		list[i] = &row{FleetRow: r}
	}
	return list, true
}
