package plan

import "time"

// How long the planner and its watchdog may be silent.
const (
	StalledAfter   = 5 * time.Minute // since the last tick finished its plan
	UnwatchedAfter = 5 * time.Minute // since the watchdog's last beat
)

// Signs are what shows whether the planner lives. A time is zero when there
// was nothing yet.
type Signs struct {
	Now       time.Time
	Beginning time.Time // before it nobody could plan; zero: unknown
	TickedAt  time.Time // end of the last tick that came to a plan
	WatchedAt time.Time // the watchdog's last beat
}

// Stalled says that no tick has come to a plan for too long.
func (s Signs) Stalled() bool { return silent(s.TickedAt, s.Beginning, s.Now, StalledAfter) }

// Unwatched says that nobody would notice if the planner stalled: the watchdog
// itself has been silent for too long.
func (s Signs) Unwatched() bool { return silent(s.WatchedAt, s.Beginning, s.Now, UnwatchedAfter) }

// silent counts a sign from the future as none: its clock was set back since.
func silent(last, beginning, now time.Time, most time.Duration) bool {
	if last.IsZero() || last.After(now.Add(most)) {
		last = beginning
	}
	return now.Sub(last) >= most
}
