// Package leak lets a test see that it left no goroutine behind, and so no
// connection either: each has a goroutine that reads it.
package leak

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines may take to end by themselves.
const patience = 5 * time.Second

// Check fails the test when goroutines that began in it outlive it. Call it
// first, so that it looks last.
func Check(t testing.TB) {
	t.Helper()
	before := goroutines()
	t.Cleanup(func() {
		for end := time.Now().Add(patience); ; runtime.Gosched() {
			left := since(before)
			if len(left) == 0 {
				return
			}
			if time.Now().After(end) {
				t.Errorf("%d goroutines are left behind:\n%s", len(left), strings.Join(left, "\n\n"))
				return
			}
			time.Sleep(time.Millisecond) // they end by themselves; nothing says when
		}
	})
}

// since returns the goroutines that were not there before.
func since(before map[string]string) (left []string) {
	for id, stack := range goroutines() {
		if _, old := before[id]; !old {
			left = append(left, stack)
		}
	}
	return left
}

// goroutines returns all stacks by goroutine, without the caller's and those
// of the testing package.
func goroutines() map[string]string {
	buffer := make([]byte, 4<<20)
	buffer = buffer[:runtime.Stack(buffer, true)]
	found := map[string]string{}
	for i, stack := range strings.Split(string(buffer), "\n\n") {
		if i == 0 || strings.Contains(stack, "testing.tRunner(") || strings.Contains(stack, "testing.(*T).Run") ||
			strings.Contains(stack, "testing.runFuzzing") || strings.Contains(stack, "os/signal.loop") {
			continue
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		found[id] = stack
	}
	return found
}
