// Package assay holds the few words that every part of Assay shares. Its
// comment is the map of the house; a package imports only packages that stand
// below it here, and floors_test.go keeps it so.
//
//	cmd/assay                 the command line
//	app                       builds the parts and runs them; knows them all
//	api  client  web  proof   surfaces: HTTP, our own Go client, the console, replays
//	control  task             loops: the planner's tick; what each kind of job does
//	worker                    effects: the job engine
//	store  provider           effects: SQL; outside services
//	history                   effects: market data on disk
//	internal                  plumbing that knows nothing of trading
//	plan  badge  health       decisions  ┐
//	engine  measure  report   results    │ pure: no context, no clock,
//	strategy                  rules      │ no files, no network, no log
//	market  bot  job          nouns      ┘
//	assay                     the shared words: kinds of error
//
// Those who decide do not act; those who act have nothing left to decide. A
// signature without a context promises that it cannot touch the world.
package assay

import (
	"errors"
	"fmt"
)

// Kind says what sort of trouble an error is. The command line turns it into
// an exit code and the API into an HTTP status, each in one table.
type Kind string

// The kinds of error that reach a person.
const (
	Invalid     Kind = "invalid"     // what was asked for cannot be right
	NotFound    Kind = "not_found"   // the thing named does not exist
	Conflict    Kind = "conflict"    // right in itself, but not now
	Unavailable Kind = "unavailable" // a part that is needed does not answer
	Internal    Kind = "internal"    // our own mistake
)

// Error is a sentence for a person: what happened, where, and what to do.
type Error struct {
	Kind    Kind
	Message string // one clause that names the place, without a full stop
	Fix     string // the remedy, one clause; may be empty
	Err     error  // the cause, when there is one worth keeping
}

// Error joins the message and the remedy.
func (e *Error) Error() string {
	if e.Fix == "" {
		return e.Sentence()
	}
	return e.Sentence() + "; " + e.Fix
}

// Sentence is the error without its remedy.
func (e *Error) Sentence() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind; the remedy comes first because it is the
// part that is most easily forgotten.
func Errorf(kind Kind, fix, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Fix: fix}
}

// KindOf returns the kind of the first Error in the chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
