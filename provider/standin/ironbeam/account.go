package ironbeam

import (
	"encoding/json"
	"net/http"
	"strings"

	"assay/provider/standin"
)

func (s *Server) trader(w http.ResponseWriter, _ *http.Request) {
	body := map[string]any{"accounts": s.all(), "isLive": s.Has(SpeaksLive), "traderId": Username}
	if s.Has(SaysNothing) {
		delete(body, "isLive")
	}
	standin.Say(w, http.StatusOK, body)
}

func (s *Server) all() []string {
	if s.Has(NoAccounts) {
		return []string{}
	}
	return []string{Username}
}

func (s *Server) accounts(w http.ResponseWriter, _ *http.Request) {
	standin.Say(w, http.StatusOK, map[string]any{"accounts": s.all()})
}

// ours refuses accounts of others.
func (s *Server) ours(w http.ResponseWriter, r *http.Request) bool {
	if r.PathValue("account") == Username {
		return true
	}
	s.refuse(w, http.StatusForbidden, "Forbidden")
	return false
}

func (s *Server) balance(w http.ResponseWriter, r *http.Request) {
	if !s.ours(w, r) {
		return
	}
	kind := any(r.URL.Query().Get("balanceType"))
	if s.Has(NumberedWords) {
		kind = 0
	}
	standin.Say(w, http.StatusOK, map[string]any{"status": "OK", "balances": []any{map[string]any{
		"accountId": Username, "currencyCode": "USD", "balanceType": kind, "cashBalance": json.Number("50000.00"),
		"openTradeEquity": json.Number("-12.50"), "totalEquity": json.Number("49987.50"), "netLiquidity": json.Number("49987.5"),
	}}})
}

func (s *Server) positions(w http.ResponseWriter, r *http.Request) {
	if !s.ours(w, r) {
		return
	}
	standin.Say(w, http.StatusOK, map[string]any{"status": "OK", "accountId": Username, "positions": []any{map[string]any{
		"accountId": Username, "currencyCode": "USD", "exchSym": "XCME:MES.Z26", "positionId": "1", "quantity": 1,
		"price": json.Number("6802.50"), "dateOpened": "20261127", "side": "LONG", "unrealizedPL": json.Number("-12.50"),
	}}})
}

// quotes answers for a symbol from the second time on.
func (s *Server) quotes(w http.ResponseWriter, r *http.Request) {
	found := []any{}
	s.mu.Lock()
	for _, symbol := range symbols(r) {
		if s.asked[symbol] {
			found = append(found, whole(symbol, s.Step(s.Options.Now())))
		}
		s.asked[symbol] = true
	}
	s.mu.Unlock()
	standin.Say(w, http.StatusOK, map[string]any{"status": "OK", "Quotes": found})
}

func symbols(r *http.Request) []string { return strings.Split(r.URL.Query().Get("symbols"), ",") }

// whole is a quote with all its parts.
func whole(symbol string, m standin.Market) map[string]any {
	at := m.At.UnixMilli()
	return map[string]any{
		"s": symbol, "l": m.Last, "sz": m.Size, "ags": 1, "b": m.Bid, "bs": m.BidSize, "bt": at,
		"a": m.Ask, "as": m.AskSize, "at": at, "tt": at, "tv": m.Volume, "stt": m.Settlement, "secs": 17,
	}
}

// part is an update, which holds only what changed.
func part(symbol string, m standin.Market) map[string]any {
	return map[string]any{"s": symbol, "l": m.Last, "sz": m.Size, "ags": 2, "tt": m.At.UnixMilli(), "tv": m.Volume}
}
