package databento

import (
	"encoding/json"
	"fmt"
	"strings"

	"assay/health"
	"assay/provider/wire"
)

// explain reads what Databento says when it refuses: "detail" is a sentence,
// or an object of its own errors, or a list of its framework's. Servers before
// it may answer with a page of HTML, of which nothing is repeated.
func explain(a wire.Answer) (code health.Code, words string, ok bool) {
	if a.Status < 400 {
		return "", "", false
	}
	var body struct {
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(a.Body, &body) != nil || len(body.Detail) == 0 {
		return "", "", false
	}
	words = detail(body.Detail)
	return "", words, words != ""
}

// detail reads each of the three shapes; "" when it is none.
func detail(raw json.RawMessage) string {
	var sentence string
	if json.Unmarshal(raw, &sentence) == nil {
		return sentence
	}
	var own struct {
		Case    string `json:"case"`
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &own) == nil && own.Message+own.Case != "" {
		return strings.TrimPrefix(fmt.Sprintf("%s (%s)", own.Message, own.Case), " ")
	}
	var fields []struct {
		Place   []any  `json:"loc"`
		Message string `json:"msg"`
	}
	if json.Unmarshal(raw, &fields) != nil {
		return ""
	}
	var all []string
	for _, f := range fields {
		name := ""
		if n := len(f.Place); n > 0 {
			name = fmt.Sprint(f.Place[n-1])
		}
		all = append(all, strings.TrimSpace(name+": "+f.Message))
	}
	return strings.Join(all, "; ")
}

// warnings reads the header that holds a list of sentences.
func warnings(a wire.Answer, clean func(string) string) []string {
	text := a.Header.Get("X-Warning")
	if text == "" {
		return nil
	}
	var all []string
	if json.Unmarshal([]byte(text), &all) != nil {
		all = []string{text}
	}
	for i := range all {
		all[i] = clean(all[i])
	}
	return all[:min(len(all), 8)]
}
