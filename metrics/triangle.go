package metrics

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"vigie/internal/locale"
)

// Triangle is what successive exports of one platform said of the same days: how
// a measure grew as its days became older. It is the raw material of a chain
// ladder; nothing in it is estimated.
type Triangle struct {
	Platform string `json:"platform"`
	Measure  string `json:"measure"`
	// Currency is that of an amount; empty for a count.
	Currency string    `json:"currency,omitempty"`
	Vintages []Vintage `json:"vintages"` // in order
	Origins  []Origin  `json:"origins"`  // days that some vintage knows, in order
}

// Vintage is a day on which exports were made.
type Vintage struct {
	Made    locale.Day `json:"made_on"` // in the scope's zone
	Batches []int      `json:"batches"`
}

// Origin is a day and what was known of it later.
type Origin struct {
	Day    locale.Day   `json:"day"`
	Values []KnownValue `json:"values"` // in order of their lag
}

// KnownValue is what was known of a day so many days after its end; an export
// made on the next day has lag 0. Value is in stored units (conversions and money
// in millionths).
type KnownValue struct {
	Lag   int   `json:"lag"`
	Value int64 `json:"value"`
}

// At is what was known at a lag; ok is false where no export was made then.
func (o Origin) At(lag int) (value int64, ok bool) {
	i, ok := slices.BinarySearchFunc(o.Values, lag, func(v KnownValue, lag int) int { return v.Lag - lag })
	if !ok {
		return 0, false
	}
	return o.Values[i].Value, true
}

// Lags are the lags at which some day is known, in order.
func (t Triangle) Lags() []int {
	var lags []int
	for _, o := range t.Origins {
		for _, v := range o.Values {
			if i, ok := slices.BinarySearch(lags, v.Lag); !ok {
				lags = slices.Insert(lags, i, v.Lag)
			}
		}
	}
	return lags
}

// TriangleMeasures are the measures that a triangle can be asked of.
var TriangleMeasures = []string{"conversions", "conversion_value", "spend", "clicks", "impressions"}

// toldShare is the part of a day's delivery that the files of a day must speak
// of for that day to be a vintage of it: campaigns that were removed since are
// missing from later exports, which says nothing about the others.
const toldShare = 0.9

// Triangles are the triangles of a measure, one for each platform of the scope,
// in the order of the plan. A day has no value at a lag where no export was made
// then, or where those made then leave out more than a tenth of its delivery.
// Days that were not over when an export was made have none.
func Triangles(ctx context.Context, db *sql.DB, s *Scope, measure string, from, to locale.Day) ([]Triangle, error) {
	if !slices.Contains(TriangleMeasures, measure) {
		return nil, &ErrQuestion{locale.Text{
			EN: fmt.Sprintf("no triangle is made of %q; measures are %s", measure, locale.EN.Join(TriangleMeasures)),
			FR: fmt.Sprintf("aucun triangle ne se fait avec «\u00a0%s\u00a0»\u00a0; les mesures sont %s", measure, locale.FR.Join(TriangleMeasures)),
		}}
	}
	ask := &asking{ctx: ctx, db: db, q: Question{Scope: s}}
	known, err := ask.knownDays()
	if err != nil {
		return nil, err
	}
	made, err := s.vintages(ctx, db, from, to)
	if err != nil {
		return nil, err
	}
	var list []Triangle
	at := map[string]int{}
	for _, c := range s.Channels {
		if _, ok := at[c.Platform]; !ok {
			at[c.Platform] = len(list)
			list = append(list, Triangle{Platform: c.Platform, Measure: measure, Vintages: []Vintage{}, Origins: []Origin{}})
		}
	}
	money := measure == "spend" || measure == "conversion_value"
	for _, m := range made {
		if m.last = min(m.last, m.day-1, to); m.last < m.first {
			continue
		}
		rows, err := db.QueryContext(ctx, fill(query("triangle"),
			"take", takeSQL, "measure", column(measure), "made", date(m.day),
			"as_of", instant((m.day+1).Start(s.Zone).Add(-time.Second)), "from", date(max(m.first, from)), "to", date(m.last),
			"accounts", s.accountList()), s.plan(), known)
		if err != nil {
			return nil, fmt.Errorf("triangle: %w", err)
		}
		for rows.Next() {
			var platform, currency string
			var day time.Time
			var value sql.NullInt64
			var told, delivered sql.NullFloat64
			if err := rows.Scan(&platform, &day, &currency, &value, &told, &delivered); err != nil {
				rows.Close()
				return nil, err
			}
			if !value.Valid || told.Float64 < toldShare*delivered.Float64 {
				continue
			}
			t := &list[at[platform]]
			if money {
				if t.Currency != "" && t.Currency != currency {
					rows.Close()
					return nil, &ErrQuestion{locale.Text{
						EN: fmt.Sprintf("amounts in %s and %s have no common triangle; ask for one campaign", t.Currency, currency),
						FR: fmt.Sprintf("des montants en %s et en %s n’ont pas de triangle commun\u00a0; demandez une seule campagne", t.Currency, currency),
					}}
				}
				t.Currency = currency
			}
			t.add(locale.DayOf(day), KnownValue{int(m.day-locale.DayOf(day)) - 1, value.Int64})
			if n := len(t.Vintages); n == 0 || t.Vintages[n-1].Made != m.day {
				t.Vintages = append(t.Vintages, Vintage{m.day, m.batches[platform]})
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// add adds what was known of a day; vintages come in order.
func (t *Triangle) add(day locale.Day, v KnownValue) {
	i, ok := slices.BinarySearchFunc(t.Origins, day, func(o Origin, day locale.Day) int { return int(o.Day - day) })
	if !ok {
		t.Origins = slices.Insert(t.Origins, i, Origin{Day: day})
	}
	o := &t.Origins[i]
	if n := len(o.Values); n > 0 && o.Values[n-1].Lag == v.Lag {
		o.Values[n-1].Value += v.Value // of another currency, for a count
		return
	}
	o.Values = append(o.Values, v)
}

// madeOn is a day on which files were made, and the days that they hold.
type madeOn struct {
	day, first, last locale.Day
	batches          map[string][]int // by platform
}

// vintages are the days on which the scope's files were made, in order.
func (s *Scope) vintages(ctx context.Context, db *sql.DB, from, to locale.Day) ([]madeOn, error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`
select b.batch, b.platform, b.known_as_of, min(c.day), max(c.day)
from cell c
join stream s on s.stream = c.stream
join batch b on b.batch = c.batch
where b.undone_at is null
  and not b.withheld
  and not c.absent
  and s.depth is not null
  and c.day between %s and %s
  and list_contains(string_split('%s', ',')::integer[], s.account)
group by b.batch, b.platform, b.known_as_of
order by b.known_as_of, b.batch`, date(from), date(to), s.accountList()))
	if err != nil {
		return nil, fmt.Errorf("vintages: %w", err)
	}
	defer rows.Close()
	var list []madeOn
	for rows.Next() {
		var batch int
		var platform string
		var known, first, last time.Time
		if err := rows.Scan(&batch, &platform, &known, &first, &last); err != nil {
			return nil, err
		}
		day := locale.DayOf(known.In(s.Zone))
		if n := len(list); n == 0 || list[n-1].day != day {
			list = append(list, madeOn{day: day, first: locale.DayOf(first), last: locale.DayOf(last), batches: map[string][]int{}})
		}
		m := &list[len(list)-1]
		m.first, m.last = min(m.first, locale.DayOf(first)), max(m.last, locale.DayOf(last))
		m.batches[platform] = append(m.batches[platform], batch)
	}
	return list, rows.Err()
}
