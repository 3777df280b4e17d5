package api

import (
	"net/http"
	"strings"
	"testing"
)

func TestMetricsForPrometheus(t *testing.T) {
	l := inhabited(t)
	l.verify("/api/smoke-test")
	answer := l.call(http.MethodGet, "/api/bots/mes-gap", nil)
	if len(answer.Header().Get("Trace-Id")) != 16 {
		t.Errorf("the answer's word is %q", answer.Header().Get("Trace-Id"))
	}
	l.call(http.MethodGet, "/api/bots/nobody", nil)
	body := l.call(http.MethodGet, "/metrics", nil).Body.String()
	for _, want := range []string{
		`assay_jobs{status="RUNNING",type="BASELINE_BACKTEST"} 1`,
		`assay_bots{stage="LAB"} 4`,
		`assay_tick_bots{decision="enqueued"} 2`,
		`assay_tick_failed 0`,
		`assay_gate_open{stage="PAPER"} 1`,
		`assay_gate_open{stage="LIVE"} 0`,
		`assay_provider_status{provider="databento",status="PASS"} 1`,
		`assay_provider_status{provider="redis",status="NOT_CONFIGURED"} 1`,
		`assay_provider_latency_seconds{provider="databento"} 0.041`,
		`assay_http_requests_total{code="200",route="GET /api/bots/{id}"} 1`,
		`assay_http_requests_total{code="404",route="GET /api/bots/{id}"} 1`,
		`assay_http_request_seconds_count{route="POST /api/smoke-test"} 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
}

// A scrape that cannot read says so, and is not an empty laboratory.
func TestMetricsWithoutADatabase(t *testing.T) {
	l := newLab(t)
	l.must(l.db.Close())
	if w := l.call(http.MethodGet, "/metrics", nil); w.Code != http.StatusInternalServerError {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
