package api

import (
	"compress/gzip"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// HTTPServer returns the HTTP server with its time limits, ready for a
// listener. Streams end when Run does, so end Run before Shutdown.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second, // the stream moves its own deadline
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// secured lets through what a browser on this machine may ask of a server
// without credentials. The Host check keeps a foreign page from reaching us
// through a name of its own that resolves to this machine; the cross-origin
// check keeps it from changing anything under our name.
func secured(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, refusal(http.StatusForbidden, ProblemDetail{
			Location: "header.Origin", Message: "a page of another origin may not change anything here", Remedy: "use the console of this server",
		}))
	}))
	guarded := origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // the console's files say otherwise
		if !loopback(r.Host) {
			writeProblem(w, refusal(http.StatusForbidden, ProblemDetail{
				Location: "header.Host", Message: "this server answers to localhost, 127.0.0.1 and [::1] only", Remedy: "use one of these as the host",
			}))
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.EqualFold(host, "localhost") || host == "127.0.0.1" || host == "::1"
}

// compressed packs JSON for readers that unpack it. A fleet of thousands is
// megabytes of text that repeats itself.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !accepts(r, "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		packed := &packer{ResponseWriter: w}
		defer packed.close()
		next.ServeHTTP(packed, r)
	})
}

func accepts(r *http.Request, coding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) && strings.TrimSpace(weight) != "q=0" {
			return true
		}
	}
	return false
}

// packer compresses an answer when its header says that it is JSON.
type packer struct {
	http.ResponseWriter
	gz      *gzip.Writer
	started bool
}

// WriteHeader decides whether the answer is packed.
func (p *packer) WriteHeader(code int) {
	h := p.Header()
	if !p.started && code == http.StatusOK && strings.Contains(h.Get("Content-Type"), "json") {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		p.gz, _ = gzip.NewWriterLevel(p.ResponseWriter, gzip.BestSpeed) // the level is valid
	}
	p.started = true
	p.ResponseWriter.WriteHeader(code)
}

// Write writes a part of the answer.
func (p *packer) Write(b []byte) (int, error) {
	if !p.started {
		p.WriteHeader(http.StatusOK)
	}
	if p.gz != nil {
		return p.gz.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// Unwrap lets the stream reach the connection to flush and to move deadlines.
func (p *packer) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *packer) close() {
	if p.gz != nil {
		_ = p.gz.Close() // the reader has gone; nobody is left to tell
	}
}
