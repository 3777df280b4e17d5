package history

import (
	"slices"
	"sync"

	"assay/market"
)

// cachedBars bounds the bars that a Store keeps ready, at 7 bytes each beside
// what is mapped, or 35 where files cannot be mapped.
const cachedBars = 10_000_000

// cache keeps the sets used last, within a number of bars.
type cache struct {
	mu     sync.Mutex
	limit  int
	held   int
	recent []cached // the one used last stands last
}

type cached struct {
	fingerprint string
	bars        *market.Bars
}

func (c *cache) find(fingerprint string) int {
	return slices.IndexFunc(c.recent, func(e cached) bool { return e.fingerprint == fingerprint })
}

// get returns the bars of a fingerprint, or nil.
func (c *cache) get(fingerprint string) *market.Bars {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.find(fingerprint)
	if at < 0 {
		return nil
	}
	e := c.recent[at]
	c.recent = append(slices.Delete(c.recent, at, at+1), e)
	return e.bars
}

// put adds bars and lets those go that were not used for longest. A set larger
// than the limit is not kept.
func (c *cache) put(fingerprint string, b *market.Bars) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b.Len() > c.limit || c.find(fingerprint) >= 0 {
		return
	}
	c.recent = append(c.recent, cached{fingerprint, b})
	for c.held += b.Len(); c.held > c.limit; c.recent = slices.Delete(c.recent, 0, 1) {
		c.held -= c.recent[0].bars.Len()
	}
}
