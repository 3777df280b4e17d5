package ironbeam

import (
	"net/http"
	"time"

	"assay/provider/standin"
	"assay/provider/standin/broker"
)

// perSecond is how many calls may come in any second. The cool-down that
// follows begins anew with each call that comes during it.
const (
	perSecond   = 10
	longestCool = 30 * time.Second
)

// limited refuses calls that come too fast.
func (s *Server) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.Pace() {
			standin.Say(w, http.StatusTooManyRequests, map[string]any{
				"result": map[string]any{
					"additionalProperties": map[string]any{}, "status": 1, "message": "Error",
					"error1": "Excessive calls in the last second - maximum allowed is 10",
				}, "statusCode": http.StatusTooManyRequests, "headers": map[string]any{},
			})
			return
		}
		next(w, r)
	}
}

// Pace counts a call, also one of another client with the same key; false
// means that it is one too many.
func (s *Server) Pace() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Options.Now()
	for len(s.calls) > 0 && now.Sub(s.calls[0]) >= time.Second {
		s.calls = s.calls[1:]
	}
	s.calls = append(s.calls, now)
	if len(s.calls) > perSecond || now.Before(s.coolTo) {
		s.calls = s.calls[len(s.calls)-1:]
		s.coolTo = now.Add(longestCool)
		return false
	}
	return true
}

// known refuses calls without a good token.
func (s *Server) known(next http.HandlerFunc) http.HandlerFunc {
	return s.limited(func(w http.ResponseWriter, r *http.Request) {
		if !s.Good(broker.Bearer(r)) {
			s.refuse(w, http.StatusUnauthorized, "Unauthorized")
			return
		}
		next(w, r)
	})
}

// refuse answers an error in one of its shapes.
func (s *Server) refuse(w http.ResponseWriter, status int, words string) {
	body := map[string]any{"status": "ERROR", "message": "Error", "error1": words}
	if s.Has(OldShape) {
		body = map[string]any{"status": "ERROR", "message": words, "error": words}
	}
	if s.Has(ErrorsWith200) {
		status = http.StatusOK
	}
	standin.Say(w, status, body)
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	var sent struct{ Username, Password, APIKey string }
	if err := standin.Hear(r, s.Options.Strict, &sent); err != nil {
		s.refuse(w, http.StatusBadRequest, "Invalid request: "+err.Error())
		return
	}
	switch {
	case sent.Username == "" || sent.Password == "":
		s.refuse(w, http.StatusBadRequest, "Missing user name or password")
	case sent.Username != Username || sent.APIKey != s.Options.Takes() || sent.Password != Password && sent.Password != s.Options.Takes():
		s.refuse(w, http.StatusUnauthorized, "invalid credentials")
	case s.Has(NoToken):
		standin.Say(w, http.StatusOK, map[string]any{"status": "OK", "message": "OK"})
	default:
		standin.Say(w, http.StatusOK, map[string]any{"status": "OK", "message": "OK", "token": s.admit()})
	}
}

// admit makes a token.
func (s *Server) admit() string {
	tokens, _ := s.Admit("token")
	return tokens[0]
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.Forget(broker.Bearer(r))
	standin.Say(w, http.StatusOK, map[string]any{"status": "OK", "message": "OK"})
}
