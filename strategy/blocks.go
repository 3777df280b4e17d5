package strategy

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay/market"
)

// enter, exit and account read the three blocks of a file.
func (r *reader) enter(n *yaml.Node) Enter {
	f := r.fields(n, "enter", "long", "short", "when", "at", "for")
	e := Enter{Long: r.condition(f["long"]), Short: r.condition(f["short"]), When: r.condition(f["when"])}
	e.AtLong, e.AtShort = r.places(f)
	e.For = r.bars("for", f["for"])
	switch at, lives := f["at"], f["for"]; {
	case at != nil && lives == nil:
		r.at(at, `a limit order waits, and "for" is missing`, "write how long, for example for: 3 bars")
	case at == nil && lives != nil:
		r.at(lives, `"for" is how long a limit order waits, and there is no "at"`,
			"write where, for example at: previous_session.high, or remove it")
	}
	return e
}

// places reads where the limit orders of the two sides wait: one place for
// both, or a block with one for each.
func (r *reader) places(f map[string]*yaml.Node) (long, short Expr) {
	at := f["at"]
	if at == nil {
		return nil, nil
	}
	if at.Kind != yaml.MappingNode {
		place := r.place(at)
		if f["long"] != nil {
			long = place
		}
		if f["short"] != nil {
			short = place
		}
		return long, short
	}
	sides := r.fields(at, "at", "long", "short")
	for _, side := range []string{"long", "short"} {
		switch rule, place := f[side], sides[side]; {
		case rule != nil && place == nil:
			r.at(at, `"`+side+`" is missing in at`, "say where the orders of each side wait")
		case rule == nil && place != nil:
			r.at(place, "there is no "+side+" rule whose order could wait here", "remove it or add the rule")
		}
	}
	return r.place(sides["long"]), r.place(sides["short"])
}

// place reads where a limit order waits; the close itself will do.
func (r *reader) place(n *yaml.Node) Expr {
	return r.above(n, r.level(n, false), true,
		"the limit order is always on the worse side of the close", "write for example 2 ticks")
}

func (r *reader) exit(n *yaml.Node) Exit {
	f := r.fields(n, "exit", "stop", "trail", "target", "long", "short", "after", "flat", "at_close")
	const never, fix = " is never a distance above zero", "write for example 2 * atr(14)"
	target := r.level(f["target"], f["stop"] != nil || f["trail"] != nil)
	return Exit{
		Stop:   r.above(f["stop"], r.level(f["stop"], false), false, "the stop"+never, fix),
		Trail:  r.above(f["trail"], r.distance(f["trail"]), false, "the trailing stop"+never, fix),
		Target: r.above(f["target"], target, false, "the target"+never, fix),
		Long:   r.condition(f["long"]), Short: r.condition(f["short"]),
		After: r.bars("after", f["after"]),
		Flat:  r.clock(f["flat"]), AtClose: r.truth(f["at_close"]),
	}
}

func (r *reader) account(n *yaml.Node) Account {
	a := Account{Contracts: 1}
	f := r.fields(n, "limits", "contracts", "trades_per_day", "daily_loss", "reverse")
	if f["contracts"] != nil {
		a.Contracts = r.count(f["contracts"], 1)
	}
	a.TradesPerDay = r.count(f["trades_per_day"], 0)
	if n := f["daily_loss"]; n != nil {
		a.DailyLoss = r.number(n)
		if cents := float64(a.DailyLoss * 100); a.DailyLoss < 0 || math.Abs(cents-math.Round(cents)) > 1e-6 {
			r.at(n, "the daily loss is not an amount in dollars", "write for example 400; it is a loss without a sign")
		}
	}
	a.Reverse = r.truth(f["reverse"])
	return a
}

func (r *reader) condition(n *yaml.Node) Expr {
	rule := r.rule(n, false)
	switch {
	case rule == nil:
		return nil
	case rule.typ != ConditionType:
		r.at(n, "the rule is "+rule.typ.String()+", not a condition", "compare it with something, such as close > vwap")
		return nil
	}
	return rule
}

func (r *reader) level(n *yaml.Node, risk bool) Expr {
	rule := r.rule(n, risk)
	switch {
	case rule == nil:
		return nil
	case rule.typ != DistanceType && rule.typ != PriceType:
		r.at(n, "a stop, a target or a limit order is at a distance or a price, and this is "+rule.typ.String(),
			"write for example 8 ticks, 1.5 * atr(14) or opening_range(30).low")
		return nil
	}
	return rule
}

func (r *reader) distance(n *yaml.Node) Expr {
	rule := r.rule(n, false)
	switch {
	case rule == nil:
		return nil
	case rule.typ != DistanceType:
		r.at(n, "a trailing stop is a distance, and this is "+rule.typ.String(), "write for example 2 * atr(14)")
		return nil
	}
	return rule
}

// bars reads a constant count of bars.
func (r *reader) bars(key string, n *yaml.Node) Expr {
	rule := r.rule(n, false)
	switch {
	case rule == nil:
		return nil
	case rule.typ != NumberType || !constant(rule):
		r.at(n, `"`+key+`" is a count of bars that does not change`, "write for example "+key+": 12 bars")
		return nil
	}
	for _, values := range corners(r.params) {
		if message, fix := bars(key).judge(key, evaluate(rule, values)); message != "" {
			r.at(n, message, fix)
			return nil
		}
	}
	return rule
}

func (r *reader) rule(n *yaml.Node, risk bool) *node {
	text, ok := r.scalar(n)
	if !ok {
		return nil
	}
	rule := parseRule(text, r.params, risk, func(at int, message, fix string) {
		r.inside(n, at, message, fix)
	})
	if rule != nil {
		rule.each(func(n *node) {
			if n.op == opParam {
				r.used[n.text] = true
			}
		})
	}
	return rule
}

// each visits a tree.
func (n *node) each(visit func(*node)) {
	visit(n)
	for _, a := range n.args {
		a.each(visit)
	}
}

// clock reads "15:55", a time at which the exchange trades.
func (r *reader) clock(n *yaml.Node) string {
	text, ok := r.scalar(n)
	if !ok {
		return ""
	}
	m, ok := minuteOf(text)
	if !ok || m >= 16*60 && m < 17*60 {
		r.at(n, strconv.Quote(clip(text))+" is not a time of trading",
			`write for example "15:55", in Chicago; for the close itself write at_close: true`)
		return ""
	}
	open, last := int16(market.SessionOpen), int16(market.SessionClose)
	if r.session == RTH && r.contract.Root != "" {
		open, last = r.contract.DayOpen, r.contract.DayClose
	}
	if afterOpen(m) <= afterOpen(open) { // flat from the first bar of each session on
		r.at(n, "flat from "+strconv.Quote(text)+" on leaves nothing of the session, which opens at "+printClock(int(open)),
			"write a time after it, such as "+strconv.Quote(printClock(int(last)-5)))
		return ""
	}
	return text
}

// minuteOf reads "15:55" as a minute of the day.
func minuteOf(text string) (int16, bool) {
	h, m, ok := strings.Cut(text, ":")
	hour, errHour := strconv.ParseUint(h, 10, 8)
	minute, errMinute := strconv.ParseUint(m, 10, 8)
	ok = ok && len(h) == 2 && len(m) == 2 && errHour == nil && errMinute == nil && hour < 24 && minute < 60
	return int16(hour*60 + minute), ok
}

// fields returns the values of a mapping by key. It reports unknown keys (none
// known means any), doubles and aliases, and answers nil for no mapping.
func (r *reader) fields(n *yaml.Node, where string, known ...string) map[string]*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.at(n, where+" is not a block of keys and values", "write for example key: value")
		return nil
	}
	f := map[string]*yaml.Node{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.at(key, "a key of "+where+" is not a word", "write for example key: value")
		case len(known) > 0 && !slices.Contains(known, key.Value):
			r.at(key, `unknown key "`+clip(key.Value)+`" in `+where, suggestion(key.Value, known))
		case f[key.Value] != nil:
			r.at(key, `"`+clip(key.Value)+`" stands here twice`, "remove one")
		default:
			f[key.Value] = value
		}
	}
	return f
}

// scalar returns the text of a value; ok is false when it is absent or not one.
func (r *reader) scalar(n *yaml.Node) (text string, ok bool) {
	switch {
	case n == nil:
		return "", false
	case n.Kind != yaml.ScalarNode || n.Anchor != "":
		r.at(n, "expected a plain value", "write it in one piece, without lists, blocks or anchors")
		return "", false
	case n.Value == "" || n.Tag == "!!null":
		r.at(n, "the value is empty", "give it a value or remove the key")
		return "", false
	}
	return n.Value, true
}

func (r *reader) number(n *yaml.Node) float64 {
	text, ok := r.scalar(n)
	v, err := strconv.ParseFloat(text, 64)
	if ok && (err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 || len(text) > 20) {
		r.at(n, strconv.Quote(clip(text))+" is not a number", "write for example 1.5")
		return 0
	}
	return v + 0 // no negative zero
}

func (r *reader) count(n *yaml.Node, least int) int {
	if n == nil {
		return 0
	}
	v := r.number(n)
	if v != math.Trunc(v) || v < float64(least) || v > 1000 {
		r.at(n, strconv.Quote(clip(n.Value))+" is not a whole number from "+strconv.Itoa(least)+" to 1000",
			"write for example 1")
	}
	return int(v)
}

func (r *reader) truth(n *yaml.Node) bool {
	text, ok := r.scalar(n)
	if ok && text != "true" && text != "false" {
		r.at(n, strconv.Quote(clip(text))+" is neither true nor false", "write true or false")
	}
	return text == "true"
}
