package tradovate

import (
	"encoding/json"
	"net/http"
	"time"

	"assay/provider/standin"
	"assay/provider/standin/broker"
)

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		Name, Password, AppID, AppVersion, DeviceID, Sec string
		CID                                              json.Number
	}
	if err := standin.Hear(r, s.Options.Strict, &sent); err != nil {
		standin.Say(w, http.StatusBadRequest, map[string]any{"errorText": "The request does not read: " + err.Error()})
		return
	}
	if sent.Name != Name || sent.Password != Password || sent.Sec != s.Options.Takes() || sent.CID != "8" || sent.DeviceID == "" {
		standin.Say(w, http.StatusOK, map[string]any{"errorText": "Incorrect username or password. Please try again."})
		return
	}
	s.token(w)
}

// renew makes another token; the old one stays good for its time.
func (s *Server) renew(w http.ResponseWriter, _ *http.Request) {
	if s.Has(NoRenewal) {
		standin.Say(w, http.StatusUnauthorized, map[string]any{"errorText": "The session cannot be renewed"})
		return
	}
	s.token(w)
}

func (s *Server) token(w http.ResponseWriter) {
	tokens, expires := s.Admit("token", "md token")
	status := "Active"
	if s.Has(UserLocked) {
		status = "TemporaryLocked"
	}
	body := map[string]any{
		"accessToken": tokens[0], "mdAccessToken": tokens[1], "expirationTime": expires.UTC().Format("2006-01-02T15:04:05.000Z"),
		"passwordExpirationTime": expires.AddDate(1, 0, 0).UTC().Format(time.RFC3339), "userStatus": status,
		"userId": 15460, "name": Name, "hasLive": true,
	}
	if s.Has(NoToken) {
		body = map[string]any{}
	}
	standin.Say(w, http.StatusOK, body)
}

// known refuses calls without a good token, with an empty body.
func (s *Server) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.Good(broker.Bearer(r)) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (s *Server) accounts(w http.ResponseWriter, _ *http.Request) {
	if s.Has(ErrorInside) {
		standin.Say(w, http.StatusOK, map[string]any{"errorText": "Something is wrong inside"})
		return
	}
	accounts := []any{}
	if !s.Has(NoAccounts) {
		accounts = append(accounts, map[string]any{
			"id": 1, "name": Account, "userId": 15460, "accountType": "Customer", "active": !s.Has(Inactive),
			"clearingHouseId": 2, "riskCategoryId": 3, "autoLiqProfileId": 4, "marginAccountType": "Speculator",
			"legalStatus": "Individual", "archived": false, "timestamp": s.Options.Now().UTC().Format(time.RFC3339),
		})
	}
	standin.Say(w, http.StatusOK, accounts)
}
