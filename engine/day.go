package engine

import "assay/market"

// day is the session being played.
type day struct {
	session int32
	start   market.Money // net liquidation value at the last close before it
	entries int32        // filled so far
	lost    bool         // the daily loss limit was reached
}

// enterSession books the days up to the session of bar i. A position cannot
// pass over a whole session, so the mark that the day needs is the close just
// before.
func (k *Book) enterSession(i int) {
	s := k.bars.Session[i]
	if k.day.session == s {
		return
	}
	mark := int32(0)
	if k.pos.qty > 0 {
		mark = k.bars.Close[i-1]
	}
	for k.day.session < s {
		if k.tally == nil {
			k.led.Days = append(k.led.Days, k.dayAt(mark))
		} else {
			k.tally.day(k.dayAt(mark))
		}
		k.day = day{session: k.day.session + 1, start: k.worth(mark)}
	}
	if !k.costs.CarryOver {
		k.order = waiting{}
	}
}

// dayAt is the current session's day if it ended at a close of mark.
func (k *Book) dayAt(mark int32) Day {
	return Day{
		Date: k.bars.Dates[k.day.session], PnL: k.worth(mark) - k.day.start, LossLimit: k.day.lost,
	}
}

// checkLoss ends the day's trading at the close of bar i when it has cost too
// much: fills.md, section 6.
func (k *Book) checkLoss(i int) {
	if k.lim.DailyLoss <= 0 || k.day.lost {
		return
	}
	if k.worth(k.bars.Close[i])-k.day.start <= -k.lim.DailyLoss {
		k.day.lost = true
		k.lossDue = k.pos.qty > 0
	}
}
