package store

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// dialect is what the databases write differently. The SQL of this package
// holds two macros: {now} is the database's clock, and {now+$3} that clock
// moved by the interval in argument 3 (see interval).
type dialect interface {
	// now and nowPlus print the macros. arg is the argument that brings the
	// time, for a database that uses it.
	now(arg string) string
	nowPlus(arg, interval string) string
	bringsTime() bool
}

// sqlite has no clock of its own: statements are given the time, and a
// transaction keeps one.
type sqlite struct{}

func (sqlite) now(arg string) string { return arg }

func (sqlite) nowPlus(arg, interval string) string {
	return fmt.Sprintf("strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', %s, %s)", arg, interval)
}

func (sqlite) bringsTime() bool { return true }

// postgres has one clock for all machines; now() keeps still within a
// transaction. A test may give it the time instead.
type postgres struct{ given bool }

func (p postgres) now(arg string) string {
	if p.given {
		return "cast(" + arg + " as timestamptz)"
	}
	return "date_trunc('milliseconds', now())"
}

func (p postgres) nowPlus(arg, interval string) string {
	return "(" + p.now(arg) + " + cast(" + interval + " as interval))"
}

func (p postgres) bringsTime() bool { return p.given }

// interval prints a duration as both databases read it.
func interval(d time.Duration) string { return fmt.Sprintf("%+.3f seconds", d.Seconds()) }

var macro = regexp.MustCompile(`\{now(\+\$\d+)?\}`)

// expand writes the macros out and adds the argument they need.
func (db *DB) expand(query string, args []any) (string, []any) {
	if !strings.Contains(query, "{now") {
		return query, args
	}
	written, known := db.written.Load(query)
	if !known { // texts with macros are constants, so there are few
		written = db.writeOut(query, "$"+strconv.Itoa(len(args)+1))
		db.written.Store(query, written)
	}
	if db.dialect.bringsTime() {
		args = append(args[:len(args):len(args)], Time{db.Now()})
	}
	return written.(string), args
}

func (db *DB) writeOut(query, arg string) string {
	return macro.ReplaceAllStringFunc(query, func(m string) string {
		if m == "{now}" {
			return db.dialect.now(arg)
		}
		return db.dialect.nowPlus(arg, m[len("{now+"):len(m)-1])
	})
}
