package tradovate

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"assay/provider/standin"
)

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		Name, Password, AppID, AppVersion, DeviceID, Sec string
		CID                                              json.Number
	}
	if err := standin.Hear(r, s.options.Strict, &sent); err != nil {
		standin.Say(w, http.StatusBadRequest, map[string]any{"errorText": "The request does not read: " + err.Error()})
		return
	}
	if sent.Name != Name || sent.Password != Password || sent.Sec != s.options.Key || sent.CID != "8" || sent.DeviceID == "" {
		standin.Say(w, http.StatusOK, map[string]any{"errorText": "Incorrect username or password. Please try again."})
		return
	}
	s.token(w)
}

// renew makes another token; the old one stays good for its time.
func (s *Server) renew(w http.ResponseWriter, _ *http.Request) {
	if s.has(NoRenewal) {
		standin.Say(w, http.StatusUnauthorized, map[string]any{"errorText": "The session cannot be renewed"})
		return
	}
	s.token(w)
}

func (s *Server) token(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, md := "eyJ0"+s.names.Next("token", 40), "eyJ0"+s.names.Next("md token", 40)
	expires := s.options.Now().Add(s.tokenLife)
	s.tokens[token], s.tokens[md] = expires, expires
	status := "Active"
	if s.faults[UserLocked] {
		status = "TemporaryLocked"
	}
	body := map[string]any{
		"accessToken": token, "mdAccessToken": md, "expirationTime": expires.UTC().Format("2006-01-02T15:04:05.000Z"),
		"passwordExpirationTime": expires.AddDate(1, 0, 0).UTC().Format(time.RFC3339), "userStatus": status,
		"userId": 15460, "name": Name, "hasLive": true,
	}
	if s.faults[NoToken] {
		body = map[string]any{}
	}
	standin.Say(w, http.StatusOK, body)
}

// known refuses calls without a good token, with an empty body.
func (s *Server) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || !s.good(token) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (s *Server) good(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.options.Now().Before(s.tokens[token]) && !s.faults[NeverTokens]
}

func (s *Server) accounts(w http.ResponseWriter, _ *http.Request) {
	if s.has(ErrorInside) {
		standin.Say(w, http.StatusOK, map[string]any{"errorText": "Something is wrong inside"})
		return
	}
	accounts := []any{}
	if !s.has(NoAccounts) {
		accounts = append(accounts, map[string]any{
			"id": 1, "name": Account, "userId": 15460, "accountType": "Customer", "active": !s.has(Inactive),
			"clearingHouseId": 2, "riskCategoryId": 3, "autoLiqProfileId": 4, "marginAccountType": "Speculator",
			"legalStatus": "Individual", "archived": false, "timestamp": s.options.Now().UTC().Format(time.RFC3339),
		})
	}
	standin.Say(w, http.StatusOK, accounts)
}
