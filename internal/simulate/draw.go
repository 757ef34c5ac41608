package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// source is a stream of random whole numbers.
type source struct{ pcg *rand.PCG }

// stream is the independent stream of one purpose of one thing: the words are
// the seed, what it is drawn for, and why. Whatever else is drawn, it gives the
// same numbers.
func stream(words ...string) *source {
	h := sha256.New()
	for i, w := range words {
		if i > 0 {
			h.Write([]byte{0})
		}
		h.Write([]byte(w))
	}
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return &source{rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))}
}

// below is a whole number from 0 to n−1.
func (s *source) below(n uint64) int64 {
	hi, _ := bits.Mul64(s.pcg.Uint64(), n)
	return int64(hi)
}

// between is a whole number from lo to hi.
func (s *source) between(lo, hi int64) int64 { return lo + s.below(uint64(hi-lo+1)) }

// normal is a number with mean 0 and the given spread: the sum of twelve
// uniform numbers.
func (s *source) normal(spread int64) int64 {
	z := int64(-6 * million)
	for range 12 {
		z += s.below(million)
	}
	return z * spread / million
}

// around is a factor near one, in millionths: normal with the given spread,
// kept positive.
func (s *source) around(spread int64) int64 {
	return max(million+s.normal(spread), million/10)
}

// binomial counts the successes of n trials of probability p, in millionths.
func (s *source) binomial(n, p int64) (hits int64) {
	for range n {
		if s.below(million) < p {
			hits++
		}
	}
	return hits
}

// poisson counts events of which mean, in millionths, are expected: uniform
// numbers are multiplied until they fall below e^−mean, eight events at a time.
func (s *source) poisson(mean int64) (n int64) {
	const piece = 8 * million
	for ; mean > 0; mean -= piece {
		least := uint64(expPico(-min(mean, piece)))
		for p := uint64(pico); ; n++ {
			hi, lo := bits.Mul64(p, s.pcg.Uint64())
			if p = hi + lo>>63; p < least {
				break
			}
		}
	}
	return n
}

// clustered counts events of which mean, in millionths, are expected, with a
// variance of phi times the mean (phi in millionths, above one): a Poisson
// number of clusters whose sizes are logarithmic, which is the negative
// binomial law.
func (s *source) clustered(mean, phi int64) (n int64) {
	log := ln(phi)
	q := million - mulDiv(million, million, phi)
	first := mulDiv(q, million, log)
	for range s.poisson(mulDiv(mean, log, phi-million)) {
		u := s.below(million)
		size, p := int64(1), first
		for u >= p && p > 0 {
			u -= p
			p = mulDiv(p, q*size, million*(size+1))
			size++
		}
		n += size
	}
	return n
}

// count counts events as nature has it, out of trials of probability p: phi is
// their variance over their mean. Of chance alone (phi one), and of a handful of
// trials, in which clusters have no room, it is binomial.
func (s *source) count(trials, p, phi int64) int64 {
	const handful = 10
	if phi == million || trials < handful {
		return s.binomial(trials, p)
	}
	// A mean in millionths is trials × p.
	return min(s.clustered(trials*p, phi), trials)
}

// delay is the days between a click and its conversion.
func (s *source) delay(sameDay, carryOver int64) int {
	if s.below(million) < sameDay {
		return 0
	}
	d := 1
	for d < maxDelay && s.below(million) < carryOver {
		d++
	}
	return d
}

// part is a share of a whole, in millionths, rounded to the nearest.
func part(whole, share int64) int64 { return mulDiv(whole, share, million) }

// mulDiv is a × b ÷ c for numbers that are not negative, rounded to the
// nearest.
func mulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	lo, carry := bits.Add64(lo, uint64(c)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(c))
	return int64(q)
}

// pico is one, in millionths of millionths: what exponentials are worked out in.
const pico = million * million

// ln2 is the natural logarithm of 2, in pico.
const ln2 = 693_147_180_560

// expPico is e^x, in pico, for x in millionths from −20 to +15.
func expPico(x int64) int64 {
	if x < -20*million || x > 15*million {
		panic(fmt.Sprintf("simulate: exp of %d", x))
	}
	// e^x = 2^k · e^r, with r between 0 and ln 2.
	k := x * million / ln2
	if x < 0 {
		k--
	}
	r := x*million - k*ln2
	sum, term := int64(pico), int64(pico)
	for n := int64(1); term > 0; n++ {
		term = mulDiv(term, r, pico) / n
		sum += term
	}
	if k < 0 {
		return sum >> -k
	}
	return sum << k
}

// exp is e^x, in millionths, for x in millionths.
func exp(x int64) int64 { return (expPico(x) + million/2) / million }

// ln is the natural logarithm of x, both in millionths; x is positive. Its
// binary digits come one by one, by squaring.
func ln(x int64) int64 {
	k := int64(0)
	m := uint64(x) << 20 // one is million << 20
	const one = uint64(million) << 20
	for m >= 2*one {
		m >>= 1
		k++
	}
	for m < one {
		m <<= 1
		k--
	}
	frac := int64(0)
	for bit := int64(1) << 29; bit > 0; bit >>= 1 {
		hi, lo := bits.Mul64(m, m)
		if m, _ = bits.Div64(hi, lo, one); m >= 2*one {
			m >>= 1
			frac += bit
		}
	}
	// (k + frac ÷ 2^30) · ln 2, rounded to the nearest millionth.
	digits := k<<30 + frac
	negative := digits < 0
	if negative {
		digits = -digits
	}
	v := mulDiv(digits, ln2, million<<30)
	if negative {
		return -v
	}
	return v
}

// power is x^y, all in millionths; x is positive.
func power(x, y int64) int64 {
	if y == 0 || x == million {
		return million
	}
	return exp(ln(x) * y / million)
}

// squashed moves a probability by an amount on the logistic scale, both in
// millionths.
func squashed(p, by int64) int64 {
	odds := mulDiv(p, exp(by), million-p)
	return mulDiv(odds, million, million+odds)
}

// root is the whole part of the square root.
func root(n int64) int64 {
	if n < 2 {
		return max(n, 0)
	}
	x := int64(1) << ((bits.Len64(uint64(n)) + 1) / 2)
	for {
		y := (x + n/x) / 2
		if y >= x {
			return x
		}
		x = y
	}
}
