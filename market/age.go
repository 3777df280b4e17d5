package market

import (
	"fmt"
	"time"
)

// Origin says where a figure of the contract table comes from, and of which
// day it is: the earliest that the source can mean, so that no age is
// understated.
type Origin struct {
	AsOf   Date
	Source string
}

// Trust says how far a figure that changes outside our sight may be relied on.
type Trust string

// A figure that is not current is shown all the same, and says so.
const (
	Current Trust = "CURRENT"
	Ageing  Trust = "AGEING"
	Stale   Trust = "STALE"
)

// Age is how old a figure is at a moment, and whether that is too old.
type Age struct {
	AsOf  Date  `json:"asOf,omitzero"` // 0: nobody stored it
	Days  int   `json:"days"`
	Trust Trust `json:"trust"`
}

// For how many days a figure is current, and after how many it is stale.
//
// Exchanges change their fees about once a year, brokers seldom more often:
// after half a year a change is likely, after a year and a month it has
// happened. Margins follow the market with a day's notice: a week is what a
// calm one leaves alone, and no month has passed lately without a change
// somewhere.
const (
	feesCurrent, feesStale       = 180, 395
	marginsCurrent, marginsStale = 7, 30
)

// FeesAge returns the age of fees of a day.
func FeesAge(asOf Date, now time.Time) Age { return ageOf(asOf, now, feesCurrent, feesStale) }

// MarginsAge returns the age of margins of a day.
func MarginsAge(asOf Date, now time.Time) Age { return ageOf(asOf, now, marginsCurrent, marginsStale) }

func ageOf(asOf Date, now time.Time, current, stale int) Age {
	if asOf == 0 {
		return Age{Trust: Stale}
	}
	a := Age{AsOf: asOf, Days: max(int(DateOf(now.UTC())-asOf), 0), Trust: Current}
	switch {
	case a.Days > stale:
		a.Trust = Stale
	case a.Days > current:
		a.Trust = Ageing
	}
	return a
}

// String is the one sentence on a figure's age, without a full stop.
func (a Age) String() string {
	const confirm = ": confirm before money depends on it"
	switch {
	case a.AsOf == 0:
		return "as of a day that was not stored" + confirm
	case a.Trust == Current:
		return fmt.Sprintf("as of %s, %s old", a.AsOf, days(a.Days))
	case a.Trust == Ageing:
		return fmt.Sprintf("as of %s, %s old and ageing%s", a.AsOf, days(a.Days), confirm)
	default:
		return fmt.Sprintf("as of %s, %s old and stale%s", a.AsOf, days(a.Days), confirm)
	}
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
