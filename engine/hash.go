package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"assay/market"
)

// Hash is the fingerprint of a ledger under these fill rules: hex SHA-256 of
// the engine's Version and the ledger in the encoding below. The same input
// gives the same hash on any machine and any number of cores.
//
// The encoding is a sequence of fields without gaps. A number is its value as
// 8 bytes, two's complement, little-endian; a text is its length in bytes as
// a number, then its bytes; a truth is the number 0 or 1; a list is its
// length as a number, then its items; an item is its fields in the order in
// which fill, trade and Hash write them. The sequence: text "assay ledger",
// text Version, list Fills, list Trades, list Open of no or one Trade, list
// Days.
func Hash(l Ledger) string {
	e := newEncoder("assay ledger")
	e.number(int64(len(l.Fills)))
	for i := range l.Fills {
		e.fill(&l.Fills[i])
	}
	e.number(int64(len(l.Trades)))
	for i := range l.Trades {
		e.trade(&l.Trades[i])
	}
	if l.Open == nil {
		e.number(0)
	} else {
		e.number(1)
		e.trade(l.Open)
	}
	e.number(int64(len(l.Days)))
	for _, d := range l.Days {
		e.number(int64(d.Date))
		e.money(d.PnL)
		e.truth(d.LossLimit)
	}
	return e.sum()
}

// Inputs is everything a session's result depends on, and the result.
type Inputs struct {
	Rule   string // hash of the rule that was executed
	Data   string // fingerprint of the bars
	Costs  Costs
	Seed   uint64 // 0 where nothing is drawn
	Ledger string // Hash of the ledger
}

// ResultHash is the fingerprint that a session stores: hex SHA-256 in the
// encoding of Hash of text "assay result", text Version and the fields of
// Inputs.
func ResultHash(in Inputs) string {
	e, c := newEncoder("assay result"), in.Costs
	e.text(in.Rule)
	e.text(in.Data)
	e.text(c.Name)
	e.money(c.TickValue)
	e.money(c.Fee)
	for _, n := range []int32{c.SlipMarket, c.SlipStop, c.SlipLimit, c.Through, c.VolumeCap} {
		e.number(int64(n))
	}
	e.truth(c.GapAtOpen)
	e.truth(c.FillAnyway)
	e.truth(c.CarryOver)
	e.number(int64(in.Seed))
	e.text(in.Ledger)
	return e.sum()
}

type encoder struct{ bytes []byte }

func newEncoder(what string) *encoder {
	e := new(encoder)
	e.text(what)
	e.text(Version)
	return e
}

func (e *encoder) number(n int64) { e.bytes = binary.LittleEndian.AppendUint64(e.bytes, uint64(n)) }

func (e *encoder) money(m market.Money) { e.number(int64(m)) }

func (e *encoder) text(s string) {
	e.number(int64(len(s)))
	e.bytes = append(e.bytes, s...)
}

func (e *encoder) truth(b bool) {
	n := int64(0)
	if b {
		n = 1
	}
	e.number(n)
}

func (e *encoder) fill(f *Fill) {
	for _, n := range []int32{f.Bar, int32(f.Side), f.Qty, f.Price} {
		e.number(int64(n))
	}
	e.text(f.Reason.String())
}

func (e *encoder) trade(t *Trade) {
	e.number(int64(t.Side))
	e.number(int64(t.Qty))
	e.text(t.Contract)
	for _, n := range []int32{t.EntryBar, t.ExitBar, t.Entry, t.Exit} {
		e.number(int64(n))
	}
	e.text(t.EntryWhy)
	e.text(t.ExitWhy.String())
	e.truth(t.FromRoll)
	for _, m := range []market.Money{t.Risk, t.Gross, t.Fees, t.Net} {
		e.money(m)
	}
	e.truth(t.Ambiguous)
}

func (e *encoder) sum() string {
	sum := sha256.Sum256(e.bytes)
	return hex.EncodeToString(sum[:])
}
