package market

import "time"

// BusinessDay says whether d counts as a business day in the exchange's rules
// of expiry: a weekday that is no holiday of the United States. It needs no
// table, so it holds for any year, and a holiday on which the exchange trades
// until noon is none all the same. Closures without a rule, as after a storm,
// are not in it.
func BusinessDay(d Date) bool {
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday && !holiday(d)
}

// businessDays moves n business days from d, backwards when n is negative. A
// day that is none itself moves to one with the first step.
func businessDays(d Date, n int) Date {
	step := Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if d += step; BusinessDay(d) {
			n--
		}
	}
	return d
}

// onOrBefore returns d, or the last business day before it.
func onOrBefore(d Date) Date {
	for !BusinessDay(d) {
		d--
	}
	return d
}

func holiday(d Date) bool {
	y, month, day := d.Time().Date()
	week, wd := (day-1)/7+1, d.Weekday()
	switch {
	case wd == time.Monday && month == time.January && week == 3, // Martin Luther King Jr. Day
		wd == time.Monday && month == time.February && week == 3, // Presidents' Day
		wd == time.Monday && month == time.May && day > 24,       // Memorial Day
		wd == time.Monday && month == time.September && week == 1,
		wd == time.Thursday && month == time.November && week == 4:
		return true
	case y >= 2022 && d == keptOn(y, time.June, 19): // Juneteenth
		return true
	}
	return d == keptOn(y, time.January, 1) || d == keptOn(y, time.July, 4) ||
		d == keptOn(y, time.December, 25) || d == easter(y)-2 // Good Friday
}

// keptOn returns the weekday on which a holiday of a fixed date is kept. New
// Year on a Saturday is kept on none of its year, which is what the exchange
// does.
func keptOn(year int, month time.Month, day int) Date {
	d := dateOf(year, month, day)
	switch d.Weekday() {
	case time.Saturday:
		return d - 1
	case time.Sunday:
		return d + 1
	default:
		return d
	}
}

// easter returns Easter Sunday by the Gregorian computus.
func easter(year int) Date {
	golden, century := year%19, year/100
	moon := (century - century/4 - (8*century+13)/25 + 19*golden + 15) % 30
	moon -= moon / 28 * (1 - 29/(moon+1)*((21-golden)/11))
	sunday := moon - (year+year/4+moon+2-century+century/4)%7
	month := 3 + (sunday+40)/44
	return dateOf(year, time.Month(month), sunday+28-31*(month/4))
}

func dateOf(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}
