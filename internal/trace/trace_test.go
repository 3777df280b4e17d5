package trace

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestTheWordStandsOnEveryLine(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(Handler(slog.NewTextHandler(&out, nil))).With("part", "test")
	ctx := Begin(t.Context())
	if again := Begin(ctx); ID(again) != ID(ctx) || len(ID(ctx)) != 16 {
		t.Errorf("%q, then %q", ID(ctx), ID(again))
	}
	log.InfoContext(ctx, "something changed")
	log.InfoContext(t.Context(), "nothing to do with it")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if !strings.HasSuffix(lines[0], "part=test trace_id="+ID(ctx)) || strings.Contains(lines[1], "trace_id") {
		t.Errorf("%q", lines)
	}
}
