package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/health"
	"assay/market"
	"assay/store"
)

// answering is a Databento that answers as it is told.
type answering struct {
	outcome health.Outcome
	code    health.Code
}

func (*answering) Provider() health.ProviderID { return health.Databento }
func (*answering) Address() string             { return "http://127.0.0.1:9000" }
func (*answering) Probes() []health.Probe {
	return []health.Probe{health.HistoricalData, health.LiveData}
}

func (a *answering) Verify(context.Context, health.Probe) health.Verification {
	return health.Verification{Outcome: a.outcome, Code: a.code, Latency: 41 * time.Millisecond}
}

// verify makes one of the calls that ask providers.
func (l *lab) verify(path string) (r health.Readiness) {
	l.t.Helper()
	w := l.call(http.MethodPost, path, nil)
	if w.Code != http.StatusOK {
		l.t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
	l.must(json.Unmarshal(w.Body.Bytes(), &r))
	return r
}

func TestVerifying(t *testing.T) {
	l := newLab(t)
	before := read[health.Readiness](l, "/api/readiness")
	if p := before.Providers[0]; p.Status != health.StatusNotVerified || p.LastVerifiedAt != nil || !p.Configured {
		t.Errorf("before: %+v", p)
	}
	for _, path := range []string{
		"/api/smoke-test", "/api/providers/databento/verify", "/api/providers/market_data_live/verify", "/api/providers/data_bento/verify",
	} {
		l.pass(time.Minute)
		r := l.verify(path)
		p := r.Providers[0]
		if p.Status != health.StatusPass || p.LastVerifiedAt == nil || !p.LastVerifiedAt.Equal(l.now()) || !r.GeneratedAt.Equal(l.now()) {
			t.Errorf("%s: %+v", path, p)
		}
		if r.Notice == nil || !r.Notice.Good || r.Notice.Text != "Databento verified in 41 ms" {
			t.Errorf("%s: %+v", path, r.Notice)
		}
	}
	l.databento.outcome, l.databento.code = health.Failed, health.CredentialsRefused
	r := l.verify("/api/providers/databento/verify")
	if p := r.Providers[0]; p.Status != health.StatusFail || r.Notice.Good || r.Notice.Text != "Databento: Databento refuses the credentials." {
		t.Errorf("%+v %+v", p, r.Notice)
	}
	if got := read[health.Readiness](l, "/api/readiness"); got.Notice != nil || got.Providers[0].Status != health.StatusFail {
		t.Errorf("afterwards: %+v", got.Providers[0])
	}
}

func TestVerifyingWhatIsNotThere(t *testing.T) {
	l := newLab(t)
	for path, want := range map[string]string{
		"/api/providers/bloomberg/verify": `there is no provider \"bloomberg\"; name one of databento, polygon, ironbeam, tradovate and redis`,
		"/api/providers/redis/verify":     `redis is not configured; set REDIS_URL and start Assay again`,
	} {
		w := l.call(http.MethodPost, path, nil)
		if w.Code < 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// Every round trip is a row, and the proof shows the rows themselves.
func TestProofOfVerifications(t *testing.T) {
	l := newLab(t)
	l.verify("/api/smoke-test")
	l.pass(time.Minute)
	l.databento.outcome, l.databento.code = health.Failed, health.TimedOut
	l.verify("/api/smoke-test")
	proof := read[ProofData](l, "/api/_proof/data?limit=2&offset=1")
	row := func(id int64, probe health.Probe, outcome health.Outcome, code health.Code, at time.Time) ProofVerification {
		return ProofVerification{
			ID: id, Provider: health.Databento, Probe: probe, Outcome: outcome, Code: code, LatencyMs: 41,
			Address: "http://127.0.0.1:9000", At: at,
		}
	}
	want := List[ProofVerification]{
		row(3, health.HistoricalData, health.Failed, health.TimedOut, noon.Add(time.Minute)),
		row(2, health.LiveData, health.Passed, "", noon),
	}
	for i, v := range proof.Verifications {
		if v.TraceID == "" {
			t.Errorf("row %d has no trace", v.ID)
		}
		proof.Verifications[i].TraceID = ""
	}
	if diff := cmp.Diff(want, proof.Verifications); diff != "" || proof.VerificationsMeta != (Page{4, 2, 1}) {
		t.Errorf("%+v (-want +got):\n%s", proof.VerificationsMeta, diff)
	}
}

// Open pages learn of a verification at once, and of nothing without one.
func TestVerificationsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, messages := listening(t)
		l.verify("/api/providers/databento/verify")
		synctest.Wait()
		time.Sleep(2 * messageGap)
		synctest.Wait()
		got := drain(l, messages)
		if n := strings.Count(got, "readiness|"); n < 1 || n > 2 || strings.Count(got, "|") != n {
			t.Errorf("told: %s", got)
		}
		l.pass(health.SilentAfter) // nobody verifies here any more
		time.Sleep(heartbeatEvery)
		synctest.Wait()
		if got := drain(l, messages); !strings.HasSuffix(got, "readiness|") {
			t.Errorf("told: %s", got)
		}
	})
}

// Every request is a row, with its price where one was asked.
func TestProofOfProviderRequests(t *testing.T) {
	l := newLab(t)
	price := market.Money(12_345)
	var rows []store.ProviderRequest
	for n := range 3 {
		rows = append(rows, store.ProviderRequest{
			Provider: health.Databento, Operation: "timeseries.get_range", Attempt: n + 1, Status: 200, Latency: 41 * time.Millisecond,
			Bytes: 1000, QuotedCost: &price, RequestID: "r", Address: "https://hist.example", At: noon, TraceID: "t",
		})
	}
	rows[1].Status, rows[1].ErrorCode, rows[1].QuotedCost = 503, health.ServerError, nil
	if err := l.db.SaveRequests(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	proof := read[ProofData](l, "/api/_proof/data?limit=2&offset=1")
	row := func(id int64, status int, code health.Code, cost *float64) ProofRequest {
		return ProofRequest{
			ID: id, Provider: health.Databento, Operation: "timeseries.get_range", Attempt: int(id), Status: status, ErrorCode: code,
			LatencyMs: 41, Bytes: 1000, QuotedCost: cost, RequestID: "r", Address: "https://hist.example", At: noon, TraceID: "t",
		}
	}
	want := List[ProofRequest]{row(2, 503, health.ServerError, nil), row(1, 200, "", new(1.2345))}
	if diff := cmp.Diff(want, proof.Requests); diff != "" || proof.RequestsMeta != (Page{3, 2, 1}) {
		t.Errorf("%+v (-want +got):\n%s", proof.RequestsMeta, diff)
	}
}
