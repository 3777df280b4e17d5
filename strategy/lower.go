package strategy

import (
	"math"
	"strconv"
	"strings"

	"assay"
)

// word compiles a word. What can be said in simpler words is: the middle of
// bollinger(20, 2) and sma(close, 20) are one step.
func (c *compiler) word(n *node) int {
	switch n.text {
	case "bollinger":
		return c.bollinger(n)
	case "keltner":
		return c.keltner(n)
	case "macd":
		return c.macd(n)
	case "stochastic":
		return c.stochastic(n)
	case "supertrend":
		return c.supertrend(n)
	case "vwap_bands":
		return c.band(n.field, c.column("vwap"), c.column("vwap_deviation"), c.number(n, 0))
	case "donchian":
		do := map[string]string{"high": "highest", "low": "lowest"}[n.field]
		return c.series("ago", c.series(do, c.column(n.field), c.whole(n, 0)), 1)
	case "gap":
		return c.pair("-", c.column("session_open"), c.column("previous_session.close"))
	case "risk":
		return c.risk()
	case "opening_range":
		minutes := c.whole(n, 0)
		return c.add(n.text+" "+n.field+" "+strconv.Itoa(minutes), step{do: n.text + "." + n.field, n: minutes})
	case "rsi":
		x := c.column("close")
		return c.series("rsi", c.pair("-", x, c.series("ago", x, 1)), c.whole(n, 0))
	case "atr":
		return c.atr(c.whole(n, 0))
	case "adx":
		k := c.whole(n, 0)
		return c.add("adx "+strconv.Itoa(k), step{do: "adx", n: k})
	case "sma", "average":
		return c.series("mean", c.node(n.args[0]), c.whole(n, 1))
	case "ema", "ema_first", "highest", "lowest", "deviation", "ago":
		return c.series(n.text, c.node(n.args[0]), c.whole(n, 1))
	case "abs":
		return c.one("abs", c.node(n.args[0]))
	case "min", "max":
		return c.pair(n.text, c.node(n.args[0]), c.node(n.args[1]))
	case "previous_session":
		return c.column("previous_session." + n.field)
	}
	return c.column(n.text)
}

// column is a step that reads bars alone.
func (c *compiler) column(name string) int { return c.add(name, step{do: name}) }

func (c *compiler) series(do string, x, n int) int {
	return c.add(do+" "+strconv.Itoa(x)+" "+strconv.Itoa(n), step{do: do, in: []int{x}, n: n})
}

func (c *compiler) bollinger(n *node) int {
	x, k := c.column("close"), c.whole(n, 0)
	middle := c.series("mean", x, k)
	if n.field == "middle" {
		return middle
	}
	return c.band(n.field, middle, c.series("deviation", x, k), c.number(n, 1))
}

func (c *compiler) atr(length int) int { return c.series("wilder", c.column("true_range"), length) }

// keltner is as StockCharts describes it: an exponential average, and the
// range of the last 10 bars whatever its length.
func (c *compiler) keltner(n *node) int {
	middle := c.series("ema", c.column("close"), c.whole(n, 0))
	if n.field == "middle" {
		return middle
	}
	return c.band(n.field, middle, c.atr(10), c.number(n, 1))
}

func (c *compiler) macd(n *node) int {
	x := c.column("close")
	line := c.pair("-", c.series("ema", x, c.whole(n, 0)), c.series("ema", x, c.whole(n, 1)))
	if n.field == "line" {
		return line
	}
	signal := c.series("ema", line, c.whole(n, 2))
	if n.field == "signal" {
		return signal
	}
	return c.pair("-", line, signal)
}

func (c *compiler) stochastic(n *node) int {
	k := c.whole(n, 0)
	low := c.series("lowest", c.column("low"), k)
	x := c.pair("share", c.pair("-", c.column("close"), low), c.pair("-", c.series("highest", c.column("high"), k), low))
	if n.field == "raw" {
		return x
	}
	x = c.series("mean", x, c.whole(n, 1))
	if n.field == "k" {
		return x
	}
	return c.series("mean", x, c.whole(n, 2))
}

func (c *compiler) supertrend(n *node) int {
	if n.field == "down" {
		up := *n
		up.field = "up"
		return c.not(c.supertrend(&up))
	}
	do, a, width := "supertrend."+n.field, c.atr(c.whole(n, 0)), c.number(n, 1)
	text := do + " " + strconv.Itoa(a) + " " + printNumber(width)
	return c.add(text, step{do: do, in: []int{a}, k: width})
}

func (c *compiler) band(field string, middle, deviation int, width float64) int {
	sign := map[string]string{"upper": "+", "lower": "-"}[field]
	return c.pair(sign, middle, c.pair("*", c.constant(width), deviation))
}

// risk is the distance of the stop as it will be placed, in whole ticks; of
// the trailing stop where that is the only one.
func (c *compiler) risk() int {
	switch {
	case c.stop.step < 0:
		return c.one("risk of distance", c.trail)
	case c.stop.kind == Level && c.price < 0:
		return c.pair("risk of level", c.stop.step, c.column("close"))
	case c.stop.kind == Level:
		return c.pair("risk of level", c.stop.step, c.price)
	}
	return c.one("risk of distance", c.stop.step)
}

func (c *compiler) number(n *node, i int) float64 {
	w := find(n.text)
	return c.within(w.args[i], "the "+w.args[i].name+" of "+w.name, n.args[i])
}

// within folds a constant and checks its bounds again: values given to Compile
// need not be those that Parse saw.
func (c *compiler) within(a argument, what string, n *node) float64 {
	v := c.fold(n)
	if a.whole {
		v = math.Round(v*1e9) / 1e9
	}
	if message, fix := a.judge(what, v); message != "" && c.err == nil {
		c.err = assay.Errorf(assay.Invalid, fix, "%s", strings.Replace(message, "would be", "is", 1))
	}
	return v
}

func (c *compiler) whole(n *node, i int) int {
	v := c.number(n, i)
	if c.err != nil {
		return 1
	}
	return int(v)
}

// count folds a count of bars; 0 when there is none.
func (c *compiler) count(key string, e Expr) int32 {
	if e == nil {
		return 0
	}
	return int32(c.within(bars(key), key, e.(*node)))
}
