package strategy

import "slices"

// parser reads one rule by recursive descent. It reports every type error it
// meets, and stops at the first error of grammar.
type parser struct {
	tokens []token
	next   int
	depth  int
	params []Param
	risk   bool // "risk" has a meaning here
	report func(at int, message, fix string)

	places map[*node]place
	failed bool // the grammar was broken; the rest makes no sense
}

// place is where a node came from.
type place struct{ start, field int }

// maxDepth bounds nested parentheses.
const maxDepth = 60

// parseRule reads a rule; it returns nil after it has reported an error.
func parseRule(rule string, params []Param, risk bool, report func(at int, message, fix string)) *node {
	tokens, at, f := lex(rule)
	if f != nil {
		report(at, f.message, f.fix)
		return nil
	}
	p := &parser{tokens: tokens, params: params, risk: risk, report: report, places: map[*node]place{}}
	n := p.or()
	if t := p.peek(); !p.failed && t.kind != 0 {
		p.fail(t, "unexpected "+p.name(t), "join rules by \"and\" or \"or\"")
	}
	if p.failed || n.typ == WrongType {
		return nil
	}
	return n
}

func (p *parser) peek() token { return p.tokens[p.next] }

// take consumes the next token if it is one of the texts.
func (p *parser) take(texts ...string) (token, bool) {
	t := p.peek()
	if t.kind == 0 || t.kind == 'n' || t.kind == 't' || !slices.Contains(texts, t.text) {
		return t, false
	}
	p.next++
	return t, true
}

// fail reports an error of grammar and jumps to the end.
func (p *parser) fail(t token, message, fix string) *node {
	if !p.failed {
		p.report(t.at, message, fix)
	}
	p.failed = true
	p.next = len(p.tokens) - 1
	return &node{}
}

func (p *parser) name(t token) string {
	if t.kind == 0 {
		return "end of the rule"
	}
	return `"` + clip(t.text) + `"`
}

// make infers the type of a node and reports what is wrong with it; at is the
// offset of its operator or word.
func (p *parser) make(n *node, at int, pl place) *node {
	if p.failed {
		return n
	}
	p.places[n] = pl
	t, f := infer(n)
	n.typ = t
	if f == nil {
		return n
	}
	switch {
	case f.arg >= 0:
		at = p.places[n.args[f.arg]].start
	case f.arg == -2:
		at = pl.field
	}
	p.report(at, f.message, f.fix)
	return n
}

func (p *parser) join(op token, text string, l, r *node) *node {
	return p.make(&node{op: opBinary, text: text, args: []*node{l, r}}, op.at, place{start: p.places[l].start})
}

func (p *parser) or() *node {
	if p.depth++; p.depth > maxDepth {
		return p.fail(p.peek(), "the rule is nested too deeply", "use fewer parentheses")
	}
	defer func() { p.depth-- }()
	l := p.and()
	for {
		t, ok := p.take("or")
		if !ok {
			return l
		}
		l = p.join(t, "or", l, p.and())
	}
}

func (p *parser) and() *node {
	l := p.not()
	for {
		t, ok := p.take("and")
		if !ok {
			return l
		}
		l = p.join(t, "and", l, p.not())
	}
}

func (p *parser) not() *node {
	t, ok := p.take("not")
	if !ok {
		return p.comparison()
	}
	if p.depth++; p.depth > maxDepth {
		return p.fail(t, "the rule is nested too deeply", `use fewer "not"`)
	}
	defer func() { p.depth-- }()
	return p.make(&node{op: opNot, args: []*node{p.not()}}, t.at, place{start: t.at})
}

func (p *parser) comparison() *node {
	l := p.sum()
	t, text, ok := p.comparator()
	if !ok {
		return l
	}
	n := p.join(t, text, l, p.sum())
	if again, _, ok := p.comparator(); ok && !p.failed {
		p.fail(again, "comparisons do not chain", "write a < b and b < c")
	}
	return n
}

func (p *parser) comparator() (token, string, bool) {
	if t, ok := p.take("<", "<=", ">", ">=", "==", "!="); ok {
		return t, t.text, true
	}
	t, ok := p.take("crosses")
	if !ok {
		return t, "", false
	}
	way, ok := p.take("above", "below")
	if !ok {
		p.fail(way, `"crosses" stands alone`, `write "crosses above" or "crosses below"`)
	}
	return t, "crosses " + way.text, true
}

func (p *parser) sum() *node {
	l := p.product()
	for {
		t, ok := p.take("+", "-")
		if !ok {
			return l
		}
		l = p.join(t, t.text, l, p.product())
	}
}

func (p *parser) product() *node {
	l := p.unary()
	for {
		t, ok := p.take("*", "/")
		if !ok {
			return l
		}
		l = p.join(t, t.text, l, p.unary())
	}
}

func (p *parser) unary() *node {
	t, ok := p.take("-")
	if !ok {
		return p.primary()
	}
	if p.depth++; p.depth > maxDepth {
		return p.fail(t, "the rule is nested too deeply", "use fewer signs")
	}
	defer func() { p.depth-- }()
	return p.make(&node{op: opNegate, args: []*node{p.unary()}}, t.at, place{start: t.at})
}

func (p *parser) primary() *node {
	t := p.peek()
	switch {
	case t.kind == 'n':
		p.next++
		return p.make(&node{op: opLiteral, value: t.value, unit: p.unit()}, t.at, place{start: t.at})
	case t.kind == 't':
		p.next++
		return p.make(&node{op: opTime, value: t.value}, t.at, place{start: t.at})
	case t.kind == 'w' && p.isParam(t.text):
		p.next++
		return p.make(&node{op: opParam, text: t.text, unit: p.unit()}, t.at, place{start: t.at})
	case t.kind == 'w' && !slices.Contains(keywords, t.text):
		return p.word()
	}
	if _, ok := p.take("("); ok {
		n := p.or()
		if end, ok := p.take(")"); !ok {
			return p.fail(end, "expected \")\" before "+p.name(end), "close the parenthesis")
		}
		return n
	}
	return p.fail(t, "expected a value before "+p.name(t), "write a word such as close, a number, or a parameter")
}

func (p *parser) isParam(name string) bool {
	return slices.ContainsFunc(p.params, func(q Param) bool { return q.Name == name })
}

// unit reads the unit after a number or a parameter; one tick is a tick.
func (p *parser) unit() string {
	t := p.peek()
	if t.kind != 'w' {
		return ""
	}
	for _, name := range []string{t.text, t.text + "s"} {
		if _, ok := units[name]; ok {
			p.next++
			return name
		}
	}
	return ""
}

func (p *parser) word() *node {
	t := p.peek()
	p.next++
	n := &node{op: opWord, text: t.text}
	pl := place{start: t.at}
	if _, ok := p.take("("); ok {
		n.args = p.arguments()
	}
	if dot, ok := p.take("."); ok {
		field := p.peek()
		if field.kind != 'w' {
			return p.fail(dot, "expected a name after \".\"", "write for example donchian(20).high")
		}
		p.next++
		n.field, pl.field = field.text, field.at
	}
	if p.failed {
		return n
	}
	w := find(t.text)
	switch {
	case w == nil:
		p.report(t.at, `unknown word "`+clip(t.text)+`"`, suggestion(t.text, p.known()))
		p.places[n] = pl
		return n
	case w.name == "risk" && !p.risk:
		p.report(t.at, `"risk" is the distance of the stop, and has a meaning in a target only`,
			"use it in exit: target, of a strategy with a stop")
		p.places[n] = pl
		return n
	}
	n = p.make(n, t.at, pl)
	if n.typ != WrongType {
		p.checkConstants(w, n)
	}
	return n
}

func (p *parser) arguments() []*node {
	args := []*node{p.or()}
	for {
		if _, ok := p.take(","); !ok {
			break
		}
		args = append(args, p.or())
	}
	if t, ok := p.take(")"); !ok {
		p.fail(t, "expected \",\" or \")\" before "+p.name(t), "close the parenthesis")
	}
	return args
}

func (p *parser) known() []string {
	list := Words()
	for _, q := range p.params {
		list = append(list, q.Name)
	}
	return list
}
