package store

import (
	"fmt"
	"slices"
	"strings"
)

// parts are how many rows one statement writes, largest first. Few sizes keep
// the statements few, so that they stay prepared.
var parts = [...]int{64, 16, 4, 1}

// atOnce is how many of n rows the next statement writes.
func atOnce(n int) int { return parts[slices.IndexFunc(parts[:], func(p int) bool { return p <= n })] }

// padded is how many places the next statement has for n rows that it picks. A
// row that is named twice is picked once, so the last one fills the places left.
func padded(n int) int {
	size := parts[0]
	for _, p := range parts {
		if p >= n {
			size = p
		}
	}
	return size
}

// filled cuts the next part off a list and fills its places.
func filled[T any](list []T) (part, rest []T) {
	size := padded(len(list))
	n := min(len(list), size)
	return append(list[:n:n], slices.Repeat(list[n-1:n], size-n)...), list[n:]
}

// inParts calls do for a list of values, some at a time: list is what belongs
// between the parentheses of "in ()", and part holds its arguments.
func inParts[T any](values []T, do func(list string, part []any) error) error {
	for len(values) > 0 {
		var some []T
		some, values = filled(values)
		marks, part := make([]string, len(some)), make([]any, len(some))
		for i, v := range some {
			marks[i], part[i] = fmt.Sprintf("$%d", i+1), v
		}
		if err := do(strings.Join(marks, ", "), part); err != nil {
			return err
		}
	}
	return nil
}

// inLeases calls do for leases, some at a time: which is the condition that picks
// their rows, each by the job's id in the column named and by its lease, and part
// holds its arguments.
func inLeases(column string, leases []Lease, do func(which string, part []any) error) error {
	for len(leases) > 0 {
		var some []Lease
		some, leases = filled(leases)
		var which []string
		var part []any
		for _, l := range some {
			which = append(which, fmt.Sprintf("%s = $%d and lease_seq = $%d", column, len(part)+1, len(part)+2))
			part = append(part, l.JobID, l.Seq)
		}
		if err := do(strings.Join(which, " or "), part); err != nil {
			return err
		}
	}
	return nil
}
