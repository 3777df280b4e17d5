package reference

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/engine"
	"assay/history/historytest"
	"assay/internal/splitmix"
	"assay/market"
	"assay/strategy"
)

// parsed returns the file of a starter strategy.
func parsed(t *testing.T, s Starter) *strategy.Strategy {
	t.Helper()
	for _, file := range strategy.Library() {
		if file.File != s.File {
			continue
		}
		parsed, err := strategy.Parse(file.Source, file.File)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	t.Fatalf("the library has no %s", s.File)
	return nil
}

// compiled returns a starter strategy ready to run on the bars of ES, with its
// default parameters where values are nil.
func compiled(t *testing.T, s Starter, values Params) *strategy.Program {
	t.Helper()
	file := parsed(t, s)
	file.Symbol = "MES" // the rules made for MNQ as well: one market for all
	contract, err := market.ContractOf(file.Symbol)
	if err != nil {
		t.Fatal(err)
	}
	program, err := strategy.Compile(file, contract, values)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// defaults returns the values that the file gives its parameters.
func defaults(t *testing.T, s Starter) Params {
	values := Params{}
	for _, p := range parsed(t, s).Params {
		values[p.Name] = p.Default
	}
	return values
}

// drawn returns values on the steps between the bounds of the parameters.
func drawn(t *testing.T, s Starter, rng *splitmix.Source) Params {
	values := Params{}
	for _, p := range parsed(t, s).Params {
		steps := int(math.Round((p.Max - p.Min) / p.Step))
		values[p.Name] = p.Min + float64(rng.Below(steps+1))*p.Step
	}
	return values
}

func signalsOf(t testing.TB, p *strategy.Program, b *market.Bars) strategy.Signals {
	t.Helper()
	s, err := p.Eval(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryStarterIsWrittenOut(t *testing.T) {
	var here, library []string
	for _, s := range Starters() {
		here = append(here, s.File)
	}
	for _, file := range strategy.Library() {
		library = append(library, file.File)
	}
	if diff := cmp.Diff(library, here); diff != "" {
		t.Errorf("-library +here\n%s", diff)
	}
}

// Rules compiled to blocks and played from signal to signal give, trade for
// trade, what the same sentences give when they are read aloud bar by bar: as
// the files are, and with other values of their parameters.
func TestStartersAgreeWithTheFastPath(t *testing.T) {
	b := historytest.Bars(t, "ES")
	for _, s := range Starters() {
		t.Run(s.File, func(t *testing.T) {
			t.Parallel()
			if trades := agree(t, b, s, defaults(t, s)); trades < 100 {
				t.Errorf("only %d trades in two years", trades)
			}
			const seed = 20_261_122
			rng := splitmix.New(seed)
			for range 3 {
				agree(t, b, s, drawn(t, s, rng))
			}
		})
	}
}

// They agree, too, where bars are missing and others have no volume: first bars
// of a session, last ones, whole days.
func TestStartersAgreeOverHoles(t *testing.T) {
	const seed = 20_261_123
	whole := historytest.Bars(t, "ES")
	b := holed(t, whole.Truncate(min(whole.Len(), 60_000)), splitmix.New(seed))
	for _, s := range Starters() {
		t.Run(s.File, func(t *testing.T) {
			t.Parallel()
			agree(t, b, s, defaults(t, s))
		})
	}
}

// holed leaves out one bar in thirty, one session in thirty, and the volume of
// one bar in thirty.
func holed(t *testing.T, b *market.Bars, rng *splitmix.Source) *market.Bars {
	t.Helper()
	var c market.Columns
	var segments []market.Segment
	gone := map[int32]bool{}
	for s := range b.Dates {
		gone[int32(s)] = rng.Below(30) == 0
	}
	for i := range b.Len() {
		if gone[b.Session[i]] || rng.Below(30) == 0 {
			continue
		}
		if name := b.Segments[b.Contract(i)].Contract; len(segments) == 0 || segments[len(segments)-1].Contract != name {
			segments = append(segments, market.Segment{First: len(c.Time), Contract: name})
		}
		c.Time = append(c.Time, b.Time[i])
		c.Open, c.High = append(c.Open, b.Open[i]), append(c.High, b.High[i])
		c.Low, c.Close = append(c.Low, b.Low[i]), append(c.Close, b.Close[i])
		volume := b.Volume[i]
		if rng.Below(30) == 0 {
			volume = 0
		}
		c.Volume = append(c.Volume, volume)
	}
	damaged, err := market.NewBars(b.Root, b.Interval, c, segments)
	if err != nil {
		t.Fatal(err)
	}
	return damaged
}

// agree plays a strategy both ways and returns the number of trades.
func agree(t *testing.T, b *market.Bars, s Starter, values Params) int {
	program := compiled(t, s, values)
	slow, fast := s.Rules(b, values), signalsOf(t, program, b)
	if d := FirstSignal(b, slow, fast); d != "" {
		t.Errorf("%v: %s", values, d)
	}
	if diff := cmp.Diff(s.Limits, program.Limits()); diff != "" {
		t.Errorf("limits -slow +fast\n%s", diff)
	}
	slowLedger := Run(b, slow, s.Limits, standard)
	fastLedger := engine.Run(b, fast, program.Limits(), standard)
	if d := FirstDifference(b, slowLedger, fastLedger); d != "" {
		t.Errorf("%v: %s", values, d)
	}
	checkIdentity(t, fastLedger)
	t.Logf("%v: %d bars, %d entries asked for, %d trades, net %s",
		values, b.Len(), len(fast.Enter), len(fastLedger.Trades), netOf(fastLedger))
	return len(fastLedger.Trades)
}

func netOf(l engine.Ledger) market.Money {
	net := market.Money(0)
	for _, d := range l.Days {
		net += d.PnL
	}
	return net
}

// What happened does not depend on what came later: neither on whether there
// was a later, nor on what it brought.
func TestNoStarterLooksAhead(t *testing.T) {
	const seed = 20_261_122
	t.Logf("seed %d", seed)
	b := historytest.Bars(t, "ES")
	for _, s := range Starters() {
		t.Run(s.File, func(t *testing.T) {
			t.Parallel()
			program, rng := compiled(t, s, nil), splitmix.New(seed)
			whole := engine.Run(b, signalsOf(t, program, b), program.Limits(), standard)
			for range 20 {
				n := 1 + rng.Below(b.Len())
				cut := b.Truncate(n)
				l := engine.Run(cut, signalsOf(t, program, cut), program.Limits(), standard)
				if err := prefix(l, whole, n); err != "" {
					t.Errorf("cut after %d bars: %s", n, err)
				}
				other := elsewhere(t, b, n, rng)
				l = engine.Run(other, signalsOf(t, program, other), program.Limits(), standard)
				if err := sameUntil(l, whole, n); err != "" {
					t.Errorf("another market after %d bars: %s", n, err)
				}
			}
		})
	}
}

// prefix says how a ledger of the first n bars is not the beginning of the
// whole, but for the position open at the cut.
func prefix(l, whole engine.Ledger, n int) string {
	if len(l.Trades) > len(whole.Trades) {
		return fmt.Sprintf("%d trades of %d", len(l.Trades), len(whole.Trades))
	}
	if d := firstOf("trade", whole.Trades[:len(l.Trades)], l.Trades); d != "" {
		return d
	}
	next := whole.Open
	if len(l.Trades) < len(whole.Trades) {
		next = &whole.Trades[len(l.Trades)]
	}
	opened := next != nil && int(next.EntryBar) < n
	if opened != (l.Open != nil) || opened && (next.EntryBar != l.Open.EntryBar || next.Entry != l.Open.Entry) {
		return fmt.Sprintf("open %+v, but the whole goes on with %+v", l.Open, next)
	}
	return ""
}

// sameUntil says how two ledgers differ in the fills of the first n bars.
func sameUntil(l, whole engine.Ledger, n int) string {
	return firstOf("fill", fillsBefore(whole, n), fillsBefore(l, n))
}

func fillsBefore(l engine.Ledger, n int) []engine.Fill {
	var fills []engine.Fill
	for _, f := range l.Fills {
		if int(f.Bar) < n {
			fills = append(fills, f)
		}
	}
	return fills
}

// elsewhere returns the bars with another market from bar n on, for some
// sessions: the same times, but prices and volumes at random.
func elsewhere(t *testing.T, b *market.Bars, n int, rng *splitmix.Source) *market.Bars {
	t.Helper()
	end := min(b.Len(), n+2000)
	c := market.Columns{
		Time: b.Time[:end],
		Open: append([]int32{}, b.Open[:end]...), High: append([]int32{}, b.High[:end]...),
		Low: append([]int32{}, b.Low[:end]...), Close: append([]int32{}, b.Close[:end]...),
		Volume: append([]int32{}, b.Volume[:end]...),
	}
	for i := n; i < end; i++ {
		c.Open[i] = c.Close[i-1] + int32(rng.Below(41)-20)
		c.Close[i] = c.Open[i] + int32(rng.Below(81)-40)
		c.High[i] = max(c.Open[i], c.Close[i]) + int32(rng.Below(20))
		c.Low[i] = min(c.Open[i], c.Close[i]) - int32(rng.Below(20))
		c.Volume[i] = int32(rng.Below(5000))
	}
	segments := b.Segments[:b.Contract(end-1)+1]
	other, err := market.NewBars(b.Root, b.Interval, c, segments)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

// One result on one core, on two, and in any company.
func TestOneHashOnAnyNumberOfCores(t *testing.T) {
	b := historytest.Bars(t, "ES")
	want := map[string]string{}
	programs := map[string]*strategy.Program{}
	for _, s := range Starters() {
		programs[s.File] = compiled(t, s, nil)
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for file, p := range programs {
		want[file] = engine.Hash(engine.Run(b, signalsOf(t, p, b), p.Limits(), standard))
	}
	runtime.GOMAXPROCS(2)
	var group sync.WaitGroup
	for file, p := range programs {
		for range 4 {
			group.Go(func() {
				s, err := p.Eval(b)
				if got := engine.Hash(engine.Run(b, s, p.Limits(), standard)); err != nil || got != want[file] {
					t.Errorf("%s: %s beside others, %s alone, error %v", file, got, want[file], err)
				}
			})
		}
	}
	group.Wait()
	seen := map[string]string{}
	for file, hash := range want {
		if other, twice := seen[hash]; twice {
			t.Errorf("%s and %s have the same hash", file, other)
		}
		seen[hash] = file
	}
}
