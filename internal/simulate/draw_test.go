package simulate

import (
	"math"
	"testing"
)

// Exponential and logarithm agree with those of the mathematics to the last digit
// but one.
func TestExpLn(t *testing.T) {
	for x := int64(-15 * million); x <= 14*million; x += 123_457 {
		got, want := exp(x), math.Exp(float64(x)/million)*million
		if math.Abs(float64(got)-want) > 1+want*1e-9 {
			t.Fatalf("exp(%d) = %d, want %.1f", x, got, want)
		}
	}
	for x := int64(1); x < 1<<40; x += x/3 + 1 {
		got, want := ln(x), math.Log(float64(x)/million)*million
		if math.Abs(float64(got)-want) > 1.5 {
			t.Fatalf("ln(%d) = %d, want %.1f", x, got, want)
		}
	}
	for n := int64(0); n < 1<<50; n += n/2 + 1 {
		if r := root(n); r*r > n || (r+1)*(r+1) <= n {
			t.Fatalf("root(%d) = %d", n, r)
		}
	}
	if got := power(2*million, 3*million); got < 7_999_990 || got > 8_000_010 {
		t.Errorf("2³ = %d", got)
	}
}

func FuzzExpLn(f *testing.F) {
	f.Add(int64(1), int64(0))
	f.Add(int64(2_718_282), int64(-700_000))
	f.Fuzz(func(t *testing.T, x, by int64) {
		if x <= 0 || x > 1<<41 { // up to e^14.6
			return
		}
		// The logarithm is known to a millionth, the value it belongs to likewise.
		if back := exp(max(ln(x), -20*million)); math.Abs(float64(back-x)) > 2+float64(x)*3e-6 {
			t.Errorf("exp(ln(%d)) = %d", x, back)
		}
		p := x % million
		if p == 0 || by < -10*million || by > 10*million {
			return
		}
		if q := squashed(p, by); q < 0 || q > million || by > 0 && q < p-1 || by < 0 && q > p+1 {
			t.Errorf("%d moved by %d is %d", p, by, q)
		}
	})
}

// Counts have the mean and the variance that they are asked for.
func TestCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws")
	}
	const draws = 40_000
	moments := func(draw func() int64) (mean, variance float64) {
		var sum, squares float64
		for range draws {
			v := float64(draw())
			sum, squares = sum+v, squares+v*v
		}
		mean = sum / draws
		return mean, squares/draws - mean*mean
	}
	check := func(what string, mean, variance, wantMean, wantPhi float64) {
		t.Helper()
		if se := math.Sqrt(wantMean * wantPhi / draws); math.Abs(mean-wantMean) > 4*se {
			t.Errorf("%s: mean %.4f, want %.4f within %.4f", what, mean, wantMean, 4*se)
		}
		if phi := variance / mean; math.Abs(phi/wantPhi-1) > 0.08 {
			t.Errorf("%s: variance over mean %.3f, want %.2f", what, phi, wantPhi)
		}
	}
	src := stream("counts")
	for _, mean := range []int64{300_000, 4 * million, 40 * million} {
		m, v := moments(func() int64 { return src.poisson(mean) })
		check("poisson", m, v, unit(mean), 1)
		for _, phi := range []int64{1_200_000, 1_800_000, 2_500_000} {
			m, v := moments(func() int64 { return src.clustered(mean, phi) })
			check("clustered", m, v, unit(mean), unit(phi))
		}
	}
	m, v := moments(func() int64 { return src.normal(250_000) })
	if math.Abs(m) > 6_000 || math.Abs(math.Sqrt(v)-250_000) > 5_000 {
		t.Errorf("normal: mean %.0f, spread %.0f", m, math.Sqrt(v))
	}
	if n := src.count(0, 500_000, 1_500_000); n != 0 {
		t.Errorf("%d of no trials", n)
	}
}

// Streams are independent of one another and of what else is drawn.
func TestStreams(t *testing.T) {
	a, b := stream("seed", "x", "spend"), stream("seed", "x", "spend")
	stream("seed", "x", "clicks").below(10)
	if a.below(million) != b.below(million) {
		t.Error("the same stream gave two numbers")
	}
	if stream("seed", "x", "a").below(1<<60) == stream("seed", "xa", "").below(1<<60) {
		t.Error("names run into one another")
	}
}
