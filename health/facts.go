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
	Database   Database
	StartedAt  time.Time // when the server that answers began
	Providers  map[ProviderID]ProviderFacts
	Symbols    []Symbol // what bots in LAB trade on, one for each symbol and bar interval
	Planner    Planner
	VerifierAt time.Time     // last beat of the loop that verifies the providers; zero: it never ran
	Audit      *Audit        // the last one; nil: none was ever run
	Fleet      []StageCount  // in the order of the stages
	PausedBots int           // of the fleet, paused one by one
	Valid      time.Duration // how old a verification may be; 0 is ValidFor
}

// ValidFor is how old a verification may be before it counts for nothing.
const ValidFor = 24 * time.Hour

// SilentAfter is how old the verifier's last beat may be. What verifies the
// providers may have stopped then, and they may have changed unseen.
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
	Wrong      string   // what is wrong with its settings, so that it cannot be asked …
	Mend       string   // … and what would mend them
	Variables  []string // of its credentials: those in use when configured, else those needed
	Address    string   // in use, without secrets
	Local      bool     // the address is of this machine: a stand-in or a tunnel
	Foreign    bool     // an address is not one of the provider's own
	Moved      []string // variables that give it another address
	Demo       bool     // a broker's account of play money
	Place      string   // variable that says which environment a broker must be, "" for others
	Probes     []Probe  // what it can be asked, the most telling first
	Records    []Record // of each probe the newest, and the newest that verifies it
}

// Symbol is historical data that bots in LAB need.
type Symbol struct {
	Name   string
	Root   string // whose bars it trades on; "" when that is not known
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
	WatchedAt    time.Time // last beat of the watchdog; zero: it never ran
}

// DetectorID names a loop that looks for trouble and beats while it looks.
type DetectorID string

// Verifier verifies the providers again and again.
const Verifier DetectorID = "verifier"

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
