package history

import (
	"sync"

	"assay/market"
)

// proven keeps the mapped columns of the sets whose content was held against
// their fingerprint, for as long as the process lives: that takes addresses, and
// no memory that the system could not have back.
type proven struct {
	mu   sync.Mutex
	sets map[string]held
}

type held struct {
	set     Set
	columns market.Columns
}

func (p *proven) get(fingerprint string) (held, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.sets[fingerprint]
	return h, ok
}

func (p *proven) put(fingerprint string, h held) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sets[fingerprint] = h
}
