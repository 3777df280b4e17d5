package control

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"assay/health"
	"assay/internal/trace"
	"assay/provider"
	"assay/store"
)

// verifierRole is the verifier's row in the table of leases.
const verifierRole = "verifier"

// VerifyEvery is how often providers are verified without being asked.
const VerifyEvery = 15 * time.Minute

const (
	beatEvery     = time.Minute
	verifierLease = 3 * time.Minute
	askWithin     = 50 * time.Second // all probes of all providers, which are asked side by side
)

// HealthConfig is what Health is built from.
type HealthConfig struct {
	DB        *store.DB
	Providers *provider.Registry
	AllowSim  bool          // bots may be tested on simulated bars
	Every     time.Duration // between two verifications of a provider; 0 is VerifyEvery
	Shared    bool          // other nodes verify for this database too, one at a time
	Log       *slog.Logger
}

// Health asks the providers, stores what they answer, and says how ready the
// laboratory is by what is stored.
type Health struct {
	HealthConfig
	holder  string
	started time.Time
	asking  map[health.ProviderID]*sync.Mutex // one round trip to a provider at a time
}

// NewHealth returns it; Run verifies the providers again and again.
func NewHealth(c HealthConfig) *Health {
	if c.Every <= 0 {
		c.Every = VerifyEvery
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	h := &Health{HealthConfig: c, holder: rand.Text(), started: c.DB.Now(), asking: map[health.ProviderID]*sync.Mutex{}}
	for _, id := range health.Providers {
		h.asking[id] = new(sync.Mutex)
	}
	return h
}

// Run beats, and verifies each provider whose last verification is older than
// Every, until ctx ends. The first round verifies all of them: credentials may
// have changed while nobody served.
func (h *Health) Run(ctx context.Context) {
	ticker := time.NewTicker(min(h.Every, beatEvery))
	defer ticker.Stop()
	for led := false; ctx.Err() == nil; {
		leads := h.Beat(ctx)
		if leads {
			h.round(ctx, !led)
		}
		led = leads
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	if h.Shared {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), leadRenew)
		defer stop()
		if err := h.DB.Resign(ctx, verifierRole, h.holder); err != nil {
			h.Log.Warn("the verifier did not resign", "error", err)
		}
	}
}

// Beat says that somebody verifies, when it is this process that does.
func (h *Health) Beat(ctx context.Context) (leads bool) {
	if h.Shared {
		term, err := h.DB.Lead(ctx, verifierRole, h.holder, verifierLease)
		if err != nil {
			h.Log.Warn("asking for the verifier's lead failed", "error", err)
		}
		if err != nil || term == 0 {
			return false
		}
	}
	if err := h.DB.Beat(ctx, health.Verifier); err != nil {
		h.Log.Warn("the verifier could not beat", "error", err)
	}
	return true
}

// round verifies what is due.
func (h *Health) round(ctx context.Context, all bool) {
	ctx = trace.Begin(ctx)
	stored, err := h.DB.Verifications(ctx)
	if err != nil {
		h.Log.WarnContext(ctx, "verifications could not be read", "error", err)
		return
	}
	due := slices.DeleteFunc(h.Providers.Configured(), func(id health.ProviderID) bool { return h.refused(stored[id]) })
	if !all {
		due = h.due(due, stored)
	}
	if _, err := h.ask(ctx, due); err != nil && ctx.Err() == nil {
		h.Log.ErrorContext(ctx, "providers could not be verified", "error", err)
	}
}

// refused says whether the last that is known of a broker is that it refused the
// login that this process has; it is left alone until somebody asks.
func (h *Health) refused(records []health.Record) (refused bool) {
	newest := map[health.Probe]health.Record{}
	for _, r := range records {
		newest[r.Probe] = r // they come in the order in which they were stored
	}
	for _, r := range newest {
		if r.Verifies() {
			return false
		}
		refused = refused || r.LoginRefused() && !r.At.Before(h.started)
	}
	return refused
}

// due lists those whose newest verification is older than Every. A tick comes
// a little early or late, so a quarter of it makes no difference.
func (h *Health) due(ids []health.ProviderID, stored map[health.ProviderID][]health.Record) (due []health.ProviderID) {
	limit := h.DB.Now().Add(-h.Every + min(h.Every, beatEvery)/4)
	for _, id := range ids {
		fresh := false
		for _, r := range stored[id] {
			fresh = fresh || r.At.After(limit)
		}
		if !fresh {
			due = append(due, id)
		}
	}
	return due
}

// Verify asks providers now and returns the readiness that follows, with a
// notice of what came of it. Without a name it asks all that are configured;
// one that is not configured is a Conflict.
func (h *Health) Verify(ctx context.Context, ids ...health.ProviderID) (health.Readiness, error) {
	for _, id := range ids {
		if _, err := h.Providers.Verifier(id); err != nil {
			return health.Readiness{}, err
		}
	}
	if len(ids) == 0 {
		ids = h.Providers.Configured()
	}
	held, err := h.ask(trace.Begin(ctx), ids)
	if err != nil {
		return health.Readiness{}, err
	}
	r := h.Readiness(ctx)
	notice := health.Tell(r, held, ids...)
	r.Notice = &notice
	return r, nil
}

// ask makes the round trips side by side and stores each outcome as it comes.
// It returns who was not asked, and why.
func (h *Health) ask(ctx context.Context, ids []health.ProviderID) (health.Held, error) {
	bounded, stop := context.WithTimeout(ctx, askWithin)
	defer stop()
	var group errgroup.Group
	why := make([]string, len(ids))
	for i, id := range ids {
		group.Go(func() (err error) {
			why[i], err = h.askOne(ctx, bounded, id)
			return err
		})
	}
	err := group.Wait()
	held := health.Held{}
	for i, id := range ids {
		held[id] = why[i]
	}
	return held, err
}

// askOne asks within bounded, whose end is the provider's fault, and stores
// within ctx, whose end is not. A call that was not let out leaves the stored
// evidence as it is; held says why, unless what was asked has worse to tell.
func (h *Health) askOne(ctx, bounded context.Context, id health.ProviderID) (held string, err error) {
	h.asking[id].Lock()
	defer h.asking[id].Unlock()
	verifier, err := h.Providers.Verifier(id)
	if err != nil {
		return "", err
	}
	troubled := false
	var last health.Record
	for _, probe := range verifier.Probes() {
		began := time.Now()
		record := last
		if last.LoginRefused() {
			record.Probe, record.At = probe, began // it needs the login that was refused just now
		} else {
			record = h.record(ctx, bounded, verifier, probe)
		}
		if record.Code == health.HeldBack {
			h.Log.InfoContext(ctx, "provider not asked", "provider", id, "probe", probe, "why", record.Detail)
			held = cmp.Or(held, record.Detail)
			continue
		}
		if !record.At.IsZero() && record.At.Before(began) {
			continue // it may not be asked so soon, and repeats what is stored
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("verify %s: %w", id, ctx.Err()) // it was given up here; that says nothing of the provider
		}
		if err := h.DB.SaveVerification(ctx, record); err != nil {
			return "", err
		}
		h.say(ctx, record)
		last = record
		troubled = troubled || record.Code != ""
	}
	if troubled {
		return "", nil
	}
	return held, nil
}

// record makes one round trip and says of whom, where and on whose behalf.
func (h *Health) record(ctx, bounded context.Context, v provider.Verifier, probe health.Probe) health.Record {
	r := health.Record{Verification: h.verify(bounded, v, probe).Sound(), Address: provider.AddressOf(v), TraceID: trace.ID(ctx)}
	r.Provider, r.Probe = v.Provider(), probe
	return r
}

// verify makes one round trip. A client of ours that panics has not verified
// anything.
func (h *Health) verify(ctx context.Context, v provider.Verifier, probe health.Probe) (found health.Verification) {
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			h.Log.ErrorContext(ctx, "a verification panicked", "provider", v.Provider(), "panic", p, "stack", string(debug.Stack()))
			found = health.Verification{
				Outcome: health.Failed, Code: health.MalformedAnswer, Latency: time.Since(began),
				Detail: "asking it went wrong within Assay; the log says how",
			}
		}
	}()
	return v.Verify(ctx, probe)
}

func (h *Health) say(ctx context.Context, r health.Record) {
	level := slog.LevelInfo
	if r.Outcome == health.Failed {
		level = slog.LevelWarn
	}
	h.Log.Log(ctx, level, "provider verified", "provider", r.Provider, "probe", r.Probe, "outcome", r.Outcome,
		"code", r.Code, "detail", r.Detail, "latency", r.Latency, "address", r.Address)
}
