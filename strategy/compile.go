package strategy

import (
	"math"
	"strconv"

	"assay"
	"assay/market"
)

// Program is a strategy ready to run: its rules as a graph in which every
// distinct sub-expression is one step. It is immutable and may be shared.
type Program struct {
	interval int16 // minutes of a bar
	kind     SessionKind
	contract market.Contract
	limits   Limits

	steps       []step
	long, short entryRule
	leaveLong   int // steps of conditions; -1 when absent
	leaveShort  int
	stop        exitLevel
	trail       int       // step of a distance; -1 when absent
	maxBars     int32     // 0 is no limit
	wait        int32     // bars that a limit order lives
	reasons     [4]string // of long, short, leaveLong, leaveShort
}

// entryRule is what one side asks for; its members are steps, -1 when absent.
type entryRule struct {
	when   int // a condition
	at     int // a price: where a limit order waits
	target exitLevel
}

// exitLevel is the step of a stop or a target; -1 when absent.
type exitLevel struct {
	step int
	kind BracketKind
}

// step is one node of the graph; in are the steps it reads, all before it.
type step struct {
	do string // the name of a kernel
	in []int
	n  int     // length
	k  float64 // constant
}

// maxSteps bounds the graph of one program, and so the memory of a run.
const maxSteps = 400

// Compile binds the values of the parameters (nil for the defaults) and
// builds the program for the contract that is traded.
func Compile(s *Strategy, contract market.Contract, values map[string]float64) (*Program, error) {
	c := &compiler{contract: contract, known: map[string]int{}, room: maxSteps}
	return c.program(s, values)
}

// program compiles a strategy on top of the steps that there are already.
func (c *compiler) program(s *Strategy, values map[string]float64) (*Program, error) {
	contract := c.contract
	if contract.Root != s.Symbol {
		return nil, assay.Errorf(assay.Invalid, "pass the contract of "+s.Symbol,
			"%s trades %s, not %s", s.Name, s.Symbol, contract.Root)
	}
	if open := int64(contract.DayOpen); s.Session == RTH && open%int64(s.Bars.Minutes()) != 0 {
		return nil, assay.Errorf(assay.Invalid, "use shorter bars or session: ETH",
			"%s: bars of %s do not begin with the day session of %s", s.Name, printBars(s.Bars), s.Symbol)
	}
	bound, err := s.substitute(values)
	if err != nil {
		return nil, err
	}
	p := &Program{
		interval: int16(s.Bars.Minutes()), kind: s.Session, contract: contract,
		limits: limitsOf(bound, contract),
	}
	in, out := bound.Enter, bound.Exit
	p.long.when, p.reasons[0] = c.condition("long: ", in.Long, in.When)
	p.short.when, p.reasons[1] = c.condition("short: ", in.Short, in.When)
	p.leaveLong, p.reasons[2] = c.condition("exit long: ", out.Long, nil)
	p.leaveShort, p.reasons[3] = c.condition("exit short: ", out.Short, nil)
	p.stop, p.trail = c.exit(out.Stop), c.exit(out.Trail).step
	c.stop, c.trail = p.stop, p.trail
	p.long.at, p.long.target = c.place("-", in.AtLong, out.Target)
	p.short.at, p.short.target = c.place("+", in.AtShort, out.Target)
	p.wait, p.maxBars = c.count("for", in.For), c.count("after", out.After)
	if c.err != nil {
		return nil, assay.Errorf(assay.KindOf(c.err), "", "%s: %v", s.Name, c.err)
	}
	p.steps = c.steps
	return p, nil
}

func limitsOf(s *Strategy, c market.Contract) Limits {
	l := Limits{
		Contracts: int32(s.Account.Contracts), TradesPerDay: int32(s.Account.TradesPerDay),
		DailyLoss: market.Money(math.Round(s.Account.DailyLoss*100)) * (market.Dollar / 100),
		Flat:      -1, FlatAtClose: s.Exit.AtClose, Reverse: s.Account.Reverse,
	}
	if s.Session == RTH {
		l.EntryFrom, l.EntryTo = c.DayOpen, c.DayClose
	}
	if m, ok := minuteOf(s.Exit.Flat); ok {
		l.Flat = m
	}
	return l
}

// Limits returns the strategy's rules about the account. An RTH strategy
// enters only in bars that begin within the day session.
func (p *Program) Limits() Limits { return p.limits }

// compiler turns trees into steps; known finds a step by its canonical text.
type compiler struct {
	contract market.Contract
	steps    []step
	known    map[string]int
	room     int // how many steps there may be
	err      error

	// What "risk" means at the moment.
	stop  exitLevel
	trail int
	price int // of the limit order; -1 stands for the close
}

// condition compiles a rule and its condition "when", and words the reason.
func (c *compiler) condition(label string, rule, when Expr) (int, string) {
	if rule == nil {
		return -1, ""
	}
	n, reason := rule.(*node), label+rule.String()
	if when != nil {
		reason += " when " + when.String()
		n = &node{op: opBinary, text: "and", args: []*node{n, when.(*node)}, typ: ConditionType}
	}
	return c.node(n), reason
}

// place compiles where a side's limit order waits, -1 for an order at the
// market, and its target. A distance lies on the better side of the close.
func (c *compiler) place(better string, at, target Expr) (int, exitLevel) {
	level := c.exit(at)
	if at != nil && level.kind == Distance {
		level.step = c.pair(better, c.column("close"), level.step)
	}
	c.price = level.step
	return level.step, c.exit(target)
}

func (c *compiler) exit(e Expr) exitLevel {
	if e == nil {
		return exitLevel{step: -1}
	}
	kind := Distance
	if e.Type() == PriceType {
		kind = Level
	}
	return exitLevel{c.node(e.(*node)), kind}
}

// add returns the step with that text, making it when it is new.
func (c *compiler) add(text string, s step) int {
	if i, ok := c.known[text]; ok {
		return i
	}
	if len(c.steps) >= c.room {
		c.err = assay.Errorf(assay.Invalid, "make the rules shorter", "more than %d distinct expressions", maxSteps)
		return 0
	}
	c.steps = append(c.steps, s)
	c.known[text] = len(c.steps) - 1
	return c.known[text]
}

func (c *compiler) node(n *node) int {
	if c.err != nil {
		return 0
	}
	if n.typ != ConditionType && constant(n) {
		return c.constant(c.fold(n))
	}
	switch n.op {
	case opNegate:
		return c.one("negate", c.node(n.args[0]))
	case opNot:
		return c.not(c.node(n.args[0]))
	case opWord:
		return c.word(n)
	}
	l, r := c.node(n.args[0]), c.node(n.args[1])
	switch n.text {
	case "<":
		return c.above(r, l)
	case ">":
		return c.above(l, r)
	case "<=":
		return c.not(c.above(l, r))
	case ">=":
		return c.not(c.above(r, l))
	case "!=":
		return c.not(c.pair("==", l, r))
	case crossesAbove:
		return c.one("rise", c.above(l, r))
	case crossesBelow:
		return c.one("rise", c.above(r, l))
	}
	return c.pair(n.text, l, r) // + - * / and or ==
}

// The steps below are named by what they read: "close > 12" is one step
// however it was written.
func (c *compiler) pair(do string, l, r int) int {
	return c.add(do+" "+strconv.Itoa(l)+" "+strconv.Itoa(r), step{do: do, in: []int{l, r}})
}

func (c *compiler) one(do string, x int) int {
	return c.add(do+" "+strconv.Itoa(x), step{do: do, in: []int{x}})
}

func (c *compiler) above(l, r int) int { return c.pair(">", l, r) }
func (c *compiler) not(x int) int      { return c.one("not", x) }

func (c *compiler) constant(v float64) int {
	return c.add("constant "+printNumber(v), step{do: "constant", k: v})
}

// fold computes a constant in the units of the graph: ticks, minutes, contracts.
func (c *compiler) fold(n *node) float64 {
	switch {
	case n.op == opLiteral && n.unit == "points":
		return n.value / c.contract.TickSize()
	case len(n.args) == 0:
		return n.value
	}
	scaled := *n
	scaled.args = make([]*node, len(n.args))
	for i, a := range n.args {
		scaled.args[i] = &node{op: opLiteral, value: c.fold(a)}
	}
	return evaluate(&scaled, nil)
}
