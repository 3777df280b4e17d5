package api

import (
	"strings"
	"testing"

	"assay/job"
)

func TestReasonsHaveWords(t *testing.T) {
	for code, words := range reasons {
		if words == "" || inWords(string(code)) != words || strings.Contains(words, "_") {
			t.Errorf("%s: %q", code, words)
		}
	}
	if got := inWords("OF_ANOTHER_VERSION"); got != "OF_ANOTHER_VERSION" {
		t.Errorf("an unknown code became %q", got)
	}
	if got := work(job.Job{Type: job.Improve, Iteration: 4}); got != "Improve #4" {
		t.Errorf("an improvement became %q", got)
	}
}
