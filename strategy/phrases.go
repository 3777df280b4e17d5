package strategy

import "strings"

// phrases says each word of the vocabulary in plain English, a word with
// several values as word.value; {1}, {2} and {3} are its arguments.
var phrases = map[string]string{
	"open":             "the open",
	"high":             "the high",
	"low":              "the low",
	"close":            "the close",
	"volume":           "the volume",
	"bars_since_start": "the number of bars before this one",

	"sma":       "the average of {1} over {2}",
	"average":   "the average of {1} over {2}",
	"ema":       "the exponential average of {1} over {2}",
	"ema_first": "the exponential average from the first value of {1} over {2}",
	"highest":   "the maximum of {1} over {2}",
	"lowest":    "the minimum of {1} over {2}",
	"deviation": "the standard deviation of {1} over {2}",
	"ago":       "{1} as of {2} before",
	"abs":       "the size of {1}",
	"min":       "the smaller of {1} and {2}",
	"max":       "the larger of {1} and {2}",

	"rsi":                "the RSI over {1}",
	"atr":                "the average true range over {1}",
	"adx":                "the ADX over {1}",
	"bollinger.upper":    "the upper Bollinger band over {1} at {2} deviations",
	"bollinger.middle":   "the middle of the Bollinger bands over {1}",
	"bollinger.lower":    "the lower Bollinger band over {1} at {2} deviations",
	"donchian.high":      "the highest high of the {1} before this one",
	"donchian.low":       "the lowest low of the {1} before this one",
	"keltner.upper":      "the upper Keltner band over {1} at {2} average true ranges",
	"keltner.middle":     "the middle of the Keltner bands over {1}",
	"keltner.lower":      "the lower Keltner band over {1} at {2} average true ranges",
	"macd.line":          "the MACD line of {1} and {2}",
	"macd.signal":        "the signal over {3} of the MACD line of {1} and {2}",
	"macd.histogram":     "the MACD histogram of {1} and {2} with a signal over {3}",
	"stochastic.raw":     "the raw stochastic over {1}",
	"stochastic.k":       "the stochastic %K over {1} with a smoothing of {2}",
	"stochastic.d":       "the stochastic %D over {1} with smoothings of {2} and {3}",
	"supertrend.line":    "the Supertrend line over {1} at {2} average true ranges",
	"supertrend.up":      "the Supertrend over {1} at {2} average true ranges points up",
	"supertrend.down":    "the Supertrend over {1} at {2} average true ranges points down",
	"vwap":               "the session's VWAP",
	"vwap_bands.upper":   "the band {1} deviations above the session's VWAP",
	"vwap_bands.lower":   "the band {1} deviations below the session's VWAP",
	"opening_range.high": "the high of the session's first {1}",
	"opening_range.low":  "the low of the session's first {1}",

	"session_open":           "the session's open",
	"session_high":           "the session's high so far",
	"session_low":            "the session's low so far",
	"previous_session.high":  "the previous session's high",
	"previous_session.low":   "the previous session's low",
	"previous_session.close": "the previous session's close",
	"gap":                    "the session's opening gap",
	"minutes_since_open":     "the time since the session's open",
	"minutes_to_close":       "the time to the session's close",
	"time":                   "the time in Chicago",
	"risk":                   "the distance of the stop",
}

// joints says the operators; a comparison in the words of what is compared.
var joints = map[string]string{
	"and": "and", "or": "or", "+": "plus", "-": "minus", "*": "times", "/": "divided by",
	crossesAbove: "crosses above", crossesBelow: "crosses below", "==": "equals", "!=": "differs from",
	"<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least",
}

var priceJoints = map[string]string{
	"<": "is below", "<=": "is at or below", ">": "is above", ">=": "is at or above",
}

var timeJoints = map[string]string{
	"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before",
}

// teller says expressions in plain English, with the defaults of parameters.
type teller map[string]float64

// say puts an expression into words; unit stands behind a plain number.
func (t teller) say(n *node, unit string) string {
	switch n.op {
	case opLiteral:
		return t.number(n, printNumber(n.value), n.value, unit)
	case opParam:
		v := t[n.text]
		return t.number(n, n.text+" ("+printNumber(v)+")", v, unit)
	case opTime:
		return printClock(int(n.value))
	case opWord:
		return t.word(n)
	case opNegate:
		return "minus " + t.within(n.args[0], precNegate, unit)
	case opNot:
		return "it is not true that " + t.within(n.args[0], precNot, "")
	}
	return t.binary(n, unit)
}

func (t teller) number(n *node, text string, v float64, unit string) string {
	if n.unit != "" {
		unit = n.unit
	}
	if n.op == opLiteral && v == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return strings.TrimSuffix(text+" "+unit, " ")
}

func (t teller) binary(n *node, unit string) string {
	l, r, p, joint := n.args[0], n.args[1], precedence(n), joints[n.text]
	left, right, inner := unit, unit, p+1
	if p == precCompare {
		kinds := map[Type]map[string]string{PriceType: priceJoints, TimeType: timeJoints}[l.typ]
		if better, ok := kinds[n.text]; ok {
			joint = better
		}
		left, right = plainUnit(r.typ), plainUnit(l.typ)
		p, inner = precSum, precSum
	}
	return t.within(l, p, left) + " " + joint + " " + t.within(r, inner, right)
}

// plainUnit is what a plain number counts beside a type.
func plainUnit(beside Type) string {
	switch beside {
	case MinutesType:
		return "minutes"
	case VolumeType:
		return "contracts"
	}
	return ""
}

// within says a part of an expression that binds with strength p.
func (t teller) within(n *node, p int, unit string) string {
	if n.typ != NumberType || n.op == opWord {
		unit = ""
	}
	if precedence(n) < p {
		return "(" + t.say(n, unit) + ")"
	}
	return t.say(n, unit)
}

func (t teller) word(n *node) string {
	key := n.text
	if n.field != "" {
		key += "." + n.field
	}
	w, text := find(n.text), phrases[key]
	for i, a := range n.args {
		unit := ""
		switch {
		case w.args[i].name == "minutes":
			unit = "minutes"
		case w.args[i].whole:
			unit = "bars"
		}
		said := t.say(a, unit)
		if strings.HasPrefix(text, "{1}") && precedence(a) < precPrimary { // nothing else says where it begins
			said = "(" + said + ")"
		}
		text = strings.ReplaceAll(text, "{"+string(rune('1'+i))+"}", said)
	}
	return text
}
