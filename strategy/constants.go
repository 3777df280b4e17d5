package strategy

import "math"

// checkConstants looks whether lengths and widths stay in their bounds for
// the default and the extremes of every parameter.
func (p *parser) checkConstants(w *word, n *node) {
	for i, a := range w.args {
		if len(a.takes) > 0 {
			continue
		}
		for _, values := range corners(p.params) {
			v := evaluate(n.args[i], values)
			if message, fix := a.judge("the "+a.name+" of "+w.name, v); message != "" {
				p.report(p.places[n.args[i]].start, message, fix)
				n.typ = WrongType
				return
			}
		}
	}
}

// judge says what is wrong with the value of a constant argument.
func (a argument) judge(what string, v float64) (message, fix string) {
	ok := v >= a.low && v <= a.high && (!a.whole || v == math.Trunc(v))
	if ok {
		return "", ""
	}
	kind := "a number"
	if a.whole {
		kind = "a whole number"
	}
	return what + " would be " + printNumber(math.Round(v*1e6)/1e6),
		"keep it " + kind + " from " + printNumber(a.low) + " to " + printNumber(a.high)
}

// corners are the sets of parameter values a rule must be right for: all
// defaults, and each parameter at its ends and next to its lower one.
func corners(params []Param) []map[string]float64 {
	all := []map[string]float64{defaults(params)}
	for _, q := range params {
		for _, v := range []float64{q.Min, q.Min + q.Step, q.Max} {
			values := defaults(params)
			values[q.Name] = v
			all = append(all, values)
		}
	}
	return all
}

func defaults(params []Param) map[string]float64 {
	values := map[string]float64{}
	for _, q := range params {
		values[q.Name] = q.Default
	}
	return values
}

// evaluate computes a constant number.
func evaluate(n *node, values map[string]float64) float64 {
	switch n.op {
	case opLiteral:
		return n.value
	case opParam:
		return values[n.text]
	case opNegate:
		return -evaluate(n.args[0], values)
	}
	l, r := evaluate(n.args[0], values), evaluate(n.args[1], values)
	switch n.text {
	case "+":
		return l + r
	case "-":
		return l - r
	case "*":
		return float64(l * r)
	default:
		return l / r
	}
}
