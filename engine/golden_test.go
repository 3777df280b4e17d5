package engine

import (
	"encoding/json"
	"os"
	"testing"

	"assay/market"
	"assay/strategy"

	"github.com/google/go-cmp/cmp"
)

// goldenCase is one case of testdata/fills.json: a position or none, orders,
// bars, and what must come of it.
type goldenCase struct {
	ID, Name string
	Rules    struct {
		LimitNeedsTradeThroughTicks int32 `json:"limit_needs_trade_through_ticks"`
		SlipLimit                   int32 `json:"slip_limit"`
		SlipMarket                  int32 `json:"slip_market"`
		SlipStop                    int32 `json:"slip_stop"`
		VolumeCapPct                int32 `json:"volume_cap_pct"`
		LockedLimitDown             bool  `json:"locked_limit_down"`
		TickValueCents              int64 `json:"tick_value_cents"`
		FeesRoundTurnCents          int64 `json:"fees_round_turn_cents"`
		Entry, Exit                 int32
	}
	Position *goldenPosition
	Orders   []goldenOrder
	Bars     json.RawMessage
	Expected struct {
		Fills         []goldenFill
		Ambiguous     bool
		OpenPosition  *goldenPosition `json:"open_position"`
		TrailAfterBar []int32         `json:"trail_after_bar"`
		RollTicks     *int64          `json:"pnl_of_roll_itself_ticks"`
		GrossCents    int64           `json:"gross_cents"`
		FeesCents     int64           `json:"fees_cents"`
		NetCents      int64           `json:"net_cents"`
	}
}

type goldenOrder struct {
	Type, Side       string
	Price, Qty       int32
	Anchor, Distance int32
	DecidedAfterBar  *int `json:"decided_after_bar"`
	Attach           *struct {
		StopOffset   int32 `json:"stop_offset"`
		TargetOffset int32 `json:"target_offset"`
	}
}

type goldenFill struct {
	Bar, Price, Qty int32
	Reason          FillReason
	Side, Contract  string // only where the case names them
}

// goldenPosition is written ["LONG", quantity, price].
type goldenPosition struct {
	Side       market.Side
	Qty, Price int32
}

func (p *goldenPosition) UnmarshalJSON(text []byte) error {
	var side string
	err := json.Unmarshal(text, &[]any{&side, &p.Qty, &p.Price})
	p.Side = sides[side]
	return err
}

var (
	sides = map[string]market.Side{
		"LONG": market.Long, "BUY": market.Long, "SHORT": market.Short, "SELL": market.Short,
	}
	kinds = map[string]OrderKind{"MARKET": Market, "STOP": StopOrder, "LIMIT": LimitOrder}
)

func goldenCases(t *testing.T) []goldenCase {
	text, err := os.ReadFile("testdata/fills.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 24 {
		t.Fatalf("%d cases, want 24", len(file.Cases))
	}
	return file.Cases
}

// bars reads the case's bars; those of the roll are named by contract.
func (c *goldenCase) bars(t *testing.T) *market.Bars {
	var rows []ohlcv
	if c.ID == "f20" {
		var by map[string][]ohlcv
		if err := json.Unmarshal(c.Bars, &by); err != nil {
			t.Fatal(err)
		}
		old, next := by["ESH6"][0], by["ESM6"][0]
		b := barsOf(old, next)
		b.Segments = []market.Segment{
			{Contract: "ESH6"}, {First: 1, Contract: "ESM6", Gap: next[0] - old[3], Offset: next[0] - old[3]},
		}
		return b
	}
	if err := json.Unmarshal(c.Bars, &rows); err != nil {
		t.Fatal(err)
	}
	if c.ID == "f17" { // arithmetic only: a bar that reaches the stop
		rows = []ohlcv{{c.Rules.Entry, c.Rules.Entry, c.Rules.Exit, c.Rules.Exit, 1}}
	}
	b := barsOf(rows...)
	b.Locked = make([]bool, b.Len())
	for i := range b.Locked {
		b.Locked[i] = c.Rules.LockedLimitDown
	}
	return b
}

// book makes the account of the case, with the orders of a held position.
func (c *goldenCase) book(b *market.Bars) *Book {
	r, limits := &c.Rules, plain()
	for _, o := range c.Orders {
		limits.Contracts = o.Qty
		if o.Type == "MARKET_ON_SESSION_CLOSE" {
			limits.FlatAtClose, b.Last[b.Len()-1] = true, true
		}
	}
	k := NewBook(b, limits, Costs{
		TickValue: market.Money(r.TickValueCents) * 100, Fee: market.Money(r.FeesRoundTurnCents) * 50,
		SlipMarket: r.SlipMarket, SlipStop: r.SlipStop, SlipLimit: r.SlipLimit,
		Through: r.LimitNeedsTradeThroughTicks, VolumeCap: r.VolumeCapPct,
	})
	if c.ID == "f17" {
		k.hold(market.Long, 1, r.Entry)
		k.pos.stop = r.Exit + r.SlipStop
	}
	if c.Position == nil {
		return k
	}
	k.hold(c.Position.Side, c.Position.Qty, c.Position.Price)
	k.pos.contract = k.contract()
	for _, o := range c.Orders {
		switch o.Type {
		case "STOP":
			k.pos.stop = o.Price * int32(k.pos.side)
		case "LIMIT":
			k.pos.target = o.Price * int32(k.pos.side)
		case "TRAIL":
			k.pos.trail, k.pos.stop = o.Distance, o.Anchor-o.Distance
		}
	}
	return k
}

// wants gives the entry that is decided after a bar; -1 is before the first.
func (c *goldenCase) wants(bar int) (in Intent) {
	if c.Position != nil {
		return in
	}
	for _, o := range c.Orders {
		if bar != -1 && o.DecidedAfterBar == nil || o.DecidedAfterBar != nil && *o.DecidedAfterBar != bar {
			continue
		}
		in.Enter = Order{Kind: kinds[o.Type], Side: sides[o.Side], Price: o.Price}
		if o.Attach != nil {
			in.Enter.Stop = strategy.Bracket{Kind: strategy.Distance, Ticks: o.Attach.StopOffset}
			in.Enter.Target = strategy.Bracket{Kind: strategy.Distance, Ticks: o.Attach.TargetOffset}
		}
	}
	return in
}

func TestGoldenFills(t *testing.T) {
	for _, c := range goldenCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			b := c.bars(t)
			k := c.book(b)
			var trails []int32
			k.Want(c.wants(-1))
			for i := range b.Len() {
				k.Advance(i, i+1)
				k.Want(c.wants(i))
				if k.pos.trail > 0 {
					trails = append(trails, k.pos.stop)
				}
			}
			c.check(t, k.Ledger(), trails)
		})
	}
}

func (c *goldenCase) check(t *testing.T, l Ledger, trails []int32) {
	e := &c.Expected
	if c.ID == "f17" {
		want := Trade{
			Side: market.Long, Qty: 1, Entry: c.Rules.Entry, Exit: c.Rules.Exit, ExitWhy: Stopped,
			Gross: market.Money(e.GrossCents) * 100, Fees: market.Money(e.FeesCents) * 100,
			Net: market.Money(e.NetCents) * 100,
		}
		if d := cmp.Diff([]Trade{want}, l.Trades); d != "" {
			t.Errorf("%s: trades (-want +got)\n%s", c.Name, d)
		}
		return
	}
	if d := cmp.Diff(e.Fills, c.fills(l)); d != "" {
		t.Errorf("%s: fills (-want +got)\n%s", c.Name, d)
	}
	if d := cmp.Diff(e.TrailAfterBar, trails); d != "" {
		t.Errorf("%s: trail (-want +got)\n%s", c.Name, d)
	}
	ambiguous := l.Open != nil && l.Open.Ambiguous
	for _, tr := range l.Trades {
		ambiguous = ambiguous || tr.Ambiguous
	}
	if ambiguous != e.Ambiguous {
		t.Errorf("%s: ambiguous = %v", c.Name, ambiguous)
	}
	if p := e.OpenPosition; p != nil {
		if l.Open == nil || *p != (goldenPosition{l.Open.Side, l.Open.Qty, l.Open.Entry}) {
			t.Errorf("%s: open = %+v, want %+v", c.Name, l.Open, *p)
		}
	}
	if e.RollTicks != nil {
		if got := int64(l.Fills[0].Price-6001) - int64(l.Fills[1].Price-6050); got != *e.RollTicks {
			t.Errorf("%s: the roll made %d ticks, want %d", c.Name, got, *e.RollTicks)
		}
	}
}

// fills writes the ledger's fills as the case does.
func (c *goldenCase) fills(l Ledger) []goldenFill {
	fills := []goldenFill{}
	for _, f := range l.Fills {
		g := goldenFill{Bar: f.Bar, Price: f.Price, Qty: f.Qty, Reason: f.Reason}
		if c.ID == "f20" { // its bars are one instant, and it names contracts
			g.Bar, g.Side, g.Contract = 0, "SELL", l.Trades[0].Contract
			if f.Side == market.Long {
				g.Side, g.Contract = "BUY", l.Open.Contract
			}
		}
		fills = append(fills, g)
	}
	return fills
}
