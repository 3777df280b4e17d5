package workload

import "assay/market"

// Answer is what a workload comes to.
type Answer struct {
	Trades                   int
	Net                      market.Money
	Stops, Targets, LossDays int
}

// AnswerW1 is the published answer of W1.
func AnswerW1() Answer { return Answer{Trades: 26_220, Net: -78_105 * market.Dollar} }

// AnswerW3 is the published answer of W3.
func AnswerW3() Answer {
	return Answer{
		Trades: 8_171, Net: -13_184 * market.Dollar, Stops: 3_904, Targets: 3_059, LossDays: 45,
	}
}
