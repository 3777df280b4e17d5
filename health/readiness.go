package health

import (
	"time"

	"assay/badge"
	"assay/bot"
)

// Status is the one word that stands beside a thing.
type Status string

// The statuses. A provider has PASS, DEGRADED, FAIL, NOT_CONFIGURED or
// NOT_VERIFIED, a check INFO too, and the whole PASS, WARN or FAIL.
const (
	StatusPass          Status = "PASS"
	StatusInfo          Status = "INFO"
	StatusWarn          Status = "WARN"
	StatusDegraded      Status = "DEGRADED"
	StatusNotVerified   Status = "NOT_VERIFIED"
	StatusNotConfigured Status = "NOT_CONFIGURED"
	StatusFail          Status = "FAIL"
)

// Statuses lists them all.
var Statuses = [...]Status{
	StatusPass, StatusInfo, StatusWarn, StatusDegraded, StatusNotVerified, StatusNotConfigured, StatusFail,
}

// Readiness is everything the System Health drawer shows. No surface adds a
// word of its own; it prints texts and the ages of their times.
type Readiness struct {
	Status      Status     `json:"status"`  // PASS; WARN: something is blocked or amiss and LAB works; FAIL: LAB cannot work
	Summary     string     `json:"summary"` // Open and Rest
	Open        string     `json:"open"`    // which stages are open, one sentence
	Rest        string     `json:"rest"`    // what is blocked or amiss, and why; "" when nothing is
	Button      string     `json:"button"`  // of the console's header
	GeneratedAt time.Time  `json:"generatedAt"`
	Providers   []Provider `json:"providers"` // exactly five
	Checks      []Check    `json:"checks"`    // exactly eight
	Gates       Gates      `json:"gates"`
	Blockers    []Blocker  `json:"blockers"`
	SmokeTest   Action     `json:"smokeTest"`
	Notice      *Notice    `json:"notice,omitempty"` // what came of the call that this answers
}

// Provider is the standing of one outside service.
type Provider struct {
	ID             ProviderID  `json:"id"`
	Name           string      `json:"name"`
	Role           string      `json:"role"`
	Configured     bool        `json:"configured"`     // by configuration alone
	Connected      bool        `json:"connected"`      // in the newest verification that counts it let us in and answered
	LastVerifiedAt *time.Time  `json:"lastVerifiedAt"` // newest verification in which it let us in and answered; null: never
	LastTriedAt    *time.Time  `json:"lastTriedAt"`    // newest verification; null: never
	LatencyMs      *int64      `json:"latencyMs"`      // of the verification that the status stands on
	Status         Status      `json:"status"`
	Reason         string      `json:"reason"` // why it is not PASS
	Said           string      `json:"said"`   // the provider's own words about that, "" without any
	Fix            string      `json:"fix"`
	RequiredFor    []bot.Stage `json:"requiredFor"` // stages that stand on this provider now
	Required       string      `json:"required"`    // the same as a text
	Address        string      `json:"address"`     // in use; "" when not configured
	Local          bool        `json:"local"`       // the address is of this machine
	Lines          []Line      `json:"lines"`       // facts of the row, in order
	Action         *Action     `json:"action,omitempty"`
}

// Line is a text and, when Since is set, the age that follows it.
type Line struct {
	Text  string        `json:"text"`
	Since *time.Time    `json:"since,omitempty"`
	Age   badge.AgeForm `json:"age"`
}

// CheckID names one of the eight checks.
type CheckID string

// The eight checks.
const (
	CheckDatabase   CheckID = "database"
	CheckAutonomy   CheckID = "autonomy"
	CheckHistorical CheckID = "marketDataHistorical"
	CheckLive       CheckID = "marketDataLive"
	CheckBroker     CheckID = "broker"
	CheckRedis      CheckID = "redis"
	CheckAudit      CheckID = "audit"
	CheckFleet      CheckID = "botFleet"
)

// CheckIDs lists them in the order in which they are shown.
var CheckIDs = [...]CheckID{
	CheckDatabase, CheckAutonomy, CheckHistorical, CheckLive, CheckBroker, CheckRedis, CheckAudit, CheckFleet,
}

// Check is one thing that must be so.
type Check struct {
	ID     CheckID       `json:"id"`
	Label  string        `json:"label"`
	Status Status        `json:"status"`
	Detail string        `json:"detail"`
	Since  *time.Time    `json:"since,omitempty"` // its age follows the detail
	Age    badge.AgeForm `json:"age"`
	Fix    string        `json:"fix"`
	Action *Action       `json:"action,omitempty"`
}

// Gates says for each stage whether it is open.
type Gates struct {
	Lab    Gate `json:"LAB"`
	Paper  Gate `json:"PAPER"`
	Shadow Gate `json:"SHADOW"`
	Canary Gate `json:"CANARY"`
	Live   Gate `json:"LIVE"`
}

// Gate is open or says what closes it.
type Gate struct {
	Allowed   bool          `json:"allowed"`
	Text      string        `json:"text"`
	BlockedBy []BlockerCode `json:"blockedBy"`
}

// Of returns the gate of a stage.
func (g *Gates) Of(s bot.Stage) *Gate {
	switch s {
	case bot.Lab:
		return &g.Lab
	case bot.Paper:
		return &g.Paper
	case bot.Shadow:
		return &g.Shadow
	case bot.Canary:
		return &g.Canary
	case bot.Live:
		return &g.Live
	}
	panic("health: there is no stage " + string(s))
}

// BlockerCode says what closes a gate.
type BlockerCode string

// What closes gates.
const (
	DatabaseDown      BlockerCode = "DATABASE_DOWN"
	PlannerStalled    BlockerCode = "PLANNER_STALLED"
	NoHistoricalData  BlockerCode = "NO_HISTORICAL_DATA"
	LiveNotConfigured BlockerCode = "MARKET_DATA_LIVE_NOT_CONFIGURED"
	LiveNotVerified   BlockerCode = "MARKET_DATA_LIVE_NOT_VERIFIED"
	LiveDegraded      BlockerCode = "MARKET_DATA_LIVE_DEGRADED"
	LiveFailed        BlockerCode = "MARKET_DATA_LIVE_FAILED"
	BrokerUnset       BlockerCode = "BROKER_NOT_CONFIGURED"
	BrokerNotVerified BlockerCode = "BROKER_NOT_VERIFIED"
	BrokerDegraded    BlockerCode = "BROKER_DEGRADED"
	BrokerFailed      BlockerCode = "BROKER_FAILED"
	LiveForeign       BlockerCode = "MARKET_DATA_LIVE_ELSEWHERE"
	BrokerForeign     BlockerCode = "BROKER_ELSEWHERE"
	BrokerDemo        BlockerCode = "BROKER_DEMO"
	VerifierSilent    BlockerCode = "VERIFIER_SILENT"
	WatchdogSilent    BlockerCode = "WATCHDOG_SILENT"
	AuditFailed       BlockerCode = "AUDIT_FAILED"
)

// BlockerCodes lists them all.
var BlockerCodes = [...]BlockerCode{
	DatabaseDown, PlannerStalled, NoHistoricalData, LiveNotConfigured, LiveNotVerified, LiveDegraded, LiveFailed,
	BrokerUnset, BrokerNotVerified, BrokerDegraded, BrokerFailed, LiveForeign, BrokerForeign, BrokerDemo, VerifierSilent, WatchdogSilent, AuditFailed,
}

// Blocker is one thing that closes gates, and what opens them again.
type Blocker struct {
	Code     BlockerCode `json:"code"`
	Message  string      `json:"message"`
	Blocks   []bot.Stage `json:"blocks"`
	Scope    string      `json:"scope"`              // Blocks as a text
	Provider ProviderID  `json:"provider,omitempty"` // whose trouble it is, if one's
	Fix      string      `json:"fix"`
	Action   *Action     `json:"action,omitempty"`
}

// Act is what a button does.
type Act string

// What buttons do.
const (
	ActSmokeTest Act = "SMOKE_TEST" // POST /api/smoke-test
	ActVerify    Act = "VERIFY"     // POST /api/providers/{id}/verify
	ActAudit     Act = "AUDIT"      // POST /api/audit
)

// Action is a button.
type Action struct {
	Act      Act        `json:"act"`
	Label    string     `json:"label"`
	Name     string     `json:"name"`               // accessible name
	Provider ProviderID `json:"provider,omitempty"` // of VERIFY
}

// Notice is what came of a call, for a toast.
type Notice struct {
	Good bool   `json:"good"`
	Text string `json:"text"`
}
