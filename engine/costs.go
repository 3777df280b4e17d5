package engine

import "assay/market"

// Version names the fill rules. It is part of every result hash and rises
// whenever the same input could give another ledger.
const Version = "1"

// Costs is what a fill costs and when a fill happens: the fill model of
// ../docs/fills.md as numbers. A session stores it, so that it can be run
// again.
type Costs struct {
	Name       string       `json:"name"`       // e.g. "standard", "stress"
	TickValue  market.Money `json:"tickValue"`  // one tick of one contract, > 0
	Fee        market.Money `json:"fee"`        // per contract and side: exchange, NFA and commission
	SlipMarket int32        `json:"slipMarket"` // ticks a market order loses
	SlipStop   int32        `json:"slipStop"`   // ticks a stop order loses
	SlipLimit  int32        `json:"slipLimit"`  // ticks a limit order loses
	Through    int32        `json:"through"`    // ticks a limit must be traded through
	VolumeCap  int32        `json:"volumeCap"`  // percent of a bar's volume that may be filled; 0 is no cap
	GapAtOpen  bool         `json:"gapAtOpen"`  // a target passed at the open fills at the open instead of at its limit (W3)
	FillAnyway bool         `json:"fillAnyway"` // bars without volume fill too (workloads without volume)
	CarryOver  bool         `json:"carryOver"`  // an entry that its session did not fill waits on in the next (W1)

	// FeesAsOf is the day the fee is of, 0 in models that were stored before it
	// was kept. No fill depends on it.
	FeesAsOf market.Date `json:"feesAsOf,omitzero"`
}

// Standard is the cost model of every backtest: one tick of slippage for
// market and stop orders, none for limits, which must be traded through by
// one tick; fees of the contract. There is no volume cap: bots trade a few
// contracts of liquid roots, and a cap would make one trade into several.
func Standard(c market.Contract) Costs {
	return Costs{
		Name: "standard", TickValue: c.TickValue, Fee: c.Fee(), FeesAsOf: c.FeesFrom.AsOf,
		SlipMarket: 1, SlipStop: 1, SlipLimit: 0, Through: 1,
	}
}

// Simple is the fill model of the workloads W1 to W3, simple so that engines can
// be compared: no slippage, 2 dollars a side, 50 dollars a point, and what each
// workload says of gaps and of orders that wait.
func Simple() Costs {
	return Costs{
		Name: "simple", TickValue: 125_000, Fee: 20_000, FillAnyway: true, GapAtOpen: true, CarryOver: true,
	}
}

// Stress is a worse day for the same orders: one more tick of slippage for
// market and stop orders and fees half as high again, rounded up.
func Stress(c Costs) Costs {
	c.Name = "stress"
	c.SlipMarket++
	c.SlipStop++
	c.Fee += (c.Fee + 1) / 2
	return c
}
