package strategy

import (
	"fmt"
	"strconv"
	"strings"
)

// op is the shape of a node.
type op uint8

const (
	opLiteral op = iota // value and unit
	opParam             // text is the parameter's name; a unit may follow
	opTime              // value is a minute of the day
	opWord              // text is the word; arguments and field by its entry in words
	opNegate
	opNot
	opBinary // text is the operator
)

// The operators of two words.
const (
	crossesAbove = "crosses above"
	crossesBelow = "crosses below"
)

// units are the words that may follow a literal or a parameter.
var units = map[string]Type{
	"": NumberType, "ticks": DistanceType, "points": DistanceType, "minutes": MinutesType, "contracts": VolumeType,
	"bars": NumberType,
}

// node is the one kind of Expr: a typed tree without places, so that two
// trees are equal when they mean the same text.
type node struct {
	op    op
	text  string
	field string
	unit  string
	value float64
	args  []*node
	typ   Type
}

// Type returns what the expression speaks of.
func (n *node) Type() Type { return n.typ }

// String prints the canonical text: one space around operators, and only the
// parentheses that are needed.
func (n *node) String() string {
	var b strings.Builder
	n.print(&b)
	return b.String()
}

func (n *node) print(b *strings.Builder) {
	switch n.op {
	case opLiteral:
		b.WriteString(printNumber(n.value))
		n.printUnit(b)
	case opParam:
		b.WriteString(n.text)
		n.printUnit(b)
	case opTime:
		b.WriteString(printClock(int(n.value)))
	case opWord:
		n.printWord(b)
	case opNegate:
		b.WriteByte('-')
		n.args[0].within(b, precNegate)
	case opNot:
		b.WriteString("not ")
		n.args[0].within(b, precNot)
	case opBinary:
		p := precedence(n)
		left := p
		if p == precCompare {
			left++ // comparisons do not chain
		}
		n.args[0].within(b, left)
		b.WriteString(" " + n.text + " ")
		n.args[1].within(b, p+1)
	}
}

func (n *node) printWord(b *strings.Builder) {
	b.WriteString(n.text)
	for i, a := range n.args {
		b.WriteString([...]string{"(", ", "}[min(i, 1)])
		a.print(b)
	}
	if len(n.args) > 0 {
		b.WriteByte(')')
	}
	if n.field != "" {
		b.WriteString("." + n.field)
	}
}

func (n *node) printUnit(b *strings.Builder) {
	switch {
	case n.unit == "":
	case n.op == opLiteral && n.value == 1:
		b.WriteString(" " + strings.TrimSuffix(n.unit, "s"))
	default:
		b.WriteString(" " + n.unit)
	}
}

// within prints n as part of an expression that binds with strength p.
func (n *node) within(b *strings.Builder, p int) {
	if precedence(n) >= p {
		n.print(b)
		return
	}
	b.WriteByte('(')
	n.print(b)
	b.WriteByte(')')
}

// Binding strengths, loosest first.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precSum
	precProduct
	precNegate
	precPrimary
)

func precedence(n *node) int {
	switch n.op {
	case opNegate:
		return precNegate
	case opNot:
		return precNot
	case opBinary:
		return binary[n.text]
	default:
		return precPrimary
	}
}

// binary gives the binding strength of each operator.
var binary = map[string]int{
	"or": precOr, "and": precAnd,
	"<": precCompare, "<=": precCompare, ">": precCompare, ">=": precCompare,
	"==": precCompare, "!=": precCompare,
	crossesAbove: precCompare, crossesBelow: precCompare,
	"+": precSum, "-": precSum, "*": precProduct, "/": precProduct,
}

// printClock prints a minute of the day, such as 09:30.
func printClock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// printNumber prints the shortest decimal that reads back to v.
func printNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
