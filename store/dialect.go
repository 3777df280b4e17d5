package store

import (
	"fmt"
	"regexp"
	"time"
)

// dialect is what the databases write differently. The SQL of this package
// holds two macros: {now} is the database's clock, and {now+$3} that clock
// moved by the interval in argument 3 (see interval).
type dialect interface {
	now(at time.Time) string
	nowPlus(at time.Time, arg string) string
}

// sqlite writes the time into the statement: the database has no clock of its
// own, and a transaction keeps one time.
type sqlite struct{}

func (sqlite) now(at time.Time) string { return "'" + at.UTC().Format(timeLayout) + "'" }

func (sqlite) nowPlus(at time.Time, arg string) string {
	return fmt.Sprintf("strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', '%s', %s)", at.UTC().Format(timeLayout), arg)
}

// interval prints a duration as both databases read it.
func interval(d time.Duration) string { return fmt.Sprintf("%+.3f seconds", d.Seconds()) }

var macro = regexp.MustCompile(`\{now(\+\$\d+)?\}`)

func (db *DB) expand(query string) string {
	at := db.Now()
	return macro.ReplaceAllStringFunc(query, func(m string) string {
		if m == "{now}" {
			return db.dialect.now(at)
		}
		return db.dialect.nowPlus(at, m[len("{now+"):len(m)-1])
	})
}
