package measure

import (
	"assay/engine"
	"assay/market"
)

// roundTurns are sums over closed trades, from which every trade metric comes.
type roundTurns struct {
	wins, losses, scratches   int
	won, lost, net            market.Money // lost <= 0
	best, worst               market.Money
	longestWins, longestLoses int
	inR                       []float64 // net over initial risk, of trades that had a stop
}

func count(trades []engine.Trade) roundTurns {
	var s roundTurns
	winning, losing := 0, 0
	for i, t := range trades {
		s.net += t.Net
		switch {
		case t.Net > 0:
			s.wins, s.won = s.wins+1, s.won+t.Net
			winning, losing = winning+1, 0
		case t.Net < 0:
			s.losses, s.lost = s.losses+1, s.lost+t.Net
			winning, losing = 0, losing+1
		default:
			s.scratches++
			winning, losing = 0, 0
		}
		s.longestWins, s.longestLoses = max(s.longestWins, winning), max(s.longestLoses, losing)
		if i == 0 {
			s.best, s.worst = t.Net, t.Net
		}
		s.best, s.worst = max(s.best, t.Net), min(s.worst, t.Net)
		if t.Risk > 0 {
			s.inR = append(s.inR, float64(t.Net)/float64(t.Risk))
		}
	}
	return s
}

// tell writes what the sums say into m.
func (s roundTurns) tell(m *Metrics) {
	n := s.wins + s.losses + s.scratches
	m.Trades, m.Wins, m.Losses, m.Scratch = n, s.wins, s.losses, s.scratches
	m.Best, m.Worst = s.best, s.worst
	m.LongestWinRun, m.LongestLossRun = s.longestWins, s.longestLoses

	win, loss := s.won.Dollars()/float64(s.wins), -s.lost.Dollars()/float64(s.losses)
	m.WinRate = defined(float64(s.wins)/float64(n), n > 0)
	m.ProfitFactor = defined(-float64(s.won)/float64(s.lost), s.losses > 0)
	m.AverageWin = defined(win, s.wins > 0)
	m.AverageLoss = defined(loss, s.losses > 0)
	m.Payoff = defined(win/loss, s.wins > 0 && s.losses > 0)
	m.Expectancy = defined(s.net.Dollars()/float64(n), n > 0)
	m.ExpectancyR = defined(Mean(s.inR))
}

// Exposure returns the share of n bars at whose close a position is held. Not
// ok without bars.
func Exposure(fills []engine.Fill, n int) (float64, bool) {
	held, position := 0, int32(0)
	for i, f := range fills {
		position += int32(f.Side) * f.Qty
		until := n
		if i+1 < len(fills) {
			until = int(fills[i+1].Bar)
		}
		if position != 0 {
			held += until - int(f.Bar)
		}
	}
	return float64(held) / float64(n), n > 0
}

// Turnover returns the notional traded in a year as a multiple of the capital.
// A tick is worth tickValue. Not ok without days or capital.
func Turnover(fills []engine.Fill, tickValue, capital market.Money, days int) (float64, bool) {
	notional := market.Money(0)
	for _, f := range fills {
		notional += market.Money(f.Qty) * market.Money(f.Price) * tickValue
	}
	return float64(notional) / float64(capital) / float64(days) * tradingDays, capital > 0 && days > 0
}
