package strategy

import (
	"math"
	"slices"

	"go.yaml.in/yaml/v3"
)

// above refuses a distance that cannot be above zero, or below it where zero
// will do, whatever the market does: for the defaults of the parameters and at
// the ends of their ranges. Prices and what is absent pass.
func (r *reader) above(n *yaml.Node, e Expr, zero bool, message, fix string) Expr {
	if e == nil || e.Type() != DistanceType || r.contract.Root == "" || r.doubtful {
		return e
	}
	rule := e.(*node)
	for _, values := range corners(r.params) {
		if high := rule.reach(r.contract.TickSize(), values).high; high > 0 || zero && high == 0 {
			continue
		}
		for _, p := range r.params {
			if v := values[p.Name]; v != p.Default {
				message += " with " + p.Name + " = " + printNumber(v)
				fix = "move the range of " + p.Name
			}
		}
		r.inside(n, 0, message, fix)
		return nil
	}
	return e
}

// reach is what an expression can be: from low to high, which may be infinite.
type reach struct{ low, high float64 }

var (
	anything = reach{math.Inf(-1), math.Inf(1)}
	positive = reach{0, math.Inf(1)}
)

// noSign are the words that are never below zero.
var noSign = []string{
	"volume", "bars_since_start", "deviation", "rsi", "atr", "adx", "stochastic",
	"minutes_since_open", "minutes_to_close", "risk",
}

// reach bounds an expression by what is constant in it. Distances are in ticks
// of so many points. What is never known reaches nothing but 0.
func (n *node) reach(tick float64, values map[string]float64) reach {
	switch n.op {
	case opLiteral, opParam:
		v := evaluate(n, values)
		if n.unit == "points" {
			v /= tick
		}
		return reach{v, v}
	case opNegate:
		x := n.args[0].reach(tick, values)
		return reach{-x.high, -x.low}
	case opWord:
		return n.wordReach(tick, values)
	case opBinary:
		return combine(n.text, n.args[0].reach(tick, values), n.args[1].reach(tick, values))
	}
	return anything
}

func (n *node) wordReach(tick float64, values map[string]float64) reach {
	if slices.Contains(noSign, n.text) {
		return positive
	}
	switch n.text {
	case "average", "ema", "ema_first", "highest", "lowest", "ago":
		return n.args[0].reach(tick, values)
	case "abs":
		x := n.args[0].reach(tick, values)
		return reach{max(0, x.low, -x.high), max(-x.low, x.high)}
	case "min", "max":
		x, y := n.args[0].reach(tick, values), n.args[1].reach(tick, values)
		if n.text == "min" {
			return reach{min(x.low, y.low), min(x.high, y.high)}
		}
		return reach{max(x.low, y.low), max(x.high, y.high)}
	}
	return anything
}

// combine is interval arithmetic (Moore, Interval Analysis, 1966).
func combine(op string, x, y reach) reach {
	switch op {
	case "+":
		return reach{x.low + y.low, x.high + y.high}
	case "-":
		return reach{x.low - y.high, x.high - y.low}
	case "/":
		switch { // a division by zero is not known
		case y.low == 0 && y.high == 0:
			return reach{}
		case y.low < 0 && y.high > 0:
			return anything
		case y.low >= 0: // + 0 below: no negative zero
			y = reach{1 / y.high, 1 / (y.low + 0)}
		default:
			y = reach{-1 / (-y.high + 0), -1 / -y.low}
		}
	case "*":
	default:
		return anything
	}
	all := []float64{times(x.low, y.low), times(x.low, y.high), times(x.high, y.low), times(x.high, y.high)}
	return reach{slices.Min(all), slices.Max(all)}
}

// times is x y; nothing that is infinite here is more than very large.
func times(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}
