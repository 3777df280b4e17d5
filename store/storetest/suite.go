package storetest

import (
	"database/sql"
	"testing"
	"time"

	"assay/store"
)

// Harness opens a new, empty database of one kind.
type Harness struct {
	Open func(t testing.TB, clock func() time.Time) *store.DB
	SQL  func(t testing.TB, db *store.DB) *sql.DB // a plain connection to the same database
}

// Run runs the whole suite.
func Run(t *testing.T, h Harness) {
	for name, test := range map[string]func(*testing.T, Harness){
		"bots come back as stored":              botsComeBack,
		"a moved bot leaves an event":           movesLeaveEvents,
		"every change raises the revision":      changesRaiseRevision,
		"commits are announced":                 commitsAreAnnounced,
		"a bot has one active job":              oneActiveJob,
		"the total cap holds":                   totalCap,
		"admission keeps the caps":              admissionKeepsCaps,
		"a job's life":                          jobLife,
		"a failed attempt goes back and waits":  failedAttemptWaits,
		"a released attempt does not count":     releasedAttempt,
		"the fence keeps a late worker out":     fence,
		"a lost lease saves nothing":            lostLeaseSavesNothing,
		"stalled and overdue jobs are found":    stalledAndOverdue,
		"cancelling":                            cancelling,
		"results come back as stored":           resultsComeBack,
		"a job has one session":                 oneSession,
		"the fleet shows what counts":           fleetShowsWhatCounts,
		"the fleet is filtered":                 fleetFilter,
		"the planner's snapshot":                planSnapshot,
		"failures in a row":                     failuresInARow,
		"the boundary decides what counts":      boundaryDecides,
		"data sets supersede and are accepted":  dataSets,
		"a look reads what changed":             looks,
		"ended searches are counted":            searches,
		"a tick's counts must add up":           tickCounts,
		"a tick names what it was made from":    tickSources,
		"snapshots build on each other":         snapshots,
		"old ticks and snapshots go":            oldRowsGo,
		"the signs of the planner":              signs,
		"plans of bots are kept":                botPlans,
		"the documented queries work unchanged": publicQueries,
		"a transaction is all or nothing":       allOrNothing,
		"many writers at once":                  manyWriters,
		"writers that meet":                     writersMeet,
		"names sort by their bytes":             namesSortByBytes,
		"verifications come back as stored":     verifications,
		"strange verifications are refused":     strangeVerifications,
		"detectors beat":                        beats,
		"provider requests come and go":         providerRequests,
		"what comes of a tick is traced":        traces,
		"a revert puts all bots back":           revertPutsAllBack,
		"a revert of one stage":                 revertOfAStage,
		"a stale preview is refused":            stalePreview,
		"an act is all or nothing":              actsAreAllOrNothing,
		"a reset moves the boundary":            resetMovesTheBoundary,
		"a reset clears cool-downs":             resetClearsCoolDowns,
		"a reset at the edge of a millisecond":  resetAtTheEdge,
		"pausing":                               pausing,
		"pausing anew":                          pausingAnew,
		"the audit log is chained":              auditLogIsChained,
		"tampering with the log is found":       tamperingIsFound,
		"audits are stored":                     auditsAreStored,
		"many writers make one chain":           oneChain,
		"evidence is chained":                   evidenceIsChained,
		"age cuts the beginning":                ageCutsTheBeginning,
		"wrong clocks cut no hole":              wrongClocksCutNoHole,
		"audits remember the ends":              auditsRememberTheEnds,
		"every invariant can fail":              everyInvariantCanFail,
		"acts while the lab works":              actsWhileTheLabWorks,
		"beats and ends never collide":          beatsWhileJobsEnd,
	} {
		t.Run(name, func(t *testing.T) { test(t, h) })
	}
}
