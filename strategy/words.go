package strategy

import (
	"slices"
	"strings"
)

// word is an entry of the vocabulary.
type word struct {
	name   string
	args   []argument
	fields []string // the values it has, when it has several
	truths []string // the fields that are conditions
	result Type     // WrongType means the type of the first argument
	write  string   // an example, for error messages
}

// argument is what a word wants at one place.
type argument struct {
	name  string
	takes []Type // of a series; empty for a constant
	// A constant is a number made of literals and parameters only.
	low, high float64
	whole     bool
}

var (
	anySeries = []Type{PriceType, DistanceType, NumberType, VolumeType, MinutesType}
	measures  = []Type{DistanceType, NumberType, VolumeType, MinutesType}

	ofAny     = argument{name: "x", takes: anySeries}
	ofPrice   = argument{name: "x", takes: []Type{PriceType}}
	ofMeasure = argument{name: "x", takes: measures}
	length    = bars("length")
	shorter   = argument{name: "length", low: 1, high: 500, whole: true} // summed afresh for every bar
	factor    = argument{name: "width", low: 0, high: 100}
	span      = argument{name: "minutes", low: 1, high: 1380, whole: true}
)

// bars is an argument that counts bars.
func bars(name string) argument { return argument{name: name, low: 1, high: 2000, whole: true} }

// words is the vocabulary, in the order of docs/language.md.
var words = []word{
	{name: "open", result: PriceType, write: "open"},
	{name: "high", result: PriceType, write: "high"},
	{name: "low", result: PriceType, write: "low"},
	{name: "close", result: PriceType, write: "close"},
	{name: "volume", result: VolumeType, write: "volume"},
	{name: "bars_since_start", result: NumberType, write: "bars_since_start"},

	{name: "sma", args: []argument{ofPrice, length}, write: "sma(close, 20)"},
	{name: "average", args: []argument{ofMeasure, length}, write: "average(volume, 20)"},
	{name: "ema", args: []argument{ofAny, length}, write: "ema(close, 20)"},
	{name: "ema_first", args: []argument{ofAny, length}, write: "ema_first(close, 20)"},
	{name: "highest", args: []argument{ofAny, length}, write: "highest(high, 20)"},
	{name: "lowest", args: []argument{ofAny, length}, write: "lowest(low, 20)"},
	{name: "deviation", args: []argument{ofAny, shorter}, write: "deviation(close, 20)"},
	{name: "ago", args: []argument{ofAny, length}, write: "ago(close, 1)"},
	{name: "abs", args: []argument{ofMeasure}, write: "abs(close - open)"},
	{name: "min", args: []argument{ofAny, ofAny}, write: "min(open, close)"},
	{name: "max", args: []argument{ofAny, ofAny}, write: "max(open, close)"},

	{name: "rsi", args: []argument{length}, result: NumberType, write: "rsi(14)"},
	{name: "atr", args: []argument{length}, result: DistanceType, write: "atr(14)"},
	{name: "adx", args: []argument{length}, result: NumberType, write: "adx(14)"},
	{
		name: "bollinger", args: []argument{shorter, factor}, fields: []string{"upper", "middle", "lower"},
		result: PriceType, write: "bollinger(20, 2).upper",
	},
	{
		name: "donchian", args: []argument{length}, fields: []string{"high", "low"},
		result: PriceType, write: "donchian(20).high",
	},
	{
		name: "keltner", args: []argument{length, factor}, fields: []string{"upper", "middle", "lower"},
		result: PriceType, write: "keltner(20, 2).upper",
	},
	{
		name: "macd", args: []argument{bars("fast"), bars("slow"), bars("signal")}, fields: []string{"line", "signal", "histogram"},
		result: DistanceType, write: "macd(12, 26, 9).line",
	},
	{
		name: "stochastic", args: []argument{length, bars("smoothing"), bars("signal")}, fields: []string{"raw", "k", "d"},
		result: NumberType, write: "stochastic(14, 3, 3).k",
	},
	{
		name: "supertrend", args: []argument{length, factor}, fields: []string{"line", "up", "down"},
		truths: []string{"up", "down"}, result: PriceType, write: "supertrend(10, 3).line",
	},

	{name: "vwap", result: PriceType, write: "vwap"},
	{
		name: "vwap_bands", args: []argument{factor}, fields: []string{"upper", "lower"},
		result: PriceType, write: "vwap_bands(2).upper",
	},
	{
		name: "opening_range", args: []argument{span}, fields: []string{"high", "low"},
		result: PriceType, write: "opening_range(30).high",
	},
	{name: "session_open", result: PriceType, write: "session_open"},
	{name: "session_high", result: PriceType, write: "session_high"},
	{name: "session_low", result: PriceType, write: "session_low"},
	{
		name: "previous_session", fields: []string{"high", "low", "close"},
		result: PriceType, write: "previous_session.close",
	},
	{name: "gap", result: DistanceType, write: "gap"},
	{name: "minutes_since_open", result: MinutesType, write: "minutes_since_open"},
	{name: "minutes_to_close", result: MinutesType, write: "minutes_to_close"},
	{name: "time", result: TimeType, write: "time"},
	{name: "risk", result: DistanceType, write: "risk"},
}

// keywords cannot be names of parameters, and are offered for misspellings.
var keywords = []string{
	"and", "or", "not", "crosses", "above", "below",
	"ticks", "points", "minutes", "contracts", "bars", "tick", "point", "minute", "contract", "bar",
}

// Words returns every word of the language: the vocabulary, then the words of
// its grammar.
func Words() []string {
	var list []string
	for _, w := range words {
		list = append(list, w.name)
	}
	return append(list, keywords[:len(keywords)-5]...)
}

// find returns the entry of a word, or nil.
func find(name string) *word {
	i := slices.IndexFunc(words, func(w word) bool { return w.name == name })
	if i < 0 {
		return nil
	}
	return &words[i]
}

func inferWord(n *node) (Type, *flaw) {
	w := find(n.text)
	if f := checkShape(w, n); f != nil {
		return WrongType, f
	}
	for i, a := range w.args {
		if f := a.check(w, i, n.args[i]); f != nil {
			return WrongType, f
		}
	}
	switch {
	case w.name == "min" || w.name == "max":
		t := agree(n.args[0].typ, n.args[1].typ)
		if t == WrongType {
			return WrongType, &flaw{1, w.name + " of " + n.args[0].typ.String() + " and " + n.args[1].typ.String() +
				" has no meaning", "give both the same kind of thing"}
		}
		return t, nil
	case w.name == "deviation" && n.args[0].typ == PriceType:
		return DistanceType, nil
	case slices.Contains(w.truths, n.field):
		return ConditionType, nil
	case w.result == WrongType:
		return n.args[0].typ, nil
	}
	return w.result, nil
}

func checkShape(w *word, n *node) *flaw {
	switch {
	case len(n.args) != len(w.args) && len(w.args) == 0:
		return &flaw{-1, w.name + " takes no arguments", "write " + w.write}
	case len(n.args) != len(w.args):
		return &flaw{
			-1, w.name + " takes " + w.signature() + ", and here " + plural(len(n.args)),
			"write for example " + w.write,
		}
	case n.field == "" && w.fields != nil:
		return &flaw{
			-1, w.name + " has several values: " + strings.Join(w.fields, ", "),
			"write for example " + w.write,
		}
	case n.field != "" && w.fields == nil:
		return &flaw{-2, w.name + " has no ." + n.field, "write " + w.write}
	case n.field != "" && !slices.Contains(w.fields, n.field):
		return &flaw{-2, w.name + " has no ." + n.field, suggestion(n.field, w.fields)}
	}
	return nil
}

func (w *word) signature() string {
	var names []string
	for _, a := range w.args {
		names = append(names, a.name)
	}
	return plural(len(names)) + " (" + strings.Join(names, ", ") + ")"
}

func plural(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "1 argument"
	}
	return printNumber(float64(n)) + " arguments"
}

func (a argument) check(w *word, i int, n *node) *flaw {
	switch {
	case len(a.takes) > 0 && slices.Contains(a.takes, n.typ):
		return nil
	case len(a.takes) > 0 && n.typ == ConditionType:
		return &flaw{i, w.name + " is not for a condition", "write for example " + w.write}
	case len(a.takes) > 0 && w.name == "sma":
		return &flaw{i, "sma is for prices, and this is " + n.typ.String(), "use average(…) for anything else"}
	case len(a.takes) > 0 && w.name == "average":
		return &flaw{i, "average is not for " + n.typ.String(), "use sma(…) for prices"}
	case len(a.takes) > 0:
		return &flaw{i, w.name + " is not for " + n.typ.String(), "write for example " + w.write}
	case !constant(n):
		return &flaw{
			i, "the " + a.name + " of " + w.name + " must not change from bar to bar",
			"use a number or a parameter, such as " + w.write,
		}
	case n.typ != NumberType && (a.name != "minutes" || n.typ != MinutesType):
		return &flaw{
			i, "the " + a.name + " of " + w.name + " is a number, and this is " + n.typ.String(),
			"write for example " + w.write,
		}
	}
	return nil
}

// constant says whether an expression is made of literals and parameters.
func constant(n *node) bool {
	if n.op == opWord {
		return false
	}
	return !slices.ContainsFunc(n.args, func(a *node) bool { return !constant(a) })
}
