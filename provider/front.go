package provider

import (
	"fmt"
	"time"

	"assay/market"
)

// rollAhead is how long before its expiry, the third Friday of its month, the
// front contract of an index loses its trade to the next.
const rollAhead = 8 * 24 * time.Hour

// quarters are the letters of the delivery months.
var quarters = map[time.Month]byte{time.March: 'H', time.June: 'M', time.September: 'U', time.December: 'Z'}

// FrontES names the delivery month of ES that is traded most: its letter and
// its year. Market data is verified by its quotes, as nothing trades more.
func FrontES(now time.Time) (letter byte, year int) {
	for month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC); ; month = month.AddDate(0, 1, 0) {
		letter, quarterly := quarters[month.Month()]
		if quarterly && now.Before(thirdFriday(month).Add(-rollAhead)) {
			return letter, month.Year()
		}
	}
}

func thirdFriday(month time.Time) time.Time {
	days := (int(time.Friday) - int(month.Weekday()) + 7) % 7
	return month.AddDate(0, 0, days+14)
}

// StaleQuote is how old the newest quote of ES may be while it trades.
const StaleQuote = 5 * time.Minute

// ESTrades says whether quotes of ES must come at a time. When the calendar
// cannot say, they need not.
func ESTrades(now time.Time) (bool, error) {
	calendar, err := market.CalendarOf("ES")
	if err != nil {
		return false, fmt.Errorf("ask when ES trades: %w", err)
	}
	phase := calendar.At(now)
	return phase == market.InRTH || phase == market.InETH, nil
}
