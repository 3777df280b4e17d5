// Package simbars makes bars that no exchange has seen: a market to try the
// house with, and the series on which engines are compared. Whatever is
// computed from them says SIM DATA.
package simbars

import (
	"hash/fnv"
	"math"
	"time"

	"assay/internal/splitmix"
	"assay/market"
)

// First is the trade date of the first generated session.
const First = market.Date(19724) // 2024-01-02

// Interval is the length of a generated bar.
const Interval = 5 * time.Minute

// Generate returns synthetic five-minute bars of a contract from First through
// the given trade date, on the exchange's real calendar, with quarterly
// contracts and a price gap at each roll. A micro gets its big sister's bars.
//
// Each session has its own seed, made from the root and the date, so a later
// date only appends. Prices use exactly rounded arithmetic alone, and products
// are rounded before they are added: the bars are the same on every machine.
// It returns at least one session.
//
// The market it makes has quiet and wild weeks (a GARCH variance by session),
// a busy day session, sessions that trend and sessions that return to where
// they came from, and gaps at the open.
func Generate(c market.Contract, through market.Date) *market.Bars {
	root, err := market.DataRoot(c.Root)
	if err != nil {
		panic("simbars: a contract has bars of some root: " + err.Error())
	}
	contract, _ := market.ContractOf(root)
	g := newGenerator(contract)
	for d := First; d <= max(through, First); d = g.calendar.Next(d) {
		g.session(d)
	}
	b, err := market.NewBars(root, Interval, g.columns, g.segments)
	if err != nil {
		panic("simbars: generated bars are right: " + err.Error())
	}
	return b
}

// generator carries the market from session to session. Prices are in ticks.
type generator struct {
	calendar *market.Calendar
	market   character
	root     uint64 // hash of the root, part of every seed

	rng      *splitmix.Source
	price    float64
	anchor   float64 // where a session that reverts returns to
	variance float64 // of a session's return
	pace     float64 // how busy the last bars were, about 1

	columns  market.Columns
	segments []market.Segment
	contract string
}

func newGenerator(c market.Contract) *generator {
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.Root)) // never fails
	m := characterOf(c)
	return &generator{
		calendar: c.Calendar(), market: m, root: h.Sum64(),
		price: m.start, anchor: m.start, variance: m.sigma * m.sigma, pace: 1,
	}
}

// session appends one trade date.
func (g *generator) session(d market.Date) {
	s, ok := g.calendar.Session(d)
	if !ok {
		panic("simbars: only trade dates are generated")
	}
	g.rng = splitmix.New(g.root + uint64(d)*0x9E3779B97F4A7C15)
	g.roll(d)
	first := g.price
	g.price += float64(g.price * g.gap(d))
	p := g.plan(s)
	for at := s.Open; at.Before(s.Close); at = at.Add(Interval) {
		g.bar(at.Unix(), p)
	}
	r := g.price/first - 1
	long := g.market.sigma * g.market.sigma
	g.variance = float64(0.06*long) + float64(0.86*g.variance) + float64(0.08*min(r*r, 9*long))
	g.anchor += float64(0.5 * (g.price - g.anchor))
}

// gap draws the return between two sessions; a weekend or holiday gap is wider.
func (g *generator) gap(d market.Date) float64 {
	scale := 0.12
	if g.calendar.Prev(d) < d-1 {
		scale = 0.30
	}
	return scale * math.Sqrt(g.variance) * g.normal()
}

// normal draws a number with mean 0 and variance 1 that looks normal: how many
// of 64 bits are set, and an even smear between two counts. It needs neither
// logarithm nor cosine, whose last bits differ between machines.
func (g *generator) normal() float64 {
	bits := g.rng.Uint64()
	const scale = 0.24935 // 1/sqrt(16 + 1/12)
	return scale * (float64(popcount(bits)) - 32.5 + g.rng.Float64())
}

// roll starts the first contract, or the next one on the first trade date of
// the week in which the current one expires.
func (g *generator) roll(d market.Date) {
	name := contractOn(g.market.root, d)
	if name == g.contract {
		return
	}
	if g.contract != "" {
		gap := g.market.carry + float64(0.1*math.Abs(g.market.carry)*g.normal())
		g.price += float64(g.price * gap)
		g.anchor += float64(g.anchor * gap)
	}
	g.contract = name
	g.segments = append(g.segments, market.Segment{First: len(g.columns.Time), Contract: name})
}

// contractOn names the quarterly contract that leads on a trade date: from the
// Monday before the third Friday of its month on, the next one does.
func contractOn(root string, d market.Date) string {
	year, month, _ := d.Time().Date()
	quarter := month + (3-month%3)%3
	first := market.DateOf(time.Date(year, quarter, 1, 0, 0, 0, 0, time.UTC))
	third := first + market.Date((5-int(first.Weekday())+7)%7) + 14
	if d >= third-4 {
		if quarter += 3; quarter > 12 {
			quarter, year = 3, year+1
		}
	}
	return root + string("HMUZ"[quarter/3-1]) + string(rune('0'+year%10))
}
