package strategy

// Type is the kind of thing an expression speaks of. The types keep a rule
// independent of the price level: what is true on a series stays true when a
// constant is added to all its prices, so a roll cannot change a decision.
type Type uint8

// The types. A price is a place on the scale and a distance is a step on it:
// only the difference of two prices is a distance, and nothing multiplies a
// price. A plain number may stand where minutes or a volume are meant.
const (
	WrongType     Type = iota // an expression that is itself an error
	NumberType                // a plain number, e.g. 1.5 or rsi(14)
	PriceType                 // a place on the price scale, in ticks
	DistanceType              // the difference of two prices, in ticks
	VolumeType                // contracts
	MinutesType               // a span of time
	TimeType                  // a time of day
	ConditionType             // true, false or not yet known
)

// String is the type's name in a sentence.
func (t Type) String() string {
	return [...]string{"an error", "a number", "a price", "a distance", "a volume", "minutes", "a time of day", "a condition"}[t]
}

// flaw says what is wrong with a node; arg is the argument it lies in, -1 the
// operator or word itself, -2 the field.
type flaw struct {
	arg          int
	message, fix string
}

// infer gives the type of a node from the types of its arguments.
func infer(n *node) (Type, *flaw) {
	for _, a := range n.args {
		if a.typ == WrongType {
			return WrongType, nil // reported where it arose
		}
	}
	switch n.op {
	case opLiteral, opParam:
		return units[n.unit], nil
	case opTime:
		return TimeType, nil
	case opNegate:
		return inferNegate(n.args[0].typ)
	case opNot:
		return inferLogic("not", n.args)
	case opWord:
		return inferWord(n)
	}
	switch n.text {
	case "and", "or":
		return inferLogic(n.text, n.args)
	case "+", "-":
		return inferSum(n.text, n.args[0].typ, n.args[1].typ)
	case "*", "/":
		return inferProduct(n.text, n.args[0].typ, n.args[1].typ)
	}
	return inferComparison(n.text, n.args[0].typ, n.args[1].typ)
}

func inferNegate(t Type) (Type, *flaw) {
	switch t {
	case PriceType, ConditionType:
		return WrongType, &flaw{
			-1, t.String() + " has no negative",
			"subtract two prices for a distance, such as close - open",
		}
	case TimeType:
		return WrongType, &flaw{-1, t.String() + " has no negative", sinceOpen}
	}
	return t, nil
}

func inferLogic(op string, args []*node) (Type, *flaw) {
	for i, a := range args {
		if a.typ != ConditionType {
			return WrongType, &flaw{
				i, `"` + op + `" joins conditions, and this is ` + a.typ.String(),
				"compare it with something, such as close > open",
			}
		}
	}
	return ConditionType, nil
}

// agree returns the common type of two operands; a plain number takes the
// unit of minutes or volume.
func agree(l, r Type) Type {
	switch {
	case l == r:
		return l
	case l == NumberType && (r == MinutesType || r == VolumeType):
		return r
	case r == NumberType && (l == MinutesType || l == VolumeType):
		return l
	}
	return WrongType
}

// sinceOpen is the remedy for a calculation with times of day.
const sinceOpen = "compare times, such as time >= 09:30, or use minutes_since_open"

func inferSum(op string, l, r Type) (Type, *flaw) {
	switch {
	case l == ConditionType || r == ConditionType:
	case l == TimeType || r == TimeType:
		return WrongType, &flaw{-1, sumOf(op, l, r), sinceOpen}
	case l == PriceType && r == PriceType:
		if op == "-" {
			return DistanceType, nil
		}
		return WrongType, &flaw{
			-1, "two prices cannot be added",
			"add a distance to a price, such as close + 8 ticks",
		}
	case l == PriceType && r == DistanceType, op == "+" && l == DistanceType && r == PriceType:
		return PriceType, nil
	case l == PriceType || r == PriceType || l == DistanceType && r == NumberType || l == NumberType && r == DistanceType:
		return WrongType, &flaw{
			-1, sumOf(op, l, r),
			"give the number a unit, such as 8 ticks or 2.5 points, or use a distance such as 1.5 * atr(14)",
		}
	case agree(l, r) != WrongType:
		return agree(l, r), nil
	}
	return WrongType, &flaw{-1, sumOf(op, l, r), "both sides of " + op + " speak of the same kind of thing"}
}

func sumOf(op string, l, r Type) string {
	if op == "+" {
		return l.String() + " and " + r.String() + " cannot be added"
	}
	return r.String() + " cannot be subtracted from " + l.String()
}

func inferProduct(op string, l, r Type) (Type, *flaw) {
	switch {
	case l == ConditionType || r == ConditionType:
	case l == PriceType || r == PriceType:
		return WrongType, &flaw{
			-1, "a price cannot be multiplied or divided",
			"multiply a distance instead, such as close - 1.5 * atr(14)",
		}
	case l == TimeType || r == TimeType:
		return WrongType, &flaw{-1, "a time of day cannot be multiplied or divided", sinceOpen}
	case r == NumberType:
		return l, nil
	case op == "*" && l == NumberType:
		return r, nil
	case op == "/" && l == r:
		return NumberType, nil
	}
	verb := " cannot be multiplied by "
	if op == "/" {
		verb = " cannot be divided by "
	}
	return WrongType, &flaw{-1, l.String() + verb + r.String(), "use a plain number on one side"}
}

func inferComparison(op string, l, r Type) (Type, *flaw) {
	if t := agree(l, r); t != WrongType && t != ConditionType {
		return ConditionType, nil
	}
	fix := "both sides of a comparison speak of the same kind of thing"
	switch {
	case l == ConditionType || r == ConditionType:
		fix = `join conditions by "and", such as a < b and b < c`
	case l == PriceType || r == PriceType:
		fix = "compare a price with a price, or a distance with one, such as close - vwap > 2 points"
	case l == TimeType || r == TimeType:
		fix = "write the time in full, such as time >= 09:30"
	case l == DistanceType || r == DistanceType:
		fix = "give the number a unit, such as 8 ticks or 2.5 points, or use a distance such as atr(14)"
	}
	verb := " cannot be compared with "
	if op == crossesAbove || op == crossesBelow {
		verb = " cannot cross "
	}
	return WrongType, &flaw{-1, l.String() + verb + r.String(), fix}
}
