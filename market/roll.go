package market

// SpliceDifference joins the closes of two contracts at a roll: the bars of
// near before the roll, moved by the gap, then far, which begins on the bar of
// the roll. It keeps distances in ticks and breaks percentages. Both series
// must reach the roll: 0 ≤ roll < len(near) and far is not empty.
//
// Bars.Segments hold the same gaps the other way round, anchored at the first
// contract, so that a later roll never changes an earlier value.
func SpliceDifference(near, far []float64, roll int) []float64 {
	gap := far[0] - near[roll]
	return splice(near[:roll], far, func(x float64) float64 { return x + gap })
}

// SpliceRatio joins two contracts as SpliceDifference does, but by the ratio of
// their closes: it keeps percentages and breaks distances and the tick grid.
func SpliceRatio(near, far []float64, roll int) []float64 {
	ratio := far[0] / near[roll]
	return splice(near[:roll], far, func(x float64) float64 { return x * ratio })
}

func splice(near, far []float64, moved func(float64) float64) []float64 {
	out := make([]float64, 0, len(near)+len(far))
	for _, x := range near {
		out = append(out, moved(x))
	}
	return append(out, far...)
}
