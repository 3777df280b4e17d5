package health

import (
	"time"

	"assay/bot"
)

// Record is a stored verification: what was found, and where it was asked.
type Record struct {
	Verification
	Address string // the address in use then
	TraceID string // of the call or the round that asked
}

// Facts is everything that readiness is judged by. Each field comes from
// configuration or from the database; nothing is asked of a provider.
type Facts struct {
	Database  Database
	StartedAt time.Time // when the server that answers began
	Providers map[ProviderID]ProviderFacts
	Symbols   []Symbol // what bots in LAB trade on, one for each symbol and bar interval
	Planner   Planner
	Detectors []Detector
	Audit     *Audit        // the last one; nil: none was ever run
	Fleet     []StageCount  // in the order of the stages
	Valid     time.Duration // how old a verification may be; 0 is ValidFor
}

// ValidFor is how old a verification may be before it counts for nothing.
const ValidFor = 24 * time.Hour

// StalledAfter is how old the last finished tick may be before the planner
// counts as stalled.
const StalledAfter = 5 * time.Minute

// SilentAfter is how old a detector's last beat may be.
const SilentAfter = 5 * time.Minute

// Database says how the database answered when these facts were read.
type Database struct {
	Kind    string // "SQLite" or "PostgreSQL"
	Down    bool   // nothing else could be read
	Latency time.Duration
}

// ProviderFacts is what is known of one provider.
type ProviderFacts struct {
	Configured bool
	Missing    []string // variables to set, when not configured
	Variables  []string // of its credentials
	Address    string   // in use, without secrets
	Local      bool     // the address is of this machine: a stand-in or a tunnel
	Probes     []Probe  // what it can be asked, the most telling first
	Records    []Record // of each probe the newest, and the newest that did not fail
}

// Symbol is historical data that bots in LAB need.
type Symbol struct {
	Name   string
	Usable bool
	Sim    bool   // usable and synthetic
	Coming bool   // not there, and simulated bars are being made
	Why    string // when not usable: what is wrong …
	Fix    string // … and what would mend it
}

// Planner is what its last tick left.
type Planner struct {
	FinishedAt   time.Time // zero: no tick has finished yet
	Enqueued     int
	Held         int
	Error        string // of that tick
	PausedAt     time.Time
	PausedReason string
}

// Detector is a loop that looks for trouble and beats while it looks. One that
// stopped beating is trouble itself: what it watches may have changed unseen.
type Detector struct {
	ID     DetectorID
	BeatAt time.Time // zero: never
}

// DetectorID names a detector.
type DetectorID string

// The detectors.
const (
	Verifier DetectorID = "verifier" // verifies the providers again and again
	Watchdog DetectorID = "watchdog" // watches the planner
)

// Audit is what the last audit left.
type Audit struct {
	At       time.Time
	Findings int
}

// StageCount is how many bots stand in a stage.
type StageCount struct {
	Stage bot.Stage
	Bots  int
}
