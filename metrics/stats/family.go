package stats

import "math"

// Descend adjusts a family of tests and, below each member that stands at q,
// the family of its parts (campaigns of a channel, creatives of a campaign):
// BH among the parents, and BH within the parts of a parent whose adjusted p is
// at most q (Yekutieli 2008). Parts of the others are not looked at and are NaN,
// so that a hundred creatives under nothing cannot produce a finding. Parents
// and parts are parallel; a parent without parts has none. Among all that is
// flagged at q on one level the false are about a share q; over both levels at
// most about twice that.
func Descend(parents []float64, parts [][]float64, q float64) (adjusted []float64, below [][]float64) {
	adjusted = BH(parents)
	below = make([][]float64, len(parents))
	for i := range min(len(parents), len(parts)) {
		if adjusted[i] <= q { // false for NaN
			below[i] = BH(parts[i])
			continue
		}
		below[i] = make([]float64, len(parts[i]))
		for j := range below[i] {
			below[i][j] = math.NaN()
		}
	}
	return adjusted, below
}
