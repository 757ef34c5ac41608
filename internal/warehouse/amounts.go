package warehouse

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strconv"
	"time"

	"vigie/ingest"
	"vigie/internal/locale"
)

// priced is a day of a campaign, as the file has it or as it was known.
type priced struct {
	rows                       int64
	impressions, clicks, spend int64
	conversions, value         int64
	valued                     bool
}

// campaignPrices are the days of one campaign.
type campaignPrices struct {
	key          int32
	account      int32
	fresh, known map[locale.Day]priced
	whole        bool // the file's rows add up to the campaign
}

// amounts looks for amounts that moved by a power of ten, or step to another
// unit, against what is known of the same campaigns.
func (t *transfer) amounts(ctx context.Context) error {
	campaigns, err := t.prices(ctx)
	if err != nil {
		return err
	}
	var accounts []int32
	for _, c := range campaigns {
		if !slices.Contains(accounts, c.account) {
			accounts = append(accounts, c.account)
		}
	}
	for _, account := range accounts {
		var of []campaignPrices
		for _, c := range campaigns {
			if c.account == account && len(c.known) > 0 {
				of = append(of, c)
			}
		}
		if err := t.accountAmounts(ctx, of); err != nil {
			return err
		}
	}
	return nil
}

func (t *transfer) accountAmounts(ctx context.Context, campaigns []campaignPrices) error {
	names := func() ([]string, error) {
		var keys []int32
		for _, c := range campaigns {
			keys = append(keys, c.key)
		}
		return t.namesOf(ctx, keys)
	}
	tell := func(p ingest.Problem, of map[int32][]locale.Day) error {
		for _, c := range campaigns {
			for _, d := range of[c.key] {
				p.Rows += c.fresh[d].rows
				if p.FirstDay == 0 || d < p.FirstDay {
					p.FirstDay = d
				}
				p.LastDay = max(p.LastDay, d)
			}
		}
		var err error
		p.Objects, err = names()
		t.found(p)
		return err
	}
	all := map[int32][]locale.Day{}
	for _, c := range campaigns {
		for d := range c.fresh {
			all[c.key] = append(all[c.key], d)
		}
	}
	spend := func(p priced) (int64, bool) { return p.spend, p.spend > 0 }
	value := func(p priced) (int64, bool) { return p.value, p.valued && p.value > 0 }
	stepped := false
	for _, x := range []struct {
		amount func(priced) (int64, bool)
		label  locale.Text
		// events are what the amount is for: they must not have moved.
		events []func(priced) int64
	}{
		{spend, measureLabel("spend"), []func(priced) int64{func(p priced) int64 { return p.impressions }, func(p priced) int64 { return p.clicks }}},
		{value, measureLabel("conversion_value"), []func(priced) int64{func(p priced) int64 { return p.conversions }}},
	} {
		ratios, moved, days := sameCells(campaigns, x.amount, x.events)
		k, power := 0, false
		var text locale.Text
		switch {
		case len(ratios) >= minCells && !moved:
			r := median(ratios)
			k = int(math.Round(math.Log10(r)))
			power = k != 0 && math.Abs(math.Log10(r)-float64(k)) <= math.Log10(1.03)
			text = both(func(l locale.Lang) string {
				return locale.Text{EN: "%s of the same campaigns and days: %s than they were known, with the counts unchanged (%s compared): decimals were lost, or one of the two files is in another unit",
					FR: "%s des mêmes campagnes et des mêmes jours\u00a0: %s que ce que l’on en savait, à nombres inchangés (%s comparés)\u00a0: des décimales ont été perdues, ou l’un des deux fichiers est dans une autre unité"}.F(l,
					x.label, ingest.Times(k), cellsOf(l, len(ratios)))
			})
			if !power && math.Abs(r-1) >= 0.05 && alike(ratios, r, 0.01) {
				stepped = true
				p := ingest.Found("unit-step", both(func(l locale.Lang) string {
					return locale.Text{EN: "%s of the same campaigns and days: %s of what they were known to be on all of them, with the counts unchanged (%s compared): another currency, or tax?",
						FR: "%s des mêmes campagnes et des mêmes jours\u00a0: partout %s de ce que l’on en savait, à nombres inchangés (%s comparés)\u00a0: autre devise, ou taxe\u00a0?"}.F(l,
						x.label, l.Percent(r, 0), cellsOf(l, len(ratios)))
				}))
				if err := tell(p, days); err != nil {
					return err
				}
			}
		case len(ratios) < minCells && x.label == measureLabel("spend"):
			var r float64
			if r, power = pricesMoved(campaigns); power {
				k, _ = ingest.PowerOfTen(r)
				days = all
				text = both(func(l locale.Lang) string {
					return locale.Text{EN: "an impression and a click cost %s than was known of the same campaigns, at the same click-through rate: decimals were lost, or one of the two files is in another unit",
						FR: "une impression et un clic coûtent %s que ce que l’on savait des mêmes campagnes, à taux de clic égal\u00a0: des décimales ont été perdues, ou l’un des deux fichiers est dans une autre unité"}.F(l, ingest.Times(k))
				})
			}
		case len(ratios) < minCells:
			var r float64
			if r, power = ordersMoved(campaigns); power {
				k, _ = ingest.PowerOfTen(r)
				days = all
				text = both(func(l locale.Lang) string {
					return locale.Text{EN: "a conversion is worth %s than was known of the same campaigns: decimals were lost, or one of the two files is in another unit",
						FR: "une conversion vaut %s que ce que l’on savait des mêmes campagnes\u00a0: des décimales ont été perdues, ou l’un des deux fichiers est dans une autre unité"}.F(l, ingest.Times(k))
				})
			}
		}
		if power {
			stepped = true
			if err := tell(ingest.Found("amounts-scale", text), days); err != nil {
				return err
			}
		}
	}
	if stepped || slices.ContainsFunc(t.report.Problems, func(p ingest.Problem) bool { return p.Check == "unit-step" || p.Check == "amounts-scale" }) {
		return nil
	}
	return t.step(campaigns, tell)
}

// minCells is how many days of campaigns two files must have in common for their
// amounts to be compared one by one.
const minCells = 3

// sameCells are the ratios of an amount on the days of campaigns that the file
// and what was known have in common. moved: the counts that it is for are not
// the same on them, so that its own move says nothing.
func sameCells(campaigns []campaignPrices, amount func(priced) (int64, bool), events []func(priced) int64) (ratios []float64, moved bool, days map[int32][]locale.Day) {
	days = map[int32][]locale.Day{}
	counts := make([][]float64, len(events))
	for _, c := range campaigns {
		if !c.whole {
			continue
		}
		for d, f := range c.fresh {
			k, ok := c.known[d]
			a, fine := amount(f)
			b, fine2 := amount(k)
			if !ok || !fine || !fine2 {
				continue
			}
			ratios = append(ratios, float64(a)/float64(b))
			days[c.key] = append(days[c.key], d)
			for i, of := range events {
				if of(k) > 0 {
					counts[i] = append(counts[i], float64(of(f))/float64(of(k)))
				}
			}
		}
	}
	for _, list := range counts {
		if len(list) > 0 && math.Abs(median(list)-1) > 0.03 {
			moved = true
		}
	}
	return ratios, moved, days
}

// totals of a campaign in the file, and on other days before or after it.
func (c campaignPrices) totals() (fresh, known priced) {
	add := func(to *priced, p priced) {
		to.impressions += p.impressions
		to.clicks += p.clicks
		to.spend += p.spend
		if p.valued {
			to.conversions += p.conversions
			to.value += p.value
		}
	}
	for _, p := range c.fresh {
		add(&fresh, p)
	}
	for d, p := range c.known {
		if _, both := c.fresh[d]; !both {
			add(&known, p)
		}
	}
	return fresh, known
}

// pricesMoved is by how much an impression costs more in the file than on other
// days of the same campaigns, where that is a power of ten, a click costs as many
// times more, and the click-through rate did not move.
func pricesMoved(campaigns []campaignPrices) (ratio float64, ok bool) {
	var impression, click, through []float64
	for _, c := range campaigns {
		f, k := c.totals()
		if f.impressions < 500 || k.impressions < 500 || f.clicks < 10 || k.clicks < 10 || f.spend <= 0 || k.spend <= 0 {
			continue
		}
		impression = append(impression, float64(f.spend)/float64(f.impressions)/(float64(k.spend)/float64(k.impressions)))
		click = append(click, float64(f.spend)/float64(f.clicks)/(float64(k.spend)/float64(k.clicks)))
		through = append(through, float64(f.clicks)/float64(f.impressions)/(float64(k.clicks)/float64(k.impressions)))
	}
	if len(impression) == 0 {
		return 0, false
	}
	ratio = median(impression)
	a, power := ingest.PowerOfTen(ratio)
	b, same := ingest.PowerOfTen(median(click))
	return ratio, power && same && a == b && math.Abs(math.Log(median(through))) <= math.Log(1.5)
}

// ordersMoved is by how much a conversion is worth more in the file than on
// other days of the same campaigns, where that is a power of ten. What people
// buy can change: one campaign alone shows it only by a hundred times.
func ordersMoved(campaigns []campaignPrices) (ratio float64, ok bool) {
	var worth []float64
	for _, c := range campaigns {
		f, k := c.totals()
		if f.conversions >= 5_000_000 && k.conversions >= 5_000_000 && f.value > 0 && k.value > 0 {
			worth = append(worth, float64(f.value)/float64(f.conversions)/(float64(k.value)/float64(k.conversions)))
		}
	}
	if len(worth) == 0 {
		return 0, false
	}
	ratio = median(worth)
	k, power := ingest.PowerOfTen(ratio)
	return ratio, power && (len(worth) >= 3 || k >= 2 || k <= -2)
}

// step looks for a change of unit where the file follows on what was known.
func (t *transfer) step(campaigns []campaignPrices, tell func(ingest.Problem, map[int32][]locale.Day) error) error {
	var cells [][]ingest.Cell
	for _, c := range campaigns {
		var list []ingest.Cell
		add := func(d locale.Day, p priced) {
			list = append(list, ingest.Cell{Day: d, Impressions: p.impressions, Clicks: p.clicks, Spend: p.spend})
		}
		for d, p := range c.fresh {
			add(d, p)
		}
		for d, p := range c.known {
			if _, both := c.fresh[d]; !both {
				add(d, p)
			}
		}
		slices.SortFunc(list, func(a, b ingest.Cell) int { return cmp.Compare(a.Day, b.Day) })
		cells = append(cells, list)
	}
	s, ok := ingest.FindStep(cells)
	if !ok {
		return nil
	}
	since := map[int32][]locale.Day{}
	mine := false
	for _, c := range campaigns {
		_, at := c.fresh[s.Day]
		_, before := c.fresh[s.Day-1]
		mine = mine || at || before
		for d := range c.fresh {
			if d >= s.Day {
				since[c.key] = append(since[c.key], d)
			}
		}
	}
	if !mine {
		return nil // it was there before this file
	}
	p := s.Problem()
	p.FirstDay = 0
	return tell(p, since)
}

// prices loads the days of the campaigns on which the file spends most.
func (t *transfer) prices(ctx context.Context) ([]campaignPrices, error) {
	rows, err := t.conn.QueryContext(ctx, fill(query("prices"), "around", strconv.Itoa(examined)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []campaignPrices
	for rows.Next() {
		var fresh, whole bool
		var account, campaign int32
		var day time.Time
		var n int64
		var v [5]sql.NullInt64
		if err := rows.Scan(&fresh, &account, &campaign, &day, &whole, &n, &v[0], &v[1], &v[2], &v[3], &v[4]); err != nil {
			return nil, err
		}
		if len(list) == 0 || list[len(list)-1].key != campaign {
			list = append(list, campaignPrices{key: campaign, account: account, fresh: map[locale.Day]priced{}, known: map[locale.Day]priced{}, whole: true})
		}
		c := &list[len(list)-1]
		of := c.known
		if fresh {
			of = c.fresh
			c.whole = c.whole && whole
		}
		of[locale.DayOf(day)] = priced{n, v[0].Int64, v[1].Int64, v[2].Int64, v[3].Int64, v[4].Int64, v[4].Valid}
	}
	return list, rows.Err()
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	n := len(list)
	if n%2 == 1 {
		return list[n/2]
	}
	return (list[n/2-1] + list[n/2]) / 2
}

// alike reports that nine in ten of some ratios are within a share of one.
func alike(ratios []float64, r, within float64) bool {
	n := 0
	for _, x := range ratios {
		if math.Abs(x/r-1) <= within {
			n++
		}
	}
	return n*10 >= len(ratios)*9
}

// cellsOf is a number of days of campaigns.
func cellsOf(l locale.Lang, n int) string {
	if l == locale.EN {
		return l.Int(int64(n)) + " " + l.Plural(float64(n), "day of a campaign", "days of campaigns")
	}
	return l.Int(int64(n)) + locale.NBSP + l.Plural(float64(n), "jour de campagne", "jours de campagnes")
}

func measureLabel(id string) locale.Text {
	m, _ := ingest.LookupMeasure(id)
	return m.Label
}
