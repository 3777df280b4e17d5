// Package health decides what the System Health drawer says: a pure function
// of configuration and of stored verifications, each the outcome of a real
// round trip.
package health

import (
	"slices"
	"time"
)

// ProviderID names one of the five outside services.
type ProviderID string

// The five providers, and no others.
const (
	Databento ProviderID = "databento"
	Polygon   ProviderID = "polygon"
	Ironbeam  ProviderID = "ironbeam"
	Tradovate ProviderID = "tradovate"
	Redis     ProviderID = "redis"
)

// Providers lists them in the order in which they are shown.
var Providers = [...]ProviderID{Databento, Polygon, Ironbeam, Tradovate, Redis}

// Probe is what a verification asks of a provider.
type Probe string

// The probes. A provider offers one or more of them.
const (
	HistoricalData Probe = "HISTORICAL_DATA"
	LiveData       Probe = "LIVE_DATA"
	BrokerAccount  Probe = "BROKER_ACCOUNT"
	Ping           Probe = "PING"
)

// Outcome is how a round trip ended.
type Outcome string

// The outcomes: it answered well, it answered and something is amiss, or it
// did not answer as it must.
const (
	Passed   Outcome = "PASS"
	Degraded Outcome = "DEGRADED"
	Failed   Outcome = "FAIL"
)

// Code says why a round trip did not pass; "" when it did.
type Code string

// Why a round trip did not pass.
const (
	Unreachable        Code = "UNREACHABLE"
	TimedOut           Code = "TIMED_OUT"
	CredentialsRefused Code = "CREDENTIALS_REFUSED" //nolint:gosec // a word, no credential
	UserLocked         Code = "USER_LOCKED"         // the credentials are right, and the broker has locked their user
	NotLicensed        Code = "NOT_LICENSED"
	RateLimited        Code = "RATE_LIMITED"
	NoRoom             Code = "NO_ROOM"        // all connections that it allows are open
	PenaltyTicket      Code = "PENALTY_TICKET" // Tradovate's way of slowing a client down
	Captcha            Code = "CAPTCHA"        // the same, and only a person can go on
	ServerError        Code = "SERVER_ERROR"
	MalformedAnswer    Code = "MALFORMED_ANSWER"
	RequestRefused     Code = "REQUEST_REFUSED"   // it understood us, and will not do that
	WrongEnvironment   Code = "WRONG_ENVIRONMENT" // demo where live was asked for, or the reverse
	NoAccount          Code = "NO_ACCOUNT"
	StaleData          Code = "STALE_DATA"
	Slow               Code = "SLOW"
	ClockSkew          Code = "CLOCK_SKEW" // the provider's clock and ours are more than two seconds apart

	// HeldBack says that Assay let no call out, to keep to a limit. Nothing was
	// asked, so it says nothing of the provider and is not stored.
	HeldBack Code = "HELD_BACK"
)

// Verification is the outcome of one round trip, a row of
// provider_verifications.
type Verification struct {
	Provider ProviderID
	Probe    Probe
	Outcome  Outcome
	Code     Code
	Detail   string // one sentence for a person, free of secrets; the provider's own words where it gave some
	Latency  time.Duration
	At       time.Time // when it ended, by our clock
}

// Verifying are the codes of who let us in and answered, and of whom something
// is to be said all the same; "" of whom nothing is.
var Verifying = [...]Code{"", StaleData, Slow, ClockSkew}

// Verifies says whether the provider let us in and answered what was asked: only
// then is it verified and connected. Who is turned away at the door is not, and
// of a code that nobody knows nothing is believed.
func (v Verification) Verifies() bool {
	return slices.Contains(Verifying[:], v.Code) && (v.Outcome == Passed || v.Outcome == Degraded)
}

// LoginRefused says that a broker refused the login. Brokers lock out who goes
// on trying, so Assay does not make it again by itself.
func (v Verification) LoginRefused() bool {
	broker := v.Provider == Ironbeam || v.Provider == Tradovate
	return broker && (v.Code == CredentialsRefused || v.Code == UserLocked)
}

// Sound returns the verification as it can be stored and believed: what does
// not pass has a code, what has a code does not pass, and an outcome that
// nobody knows is a failure.
func (v Verification) Sound() Verification {
	switch {
	case v.Outcome == Passed && v.Code != "":
		v.Outcome = Degraded
	case v.Outcome != Passed && v.Outcome != Degraded:
		v.Outcome = Failed
	}
	if v.Outcome != Passed && v.Code == "" {
		v.Code = MalformedAnswer
	}
	v.Latency = max(0, v.Latency)
	return v
}
