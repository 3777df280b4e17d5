package strategy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"
)

// draw makes a random typed tree of the wanted type.
func draw(t *rapid.T, want Type, depth int, params []Param) *node {
	var choices []func() *node
	add := func(f func() *node) { choices = append(choices, f) }
	of := func(want Type) *node { return draw(t, want, depth-1, params) }
	for i := range words {
		w := &words[i]
		if w.name == "risk" || depth <= 0 && len(w.args) > 0 {
			continue
		}
		for _, operand := range operands(w, want) {
			add(func() *node { return drawWord(t, w, want, operand, depth, params) })
		}
	}
	switch want {
	case NumberType, DistanceType, VolumeType, MinutesType:
		add(func() *node { return drawConstant(t, want, params) })
	case TimeType:
		add(func() *node { return &node{op: opTime, value: float64(rapid.IntRange(0, 1439).Draw(t, "minute"))} })
	}
	if depth <= 0 && want == ConditionType {
		add(func() *node { return join(">", leaf(t, PriceType), leaf(t, PriceType)) })
	}
	if depth > 0 {
		for _, c := range compounds(t, want, of) {
			add(c)
		}
	}
	return typed(rapid.SampledFrom(choices).Draw(t, "shape")())
}

func leaf(t *rapid.T, want Type) *node { return draw(t, want, 0, nil) }

// compounds are the operators that give a type.
func compounds(t *rapid.T, want Type, of func(Type) *node) []func() *node {
	oneOf := func(ops ...string) string { return rapid.SampledFrom(ops).Draw(t, "op") }
	switch want {
	case ConditionType:
		kind := rapid.SampledFrom([]Type{
			PriceType, DistanceType, NumberType, VolumeType, MinutesType, TimeType,
		}).Draw(t, "kind")
		return []func() *node{
			func() *node { return &node{op: opNot, args: []*node{of(ConditionType)}} },
			func() *node { return join(oneOf("and", "or"), of(ConditionType), of(ConditionType)) },
			func() *node {
				return join(oneOf("<", "<=", ">", ">=", "==", "!=", crossesAbove, crossesBelow), of(kind), of(kind))
			},
		}
	case PriceType:
		return []func() *node{
			func() *node { return join(oneOf("+", "-"), of(PriceType), of(DistanceType)) },
			func() *node { return join("+", of(DistanceType), of(PriceType)) },
		}
	}
	if want == TimeType {
		return nil
	}
	list := []func() *node{
		func() *node { return join(oneOf("+", "-"), of(want), of(want)) },
		func() *node { return join(oneOf("*", "/"), of(want), of(NumberType)) },
		func() *node { return join("*", of(NumberType), of(want)) },
		func() *node { return &node{op: opNegate, args: []*node{of(want)}} },
	}
	switch want {
	case NumberType:
		list = append(list, func() *node { return join("/", of(DistanceType), of(DistanceType)) })
	case DistanceType:
		list = append(list, func() *node { return join("-", of(PriceType), of(PriceType)) })
	}
	return list
}

// operands are the types of the series argument for which a word gives want;
// WrongType stands for a word without one.
func operands(w *word, want Type) []Type {
	if len(w.args) == 0 || len(w.args[0].takes) == 0 {
		if w.result == want || want == ConditionType && w.truths != nil {
			return []Type{WrongType}
		}
		return nil
	}
	var list []Type
	for _, operand := range w.args[0].takes {
		gives := operand
		if w.name == "deviation" && operand == PriceType {
			gives = DistanceType
		}
		if gives == want {
			list = append(list, operand)
		}
	}
	return list
}

func drawWord(t *rapid.T, w *word, want, operand Type, depth int, params []Param) *node {
	n := &node{op: opWord, text: w.name}
	if w.fields != nil {
		fields := slices.DeleteFunc(slices.Clone(w.fields), func(f string) bool {
			return slices.Contains(w.truths, f) != (want == ConditionType)
		})
		n.field = rapid.SampledFrom(fields).Draw(t, "field")
	}
	for _, a := range w.args {
		switch {
		case len(a.takes) > 0:
			n.args = append(n.args, draw(t, operand, depth-1, params))
		case a.whole:
			v := rapid.IntRange(1, 30).Draw(t, a.name)
			n.args = append(n.args, &node{op: opLiteral, value: float64(v), typ: NumberType})
		default:
			v := rapid.IntRange(0, 12).Draw(t, a.name)
			n.args = append(n.args, &node{op: opLiteral, value: float64(v) / 4, typ: NumberType})
		}
	}
	return n
}

func drawConstant(t *rapid.T, want Type, params []Param) *node {
	var names []string
	for u, typ := range units {
		if typ == want {
			names = append(names, u)
		}
	}
	slices.Sort(names)
	unit := rapid.SampledFrom(names).Draw(t, "unit")
	if len(params) > 0 && rapid.Bool().Draw(t, "param") {
		return &node{op: opParam, text: rapid.SampledFrom(params).Draw(t, "name").Name, unit: unit}
	}
	return &node{op: opLiteral, value: float64(rapid.IntRange(0, 400).Draw(t, "value")) / 8, unit: unit}
}

func join(op string, l, r *node) *node { return &node{op: opBinary, text: op, args: []*node{l, r}} }

// typed gives a node its type; its arguments have theirs.
func typed(n *node) *node {
	typ, f := infer(n)
	if f != nil {
		panic(n.String() + ": " + f.message)
	}
	n.typ = typ
	return n
}

var allTypes = []Type{NumberType, PriceType, DistanceType, VolumeType, MinutesType, TimeType, ConditionType}

func TestParsePrintIsIdentityForTrees(t *testing.T) {
	params := []Param{{"a", 1, 0, 4, 1}, {"stop_atr", 1, 0, 4, 1}}
	rapid.Check(t, func(t *rapid.T) {
		want := draw(t, rapid.SampledFrom(allTypes).Draw(t, "type"), rapid.IntRange(0, 4).Draw(t, "depth"), params)
		text := want.String()
		got := parseRule(text, params, false, func(at int, message, fix string) {
			t.Fatalf("%s\n%*s %s; %s", text, at+1, "^", message, fix)
		})
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(node{})); diff != "" {
			t.Fatalf("%s\n%s", text, diff)
		}
	})
}

// drawStrategy makes a random whole strategy.
func drawStrategy(t *rapid.T) *Strategy {
	s := &Strategy{
		Name:    rapid.StringMatching(`[A-Za-z0-9"'\\:#{} é-]{0,20}[A-Za-z0-9"'\\:#]`).Draw(t, "name"),
		Symbol:  "ES",
		Bars:    5 * 60e9,
		Session: rapid.SampledFrom([]SessionKind{RTH, ETH}).Draw(t, "session"),
		Account: Account{Contracts: rapid.IntRange(1, 9).Draw(t, "contracts"), Reverse: rapid.Bool().Draw(t, "reverse")},
	}
	if s.Name[0] == ' ' {
		s.Name = "x" + s.Name
	}
	tree := func(typ Type) Expr {
		n := draw(t, typ, 3, s.Params)
		if typ == DistanceType && n.reach(0.25, nil).high <= 0 { // which a file may not ask for
			one := &node{op: opLiteral, value: 1, unit: "ticks", typ: DistanceType}
			return typed(&node{op: opWord, text: "max", args: []*node{one, n}})
		}
		return n
	}
	s.Enter.Long = tree(ConditionType)
	if rapid.Bool().Draw(t, "short") {
		s.Enter.Short = tree(ConditionType)
	}
	if rapid.Bool().Draw(t, "when") {
		s.Enter.When = tree(ConditionType)
	}
	if rapid.Bool().Draw(t, "limit order") && !s.Account.Reverse {
		s.Enter.AtLong = tree(rapid.SampledFrom([]Type{DistanceType, PriceType}).Draw(t, "at"))
		if s.Enter.Short != nil {
			s.Enter.AtShort = rapid.SampledFrom([]Expr{s.Enter.AtLong, tree(PriceType)}).Draw(t, "at of shorts")
		}
		s.Enter.For = count(t)
	}
	if rapid.Bool().Draw(t, "trail") {
		s.Exit.Trail = tree(DistanceType)
	}
	if rapid.Bool().Draw(t, "after") {
		s.Exit.After = count(t)
	}
	s.Exit.Stop = tree(rapid.SampledFrom([]Type{DistanceType, PriceType}).Draw(t, "stop"))
	if rapid.Bool().Draw(t, "target") {
		s.Exit.Target = typed(join("*", &node{op: opLiteral, value: 2, typ: NumberType}, typed(&node{op: opWord, text: "risk"})))
	}
	if rapid.Bool().Draw(t, "leave") {
		s.Exit.Long = tree(ConditionType)
	}
	return s
}

// count is a constant count of bars.
func count(t *rapid.T) Expr {
	unit := rapid.SampledFrom([]string{"", "bars"}).Draw(t, "unit of bars")
	return typed(&node{op: opLiteral, value: float64(rapid.IntRange(1, 2000).Draw(t, "bars")), unit: unit})
}

func TestParsePrintIsIdentityForFiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawStrategy(t)
		got, err := Parse(want.Print(), "random.yaml")
		if err != nil {
			t.Fatalf("%v\n%s", err, want.Print())
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(node{})); diff != "" {
			t.Fatalf("%s\n%s", want.Print(), diff)
		}
	})
}
