package strategy

import (
	"maps"
	"slices"

	"assay"
)

// Bind returns the strategy with other defaults: a neighbour in the space of
// its parameters. values may leave parameters out. A name that is no
// parameter, or a value outside its range or off its steps, is an error.
func (s *Strategy) Bind(values map[string]float64) (*Strategy, error) {
	bound := *s
	bound.Params = slices.Clone(s.Params)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(s.Params, func(p Param) bool { return p.Name == name })
		if i < 0 {
			return nil, assay.Errorf(assay.Invalid, suggestion(name, names(s.Params)),
				"%s has no parameter %q", s.Name, name)
		}
		v, p := values[name], s.Params[i]
		if !(v >= p.Min && v <= p.Max) {
			return nil, assay.Errorf(assay.Invalid,
				"choose a value from "+printNumber(p.Min)+" to "+printNumber(p.Max),
				"%s: %s = %s is outside its range", s.Name, name, printNumber(v))
		}
		if !divides(p.Step, v-p.Min) {
			return nil, assay.Errorf(assay.Invalid,
				"choose "+printNumber(p.Min)+" plus a multiple of "+printNumber(p.Step),
				"%s: %s = %s is between two steps", s.Name, name, printNumber(v))
		}
		bound.Params[i].Default = v
	}
	return &bound, nil
}

func names(params []Param) []string {
	var list []string
	for _, p := range params {
		list = append(list, p.Name)
	}
	return list
}

// substitute puts values in the places of the parameters.
func (s *Strategy) substitute(values map[string]float64) (*Strategy, error) {
	b, err := s.Bind(values)
	if err != nil {
		return nil, err
	}
	all := defaults(b.Params)
	b.Params = nil
	for _, e := range b.rules() {
		if *e != nil {
			*e = substitute((*e).(*node), all)
		}
	}
	return b, nil
}

// rules are the places of all rules of a strategy, absent ones included.
func (s *Strategy) rules() []*Expr {
	return []*Expr{
		&s.Enter.Long, &s.Enter.Short, &s.Enter.When, &s.Enter.AtLong, &s.Enter.AtShort, &s.Enter.For,
		&s.Exit.Stop, &s.Exit.Trail, &s.Exit.Target, &s.Exit.Long, &s.Exit.Short, &s.Exit.After,
	}
}

func substitute(n *node, values map[string]float64) *node {
	if n.op == opParam {
		v := values[n.text]
		literal := &node{op: opLiteral, value: max(v, -v), unit: n.unit, typ: n.typ}
		if v < 0 {
			return &node{op: opNegate, args: []*node{literal}, typ: n.typ}
		}
		return literal
	}
	if len(n.args) == 0 {
		return n
	}
	bound := *n
	bound.args = make([]*node, len(n.args))
	for i, a := range n.args {
		bound.args[i] = substitute(a, values)
	}
	return &bound
}
