// Package fetch buys bars and keeps what came: an answer that breaks off is
// asked for again from where it broke, by the same command or by the next, so
// that nothing is paid for twice and nothing half-written is used.
package fetch

import (
	"context"
	"io"
	"time"

	"assay/market"
)

// Lot is what is asked for: the records of one symbol over a stretch of time.
type Lot struct {
	Dataset string        // e.g. "GLBX.MDP3"
	Symbol  string        // a contract, e.g. "ESU4", or a continuous series, e.g. "ES.v.0"
	Bar     time.Duration // length of a bar: a second, a minute or an hour
	From    time.Time     // inclusive
	To      time.Time     // exclusive
}

// Quote is what a lot costs, before it is bought.
type Quote struct {
	Cost    market.Money
	Records int64
}

// Delivery is the stream of DBN that was bought. Close it.
type Delivery struct {
	io.ReadCloser
	Simulated bool     // a stand-in made it up
	Warnings  []string // the source's own words
}

// Source sells bars. Its errors are worth another try when their kind is
// assay.Unavailable.
type Source interface {
	// Available returns the stretch of time that can be bought.
	Available(ctx context.Context, lot Lot) (from, to time.Time, err error)
	// Quote asks for the price, which is free.
	Quote(ctx context.Context, lot Lot) (Quote, error)
	// Open buys the lot. Its records come oldest first.
	Open(ctx context.Context, lot Lot) (Delivery, error)
}
