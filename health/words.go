package health

import (
	"slices"
	"strings"
)

// Every text that readiness can say stands in this file. {holes} are filled
// with names, numbers and what a provider or a part of Assay said itself.

// sentence is a text with holes.
type sentence string

// with fills the holes: with("provider", "Redis").
func (s sentence) with(pairs ...string) string {
	filled := slices.Clone(pairs) // the caller may fill other texts with them too
	for i := 0; i < len(filled); i += 2 {
		filled[i] = "{" + filled[i] + "}"
	}
	return strings.NewReplacer(filled...).Replace(string(s))
}

const (
	sayUnknownProvider = sentence("there is no provider %q")
	fixUnknownProvider = sentence("name one of databento, polygon, ironbeam, tradovate and redis")
)

// about is what is said of a provider whatever its state.
type about struct{ name, role, verify sentence }

var abouts = map[ProviderID]about{
	Databento: {"Databento", "Historical and live data", "Verify Market Data"},
	Polygon:   {"Polygon", "Backup data", "Verify Market Data"},
	Ironbeam:  {"Ironbeam", "Broker", "Validate Broker"},
	Tradovate: {"Tradovate", "Second broker", "Validate Broker"},
	Redis:     {"Redis", "Events between nodes", "Verify Redis"},
}

// cause says why a provider, or one of its probes, is not PASS. The codes of
// verifications are causes too.
type cause string

const (
	noCause        cause = ""
	notConfigured  cause = "NOT_CONFIGURED"
	partlySet      cause = "PARTLY_CONFIGURED"
	wronglySet     cause = "WRONGLY_CONFIGURED"
	neverVerified  cause = "NEVER_VERIFIED"
	tooOld         cause = "TOO_OLD"
	movedAddress   cause = "MOVED"
	unreadable     cause = "UNREADABLE"
	failedSomehow  cause = "FAILED"
	loginRefused   cause = "LOGIN_REFUSED"   // CREDENTIALS_REFUSED by a broker
	settingRefused cause = "SETTING_REFUSED" // REQUEST_REFUSED by Redis, of which nothing else is asked than its address says
	degradedOfSome cause = "DEGRADED"
)

// trouble is what is said of a cause.
type trouble struct{ reason, fix sentence }

var troubles = map[cause]trouble{
	notConfigured:  {"{provider} is not configured.", "Set {missing} and start Assay again to use it."},
	partlySet:      {"{provider} is configured in part.", "Set {missing} too and start Assay again."},
	wronglySet:     {"{provider} cannot be asked: {wrong}.", "To mend it, {mend}, and start Assay again."},
	neverVerified:  {"{provider} was never verified.", "Verify it now."},
	tooOld:         {"The last verification of {provider} is older than 24 hours.", "Verify it now."},
	movedAddress:   {"{provider} was never verified at {address}.", "Verify it now."},
	unreadable:     {"The database does not answer, so nothing is known of {provider}.", "Mend the database first."},
	failedSomehow:  {"{provider} did not answer as it must.", "Verify it again; the log has the whole story."},
	degradedOfSome: {"{provider} answers, and something is amiss.", "Verify it again; the log has the whole story."},

	cause(Unreachable):        {"{provider} cannot be reached at {address}.", "See whether it runs and whether this machine reaches it, then verify it again."},
	cause(TimedOut):           {"{provider} did not answer in time.", "See whether this machine reaches {address}, then verify it again."},
	cause(CredentialsRefused): {"{provider} refuses the credentials.", "Correct {variables}, start Assay again and verify."},
	loginRefused:              {"{provider} refuses the credentials.", "Correct {variables} and start Assay again; it does not try this login again by itself."},
	cause(UserLocked):         {"{provider} has locked the user.", "Unlock the user at {provider} or wait until it is unlocked, then verify it; Assay does not try this login again by itself."},
	cause(NotLicensed):        {"{provider} does not license this to the account.", "Add the licence at {provider}, then verify it again."},
	cause(RateLimited):        {"{provider} limits the number of calls.", "Wait until it may be asked again, then verify it again."},
	cause(PenaltyTicket):      {"{provider} makes this address wait.", "Wait until it may be asked again, then verify it again."},
	cause(NoRoom):             {"{provider} has no room for another connection.", "Close connections to it that are not needed, then verify it again."},
	cause(Captcha):            {"{provider} wants a person to solve a captcha.", "Sign in to {provider} with a browser, then verify again as soon as it may be asked."},
	cause(ServerError):        {"{provider} answers with an error of its own.", "Wait, then verify it again; its status page may say more."},
	cause(MalformedAnswer):    {"{provider} answered something that cannot be read.", "See whether {address} really is {provider}, then verify it again."},
	cause(RequestRefused):     {"{provider} understands the question and refuses it.", "Read what it says; {variables} or the account may need a change."},
	settingRefused:            {"{provider} refuses what is asked of it by {variables}.", "Correct {variables}, start Assay again and verify."},
	cause(WrongEnvironment):   {"{provider} answers from the wrong environment, demo or live.", "Correct {place} or the address, start Assay again and verify."},
	cause(NoAccount):          {"{provider} accepts the credentials and shows no account.", "Use credentials that have an account, start Assay again and verify."},
	cause(StaleData):          {"{provider} answers with old data.", "Wait for new data, then verify it again."},
	cause(Slow):               {"{provider} answers slowly.", "See what keeps {provider} or the network busy, then verify it again."},
	cause(ClockSkew):          {"The clocks of {provider} and of this machine are more than two seconds apart.", "Set this machine's clock by NTP, then verify again."},
}

// ofProbe leads a reason that concerns another probe than the first.
var ofProbe = map[Probe]sentence{
	HistoricalData: "Historical data: {reason}",
	LiveData:       "Live data: {reason}",
	BrokerAccount:  "Account: {reason}",
	Ping:           "Ping: {reason}",
}

// The facts in a provider's row.
const (
	lineConnected   = sentence("Configured, connected")
	lineUnconnected = sentence("Configured, not connected")
	lineVerified    = sentence("Verified")
	lineFailed      = sentence("Failed")
	lineNever       = sentence("Never verified")
	lineLatency     = sentence("{ms} ms")
	lineLocal       = sentence("At {address}, on this machine")
	lineAddress     = sentence("At {address}")

	requiredFromLab = sentence("Required from LAB")
	requiredForBars = sentence("Required for CANARY and LIVE, and for bars of {missing}; LAB is open")
	requiredForReal = sentence("Required for CANARY and LIVE, not for LAB")
	optional        = sentence("Optional")
)

// labels names the checks.
var labels = map[CheckID]sentence{
	CheckDatabase:   "Database",
	CheckAutonomy:   "Autonomy",
	CheckHistorical: "Market data, historical",
	CheckLive:       "Market data, live",
	CheckBroker:     "Broker",
	CheckRedis:      "Redis",
	CheckAudit:      "Audit",
	CheckFleet:      "Bot fleet",
}

// The details of the checks.
const (
	databaseAnswers = sentence("{kind} answered in {ms} ms")
	databaseDown    = sentence("{kind} does not answer.")
	fixDatabase     = sentence("See that the database runs and its disk has room; the log says what it answered.")
	behindDatabase  = sentence("It cannot be read while the database does not answer.")

	plannerTicks     = sentence("{enqueued} jobs enqueued, last tick")
	plannerEnqueued1 = sentence("1 job enqueued, last tick")
	plannerStarting  = sentence("The first tick is under way.")
	plannerNever     = sentence("No tick has ever finished.")
	plannerStalled   = sentence("The planner is stalled: last tick")
	plannerFailed    = sentence("The last tick met trouble: {error}")
	plannerPaused    = sentence("Paused by the operator: {why}")
	plannerPausedNow = sentence("Paused by the operator.")
	fixPlanner       = sentence("Start Assay again; the log says why the tick did not finish.")
	fixTick          = sentence("The next tick tries again by itself; the log says more.")
	fixPaused        = sentence("Resume autonomy when the reason is gone.")

	barsReal      = sentence("Real bars on disk for {real}")
	barsSim       = sentence("SIM DATA, synthetic bars, for {sim}")
	barsMixed     = sentence("Real bars for {real}; SIM DATA, synthetic bars, for {sim}")
	barsComing    = sentence("SIM DATA, synthetic bars, is being made for {coming}.")
	barsFetchable = sentence("No usable bars of {missing}; {provider} has them.")
	barsPartly    = sentence("No usable bars of {missing}: {why}.")
	barsNone      = sentence("No usable bars of {missing}, which is all that bots in LAB trade: {why}.")
	barsNotNeeded = sentence("No bot in LAB needs bars.")
	fixBars       = sentence("To mend it, {fix}")
	fixAddress    = sentence("Unset {moved} and start Assay again.")
	fixFetch      = sentence("Fetch them: {fix}")
	fetchCommand  = sentence("assay data fetch {root} --from {day}")

	verifiedBy  = sentence("{provider} verified")
	redisUnset  = sentence("Optional; one node needs none.")
	auditNever  = sentence("No audit yet. It blocks nothing.")
	auditClean  = sentence("The audit found nothing")
	auditFound  = sentence("The audit found {n} things")
	auditFound1 = sentence("The audit found one thing")
	fixAudit    = sentence("Read the findings: assay audit, or GET /api/_proof/invariants.")

	fleetNone   = sentence("No bots yet.")
	fleetOne    = sentence("{n} bots, all in {stage}")
	fleetSingle = sentence("1 bot, in {stage}")
	fleetMany   = sentence("{n} bots: {counts}")
	fleetCount  = sentence("{n} in {stage}")
	fleetPaused = sentence("{bots}; {n} paused")
)

// blocked is what is said of something that closes gates: its message, and
// until when, for the summary.
type blocked struct{ message, until, fix sentence }

var blockeds = map[BlockerCode]blocked{
	DatabaseDown:      {"The database does not answer.", "the database answers", fixDatabase},
	PlannerStalled:    {"The planner has not finished a tick for 5 minutes.", "the planner works", fixPlanner},
	NoHistoricalData:  {"No bot in LAB has usable bars; those of {missing} are missing.", "there are usable bars", fixBars},
	LiveNotConfigured: {"No provider of live market data is configured.", "live market data is configured", "Set {missing} and start Assay again."},
	LiveNotVerified:   {"Live market data is not verified: {reason}", "live market data is verified", "{fix}"},
	LiveDegraded:      {"Live market data is degraded: {reason}", "live market data is sound", "{fix}"},
	LiveFailed:        {"Live market data fails: {reason}", "live market data is verified", "{fix}"},
	BrokerUnset:       {"No broker is configured.", "a broker is configured", "Set {missing} and start Assay again."},
	BrokerNotVerified: {"The broker is not verified: {reason}", "a broker is verified", "{fix}"},
	BrokerDegraded:    {"The broker is degraded: {reason}", "the broker is sound", "{fix}"},
	BrokerFailed:      {"The broker fails: {reason}", "a broker is verified", "{fix}"},
	LiveForeign:       {"Live market data comes from {address}, which is not {provider} itself.", "live market data comes from its provider", fixAddress},
	BrokerForeign:     {"The broker is reached at {address}, which is not {provider} itself.", "the broker itself is reached", fixAddress},
	BrokerDemo:        {"The account at {provider} is a demo account.", "a broker's live account is used", "Use the live environment of {provider} and start Assay again."},
	VerifierSilent:    {"The loop that verifies the providers has stopped.", "providers are verified again", "Start Assay again; the log says why the loop stopped."},
	WatchdogSilent:    {"The watchdog of the planner has stopped.", "the planner is watched again", "Start Assay again; the log says why the watchdog stopped."},
	AuditFailed:       {"The last audit found something.", "an audit finds nothing", fixAudit},
}

// Gates, scopes and the two sentences of the summary.
const (
	gateOpen    = sentence("Open")
	gateBlocked = sentence("Blocked")

	scopeAll  = sentence("Blocks every stage")
	scopeSome = sentence("Blocks {stages} only")

	openAll  = sentence("Every stage is open.")
	openNone = sentence("No stage is open.")
	openOne  = sentence("{stages} is open.")
	openSome = sentence("{stages} are open.")

	blockedOne  = sentence("{stages} is blocked until {until}.")
	blockedSome = sentence("{stages} are blocked until {until}.")
	amissOne    = sentence("Amiss: {things}.")

	buttonWell    = sentence("System Health")
	buttonBlocked = sentence("{stages} blocked")

	smokeTest  = sentence("Run Smoke Test")
	runAudit   = sentence("Run Audit")
	actionName = sentence("{label}: {provider}")

	listComma  = sentence("{a}, {b}")
	listAnd    = sentence("{a} and {b}")
	listMore   = sentence("{a} and {n} more")
	sideBySide = sentence("{a} · {b}")
	moreAside  = sentence("{a} · and {n} more")
	oneByOne   = sentence("{a}; {b}")
	moreToTell = sentence("{a}; and {n} more")
)

// What came of a call.
const (
	noticeVerified = sentence("{provider} verified in {ms} ms")
	noticeSaid     = sentence("{provider}: {said}")
	noticeHeld     = sentence("{provider} was not asked: {why}.")
	noticeAll      = sentence("{n} of {n} providers verified")
	noticeSome     = sentence("{good} of {n} providers verified. {first}")
	noticeNone     = sentence("No provider is configured, so none was asked.")
)
