package ingest

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// shared are the measures that columns of shares fill: a share of the eligible
// impressions cannot be averaged, so that what is kept is the impressions that
// it stands for.
var shared = []string{"eligible_impressions", "lost_budget_impressions", "lost_rank_impressions"}

// boundedID counts the impressions of rows whose share is a bound, as < 10%:
// their eligible impressions are not known.
const boundedID = "bounded_impressions"

// bindShares makes room for what columns of impression shares fill.
func (l *layout) bindShares() {
	_, ok := l.roles["share:"+shared[0]]
	if !ok || l.measure("impressions") < 0 {
		for _, id := range shared {
			if at, ok := l.roles["share:"+id]; ok {
				l.columns[at].Note = locale.Text{
					EN: "a share of unknown impressions: not taken. Add the columns Impr. and Search impr. share",
					FR: "part d’impressions inconnues\u00a0: non prise. Ajoutez les colonnes des impressions et du taux d’impressions",
				}
				delete(l.roles, "share:"+id)
			}
		}
		return
	}
	for _, id := range append(slices.Clone(shared), boundedID) {
		at, ok := l.roles["share:"+id]
		if l.measure(id) >= 0 || !ok && id != boundedID {
			continue
		}
		m, _ := LookupMeasure(id)
		l.measures = append(l.measures, boundMeasure{m, -1})
		if ok {
			l.columns[at].Measure, l.columns[at].Role = id, ""
			if id == shared[0] {
				l.columns[at].Note = join(l.columns[at].Note, locale.Text{
					EN: "shares are kept as the impressions that they stand for; bounds such as < 10% are counted apart",
					FR: "les parts sont gardées comme les impressions qu’elles représentent\u00a0; les bornes comme < 10\u00a0% sont comptées à part",
				})
			}
		}
	}
	slices.SortFunc(l.measures, func(a, b boundMeasure) int { return index[a.ID] - index[b.ID] })
}

// shareColumn is a column of shares and the measure that it fills.
type shareColumn struct{ cell, measure int }

// shareColumns are those of the file, that of the impression share first; none
// where it has none.
func (l *layout) shareColumns() (list []shareColumn, bounded int) {
	for _, id := range shared {
		if at, ok := l.roles["share:"+id]; ok {
			if m := l.measure(id); m >= 0 && l.measures[m].cell < 0 {
				list = append(list, shareColumn{at, m})
			}
		}
	}
	return list, l.measure(boundedID)
}

// takeShares turns the shares of a row into impressions.
func (p *parser) takeShares(rec *record) {
	for _, c := range p.shares {
		p.values[c.measure], p.has[c.measure] = 0, false
	}
	p.values[p.bounded], p.has[p.bounded] = 0, false
	if !p.has[p.impr] {
		return
	}
	impressions := uint64(p.values[p.impr])
	share, is := p.readShare(rec, p.shares[0].cell)
	switch {
	case is == censored:
		p.values[p.bounded], p.has[p.bounded] = p.values[p.impr], true
		return
	case is != fine || share == 0:
		return
	}
	eligible, ok := scaleUp(impressions, million, share)
	if !ok {
		return
	}
	p.values[p.shares[0].measure], p.has[p.shares[0].measure] = int64(eligible), true
	for _, c := range p.shares[1:] {
		if share, is := p.readShare(rec, c.cell); is == fine {
			lost, _ := scaleUp(eligible, share, million) // a share of it is not more
			p.values[c.measure], p.has[c.measure] = int64(lost), true
		}
	}
}

const million = 1_000_000

// scaleUp is x × num ÷ den, to the nearest; ok is false beyond what a cell holds.
func scaleUp(x, num, den uint64) (uint64, bool) {
	hi, lo := bits.Mul64(x, num)
	lo, carry := bits.Add64(lo, den/2, 0)
	if hi+carry >= den {
		return 0, false
	}
	q, _ := bits.Div64(hi+carry, lo, den)
	return q, q <= maxUnits
}

// readShare reads a share in millionths: a percentage with its sign, or in a
// sheet a typed fraction. A bare number in a text may be either and is left.
func (p *parser) readShare(rec *record, at int) (uint64, found) {
	raw := trim(cell(rec, at))
	if isNull(raw, p.l.platform.Nulls) {
		return 0, missing
	}
	if isBound(raw) {
		return 0, censored
	}
	decimals := 6
	if rec.kinds == nil || at >= len(rec.kinds) || !rec.kinds[at].number {
		body, signed := bytes.CutSuffix(raw, []byte("%"))
		if !signed {
			return 0, bad
		}
		raw, decimals = trim(body), 4
	}
	whole, rest, _ := strings.Cut(strings.ReplaceAll(string(raw), ",", "."), ".")
	if len(whole) == 0 || len(whole) > 3 || strings.Trim(whole+rest, "0123456789") != "" {
		return 0, bad
	}
	var v uint64
	for i := range len(whole) + decimals {
		digit := byte('0')
		switch at := i - len(whole); {
		case at < 0:
			digit = whole[i]
		case at < len(rest):
			digit = rest[at]
		}
		v = v*10 + uint64(digit-'0')
	}
	if v > million {
		return 0, bad
	}
	return v, fine
}
