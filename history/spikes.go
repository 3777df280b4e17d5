package history

import (
	"time"

	"assay/market"
)

// spikeTime is how soon a price that jumped away has to be back for a spike.
const spikeTime = 24 * time.Hour

// far says whether price a lies more than a fifth above price b.
func far(a, b int32) bool { return 5*int64(a) > 6*int64(b) }

// spikes finds prices that jump away by more than a fifth and come back at
// once. No market does that; a digit too many does. What stays is a jump.
func (c *checker) spikes() {
	b := c.bars
	places, first := 0, -1
	var away int32
	for i := 1; i < b.Len()-1; {
		price, next := c.spike(i)
		if next > i {
			if places++; places == 1 {
				first, away = i, price
			}
		}
		i = max(next, i+1)
	}
	if places == 0 {
		return
	}
	contract, err := market.ContractOf(b.Root)
	if err != nil {
		panic("history: bars have the root of a contract: " + err.Error())
	}
	more := ": "
	if places > 1 {
		more = ", the first of " + count(places, "such place") + ": "
	}
	c.refuse("the price jumps by more than 20 %% and comes back at %s UTC, from %s to %s%scorrect the bars or fetch them again",
		b.Start(first).Format(minutes), contract.FormatPrice(market.Price(b.Close[first-1])),
		contract.FormatPrice(market.Price(away)), more)
}

// spike returns the price to which the market seems to jump in bar i and the
// bar with which it is back, or 0 when it does not jump or stays away.
func (c *checker) spike(i int) (price int32, back int) {
	b := c.bars
	before, after := b.Close[i-1], b.Open[i+1]
	up, down := far(b.Open[i], before), far(before, b.Open[i])
	if up || down {
		for j := i + 1; j < b.Len() && b.Time[j]-b.Time[i] <= int64(spikeTime/time.Second); j++ {
			returns := up && far(b.Close[j-1], b.Open[j]) || down && far(b.Open[j], b.Close[j-1])
			if returns && !far(b.Open[j], before) && !far(before, b.Open[j]) {
				return b.Open[i], j
			}
		}
		return 0, 0
	}
	switch { // within the bar
	case far(b.High[i], max(before, after)):
		return b.High[i], i + 1
	case far(min(before, after), b.Low[i]):
		return b.Low[i], i + 1
	}
	return 0, 0
}
