package standin

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"assay/internal/pause"
)

// Habit is what a stand-in does amiss by itself until it is mended, such as
// quotes that never come. Each package lists its own.
type Habit string

// Fault is what goes wrong with the answers to some requests. Zero values leave
// things as they are.
type Fault struct {
	Path   string        // the end of the path that it is for; "" for any
	Times  int           // for how many requests; 0 for all that follow
	Delay  time.Duration // before anything is answered
	Silent bool          // answer nothing until the client gives up
	Status int           // answer this instead
	Header http.Header   // added to the answer
	Body   string        // of the answer instead
	Cut    int64         // break off after so many bytes of body
	Skew   time.Duration // how far the clock of the Date header is ahead
}

// Asked is a request that came.
type Asked struct {
	Method, Path string
	Query, Form  url.Values
	Body         string
	Header       http.Header
}

// Script wraps the handler of a stand-in: it records each request and lets
// faults happen. It may be used by many goroutines.
type Script struct {
	next http.Handler
	now  func() time.Time

	mu     sync.Mutex
	faults []Fault
	habits map[Habit]bool
	asked  []Asked
}

// NewScript returns a script without faults.
func NewScript(next http.Handler, now func() time.Time) *Script {
	return &Script{next: next, now: now, habits: map[Habit]bool{}}
}

// Fail adds faults; the first that fits a request is its.
func (s *Script) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Adopt makes habits last from now.
func (s *Script) Adopt(habits ...Habit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range habits {
		s.habits[h] = true
	}
}

// Has says whether the stand-in has a habit now.
func (s *Script) Has(h Habit) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.habits[h]
}

// Once is Has for what happens a single time: it ends the habit.
func (s *Script) Once(h Habit) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	had := s.habits[h]
	delete(s.habits, h)
	return had
}

// Mend ends all faults and habits.
func (s *Script) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	clear(s.habits)
}

// Asked returns the requests whose path ends so, in the order in which they
// came; "" is all.
func (s *Script) Asked(path string) (found []Asked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if strings.HasSuffix(a.Path, path) {
			found = append(found, a)
		}
	}
	return found
}

// maxRemembered bounds the record of a stand-in that runs for days.
const maxRemembered = 10_000

// take records a request and takes the fault that is its.
func (s *Script) take(a Asked) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) == maxRemembered {
		s.asked = s.asked[1:]
	}
	s.asked = append(s.asked, a)
	for i := range s.faults {
		f := s.faults[i]
		if !strings.HasSuffix(a.Path, f.Path) {
			continue
		}
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		} else if f.Times > 1 {
			s.faults[i].Times--
		}
		return f
	}
	return Fault{}
}

// ServeHTTP implements http.Handler.
func (s *Script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "the request is too long", http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body)) // what is no form has none
	f := s.take(Asked{r.Method, r.URL.Path, r.URL.Query(), form, string(body), r.Header.Clone()})
	if !waited(r, f) {
		return
	}
	w.Header().Set("Date", s.now().Add(f.Skew).UTC().Format(http.TimeFormat))
	for key, values := range f.Header {
		w.Header()[http.CanonicalHeaderKey(key)] = values
	}
	if f.Cut > 0 {
		w = &cutter{ResponseWriter: w, left: f.Cut}
	}
	if f.Status == 0 && f.Body == "" {
		s.next.ServeHTTP(w, r)
		return
	}
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	_, _ = io.WriteString(w, f.Body) // whoever has gone needs no answer
}

// waited waits as the fault says; false means that the client has gone.
func waited(r *http.Request, f Fault) bool {
	if f.Silent {
		<-r.Context().Done()
		return false
	}
	return f.Delay == 0 || pause.For(r.Context(), f.Delay)
}

// cutter breaks the connection after some bytes of body.
type cutter struct {
	http.ResponseWriter
	left int64
}

// Write implements io.Writer.
func (c *cutter) Write(p []byte) (int, error) {
	if int64(len(p)) < c.left {
		c.left -= int64(len(p))
		return c.ResponseWriter.Write(p)
	}
	_, _ = c.ResponseWriter.Write(p[:c.left])
	_ = http.NewResponseController(c.ResponseWriter).Flush() // the client shall see what came before
	panic(http.ErrAbortHandler)
}
