package history

import (
	"time"

	"assay/market"
)

// stamp moves times that name the end of a bar to its start. Without a word
// from the operator, times that look like ends are refused: read as starts, they
// would shift every session and every time window by one bar.
func (r *reader) stamp(s Stamp, interval time.Duration) error {
	seconds := int64(interval / time.Second)
	if s == StampUnsaid {
		opens, closes := r.edges()
		if closes > opens {
			return r.whole("pass --stamp end to import it, or --stamp start if that is wrong",
				"looks stamped at the end of its bars: %d bars start when a session closes, %d when one opens",
				closes, opens)
		}
	}
	if s == StampEnd {
		for i := range r.columns.Time {
			r.columns.Time[i] -= seconds
		}
	}
	return nil
}

// edges counts the times that are the open of a session, and those that are
// the close of one.
func (r *reader) edges() (opens, closes int) {
	calendar := r.contract.Calendar()
	var s market.Session
	for _, unix := range r.columns.Time {
		at := time.Unix(unix, 0)
		if at.After(s.Close) {
			s, _ = calendar.Session(calendar.TradeDate(at))
		}
		switch {
		case at.Equal(s.Open):
			opens++
		case at.Equal(s.Close):
			closes++
		}
	}
	return opens, closes
}
