package fetch

import (
	"context"
	"errors"
	"io"
	"time"

	"assay"
	"assay/history/dbn"
)

// attempt buys what is left, and keeps what comes also when it breaks off.
func (b *buyer) attempt(ctx context.Context) error {
	shelf := b.plan.shelf
	rest := shelf.rest()
	delivery, err := b.plan.source.Open(ctx, rest)
	if err != nil {
		return err
	}
	defer func() { _ = delivery.Close() }() // it was read, or is given up
	if len(shelf.parts) > 0 && shelf.parts[0].simulated != delivery.Simulated {
		return assay.Errorf(assay.Conflict, "remove "+shelf.dir+" and fetch it again",
			"what was fetched before is of another source than what comes now")
	}
	b.warnings = delivery.Warnings
	r, err := dbn.NewReader(delivery, rest.Symbol, dbn.Limits{})
	if err != nil {
		return broken(err)
	}
	defer r.Close()
	w := &writer{shelf: shelf, head: r.Metadata(), simulated: delivery.Simulated, from: rest.From}
	w.head.Start, w.head.End = rest.From.UnixNano(), rest.To.UnixNano()
	defer w.drop()
	return b.copy(r, w, rest)
}

// copy reads a delivery to its end, or to where it breaks off.
func (b *buyer) copy(r *dbn.Reader, w *writer, rest Lot) error {
	before := b.kept()
	for {
		record, err := r.Record()
		if errors.Is(err, io.EOF) {
			return b.end(w, rest, before)
		}
		if err != nil {
			return b.keep(w, broken(err))
		}
		if !isBar(record) {
			continue
		}
		if err := check(record, w.moment, rest); err != nil {
			return b.keep(w, err)
		}
		if err := w.add(record); err != nil {
			return err
		}
		if n := before + w.accepted; n/progressEvery > b.progress.Records/progressEvery {
			b.reach(n)
		}
	}
}

func isBar(r dbn.Record) bool { return r.Type >= dbn.OHLCV1s && r.Type <= dbn.OHLCVEod }

// progressEvery is how many records come between two reports.
const progressEvery = 1000

func (b *buyer) reach(records int64) {
	b.progress.Records = records
	if b.tell != nil {
		b.tell(b.progress)
	}
}

// kept counts the records of this plan that are on disk for good.
func (b *buyer) kept() (n int64) {
	for _, p := range b.plan.shelf.parts {
		if !p.from.Before(b.plan.Rest.From) {
			n += p.records
		}
	}
	return n
}

// end books a delivery that came to its end: the last, unless fewer records
// came than were announced.
func (b *buyer) end(w *writer, rest Lot, before int64) error {
	if got := before + w.accepted + count(w.held); got < b.progress.Total {
		return b.keep(w, assay.Errorf(assay.Unavailable, "", "the stream ended after %d of %d records", got, b.progress.Total))
	}
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.finish(rest.To); err != nil {
		return err
	}
	b.reach(b.kept())
	return nil
}

// count counts records that stand one after the other.
func count(records []byte) (n int64) {
	for ; len(records) > 0; n++ {
		records = records[int(records[0])*4:]
	}
	return n
}

// keep ends the part of a delivery that broke off, before the moment whose
// records may not all be there. It returns why it broke off.
func (b *buyer) keep(w *writer, why error) error {
	if err := w.finish(time.Unix(0, w.moment)); err != nil {
		return err
	}
	b.reach(b.kept())
	return why
}

// check sees that a record is in order and was asked for.
func check(r dbn.Record, after int64, rest Lot) error {
	at := time.Unix(0, r.Time)
	switch {
	case r.Time < after:
		return assay.Errorf(assay.Invalid, "report it to the source", "%s: the record of %s comes after a later one",
			rest.Symbol, at.UTC().Format(time.RFC3339))
	case at.Before(rest.From) || !at.Before(rest.To):
		return assay.Errorf(assay.Invalid, "report it to the source", "%s: a record of %s was not asked for",
			rest.Symbol, at.UTC().Format(time.RFC3339))
	}
	return nil
}

// broken makes the decoder's complaint one that is worth another try: a stream
// that breaks off looks damaged.
func broken(err error) error {
	if assay.KindOf(err) == assay.Unavailable || errors.Is(err, context.Canceled) {
		return err
	}
	return &assay.Error{Kind: assay.Unavailable, Message: "the stream cannot be read on: " + clause(err)}
}
