package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// timeLayout has a fixed width, so that text order is time order.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time carries a time.Time to and from the database: UTC, whole milliseconds;
// the zero time is NULL.
type Time struct{ time.Time }

// Value prints the time.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().Format(timeLayout), nil
}

// Scan reads what Value wrote, or a time.Time from a database that has one.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		t.Time = time.Time{}
	case time.Time:
		t.Time = v.UTC()
	case string:
		at, err := time.Parse(timeLayout, v)
		if err != nil {
			return fmt.Errorf("%q is not a time of this database: %w", v, err)
		}
		t.Time = at
	default:
		return fmt.Errorf("a time came as %T", src)
	}
	return nil
}

func wholeMillis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// timeInto scans a column into a time.Time.
func timeInto(t *time.Time) *timeDest { return &timeDest{t} }

type timeDest struct{ to *time.Time }

// Scan implements sql.Scanner.
func (d *timeDest) Scan(src any) error {
	var t Time
	if err := t.Scan(src); err != nil {
		return err
	}
	*d.to = t.Time
	return nil
}
