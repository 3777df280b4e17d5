package market

import (
	"fmt"
	"time"
)

// Date is a calendar day as days since 1970-01-01. It has no zone: a trade
// date is a name the exchange gives to a session, not an instant.
type Date int32

// DateOf returns the date of t's own wall clock.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDate reads "2006-01-02".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date like 2026-11-22", s)
	}
	return DateOf(t), nil
}

// Time returns midnight UTC of the date, for weekday and calendar arithmetic.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// String prints "2006-01-02".
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText prints the date as String does, in JSON too.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) error {
	v, err := ParseDate(string(text))
	if err == nil {
		*d = v
	}
	return err
}
