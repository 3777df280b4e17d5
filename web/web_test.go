package web

import (
	"io/fs"
	"strings"
	"testing"
)

func TestConsole(t *testing.T) {
	page, err := fs.ReadFile(Console(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	want := "make run"
	if Built() {
		want = `src="/assets/`
	}
	if !strings.Contains(string(page), want) {
		t.Errorf("index.html lacks %q:\n%s", want, page)
	}
}

func TestStubNeedsNothingElse(t *testing.T) {
	page, err := fs.ReadFile(stub, "stub/index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"<script", "src=", "<link"} {
		if strings.Contains(string(page), word) {
			t.Errorf("the stub page asks for another file: %q", word)
		}
	}
}
