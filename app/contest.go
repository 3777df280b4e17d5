package app

import (
	"assay"
	"assay/engine"
	"assay/market"
	"assay/strategy"
	"assay/strategy/workload"
)

// contest is a workload against a loop by hand. The targets were set where the
// loops by hand reach 343 (W1) and 134 (W3) million bars a second; where they do
// not, the same ratio is the target. docs/performance.md has the whole story.
type contest struct {
	name, what  string
	load        workload.Workload
	program     *strategy.Program // of a workload with one set
	hand        func(*market.Bars) (market.Money, int)
	rate, ratio float64
	strict      bool             // the ratio is a target of its own
	published   *workload.Answer // of workload.Bars bars; nil when there is none
}

func contests() []contest {
	w1, w3 := workload.AnswerW1(), workload.AnswerW3()
	byHandW1 := func(b *market.Bars) (market.Money, int) { return workload.HandW1(b, 12, 48) }
	const whole, counted = "rules and fills, whole ledger", " sets, compiled, run and counted"
	list := []contest{
		{name: "W1", what: whole, load: workload.W1(), hand: byHandW1, rate: 150, ratio: 2, strict: true, published: &w1},
		{name: "W2", what: "90" + counted, load: workload.W2(), hand: byHandW1, rate: 500, ratio: 0.69},
		{name: "W3", what: whole, load: workload.W3(), hand: workload.HandW3, rate: 60, ratio: 2.23, published: &w3},
		{name: "W3 grid", what: "810" + counted, load: workload.Grid(), hand: workload.HandW3, rate: 400, ratio: 0.335},
	}
	for i := range list {
		c := &list[i]
		program, err := c.load.Program(c.load.Sets[0])
		if err != nil {
			panic("app: the workloads compile: " + err.Error())
		}
		c.program = program
	}
	return list
}

// check runs the workload once and compares it: with the published answer, with
// the loop by hand for each set it can do, with sets run alone.
func (c contest) check(bars *market.Bars) error {
	all, err := c.run(bars)
	if err != nil {
		return err
	}
	if a := all[0]; c.published != nil && bars.Len() == workload.Bars {
		got := workload.Answer{Trades: a.Trades, Net: a.Net, Stops: a.Stops, Targets: a.Targets, LossDays: a.LossDays}
		if got != *c.published {
			return c.wrong("", got, *c.published)
		}
	}
	if c.name == "W3 grid" {
		return c.checkAlone(bars, all)
	}
	for i, set := range c.load.Sets {
		net, trades := c.hand(bars)
		if set != nil {
			net, trades = workload.HandW1(bars, int(set["fast"]), int(set["slow"]))
		}
		if all[i].Net != net || all[i].Trades != trades {
			return c.wrong(", by hand", workload.Answer{Trades: all[i].Trades, Net: all[i].Net}, workload.Answer{Trades: trades, Net: net})
		}
	}
	return nil
}

// checkAlone runs some of the sets again, each by itself.
func (c contest) checkAlone(bars *market.Bars, all []engine.Tally) error {
	const every = 90
	for i := 0; i < len(all); i += every {
		p, err := c.load.Program(c.load.Sets[i])
		if err != nil {
			return err
		}
		l, err := engine.Play(bars, p, c.load.Limits, engine.Simple())
		if err != nil {
			return err
		}
		if alone := engine.TallyOf(l); alone != all[i] {
			return assay.Errorf(assay.Internal, reportIt, "%s: set %d comes to %+v in the sweep and to %+v alone", c.name, i+1, all[i], alone)
		}
	}
	return nil
}

const reportIt = "report it with the version and the machine; no result of this build can be trusted here"

func (c contest) wrong(how string, got, want workload.Answer) error {
	return assay.Errorf(assay.Internal, reportIt, "%s comes to %d trades, %s; right%s are %d trades, %s",
		c.name, got.Trades, got.Net, how, want.Trades, want.Net)
}
