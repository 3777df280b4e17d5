package market

import (
	"fmt"
	"strings"
	"time"
)

// Delivery is a contract's month as 12 times the year plus the month from 0.
type Delivery int

// MonthCodes are the letters of the twelve months in the names of contracts.
const MonthCodes = "FGHJKMNQUVXZ"

// DeliveryIn returns the delivery of the month that d lies in.
func DeliveryIn(d Date) Delivery {
	y, month, _ := d.Time().Date()
	return Delivery(12*y + int(month) - 1)
}

// Month returns the year and the month.
func (m Delivery) Month() (int, time.Month) { return int(m) / 12, time.Month(int(m)%12 + 1) }

// Of spells the contract of a root as the exchange does, e.g. ESZ3.
func (m Delivery) Of(root string) string {
	return fmt.Sprintf("%s%c%d", root, MonthCodes[m%12], m/12%10)
}

// LastTrade returns the last trade date of a delivery by the exchange's rule;
// ../docs/data.md has the rules and their sources.
func (c Contract) LastTrade(m Delivery) Date {
	y, month := m.Month()
	first, end := dateOf(y, month, 1), dateOf(y, month+1, 1)
	switch {
	case c.Group == Equity:
		return onOrBefore(nth(first, time.Friday, 3))
	case c.Group == Energy:
		last := businessDays(onOrBefore(dateOf(y, month-1, 25)), -3)
		if c.Micro() {
			last = businessDays(last, -1)
		}
		return last
	case c.Group == Metals:
		return businessDays(end, -3)
	case c.Root == "ZF":
		return businessDays(end, -1)
	case c.Group == Rates:
		return businessDays(end, -8)
	case c.Group == FX:
		return businessDays(nth(first, time.Wednesday, 3), -2)
	default:
		return lastFriday(end)
	}
}

// nth returns the n-th weekday of the month that begins on first.
func nth(first Date, wd time.Weekday, n int) Date {
	return first + Date((7+int(wd)-int(first.Weekday()))%7+7*(n-1))
}

// lastFriday returns the last Friday before end that is a business day in
// London too, or the one before it: of London's own holidays Boxing Day alone
// can be a month's last Friday.
func lastFriday(end Date) Date {
	d := nth(end, time.Friday, 1) - 7
	for {
		_, month, day := d.Time().Date()
		if BusinessDay(d) && (month != time.December || day != 26) {
			return d
		}
		d--
	}
}

// Deadline returns the trade date from which on nobody should hold a delivery,
// from which rolls by the calendar count back: the last trade date, or where
// one can be made to deliver before it, the first notice day (metals) and the
// first position day (Treasuries).
func (c Contract) Deadline(m Delivery) Date {
	y, month := m.Month()
	first := dateOf(y, month, 1)
	switch c.Group {
	case Metals:
		return businessDays(first, -1)
	case Rates:
		return businessDays(first, -2)
	default:
		return c.LastTrade(m)
	}
}

// DeadlineName says what the deadline is.
func (c Contract) DeadlineName() string {
	switch c.Group {
	case Metals:
		return "the first notice day"
	case Rates:
		return "the first position day"
	default:
		return "the last trade date"
	}
}

// MaxRollDays bounds how many business days before the deadline a roll can be:
// fewer than there are between two deadlines of monthly contracts.
const MaxRollDays = 15

// RollDays is how many business days before its deadline a contract is left,
// unless somebody chooses otherwise: about where the volume moves.
func (c Contract) RollDays() int {
	switch c.Group {
	case Equity: // Monday of the week of the third Friday; a holiday in it makes it the Friday before
		return 4
	case Rates:
		return 2
	default:
		return 3
	}
}

// RollDate returns the first trade date that belongs to the next delivery when
// a contract is left some business days before its deadline.
func (c Contract) RollDate(m Delivery, days int) Date { return businessDays(c.Deadline(m), -days) }

// Front returns the delivery that is held on a trade date by that rule, among
// the liquid months.
func (c Contract) Front(d Date, days int) Delivery {
	m := DeliveryIn(d) // nobody holds an earlier one: its deadline has passed
	for !c.Liquid(m) || c.RollDate(m, days) <= d {
		m++
	}
	return m
}

// Liquid says whether the delivery is one that people trade.
func (c Contract) Liquid(m Delivery) bool {
	return strings.IndexByte(c.LiquidMonths, MonthCodes[m%12]) >= 0
}
