package task

import (
	"assay/engine"
	"assay/market"
	"assay/measure"
	"assay/strategy"
)

// Input is everything a backtest depends on.
type Input struct {
	Strategy    *strategy.Strategy
	Bars        *market.Bars  // of the data set; longer bars are made from them
	Fingerprint string        // of the data set
	Capital     market.Money  // the constant base of every return
	Costs       *engine.Costs // nil: the standard costs of the contract
}

// Output is a backtest's result, the same for the same Input anywhere.
type Output struct {
	Contract   market.Contract
	Bars       *market.Bars // as the strategy read them
	Costs      engine.Costs
	Signals    strategy.Signals
	Ledger     engine.Ledger
	Metrics    measure.Metrics
	RuleHash   string
	ResultHash string
}

// Backtest runs a strategy. Jobs, the command line and replays call it alike,
// so that they get the same result hash.
func Backtest(in Input) (out Output, err error) {
	p, err := prepare(in)
	if err != nil {
		return out, err
	}
	out = Output{Contract: p.contract, Bars: p.bars, Costs: engine.Standard(p.contract)}
	if in.Costs != nil {
		out.Costs = *in.Costs
	}
	program, err := p.program(nil)
	if err != nil {
		return out, err
	}
	if out.Signals, err = program.Eval(p.bars); err != nil {
		return out, err
	}
	out.Ledger = engine.Run(p.bars, out.Signals, program.Limits(), out.Costs)
	if out.RuleHash, err = in.Strategy.RuleHash(nil); err != nil {
		return out, err
	}
	out.Metrics = measure.Measure(out.Ledger, p.bars, in.Capital)
	out.ResultHash = engine.ResultHash(engine.Inputs{
		Rule: out.RuleHash, Data: in.Fingerprint, Costs: out.Costs, Ledger: engine.Hash(out.Ledger),
	})
	return out, nil
}

// prepared is a strategy with the bars it reads.
type prepared struct {
	strategy *strategy.Strategy
	contract market.Contract
	bars     *market.Bars
}

func prepare(in Input) (p prepared, err error) {
	p.strategy = in.Strategy
	if p.contract, err = market.ContractOf(in.Strategy.Symbol); err != nil {
		return p, err
	}
	p.bars, err = in.Bars.Aggregate(in.Strategy.Bars)
	return p, err
}

// program compiles the strategy with other values of its parameters; nil are
// the defaults.
func (p prepared) program(values map[string]float64) (*strategy.Program, error) {
	return strategy.Compile(p.strategy, p.contract, values)
}

// play is a run of which only the ledger is wanted.
func (p prepared) play(values map[string]float64, costs engine.Costs) (engine.Ledger, error) {
	program, err := p.program(values)
	if err != nil {
		return engine.Ledger{}, err
	}
	return engine.Play(p.bars, program, program.Limits(), costs)
}

// net is the ledger's PnL after fees with the open position's mark.
func net(l engine.Ledger) market.Money {
	var sum market.Money
	for _, d := range l.Days {
		sum += d.PnL
	}
	return sum
}
