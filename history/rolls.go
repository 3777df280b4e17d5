package history

import (
	"fmt"
	"strconv"
	"strings"

	"assay"
	"assay/market"
)

// Rolls says when a series made of contracts side by side changes from one to
// the next: by their volume, or by the calendar.
type Rolls struct {
	Calendar bool
	Days     int // business days before the contract's deadline; OwnDays: the contract's own
}

// OwnDays stands for the days of market.Contract.RollDays.
const OwnDays = -1

// The words of Rolls, as a person gives them and a set stores them.
const (
	byVolume     = "volume"
	calendarWord = "calendar"
)

// ParseRolls reads volume, calendar, or calendar with its days, as in
// calendar:4.
func ParseRolls(s string) (Rolls, error) {
	word, days, chosen := strings.Cut(s, ":")
	n, err := strconv.Atoi(days)
	switch {
	case s == byVolume:
		return Rolls{}, nil
	case s == calendarWord:
		return Rolls{Calendar: true, Days: OwnDays}, nil
	case word == calendarWord && chosen && err == nil && 0 <= n && n <= market.MaxRollDays:
		return Rolls{Calendar: true, Days: n}, nil
	}
	return Rolls{}, assay.Errorf(assay.Invalid,
		fmt.Sprintf("use volume, calendar, or calendar with 0 to %d business days, as in calendar:4", market.MaxRollDays),
		"%s is no way to roll", cite([]byte(s)))
}

// of fills in the days of a contract.
func (r Rolls) of(c market.Contract) Rolls {
	if r.Calendar && r.Days == OwnDays {
		r.Days = c.RollDays()
	}
	return r
}

// String is what a set stores of them; the days are known by then.
func (r Rolls) String() string {
	if r.Calendar {
		return fmt.Sprintf("%s:%d", calendarWord, r.Days)
	}
	return byVolume
}

// rolledBy says in a sentence's part what a set stores of its rolls, e.g. "by
// the calendar, 4 business days before the last trade date".
func rolledBy(root, stored string) string {
	r, err := ParseRolls(stored)
	c, unknown := market.ContractOf(root)
	if err != nil || unknown != nil {
		return ""
	}
	if r = r.of(c); !r.Calendar {
		return "by volume, the session after the next contract had more"
	}
	return fmt.Sprintf("by the calendar, %s before %s", count(r.Days, "business day"), c.DeadlineName())
}

// byCalendar takes each session from the contract that the calendar holds in
// it. It takes none for another: a series with a contract too many in it would
// roll on days that nobody chose.
func byCalendar(source, root string, days int) (chooser, error) {
	c, err := market.ContractOf(root)
	if err != nil {
		return nil, err
	}
	return func(sides []side, d, _ market.Date) (int, bool, error) {
		due := c.Front(d, days)
		for i, s := range sides {
			if _, here := s.days[d]; here && s.due == due {
				return i, true, nil
			}
		}
		return 0, false, assay.Errorf(assay.Invalid, "import its bars too, or roll by volume",
			"%s has no bars of %s on %s, which the calendar holds then and leaves on %s",
			source, due.Of(root), d, c.RollDate(due, days))
	}, nil
}

// fixedRolls refuses a choice of rolls for a file that leaves none.
func fixedRolls(source string, o Options, why string) error {
	if !o.Rolls.Calendar {
		return nil
	}
	return assay.Errorf(assay.Invalid, "leave --roll out", "%s %s", source, why)
}
