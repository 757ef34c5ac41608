package metrics

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics/stats"
)

//go:embed queries/*.sql
var queries embed.FS

func query(name string) string {
	b, err := queries.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic(err) // a name that does not exist is a mistake of this package
	}
	return string(b)
}

// Question is what one asks of a scope.
type Question struct {
	Scope    *Scope
	KPIs     []string // ids; none: those that the exports have figures for
	From, To locale.Day
	// By lists dimensions: day, week, month, quarter, year, platform, channel,
	// account, platform_campaign, ad_group, ad, or the name of a breakdown. Only
	// one of those of time.
	By []string
	// Compare is what rows are held against; the zero value is nothing. Days that
	// the exports do not know completely are not compared, and neither are their
	// counterparts.
	Compare Comparison
	// Brief is whose plan and targets rows are held against; needed by those two.
	Brief *agency.Campaign
	// AsOf asks for what was known at that instant; zero: what is known now.
	AsOf time.Time
	// Now is the clock that freshness and completeness are told by; zero: they
	// are not told.
	Now time.Time
}

// Frame is the answer: KPI values by group, each with the sums behind it.
type Frame struct {
	From     locale.Day    `json:"from"`
	To       locale.Day    `json:"to"`
	Currency string        `json:"currency"`
	By       []string      `json:"by"`
	KPIs     []string      `json:"-"`
	Compare  Comparison    `json:"-"`
	Rows     []Row         `json:"rows"`
	Total    Row           `json:"total"`
	Notes    []locale.Text `json:"notes"`
	// Own are the agency's own KPIs among those asked for, as its workspace
	// defined them then.
	Own []KPI `json:"own_kpis,omitempty"`
	// Conversion is how amounts of several currencies came into one; nil where
	// all are in Currency. The notes say it in words.
	Conversion *Conversion `json:"conversion,omitempty"`
}

// Comparison is what the rows of a frame are held against.
type Comparison string

// The comparisons. With a dimension of time each row is held against the days
// of its own.
const (
	// ComparePrevious: the period of equal length just before; with a dimension
	// of time, the bucket before.
	ComparePrevious Comparison = "previous"
	// CompareYear: YearDays before, so that weekdays meet the same weekdays.
	CompareYear Comparison = "year"
	// ComparePlan: what the brief's budget and pace foresee for the same days.
	ComparePlan Comparison = "plan"
	// CompareTarget: the brief's targets.
	CompareTarget Comparison = "target"
)

// Comparisons lists them.
var Comparisons = []Comparison{ComparePrevious, CompareYear, ComparePlan, CompareTarget}

// YearDays is how far back the year before is: 52 weeks.
const YearDays = 364

// KPI is a KPI that the frame may hold, by id.
func (f *Frame) KPI(id string) (KPI, bool) {
	for _, k := range f.Own {
		if k.ID == id {
			return k, true
		}
	}
	return LookupKPI(id)
}

// Row is one group of a frame.
type Row struct {
	// Keys are the values of the dimensions, in the order of By; Labels are
	// what people read.
	Keys     []string          `json:"keys,omitempty"`
	Labels   []string          `json:"labels,omitempty"`
	KPIs     map[string]Value  `json:"kpis"`
	Previous map[string]Change `json:"previous,omitempty"`
	// Aims are what the plan or the targets of the brief ask of the KPIs.
	Aims map[string][]Aim `json:"aims,omitempty"`
	Days int              `json:"days"` // with data behind the values
	// Partial is set where the row holds fewer days than its period has.
	Partial *Partial `json:"partial,omitempty"`
	// Young is how many of the days are too young for their conversions to be
	// compared, Moving how many of the others the platform may still change: see
	// MaturityDays. Not counted where no KPI rests on conversions.
	Young  int `json:"young_days,omitempty"`
	Moving int `json:"moving_days,omitempty"`
	// Missing is how many days between the first and the last that are known of
	// an account no export speaks of, for one of the row's accounts at least.
	Missing int `json:"missing_days,omitempty"`
}

// Volume says whether a value rests on enough data to be judged.
type Volume string

// The volumes: below the KPI's minimum there is nothing to judge.
const (
	VolumeEnough Volume = "enough"
	VolumeLow    Volume = "low"
	VolumeNone   Volume = "none"
)

// Value is a KPI's value with the two sums behind it, in units (money in units
// of the currency), its 90 % interval and the volume it rests on. What is not
// known is nil.
type Value struct {
	Value  *float64 `json:"value"`
	Num    *float64 `json:"num,omitempty"`
	Den    *float64 `json:"den,omitempty"`
	Low    *float64 `json:"low,omitempty"`
	High   *float64 `json:"high,omitempty"`
	Volume Volume   `json:"volume,omitempty"`
	// Count is the sum of the measure that Volume is judged by.
	Count float64 `json:"count,omitempty"`
	// Phi is the over-dispersion used; 0 where the value has no interval.
	Phi float64 `json:"phi,omitempty"`
	// Why says why there is no value where one could be expected.
	Why *locale.Text `json:"why,omitempty"`
}

// Change is the value of the period before, and the relative change since.
type Change struct {
	Value
	Change     *float64 `json:"change,omitempty"`
	ChangeLow  *float64 `json:"change_low,omitempty"`
	ChangeHigh *float64 `json:"change_high,omitempty"`
	// Clear: the interval does not contain "no change", and there is enough
	// volume on both sides.
	Clear bool `json:"clear"`
}

// ErrQuestion is a question that cannot be asked; its text is for people.
type ErrQuestion struct{ locale.Text }

func (e *ErrQuestion) Error() string { return e.EN }

// IsMoney reports a sum of amounts.
func IsMoney(sum string) bool {
	return !slices.ContainsFunc(parts(sum), func(id string) bool { return !measures[measureAt(id)].money })
}

// group accumulates one group of rows over its weekdays.
type group struct {
	keys   []string
	days   int
	young  int
	moving int
	spans  int
	known  []bool
	sums   []int64
	kinds  map[int]int64          // the platforms, or their rules, that a measure came from, a bit each
	whys   map[string]locale.Text // why a sum was taken away
	ranges map[string][2]float64  // of derived measures that are estimates
	weeks  map[string]*stats.Week
	ratios map[string]stats.Sums
	// values are the KPIs that were worked out: a group is shown, and compared.
	values map[string]Value
	listed bool // among those that values are worked out for
}

func newGroup(keys []string) *group {
	return &group{
		keys:  keys,
		known: make([]bool, len(measures)),
		sums:  make([]int64, len(measures)),
	}
}

// counted adds platforms, or their rules, that a measure came from.
func (g *group) counted(measure int, kinds int64) {
	if g.kinds == nil {
		g.kinds = map[int]int64{}
	}
	g.kinds[measure] |= kinds
}

// sum is a sum of measures in units; it is known where each of them is.
func (g *group) sum(of string) (v float64, known bool) {
	known = true
	for _, t := range terms(of) {
		i := measureAt(t.measure)
		v += t.times * (float64(g.sums[i]) / measures[i].scale)
		known = known && g.known[i]
	}
	return v, known
}

// Ask answers a question.
func Ask(ctx context.Context, db *sql.DB, q Question) (*Frame, error) {
	for _, id := range q.KPIs {
		if _, ok := q.Scope.KPI(id); !ok {
			return nil, &ErrQuestion{locale.Text{
				EN: fmt.Sprintf("no KPI is called %q; vigie kpi --list shows them", id),
				FR: fmt.Sprintf("aucun indicateur ne s’appelle «\u00a0%s\u00a0»\u00a0; vigie kpi --list les montre", id),
			}}
		}
	}
	if q.To < q.From {
		return nil, &ErrQuestion{locale.Text{
			EN: fmt.Sprintf("the period ends (%s) before it starts (%s)", q.To, q.From),
			FR: fmt.Sprintf("la période finit (%s) avant de commencer (%s)", q.To, q.From),
		}}
	}
	ask := &asking{ctx: ctx, db: db, q: q}
	if err := ask.plan(); err != nil {
		return nil, err
	}
	if err := ask.aims(); err != nil {
		return nil, err
	}
	unnamed := len(q.KPIs) == 0
	if unnamed {
		var err error
		if q.KPIs, err = ask.answerable(); err != nil {
			return nil, err
		}
		ask.q.KPIs = q.KPIs
	}
	if err := ask.findHolders(); err != nil {
		return nil, err
	}
	groups, whole, err := ask.withTotal(q.By, q.From, q.To)
	if err != nil {
		return nil, err
	}
	if err := ask.noteMissing(groups, whole); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(q.KPIs, func(id string) bool { k, _ := q.Scope.KPI(id); return k.Matures() }) {
		same := whole
		if !ask.sameRows() {
			same = nil
			if err := ask.ages(whole, nil, nil); err != nil {
				return nil, err
			}
		}
		if err := ask.ages(groups, same, q.By); err != nil {
			return nil, err
		}
	}
	if err := ask.noteNothing(whole[""] == nil); err != nil {
		return nil, err
	}
	var known reach
	from := q.From
	switch q.Compare {
	case ComparePrevious:
		from, _ = Previous(q.From, q.To)
		if ask.time != "" {
			from = min(from, ask.bucketBefore(ask.bucket(q.From)))
		}
	case CompareYear:
		from -= YearDays
	}
	if known, err = ask.reach(from, q.To, whole[""] != nil && whole[""].spans > 0); err != nil {
		return nil, err
	}
	var compared, wholeCompared map[string]comparison
	if q.Compare != "" {
		if wholeCompared, err = ask.compare(nil, whole, known); err != nil {
			return nil, err
		}
		if len(q.By) > 0 {
			if compared, err = ask.compare(q.By, groups, known); err != nil {
				return nil, err
			}
		}
	}
	f := &Frame{From: q.From, To: q.To, Currency: q.Scope.Currency, By: q.By, KPIs: q.KPIs, Compare: q.Compare}
	if f.By == nil {
		f.By = []string{}
	}
	prior, err := ask.priors(groups)
	if err != nil {
		return nil, err
	}
	partial := false
	if len(q.By) > 0 {
		shown := make([]*group, 0, len(groups))
		against := make([]comparison, 0, len(groups))
		for id, g := range groups {
			shown, against = append(shown, g), append(against, compared[id])
		}
		f.Rows = ask.rows(shown, against, prior)
		for i, g := range shown {
			row := &f.Rows[i]
			if unnamed {
				row.trim()
			}
			if len(known.gaps) > 0 {
				row.Missing = len(known.missing(ask.ownAccounts(g), ask.shown(q.By, g)))
			}
			if ask.time != "" && ask.time != "day" {
				row.Partial = ask.cut(q.By, g, known)
				partial = partial || row.Partial != nil
			}
		}
		if err := ask.label(f.Rows); err != nil {
			return nil, err
		}
		ask.sort(f.Rows)
	}
	if f.Rows == nil {
		f.Rows = []Row{}
	}
	if g := whole[""]; g != nil {
		f.Total = ask.row(g, prior)
		ask.compareRow(&f.Total, nil, wholeCompared[""], prior)
		f.Total.Missing = len(known.missing(nil, stretch{q.From, q.To}))
		f.Total.Partial = ask.cut(nil, g, known)
	} else {
		f.Total = ask.row(newGroup(nil), prior)
	}
	if err := ask.noteReach(partial, known, compared, wholeCompared); err != nil {
		return nil, err
	}
	ask.noteAims(f)
	for _, id := range q.KPIs {
		if k, own := q.Scope.ownKPI(id); own {
			f.Own = append(f.Own, k)
		}
	}
	f.Conversion = ask.conversion
	f.Notes = append(f.Conversion.Notes(), ask.notes...)
	if f.Notes == nil {
		f.Notes = []locale.Text{}
	}
	return f, nil
}

// trim leaves out of a row of an unnamed question what no export has for it:
// e-mails of a search campaign.
func (r *Row) trim() {
	for id, v := range r.KPIs {
		if v.Why != nil && (*v.Why == noExport || *v.Why == noWholeLine) {
			delete(r.KPIs, id)
			delete(r.Previous, id)
		}
	}
}

// Why a sum is not known that no export holds: at all, or for the whole line.
var (
	noExport    = locale.Text{EN: "no export has it", FR: "aucun export ne le contient"}
	noWholeLine = locale.Text{
		EN: "no export has it for the whole of the line, and it does not add up from parts",
		FR: "aucun export ne le donne pour la ligne entière, et il ne s’additionne pas à partir de ses parties",
	}
)

// Previous is the period of equal length that ends the day before.
func Previous(from, to locale.Day) (locale.Day, locale.Day) {
	n := to - from + 1
	return from - n, from - 1
}

// asking is one question being answered.
type asking struct {
	ctx  context.Context
	db   *sql.DB
	q    Question
	time string // the dimension of time, or empty
	// shift is by how many days facts are moved forward before they are grouped:
	// those of the year before fall into the buckets that they are compared with.
	shift  locale.Day
	splits []string // breakdowns asked for
	depth  int      // how fine the rows must be: 1 campaign, 2 ad group, 3 ad
	notes  []locale.Text
	known  *string // what knownDays gave
	aging  bool    // and whether a file can hold days that are still changing
	list   []*KPI  // what kpis gave
	// earlierRows are those that were read with the total of earlier days.
	earlierRows answers
	// accounts are those of groups, by their keys without time.
	accounts map[string][]int
	// hasSpans: the client has rows that cover more than a day; nil: not asked yet.
	hasSpans *bool
	// spans are those that counted in the last groups, as they were stored.
	spans []spanRow
	// conversion is what was converted so far.
	conversion *Conversion
	// without are the campaigns of which no export holds what a measure is
	// beside, by the SQL of that.
	without map[string][]int32
}

// convert is a source with its amounts in the scope's currency, and the
// parameters of its query.
func (a *asking) convert(source string, from, to locale.Day) (text string, args []any, err error) {
	text, args, c, err := a.q.Scope.convert(a.ctx, a.db, source, from, to)
	a.conversion = JoinConversions(a.conversion, c)
	return text, args, err
}

// splitSQL counts the days of campaigns that some export of a client splits by a
// breakdown.
const splitSQL = `
select count(*)
from (select stream, batch from cell union all select stream, batch from span) h
join stream s on s.stream = h.stream
join batch b on b.batch = h.batch
where s.client = ?
  and list_contains(string_split(s.breakdown, ','), ?)
  and b.undone_at is null
  and not b.withheld`

var dimensions = []string{"day", "week", "month", "quarter", "year", "platform", "channel", "account", "platform_campaign", "ad_group", "ad"}

// IsTime reports a dimension of time, whose keys are the first days of buckets.
func IsTime(dimension string) bool {
	switch dimension {
	case "day", "week", "month", "quarter", "year":
		return true
	}
	return false
}

func (a *asking) plan() error {
	for i, d := range a.q.By {
		if slices.Contains(a.q.By[:i], d) {
			return &ErrQuestion{locale.Text{EN: d + " is asked for twice", FR: d + " est demandé deux fois"}}
		}
		switch d {
		case "day", "week", "month", "quarter", "year":
			if a.time != "" {
				return &ErrQuestion{locale.Text{
					EN: "ask by one of day, week, month, quarter and year",
					FR: "demandez par jour, semaine, mois, trimestre ou année (day, week, month, quarter, year), un seul à la fois",
				}}
			}
			a.time = d
		case "platform", "channel", "account", "platform_campaign":
		case "ad_group":
			a.depth = max(a.depth, 2)
		case "ad":
			a.depth = max(a.depth, 3)
		default:
			var n int
			if err := a.db.QueryRowContext(a.ctx, splitSQL, a.q.Scope.Client, d).Scan(&n); err != nil {
				return err
			}
			if n == 0 {
				return noDimension(d)
			}
			a.splits = append(a.splits, d)
		}
	}
	return nil
}

// dims gives the SQL of the dimensions over rows r, t and s, each named d0, d1…,
// and that of their keys, which are texts.
func (a *asking) dims(by []string) (exprs, names, keys []string) {
	for i, d := range by {
		var e string
		switch d {
		case "day":
			e = a.moved()
		case "week", "month", "quarter", "year":
			e = "date_trunc('" + d + "', " + a.moved() + ")::date"
		case "platform":
			e = "s.platform"
		case "channel":
			e = "t.channel"
		case "account":
			e = "r.account"
		case "platform_campaign":
			e = "r.campaign"
		case "ad_group":
			e = "r.ad_group"
		case "ad":
			e = "r.ad"
		default:
			// The name was found in the table of breakdowns, but it came from
			// a person.
			e = "(select b.value from breakdown b where b.breakdown = r.breakdown and b.name = '" + strings.ReplaceAll(d, "'", "''") + "')"
		}
		name := fmt.Sprintf("d%d", i)
		exprs = append(exprs, e+" as "+name)
		names = append(names, name)
		keys = append(keys, name+"::varchar")
	}
	if len(by) == 0 {
		return []string{"'' as d0"}, []string{"d0"}, []string{"d0"}
	}
	return exprs, names, keys
}

// moved is the SQL of the day that a row counts for.
func (a *asking) moved() string {
	if a.shift == 0 {
		return "r.day"
	}
	return fmt.Sprintf("(r.day + %d)", a.shift)
}

// groups sums the measures over the groups of by between two days.
func (a *asking) groups(by []string, from, to locale.Day) (map[string]*group, error) {
	groups, _, err := a.read(by, from, to, false)
	return groups, err
}

// withTotal are groups and the group of all.
func (a *asking) withTotal(by []string, from, to locale.Day) (groups, whole map[string]*group, err error) {
	// Sums of many days are made once more from their groups by day; of rows of
	// days the total is read faster by itself.
	one := a.sameRows() && !slices.Contains(by, "day")
	groups, whole, err = a.read(by, from, to, one)
	switch {
	case err != nil || one:
	case len(by) == 0:
		whole = groups
	default:
		whole, err = a.groups(nil, from, to)
	}
	return groups, whole, err
}

// sameRows: the rows and the total of the question are made of the same rows of
// the warehouse.
func (a *asking) sameRows() bool {
	return len(a.q.By) > 0 && a.depth == 0 && len(a.splits) == 0
}

// read reads groups and, where it is asked for, the group of all.
func (a *asking) read(by []string, from, to locale.Day, both bool) (groups, whole map[string]*group, err error) {
	groups, whole = map[string]*group{}, map[string]*group{}
	exprs, names, texts := a.dims(by)
	var cols, sums, squares, again []string
	held := a.held()
	// Rows of days are one day each, too few to tell how days differ: they are
	// grouped once, and need no squares.
	daily := slices.Contains(by, "day")
	var kpis []KPI
	if !daily {
		kpis = a.intervals()
	}
	add := func(of, id string) string {
		if daily {
			return id
		}
		return of
	}
	var kinds []int // measures that platforms count by several rules, or that do not add up
	for _, i := range held {
		m := measures[i]
		if m.additive {
			cols = append(cols, fmt.Sprintf("sum(%s)::bigint as %s", a.q.Scope.chosen(a.column(m.id)), m.id))
			sums = append(sums, add(fmt.Sprintf("sum(%s)::bigint", m.id), m.id))
			again = append(again, fmt.Sprintf("sum(%s)::bigint as %s", m.id, m.id))
		} else {
			cols = append(cols, fmt.Sprintf("case when count(*) = 1 then max(%s) end as %s", a.column(m.id), m.id))
			sums = append(sums, add(fmt.Sprintf("case when count(*) = 1 then max(%s) end", m.id), m.id))
			again = append(again, fmt.Sprintf("case when count(*) = 1 then max(%s) end as %s", m.id, m.id))
		}
		if m.kinds != nil || !m.additive {
			kinds = append(kinds, i)
		}
	}
	for _, i := range kinds {
		cols = append(cols, fmt.Sprintf("bit_or(%s) as %s_kinds", measures[i].kindSQL(), measures[i].id))
		sums = append(sums, add(fmt.Sprintf("bit_or(%s_kinds)::bigint", measures[i].id), measures[i].id+"_kinds"))
		again = append(again, fmt.Sprintf("bit_or(%s_kinds) as %s_kinds", measures[i].id, measures[i].id))
	}
	for _, k := range kpis {
		x, y := unit(k.Num), unit(k.Den)
		switch k.Interval {
		case Wilson, CostPer:
			if k.Interval == CostPer { // the count is below, the money is its exposure
				x, y = y, x
			}
			squares = append(squares,
				fmt.Sprintf("count(*) filter (where %s > 0)::double", y),
				exact(x, y+" > 0"),
				exact(fmt.Sprintf("%s * %s / nullif(%s, 0)", x, x, y), "true"))
		case LogDelta:
			squares = append(squares, exact(x+" * "+x, "true"), exact(y+" * "+y, "true"), exact(x+" * "+y, "true"))
		}
	}
	weekdays, grouping, order := "isodow(day)::integer as weekday, count(*)::bigint as days", "group by all", "order by weekday"
	if daily {
		weekdays, grouping, order = "1 as weekday, 1::bigint as days", "", ""
	}
	depth, splits := 0, ""
	if len(by) > 0 {
		depth, splits = a.depth, strings.Join(a.splits, ",")
	}
	source, args, err := a.convert(a.source(depth, splits, from, to), from, to)
	if err != nil {
		return nil, nil, err
	}
	union := ""
	if both {
		union = "union all by name select true as whole, day, " + strings.Join(again, ", ") + " from by_day group by day"
	}
	text := fill(query("frame"),
		"take", takeSQL,
		"dims", strings.Join(exprs, ", "),
		"names", strings.Join(names, ", "),
		"keys", strings.Join(texts, ", "),
		"measures", strings.Join(cols, ", "),
		"weekdays", weekdays,
		"sums", strings.Join(slices.Concat(sums, squares), ", "),
		"total", union, "grouping", grouping, "order", order,
		"source", source,
		"from", date(from), "to", date(to))
	rows, err := a.db.QueryContext(a.ctx, text, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("frame: %w", err)
	}
	defer rows.Close()
	keys := make([]sql.NullString, len(names))
	vals := make([]sql.NullInt64, len(held)+len(kinds))
	sq := make([]float64, len(squares))
	var all bool
	var weekday int
	var days int64
	dest := []any{&all}
	for i := range keys {
		dest = append(dest, &keys[i])
	}
	dest = append(dest, &weekday, &days)
	for i := range vals {
		dest = append(dest, &vals[i])
	}
	for i := range sq {
		dest = append(dest, &sq[i])
	}
	unit := make(map[string]float64, len(held)) // the sums of one row
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, nil, err
		}
		out := whole
		var ks []string
		if !all {
			out, ks = groups, make([]string, 0, len(by))
			for i := range by {
				ks = append(ks, keys[i].String)
			}
		}
		id := strings.Join(ks, "\x1f")
		g := out[id]
		if g == nil {
			g = newGroup(ks)
			out[id] = g
		}
		g.days += int(days)
		clear(unit)
		for j, i := range held {
			if v := vals[j]; v.Valid {
				g.known[i] = true
				g.sums[i] += v.Int64
				if len(kpis) > 0 {
					unit[measures[i].id] = float64(v.Int64) / measures[i].scale
				}
			}
		}
		for j, i := range kinds {
			g.counted(i, vals[len(held)+j].Int64)
		}
		n := 0
		for _, k := range kpis {
			switch k.Interval {
			case Wilson, CostPer:
				exposure := k.Den
				if k.Interval == CostPer {
					exposure = k.Num
				}
				w := g.weeks[k.ID]
				if w == nil {
					w = new(stats.Week)
					if g.weeks == nil {
						g.weeks = map[string]*stats.Week{}
					}
					g.weeks[k.ID] = w
				}
				d := &w[weekday-1]
				d.Days += int(sq[n])
				d.Y += sq[n+1]
				d.N += total(unit, exposure)
				d.YY += sq[n+2]
				n += 3
			case LogDelta:
				m := g.ratios[k.ID]
				m.D += int(days)
				m.Y += total(unit, k.Num)
				m.X += total(unit, k.Den)
				m.YY += sq[n]
				m.XX += sq[n+1]
				m.XY += sq[n+2]
				if g.ratios == nil {
					g.ratios = map[string]stats.Sums{}
				}
				g.ratios[k.ID] = m
				n += 3
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	if err := a.finish(groups, by, from, to); err != nil || !both {
		return groups, nil, err
	}
	return groups, whole, a.finish(whole, nil, from, to)
}

// finish takes away what does not add up, and adds what rows of days do not hold.
func (a *asking) finish(groups map[string]*group, by []string, from, to locale.Day) error {
	// A figure that does not add up survives only where it stands alone.
	for _, g := range groups {
		if g.days <= 1 {
			continue
		}
		for i, m := range measures {
			if !m.additive {
				g.known[i], g.sums[i] = false, 0
			}
		}
	}
	if err := a.addSpans(groups, by, from, to); err != nil {
		return err
	}
	return a.settle(groups, by, from, to)
}

// answerable are the KPIs that an unnamed question is about: those of which the
// exports hold every part in the period. Those that the workspace has to say
// something for, and those that are no matter of a client's, are asked for by
// name.
func (a *asking) answerable() ([]string, error) {
	everything := *a
	for _, k := range a.q.Scope.Table() {
		everything.q.KPIs = append(everything.q.KPIs, k.ID)
	}
	held := everything.held()
	var counts []string
	for _, i := range held {
		c := column(measures[i].id)
		if w := measures[i].where; w != "" {
			c = "case when " + w + " is not null then " + c + " end"
		}
		counts = append(counts, "count("+c+")")
	}
	has := make([]bool, len(measures))
	rows := make([]int64, len(held))
	dest := make([]any, len(held))
	for i := range rows {
		dest[i] = &rows[i]
	}
	err := a.db.QueryRowContext(a.ctx, fmt.Sprintf(`with take as (%s)
select %s
from %s r
join take t on t.account = r.account and t.campaign = r.campaign
join stream s on s.stream = r.stream
where r.day between %s and %s`, takeSQL, strings.Join(counts, ", "), a.source(a.depth, strings.Join(a.splits, ","), a.q.From, a.q.To), date(a.q.From), date(a.q.To)),
		a.q.Scope.plan()).Scan(dest...)
	if err != nil {
		return nil, fmt.Errorf("measures of the period: %w", err)
	}
	for j, i := range held {
		has[i] = rows[j] > 0
	}
	if err := everything.findHolders(); err != nil {
		return nil, err
	}
	spans, err := everything.loadSpans(a.q.From, a.q.To)
	if err != nil {
		return nil, err
	}
	for _, p := range spans {
		for _, i := range held {
			has[i] = has[i] || p.known[i]
		}
	}
	ids := []string{}
	for _, k := range a.q.Scope.Table() {
		all := !k.Named && !k.Confidential
		for _, id := range slices.Concat(parts(k.Num), parts(k.Den)) {
			all = all && has[measureAt(id)]
		}
		if all {
			ids = append(ids, k.ID)
		}
	}
	if len(ids) == 0 {
		ids = []string{"impressions", "clicks", "spend", "conversions"} // nothing is known: the notes say why
	}
	return ids, nil
}

// chosen is SQL with the choices that the scope's channels do not make left out
// of the measures of conversions.
func (s *Scope) chosen(sql string) string {
	some := func(of func(take) string, list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(m string) bool {
			return !slices.ContainsFunc(s.takes, func(t take) bool { return of(t) == m })
		})
	}
	conversions := func(t take) string { return t.Conversions }
	return strings.NewReplacer(
		conversionsSQL, caseOf("t.conversions", some(conversions, conversionColumns), some(conversions, countColumns)),
		valueSQL, caseOf("t.value", some(func(t take) string { return t.Value }, valueColumns), nil),
	).Replace(sql)
}

// rollup is the source of most answers: a row for each day of a campaign.
const rollup = "rollup"

// source is the SQL of the rows that answer: the roll-up, or the facts where
// objects, breakdowns or an earlier vintage are asked for.
func (a *asking) source(depth int, splits string, from, to locale.Day) string {
	if depth <= 1 && splits == "" && a.q.AsOf.IsZero() {
		return rollup
	}
	return factsSource(a.q.Scope, a.q.AsOf, depth, splits, from, to)
}

func factsSource(s *Scope, asOf time.Time, depth int, splits string, from, to locale.Day) string {
	return factsOf("objects", s, asOf, depth, splits, from, to)
}

func factsOf(name string, s *Scope, asOf time.Time, depth int, splits string, from, to locale.Day) string {
	cols := slices.Concat(countedColumns(), moneyColumns())
	for i, c := range cols {
		cols[i] = "f." + c
	}
	return fill(query(name),
		"columns", strings.Join(cols, ", "),
		"as_of", instant(asOf), "from", date(from), "to", date(to),
		"accounts", s.accountList(), "depth", fmt.Sprint(depth), "splits", strings.ReplaceAll(splits, "'", "''"))
}

// instant is an SQL timestamp; the zero time is the end of time.
func instant(t time.Time) string {
	if t.IsZero() {
		return "timestamp '9999-12-31'"
	}
	return "timestamp '" + t.UTC().Format("2006-01-02 15:04:05.999999") + "'"
}

func date(d locale.Day) string { return "date '" + d.String() + "'" }

// exact is the SQL of a sum of doubles that does not depend on the order in
// which threads add them: each is rounded to nine decimals first.
func exact(term, where string) string {
	return fmt.Sprintf("coalesce(sum((%s)::decimal(38, 9)) filter (where %s), 0)::double", term, where)
}

// intervals are the KPIs of the question that have an interval.
func (a *asking) intervals() []KPI {
	var list []KPI
	for _, id := range a.q.KPIs {
		if k, _ := a.q.Scope.KPI(id); k.Interval != None {
			list = append(list, k)
		}
	}
	return list
}

// fill puts generated SQL into a query's text; what people wrote goes in
// parameters.
func fill(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{{"+pairs[i]+"}}", pairs[i+1])
	}
	return text
}

// bucket is the first day of the bucket of time that a day is in.
func (a *asking) bucket(d locale.Day) locale.Day {
	switch a.time {
	case "week":
		return d.Monday()
	case "month":
		return d.MonthStart()
	case "quarter":
		return d.QuarterStart()
	case "year":
		return d.YearStart()
	}
	return d
}

func (a *asking) bucketBefore(d locale.Day) locale.Day { return a.bucket(d - 1) }

// keyBefore is the key of the group that a group is compared with.
func (a *asking) keyBefore(g *group) string {
	ks := slices.Clone(g.keys)
	for i, d := range a.q.By {
		if d == a.time && a.time != "" {
			if day, err := locale.ParseDay(ks[i]); err == nil {
				ks[i] = a.bucketBefore(day).String()
			}
		}
	}
	return strings.Join(ks, "\x1f")
}

// priors are the over-dispersions that groups lean on: the median of the
// channels of the brief, whatever the question is split by and whichever
// channels it is narrowed to, so that a number has one interval; 1.5 where there
// are no two channels to tell.
func (a *asking) priors(groups map[string]*group) (map[string]float64, error) {
	out := map[string]float64{}
	kpis := a.intervals()
	if len(kpis) == 0 {
		return out, nil
	}
	if scope := a.q.Scope.unnarrowed(); scope != a.q.Scope || !slices.Equal(a.q.By, []string{"channel"}) {
		q := a.q
		q.Scope, q.By = scope, []string{"channel"}
		wide := &asking{ctx: a.ctx, db: a.db, q: q, hasSpans: a.hasSpans}
		if err := wide.findHolders(); err != nil {
			return nil, err
		}
		var err error
		if groups, err = wide.groups(q.By, q.From, q.To); err != nil {
			return nil, err
		}
	}
	for _, k := range kpis {
		var seen []float64
		for _, g := range groups {
			if w := g.weeks[k.ID]; w != nil && g.days >= stats.MinDays {
				phi, _ := stats.Phi(stats.PriorPhi, *w)
				seen = append(seen, phi)
			}
		}
		if len(seen) < 2 {
			seen = nil // one channel has no siblings
		}
		out[k.ID] = stats.SiblingPhi(seen)
	}
	return out, nil
}

func (a *asking) row(g *group, prior map[string]float64) Row {
	for _, k := range a.kpis() {
		a.value(k, g, prior[k.ID])
	}
	return Row{Keys: g.keys, KPIs: g.values, Days: g.days, Young: g.young, Moving: g.moving}
}

// rows are those of some groups, worked out side by side: the values of each group
// first, as one is shown and others are compared with it.
func (a *asking) rows(groups []*group, compared []comparison, prior map[string]float64) []Row {
	var all []*group
	add := func(g *group) {
		if g != nil && !g.listed {
			g.listed = true
			all = append(all, g)
		}
	}
	for i, g := range groups {
		add(g)
		add(compared[i].now)
		add(compared[i].before)
	}
	a.kpis() // once, before they are read from several sides
	each(len(all), func(i int) { a.row(all[i], prior) })
	rows := make([]Row, len(groups))
	each(len(rows), func(i int) {
		rows[i] = a.row(groups[i], prior)
		a.compareRow(&rows[i], a.q.By, compared[i], prior)
	})
	return rows
}

// each does n pieces of work, on all processors where they are many.
func each(n int, work func(i int)) {
	const few = 256
	parts := min(runtime.GOMAXPROCS(0), n/few+1)
	var done sync.WaitGroup
	for p := range parts {
		done.Add(1)
		go func() {
			defer done.Done()
			for i := p * n / parts; i < (p+1)*n/parts; i++ {
				work(i)
			}
		}()
	}
	done.Wait()
}

// kpis are the KPIs of the question.
func (a *asking) kpis() []*KPI {
	if a.list == nil {
		for _, id := range a.q.KPIs {
			k, _ := a.q.Scope.KPI(id)
			a.list = append(a.list, &k)
		}
	}
	return a.list
}

func ptr(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// value is one KPI of a group, worked out once.
func (a *asking) value(k *KPI, g *group, prior float64) Value {
	if v, ok := g.values[k.ID]; ok {
		return v
	}
	if g.values == nil {
		g.values = make(map[string]Value, len(a.q.KPIs))
	}
	v := value(k, g, prior)
	g.values[k.ID] = v
	return v
}

// value works one KPI out for a group.
func value(k *KPI, g *group, prior float64) Value {
	num, numKnown := g.sum(k.Num)
	v := Value{}
	if !numKnown {
		v.Why = why(k.Num, g)
	} else {
		v.Num = ptr(num)
	}
	if k.Den == "" {
		if numKnown {
			v.Value = ptr(k.Scale * num)
			v.Volume = VolumeEnough
			if r, ok := g.ranges[k.Num]; ok {
				v.Low, v.High = ptr(r[0]), ptr(r[1])
			}
		}
		return v
	}
	den, denKnown := g.sum(k.Den)
	switch {
	case !denKnown:
		v.Why = why(k.Den, g)
	default:
		v.Den = ptr(den)
	}
	if k.Volume != "" {
		v.Count, _ = g.sum(k.Volume)
		switch {
		case v.Count < k.MinVolume:
			v.Volume = VolumeNone
		case v.Count < k.LowVolume:
			v.Volume = VolumeLow
		default:
			v.Volume = VolumeEnough
		}
	}
	if !numKnown || !denKnown || den == 0 {
		if k.Volume != "" {
			v.Volume = VolumeNone // there is nothing to judge
		}
		return v
	}
	v.Value = ptr(k.Scale * num / den)
	low, high, phi := interval(k, g, prior)
	v.Low, v.High = bounds(k.Scale*low, v.Value, k.Scale*high)
	v.Phi = phi
	return v
}

// bounds is an interval: both of its ends, or neither. Where days differ so much
// that what is left of the count is a fraction of one event, the quasi-gamma
// interval lies beside the estimate: it is widened to hold it.
func bounds(low float64, value *float64, high float64) (*float64, *float64) {
	l, h := ptr(low), ptr(high)
	if l == nil || h == nil || value == nil {
		return nil, nil
	}
	return ptr(min(low, *value)), ptr(max(high, *value))
}

// dispersion is the over-dispersion of a KPI's count in some groups, each a
// period of its own.
func dispersion(k *KPI, prior float64, groups ...*group) float64 {
	var weeks []stats.Week
	for _, g := range groups {
		if g.spans > 0 || g.weeks[k.ID] == nil {
			return prior
		}
		weeks = append(weeks, *g.weeks[k.ID])
	}
	phi, _ := stats.Phi(prior, weeks...)
	return phi
}

func interval(k *KPI, g *group, prior float64) (low, high, phi float64) {
	num, _ := g.sum(k.Num)
	den, _ := g.sum(k.Den)
	var e stats.Estimate
	switch k.Interval {
	case Wilson:
		phi = dispersion(k, prior, g)
		e = stats.Rate(num, den, phi, stats.Confidence)
	case CostPer:
		phi = dispersion(k, prior, g)
		e = stats.CostPer(num, den, phi, stats.Confidence)
	case LogDelta:
		if g.spans > 0 {
			return math.NaN(), math.NaN(), 0
		}
		e = g.ratios[k.ID].Ratio(stats.Confidence)
	default:
		return math.NaN(), math.NaN(), 0
	}
	return e.Low, e.High, phi
}

// why says why a sum of measures is not known.
func why(sum string, g *group) *locale.Text {
	for _, id := range parts(sum) {
		i := measureAt(id)
		if g.known[i] {
			continue
		}
		if w, ok := g.whys[id]; ok {
			return &w
		}
		if !measures[i].additive && g.kinds[i] != 0 {
			return &locale.Text{
				EN: "does not add up over days, objects or platforms: ask by day and platform_campaign, or import an export of the very period",
				FR: "ne s’additionne ni sur les jours, ni sur les objets, ni entre plateformes\u00a0: demandez par jour et platform_campaign, ou importez un export de la période exacte",
			}
		}
		if !measures[i].additive && g.days+g.spans > 0 {
			return &noWholeLine
		}
		break
	}
	if g.days+g.spans == 0 {
		return &locale.Text{EN: "nothing is known of the period", FR: "rien n’est connu de la période"}
	}
	return &noExport
}

// changes compares a group with the one before.
func (a *asking) changes(x comparison, prior map[string]float64) map[string]Change {
	g, before := x.now, x.before
	if before == nil {
		return nil
	}
	out := make(map[string]Change, len(a.q.KPIs))
	for _, k := range a.kpis() {
		id := k.ID
		now, was := a.value(k, g, prior[id]), a.value(k, before, prior[id])
		c := Change{Value: was}
		if now.Value != nil && was.Value != nil && *was.Value != 0 && (x.sums || k.Den != "") {
			c.Change = ptr(*now.Value / *was.Value - 1)
			low, high := changeInterval(k, g, before, prior[id])
			c.ChangeLow, c.ChangeHigh = bounds(low-1, c.Change, high-1)
			enough := now.Volume != VolumeNone && was.Volume != VolumeNone
			c.Clear = enough && c.ChangeLow != nil && c.ChangeHigh != nil && (*c.ChangeLow > 0 || *c.ChangeHigh < 0)
		}
		out[id] = c
	}
	return out
}

// changeInterval is the interval of the ratio now ÷ before.
func changeInterval(k *KPI, g, before *group, prior float64) (low, high float64) {
	switch k.Interval {
	case Wilson, CostPer:
		count, exposure := k.Num, k.Den
		if k.Interval == CostPer {
			count, exposure = k.Den, k.Num
		}
		y1, _ := g.sum(count)
		n1, _ := g.sum(exposure)
		y0, _ := before.sum(count)
		n0, _ := before.sum(exposure)
		phi := dispersion(k, prior, g, before)
		if k.Interval == CostPer { // a cost is the reciprocal of its rate
			y1, n1, y0, n0 = y0, n0, y1, n1
		}
		c := stats.RateRatioInterval(y1, n1, y0, n0, phi, stats.Confidence)
		return c.Low, c.High
	case LogDelta:
		if g.spans+before.spans == 0 {
			c := stats.RatioChange(g.ratios[k.ID], before.ratios[k.ID], stats.Confidence)
			return c.Low, c.High
		}
	}
	return math.NaN(), math.NaN()
}

// unconvertedSQL sums the spend of exports that have no conversions at all, and
// the clicks of exports without spend. An export that has the column may leave a
// day without any empty.
const unconvertedSQL = `
with take as (%s)
select coalesce(sum(spend) filter (where n = 0), 0)::bigint, coalesce(sum(clicks) filter (where paid = 0), 0)::bigint
from (
    select t.channel, r.batch,
        sum(r.spend) filter (where r.day between %s and %s) as spend, count(%s) as n,
        sum(r.clicks) filter (where r.day between %s and %s) as clicks, count(r.spend) as paid
    from %s r join take t on t.account = r.account and t.campaign = r.campaign
    group by all
)`

// noteMissing says what the totals leave out or mix.
func (a *asking) noteMissing(groups, whole map[string]*group) error {
	g := whole[""]
	if g == nil {
		return nil
	}
	source, args, err := a.convert(rollup, a.q.From, a.q.To)
	if err != nil {
		return err
	}
	// An export that has conversions, or spend, in the period has some; of the
	// others the whole is looked at.
	var without, free int64
	period := fmt.Sprintf("(select * from %s where day between %s and %s)", source, date(a.q.From), date(a.q.To))
	for _, from := range []string{period, source} {
		err = a.db.QueryRowContext(a.ctx, fmt.Sprintf(unconvertedSQL, takeSQL, date(a.q.From), date(a.q.To), a.q.Scope.chosen(conversionsSQL),
			date(a.q.From), date(a.q.To), from), args...).Scan(&without, &free)
		if err != nil {
			return fmt.Errorf("spend without conversions: %w", err)
		}
		if without == 0 && free == 0 {
			break
		}
	}
	cur := a.q.Scope.Currency
	if without > 0 && g.known[measureAt("conversions")] {
		part := float64(without) / Micro
		a.notes = append(a.notes, locale.Text{
			EN: fmt.Sprintf("%s of spend comes from exports without conversions: the cost per acquisition of the total includes it", locale.EN.Money(part, cur, 2)),
			FR: fmt.Sprintf("%s de dépenses viennent d’exports sans conversions\u00a0: le coût par acquisition du total les inclut", locale.FR.Money(part, cur, 2)),
		})
	}
	mixes := slices.ContainsFunc(a.q.KPIs, func(id string) bool { return id == "ctr" || id == "cpc" || id == "cvr" })
	if free > 0 && mixes && g.known[measureAt("spend")] {
		n := float64(free)
		a.notes = append(a.notes, locale.Text{
			EN: fmt.Sprintf("%s clicks come from exports without spend, such as e-mail: the rates and the cost per click of the total count them", locale.EN.Count(n)),
			FR: fmt.Sprintf("%s clics viennent d’exports sans dépenses, comme l’e-mail\u00a0: les taux et le coût par clic du total les comptent", locale.FR.Count(n)),
		})
	}
	if a.depth > 1 || len(a.splits) > 0 {
		var shown int64
		for _, x := range groups {
			shown += x.sums[measureAt("spend")]
		}
		least := int64(1)
		if a.q.Scope.exchange != nil {
			// Rows of objects are converted and rounded one by one: what does
			// not show in cents is no difference.
			least = Micro / 200
		}
		if rest := g.sums[measureAt("spend")] - shown; rest >= least || rest <= -least {
			part := float64(rest) / Micro
			a.notes = append(a.notes, locale.Text{
				EN: fmt.Sprintf("%s of spend is not attributed at this level", locale.EN.Money(part, cur, 2)),
				FR: fmt.Sprintf("%s de dépenses ne sont pas attribués à ce niveau", locale.FR.Money(part, cur, 2)),
			})
		}
	}
	return nil
}
