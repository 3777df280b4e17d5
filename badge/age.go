package badge

import (
	"fmt"
	"time"
)

// Age prints how long ago since was. Elapsed, of something that goes on, is
// "42s", "7m", "1h 13m"; Ago, of something that is over, has one unit: "42s
// ago", "3m ago", "2h ago". Above a day both say ">24h". An age is never
// negative: clocks differ a little, and nothing starts in the future.
// testdata/ages.json holds the cases, for this and for the console's.
func Age(form AgeForm, since, now time.Time) string {
	s := seconds(since, now)
	switch form {
	case Elapsed:
		return elapsed(s)
	case Ago:
		return largestUnit(s) + " ago"
	default:
		return ""
	}
}

// ageUntil is the next moment at which Age says something else; zero when it
// never does.
func ageUntil(form AgeForm, since, now time.Time) time.Time {
	s, step := seconds(since, now), int64(1)
	switch {
	case form == NoAge || s > day:
		return time.Time{}
	case form == Ago && s >= hour && s < day:
		step = hour
	case s >= minute && s < day:
		step = minute
	}
	return since.Add(time.Duration((s/step+1)*step) * time.Second)
}

// seconds is a whole, never negative age.
func seconds(since, now time.Time) int64 { return max(0, int64(now.Sub(since)/time.Second)) }

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

func elapsed(s int64) string {
	if hours, minutes := s/hour, s%hour/minute; hours > 0 && minutes > 0 && s < day {
		return fmt.Sprintf("%dh %dm", hours, minutes)
	}
	return largestUnit(s)
}

func largestUnit(s int64) string {
	switch {
	case s > day:
		return ">24h"
	case s >= hour:
		return fmt.Sprintf("%dh", s/hour)
	case s >= minute:
		return fmt.Sprintf("%dm", s/minute)
	default:
		return fmt.Sprintf("%ds", s)
	}
}
