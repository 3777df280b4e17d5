package health

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// wordPatterns are the texts of words.go as expressions.
func wordPatterns(t *testing.T) []*regexp.Regexp {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), "words.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []*regexp.Regexp
	hole := regexp.MustCompile(`\\\{[a-z]+\\\}`)
	ast.Inspect(tree, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "{reason}") || regexp.MustCompile(`^\{[a-z]+\}$`).MatchString(text) {
			return true // the whole of another text; what it is filled with is matched too
		}
		all = append(all, regexp.MustCompile(`^`+hole.ReplaceAllString(regexp.QuoteMeta(text), `.+`)+`$`))
		return true
	})
	if len(all) < 100 {
		t.Fatalf("words.go has only %d texts", len(all))
	}
	return all
}

// said lists every text of a readiness.
func said(r Readiness) (all []string) {
	add := func(texts ...string) { all = append(all, texts...) }
	add(r.Open, r.Button, r.SmokeTest.Label, r.SmokeTest.Name)
	all = append(all, sentences(r.Rest)...)
	for _, p := range r.Providers {
		add(p.Name, p.Role, p.Reason, p.Fix, p.Required)
		for _, l := range p.Lines {
			add(l.Text)
		}
		if p.Action != nil {
			add(p.Action.Label, p.Action.Name)
		}
	}
	for _, c := range r.Checks {
		add(c.Label, c.Detail, c.Fix)
		if c.Action != nil {
			add(c.Action.Label, c.Action.Name)
		}
	}
	for _, b := range r.Blockers {
		add(b.Message, b.Scope, b.Fix)
	}
	if r.Notice != nil {
		add(r.Notice.Text)
	}
	return all
}

func sentences(text string) []string {
	if text == "" {
		return nil
	}
	return strings.SplitAfter(text, ". ")
}

// unquoted takes away what a text puts before another.
var unquoted = regexp.MustCompile(`^(Historical data|Live data|Account|Ping|Live market data (is not verified|is degraded|fails)|The broker (is not verified|is degraded|fails)): `)

// No text outside the table can be rendered: what Assess says over the whole
// truth table, and over strange facts, matches a text of words.go.
func TestNoTextOutsideTheTable(t *testing.T) {
	patterns := wordPatterns(t)
	seen := map[string]bool{}
	check := func(of string, r Readiness) {
		for _, text := range said(r) {
			text = unquoted.ReplaceAllString(strings.TrimSpace(text), "")
			if seen[text] || text == "" {
				continue
			}
			seen[text] = true
			if strings.ContainsAny(text, "{}") {
				t.Errorf("%s: %q has a hole", of, text)
			}
			if !matchesAny(patterns, text) {
				t.Errorf("%s: %q is not a text of words.go", of, text)
			}
		}
	}
	for _, c := range combinations() {
		r := Assess(c.facts(), now)
		notice := Tell(r, nil, c.id)
		r.Notice = &notice
		check(c.String(), r)
	}
	for name, f := range strange() {
		r := Assess(f, now)
		for _, held := range []Held{nil, {Databento: "its limit is used up"}} {
			notice := Tell(r, held, Databento, Ironbeam, Redis)
			r.Notice = &notice
			check(name, r)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d texts were seen", len(seen))
	}
}

func matchesAny(patterns []*regexp.Regexp, text string) bool {
	for _, p := range patterns {
		if p.MatchString(text) {
			return true
		}
	}
	return false
}

// A code that somebody adds to verification.go needs its words, and its rows in
// the truth table.
func TestEveryCodeHasWords(t *testing.T) {
	tree, err := parser.ParseFile(token.NewFileSet(), "verification.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(tree, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Code" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if Code(text) == HeldBack {
			return true // it is never stored, so nothing is judged by it
		}
		n++
		if _, found := troubles[cause(text)]; !found {
			t.Errorf("words.go says nothing of %s", text)
		}
		if !slices.Contains(allCodes, Code(text)) {
			t.Errorf("the truth table leaves out %s", text)
		}
		return true
	})
	if n != len(allCodes)-2 { // without "" and the unknown one
		t.Errorf("%d codes, and %d in the truth table", n, len(allCodes)-2)
	}
}

// What a person is told to do mends what happened.
func TestFixesFit(t *testing.T) {
	for _, c := range []struct {
		id        ProviderID
		code      Code
		want, fix string
	}{
		{Tradovate, RateLimited, "Tradovate limits the number of calls.", "Wait until it may be asked again, then verify it again."},
		{Tradovate, PenaltyTicket, "Tradovate makes this address wait.", "Wait until it may be asked again, then verify it again."},
		{Tradovate, Captcha, "Tradovate wants a person to solve a captcha.", "Sign in to Tradovate with a browser, then verify again as soon as it may be asked."},
		{Tradovate, UserLocked, "Tradovate has locked the user.", "Unlock the user at Tradovate or wait until it is unlocked, then verify it; Assay does not try this login again by itself."},
		{Databento, NoRoom, "Databento has no room for another connection.", "Close connections to it that are not needed, then verify it again."},
		{Redis, RequestRefused, "Redis refuses what is asked of it by A_KEY and A_PASSWORD.", "Correct A_KEY and A_PASSWORD, start Assay again and verify."},
	} {
		f := combination{id: c.id, state: "verified", Outcome: Degraded, Code: c.code}.facts()
		if p := find(Assess(f, now), c.id); p.Reason != c.want || p.Fix != c.fix {
			t.Errorf("%s %s: %q %q", c.id, c.code, p.Reason, p.Fix)
		}
	}
}

// Outside of words.go the package has no text that people could read.
func TestWordsStandInOneFile(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") || f.Name() == "words.go" {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec, *ast.Field: // paths and tags
				return false
			case *ast.CallExpr:
				name, ok := n.Fun.(*ast.Ident)
				return !ok || name.Name != "panic"
			case *ast.BasicLit:
				if text, _ := strconv.Unquote(n.Value); n.Kind == token.STRING && regexp.MustCompile(`[a-z].* `).MatchString(text) {
					t.Errorf("%s says %s; texts stand in words.go", f.Name(), n.Value)
				}
			}
			return true
		})
	}
}
