package task

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"assay/engine"
	"assay/internal/splitmix"
	"assay/market"
	"assay/store"
	"assay/strategy"
)

// The names of the checks in session_checks.
const (
	CheckStress     = "COST_STRESS"
	CheckNeighbours = "PARAMETER_NEIGHBOURS"
	CheckLookAhead  = "LOOK_AHEAD"
	CheckRepeat     = "REPEAT"
)

// The bounds of gates.md: most neighbours earn, and in the middle they keep
// most of what the strategy itself earns.
const (
	neighboursThatEarn = 0.7
	neighboursMedian   = 0.6
	lookAheadCuts      = 20
)

// stress runs the same orders on a worse day. It passes when money is left.
func stress(p prepared, base Output) (store.Check, error) {
	costs := engine.Stress(base.Costs)
	ledger, err := p.play(nil, costs)
	if err != nil {
		return store.Check{}, err
	}
	outcome := store.CheckInconclusive
	if len(base.Ledger.Trades) > 0 {
		outcome = passIf(net(ledger) > 0)
	}
	return check(CheckStress, outcome, map[string]any{
		"costs": costs, "netPnl": net(ledger), "baseNetPnl": base.Metrics.NetPnL,
	}), nil
}

// neighbour is a run with one parameter a step away from its value.
type neighbour struct {
	Param  string       `json:"param"`
	Value  float64      `json:"value"`
	NetPnL market.Money `json:"netPnl"`
}

// neighbours lists each parameter one step down and one step up, as far as its
// range goes.
func neighbours(params []strategy.Param) (all []neighbour) {
	for _, p := range params {
		for _, step := range []float64{-p.Step, p.Step} {
			v := math.Round((p.Default+step)*1e9) / 1e9 // 0.1 + 0.2 is 0.3 here
			if p.Step > 0 && v >= p.Min && v <= p.Max && v != p.Default {
				all = append(all, neighbour{Param: p.Name, Value: v})
			}
		}
	}
	return all
}

// judgeNeighbours says whether the result stands on a plateau or on a needle.
// A strategy that earns nothing, or has no parameter, has no plateau to judge.
func judgeNeighbours(all []neighbour, base market.Money) store.Check {
	detail := map[string]any{"neighbours": all, "baseNetPnl": base}
	if len(all) == 0 || base <= 0 {
		return check(CheckNeighbours, store.CheckInconclusive, detail)
	}
	shares, earn := make([]float64, len(all)), 0
	for i, n := range all {
		shares[i] = float64(n.NetPnL) / float64(base)
		if n.NetPnL > 0 {
			earn++
		}
	}
	slices.Sort(shares)
	median := (shares[(len(shares)-1)/2] + shares[len(shares)/2]) / 2
	detail["earning"], detail["median"] = float64(earn)/float64(len(all)), median
	good := float64(earn) >= neighboursThatEarn*float64(len(all)) && median >= neighboursMedian
	return check(CheckNeighbours, passIf(good), detail)
}

// cuts draws the lengths at which the bars are cut for the look-ahead check.
func cuts(bars int, seed uint64) []int {
	if bars < 2 {
		return nil
	}
	chance := splitmix.New(seed)
	at := make([]int, lookAheadCuts)
	for i := range at {
		at[i] = 1 + chance.Below(bars-1)
	}
	return at
}

// foresees returns the first decision that differs between the whole run and
// the same rules on the first n bars, in words; "" when the shorter run
// decides as the longer one did.
func foresees(p prepared, whole strategy.Signals, n int) (string, error) {
	program, err := p.program(nil)
	if err != nil {
		return "", err
	}
	short, err := program.Eval(p.bars.Truncate(n))
	if err != nil {
		return "", err
	}
	enter := func(s strategy.Signals, e strategy.Entry) string {
		return fmt.Sprint(e.Bar, e.Side, s.Reasons[e.Reason], e.Stop, e.Target, e.Trail, e.MaxBars, e.Price, e.Wait)
	}
	leave := func(s strategy.Signals, l strategy.Leave) string {
		return fmt.Sprint(l.Bar, l.Side, s.Reasons[l.Reason])
	}
	early := func(e strategy.Entry) bool { return int(e.Bar) < n }
	earlyLeave := func(l strategy.Leave) bool { return int(l.Bar) < n }
	if d := differs(words(whole, filter(whole.Enter, early), enter), words(short, short.Enter, enter)); d != "" {
		return "entry " + d, nil
	}
	if d := differs(words(whole, filter(whole.Leave, earlyLeave), leave), words(short, short.Leave, leave)); d != "" {
		return "exit " + d, nil
	}
	return "", nil
}

func filter[T any](all []T, keep func(T) bool) (kept []T) {
	for _, v := range all {
		if keep(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func words[T any](s strategy.Signals, all []T, print func(strategy.Signals, T) string) []string {
	list := make([]string, len(all))
	for i, v := range all {
		list[i] = print(s, v)
	}
	return list
}

func differs(long, short []string) string {
	for i := range max(len(long), len(short)) {
		switch {
		case i >= len(short):
			return long[i] + " only with later bars"
		case i >= len(long):
			return short[i] + " only without later bars"
		case long[i] != short[i]:
			return long[i] + " with later bars, " + short[i] + " without"
		}
	}
	return ""
}

func passIf(good bool) store.CheckOutcome {
	if good {
		return store.CheckPass
	}
	return store.CheckFail
}

func check(name string, outcome store.CheckOutcome, detail any) store.Check {
	text, err := json.Marshal(detail)
	if err != nil {
		panic("task: the details of a check are plain values: " + err.Error())
	}
	return store.Check{Name: name, Outcome: outcome, Detail: text}
}
