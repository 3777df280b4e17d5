package control

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay/bot"
	"assay/health"
)

// scrapeWithin bounds what a scrape may ask of the database.
const scrapeWithin = 5 * time.Second

// Metrics tells Prometheus what the database and the readiness say at the
// moment of the scrape, so that no counter of a process can differ from them.
type Metrics struct {
	health *Health

	jobs, bots, tickAt, tickBots, tickFailed, gate, provider, verifiedAt, latency *prometheus.Desc
}

// NewMetrics returns the collector.
func NewMetrics(h *Health) *Metrics {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("assay_"+name, help, labels, nil)
	}
	return &Metrics{
		health:     h,
		jobs:       describe("jobs", "Jobs ever, by type and status.", "type", "status"),
		bots:       describe("bots", "Bots, by stage.", "stage"),
		tickAt:     describe("tick_finished_timestamp_seconds", "When the last tick of the planner ended."),
		tickBots:   describe("tick_bots", "Bots of the last tick, by what was decided: enqueued or held.", "decision"),
		tickFailed: describe("tick_failed", "Whether the last tick met trouble."),
		gate:       describe("gate_open", "Whether the gate of a stage is open.", "stage"),
		provider:   describe("provider_status", "1 for the status that a provider has.", "provider", "status"),
		verifiedAt: describe("provider_verified_timestamp_seconds", "When a provider was last verified with success.", "provider"),
		latency:    describe("provider_latency_seconds", "How long the last verification that counts took.", "provider"),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		m.jobs, m.bots, m.tickAt, m.tickBots, m.tickFailed, m.gate, m.provider, m.verifiedAt, m.latency,
	} {
		descs <- d
	}
}

// Collect implements prometheus.Collector. What could not be read makes the
// scrape fail, rather than look like nothing.
func (m *Metrics) Collect(metrics chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), scrapeWithin)
	defer stop()
	s := scrape{metrics}
	m.collectReadiness(s, m.health.Readiness(ctx))
	if err := m.collectRows(ctx, s); err != nil {
		metrics <- prometheus.NewInvalidMetric(m.jobs, err)
	}
}

func (m *Metrics) collectRows(ctx context.Context, s scrape) error {
	db := m.health.DB
	jobs, err := db.JobCounts(ctx)
	if err != nil {
		return err
	}
	for _, c := range jobs {
		s.gauge(m.jobs, float64(c.Count), string(c.Type), string(c.Status))
	}
	stages, err := db.StageCounts(ctx)
	if err != nil {
		return err
	}
	for _, stage := range bot.Stages {
		s.gauge(m.bots, float64(stages[stage]), string(stage))
	}
	ticks, err := db.Ticks(ctx, 1)
	if err != nil || len(ticks) == 0 {
		return err
	}
	last := ticks[0]
	s.gauge(m.tickAt, seconds(last.FinishedAt))
	s.gauge(m.tickBots, float64(last.JobsEnqueued), "enqueued")
	s.gauge(m.tickBots, float64(last.BotsHeld), "held")
	s.gauge(m.tickFailed, one(last.Error != ""))
	return nil
}

func (m *Metrics) collectReadiness(s scrape, r health.Readiness) {
	for _, stage := range bot.Stages {
		s.gauge(m.gate, one(r.Gates.Of(stage).Allowed), string(stage))
	}
	for _, p := range r.Providers {
		s.gauge(m.provider, 1, string(p.ID), string(p.Status))
		if p.LastVerifiedAt != nil {
			s.gauge(m.verifiedAt, seconds(*p.LastVerifiedAt), string(p.ID))
		}
		if p.LatencyMs != nil {
			s.gauge(m.latency, float64(*p.LatencyMs)/1000, string(p.ID))
		}
	}
}

// scrape is where the values of one scrape go.
type scrape struct{ metrics chan<- prometheus.Metric }

func (s scrape) gauge(d *prometheus.Desc, value float64, labels ...string) {
	s.metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
