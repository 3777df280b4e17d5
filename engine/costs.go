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
	TickValue  market.Money `json:"tickValue"`  // one tick of one contract
	Fee        market.Money `json:"fee"`        // per contract and side: exchange, NFA and commission
	SlipMarket int32        `json:"slipMarket"` // ticks a market order loses
	SlipStop   int32        `json:"slipStop"`   // ticks a stop order loses
	SlipLimit  int32        `json:"slipLimit"`  // ticks a limit order loses
	Through    int32        `json:"through"`    // ticks a limit must be traded through
	VolumeCap  int32        `json:"volumeCap"`  // percent of a bar's volume that may be filled; 0 is no cap
	GapAtOpen  bool         `json:"gapAtOpen"`  // a target passed at the open fills at the open instead of at its limit (W3)
	FillAnyway bool         `json:"fillAnyway"` // bars without volume fill too (workloads without volume)
}
