package history

import (
	"time"

	"assay/market"
)

// frontDays is how many days one contract of a root can be the front: twice
// the longest distance of the months that people trade, and a few days. Bars
// that name no contract for longer hold a roll.
func frontDays(root string) int {
	switch root {
	case "CL", "BTC": // every month
		return 70
	case "GC": // every other month
		return 135
	default: // quarters; silver has March after December
		return 200
	}
}

// contracts judges what the set says of its contracts: a roll that nobody names
// would turn the spread of two contracts into profit.
func (c *checker) contracts() {
	b, unnamed := c.bars, false
	for k, s := range b.Segments {
		end := b.Len()
		if k+1 < len(b.Segments) {
			end = b.Segments[k+1].First
		}
		first, last := b.Date(s.First), b.Date(end-1)
		if s.Contract != "" {
			c.expired(s.Contract, b.Time[s.First], b.Time[end-1], last)
			continue
		}
		if most := frontDays(b.Root); int(last-first)+1 > most {
			c.refuse("no contract is named from %s to %s, longer than the %d days that one of %s can be the front, "+
				"and the jumps of rolls would count as profit: name the contracts in a column, or the one with --contract",
				first, last, most, b.Root)
		} else {
			unnamed = true
		}
	}
	if unnamed {
		c.note("no contract is named, and the jump of a roll would count as profit: " +
			"name it with --contract, or in a column")
	}
}

// expired refuses bars of a contract from after its delivery month.
func (c *checker) expired(name string, first, last int64, on market.Date) {
	if _, ok := rootOf(name); !ok {
		return // a series that changes its contracts by itself
	}
	due := deliveryOf(name, first)
	if market.DeliveryIn(market.DateOf(time.Unix(last, 0).UTC())) > due+1 {
		year, month := due.Month()
		c.refuse("bars of %s go on until %s, and it was for delivery in %s %d: "+
			"name the contracts in a column, or correct --contract",
			name, on, month, year)
	}
}
