package stats

import "testing"

// BenchmarkCampaign is everything that can be said of a campaign of 200 ads in
// ten ad groups over 180 days: it should stay under a second.
func BenchmarkCampaign(b *testing.B) {
	const ads, groups, days = 200, 10, 180
	rng := Rand("bench")
	clicks, conversions := make([][]Point, ads), make([][]Point, ads)
	var all, spends []float64
	for i := range ads {
		clicks[i] = shown(rng, days, 40, -.1)
		conversions[i] = make([]Point, days)
		for d, p := range clicks[i] {
			conversions[i][d] = Point{p.Weekday, min(p.Y, quiet(rng, 1, .05*p.Y+.01, 1.5)[0]), p.Y, true}
		}
	}
	sumUp := func(of [][]Point) []Point {
		out := make([]Point, days)
		for d := range out {
			out[d] = Point{Weekday: d % 7, Use: true}
			for i := range of {
				out[d].Y, out[d].N = out[d].Y+of[i][d].Y, out[d].N+of[i][d].N
			}
		}
		return out
	}
	campaign := sumUp(conversions)
	for _, p := range campaign {
		all, spends = append(all, p.Y), append(spends, 30*p.Y+10*rng.Float64())
	}
	triangle, _ := visits(rng, days, 30, 50, 1.5, .58, .86)

	for b.Loop() {
		var phis []float64
		for i := range ads {
			var week Week
			for _, p := range conversions[i] {
				week[p.Weekday].Y, week[p.Weekday].N = week[p.Weekday].Y+p.Y, week[p.Weekday].N+p.N
			}
			p, _ := Phi(PriorPhi, week)
			phis = append(phis, p)
		}
		phi := SiblingPhi(phis)
		var units []Unit
		var ps []float64
		var channels []Channel
		for i := range ads {
			y, n, late, lateN := 0.0, 0.0, 0.0, 0.0
			for d, p := range conversions[i] {
				y, n = y+p.Y, n+p.N
				if d >= days-28 {
					late, lateN = late+p.Y, lateN+p.N
				}
			}
			Rate(y, n, phi, .9)
			CostPer(30*y, y, phi, .9)
			ps = append(ps, RateRatio(late, lateN, y-late, n-lateN, phi, .9).P)
			units = append(units, Unit{X: y, N: n, Phi: phi})
			Fatigue(clicks[i], nil, .9)
			ScanDrops(conversions[i], .6, phi, .9)
			ScanRises(conversions[i], .4, phi, .9)
			CountChanges(conversions[i], phi, .9)
		}
		BH(ps)
		beliefs := Shrink(units, false).Beliefs
		Rank(beliefs, .9, Rand("rank"))
		for g := range groups {
			Choose(beliefs[g*ads/groups : (g+1)*ads/groups])
			group := sumUp(conversions[g*ads/groups : (g+1)*ads/groups])
			ScanDrops(group, .4, phi, .9)
			CountChanges(group, phi, .9)
			y := 0.0
			for _, p := range group {
				y += p.Y
			}
			channels = append(channels, Channel{Spend: 30 * y / days, Yield: y / days, Beta: ElasticityMean, BetaSD: ElasticitySD,
				Low: 24 * y / days, High: 36 * y / days, Events: y, Phi: phi})
		}
		budget := 0.0
		for _, c := range channels {
			budget += c.Spend
		}
		DrawMove(channels, Allocate(channels, budget).Spend, Draws, Rand("move"))
		OddDays(campaign, .4, phi, .9)
		CountChanges(campaign, phi, .9)
		AmountChanges(spends, 0, .9)
		MannKendall(Weekly(0, all, nil), .9)
		SeasonalTrend(all, 7, .9)
		Ahead(spends, 0, 30, Rand("ahead"))
		BacktestAhead(spends, 60, 14, Rand("backtest"))
		ElasticityOf(spends, all, 0)
		Develop(triangle)
		ChainLadder(triangle)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/campaign")
}
