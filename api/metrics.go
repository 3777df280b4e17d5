package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay/internal/trace"
)

// meters count what is asked of the server, by the route and not by the
// address, of which there are as many as bots.
type meters struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMeters(r prometheus.Registerer) *meters {
	m := &meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "assay_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "assay_http_request_seconds", Help: "How long an answer took, by route; streams are left out.",
			Buckets: []float64{0.001, 0.005, 0.025, 0.1, 0.25, 1, 5, 30},
		}, []string{"route"}),
	}
	r.MustRegister(m.requests, m.seconds)
	return m
}

// traced gives every request a word of its own, which the answer's header, the
// log and the rows that come of it share, and counts it.
func traced(m *meters, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, seen := time.Now(), &watcher{ResponseWriter: w, code: http.StatusOK}
		r = r.WithContext(trace.Begin(r.Context()))
		w.Header().Set("Trace-Id", trace.ID(r.Context()))
		next.ServeHTTP(seen, r)
		m.requests.WithLabelValues(r.Pattern, strconv.Itoa(seen.code)).Inc()
		if w.Header().Get("Content-Type") != "text/event-stream" {
			m.seconds.WithLabelValues(r.Pattern).Observe(time.Since(began).Seconds())
		}
	})
}

// watcher remembers the status of an answer.
type watcher struct {
	http.ResponseWriter
	code int
}

// WriteHeader remembers the status.
func (w *watcher) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap lets the stream reach the connection.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
