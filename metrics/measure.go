package metrics

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// measure is a sum that KPIs are made of, in stored units.
type measure struct {
	id       string
	scale    float64
	additive bool
	money    bool
	// sql reads it from a row r of the source, whose channel is t and whose
	// stream is s; empty: r has a column of that name.
	sql string
	// where is another measure, as SQL: only the rows count of campaigns of which
	// exports ever hold it. A day's own blank is no reason to leave it out:
	// platforms print nothing for none, and a cost for each lead without the days
	// that brought no lead is too low.
	where string
	// kinds are the rules by which platforms count it, where they are not the
	// same: figures of two rules are never added up. A platform that is not
	// listed has a rule of its own.
	kinds map[string]locale.Text
	// derived: no export holds it, asking.derive works it out of other sums, which
	// are those of "of", and of what the workspace says.
	derived bool
	of      []string
	// inner: a part of a built-in KPI, no matter of an agency's own sums.
	inner bool
	// brief: means something only of a brief whose channels say what belongs to
	// it.
	brief bool
}

// measures are those that frames are made of; the two that a brief defines for
// each channel come first. What is "valued" counts only rows whose export has a
// conversion value: an average order over leads that have none would be too
// small. In the same way the impressions and the spend beside another measure
// are those of the campaigns of which exports ever have it.
var measures = []measure{
	{id: "conversions", scale: Micro, additive: true, sql: conversionsSQL},
	{id: "conversion_value", scale: Micro, additive: true, money: true, sql: valueSQL},
	plain("impressions"),
	plain("clicks"),
	amount("spend"),
	{id: "valued_conversions", scale: Micro, additive: true, where: valueSQL, sql: conversionsSQL},
	{id: "valued_spend", scale: Micro, additive: true, money: true, where: valueSQL, sql: "r.spend"},
	{id: "reach", scale: 1},

	plain("clicks_all"), plain("interactions"),
	fraction("all_conversions"), fraction("view_conversions"), fraction("purchases"), amount("purchase_value"),
	fraction("add_to_cart"), fraction("checkouts"), fraction("registrations"),
	plain("landing_page_views"), plain("messages"), plain("engagements"), plain("thruplays"),
	plain("video_25"), plain("video_50"), plain("video_75"), plain("video_100"),
	plain("viewable_impressions"), plain("measurable_impressions"),
	plain("sessions"), plain("engaged_sessions"),
	plain("sends"), plain("delivered"), plain("opens"), plain("unsubscribes"), plain("orders"), plain("bids"),
	{id: "unique_opens", scale: 1},
	{id: "video_views", scale: 1, additive: true, kinds: viewRules},
	{id: "revenue", scale: Micro, additive: true, money: true, kinds: map[string]locale.Text{
		"ga4":   {EN: "the site’s analytics", FR: "la mesure du site"},
		"sales": {EN: "the client’s own sales", FR: "les ventes du client"},
	}},
	{id: "ad_leads", scale: Micro, additive: true, sql: "case when s.platform <> 'sales' then r.leads end"},
	{id: "qualified_leads", scale: Micro, additive: true, sql: "case when s.platform = 'sales' then r.leads end"},
	{id: "lead_spend", scale: Micro, additive: true, money: true, inner: true, where: "r.leads", sql: "case when s.platform <> 'sales' then r.spend end"},
	{id: "campaign_sessions", scale: 1, additive: true, brief: true, inner: true, sql: "case when r.campaign <> 0 then r.sessions end"},

	besides("measured_impressions", "measurable_impressions", "impressions"),
	besides("viewed_impressions", "video_views", "impressions"),
	besidesAmount("viewed_spend", "video_views"),
	besides("completed_impressions", "video_100", "impressions"),
	besidesAmount("completed_spend", "video_100"),
	besides("attributed_impressions", "view_conversions", "impressions"),
	besides("engaged_impressions", "engagements", "impressions"),
	besides("mail_clicks", "delivered", "clicks"),
	besides("opened_clicks", "opens", "clicks"),
	besides("won_impressions", "bids", "impressions"),
	besidesAmount("bid_spend", "bids"),

	plain("eligible_impressions"), plain("lost_budget_impressions"), plain("lost_rank_impressions"),
	{id: "bounded_impressions", scale: 1, additive: true, inner: true},
	onRows("shared_impressions", "eligible_impressions", "impressions"),
	onRows("budget_eligible", "lost_budget_impressions", "eligible_impressions"),
	onRows("rank_eligible", "lost_rank_impressions", "eligible_impressions"),

	{id: "fees", scale: Micro, additive: true, money: true, derived: true, of: []string{"spend", "conversions"}},
	{id: "client_cost", scale: Micro, additive: true, money: true, derived: true, of: []string{"spend", "conversions"}},
	{id: "gross_margin", scale: Micro, additive: true, money: true, derived: true, of: []string{"conversion_value"}},
	{id: "net_margin", scale: Micro, additive: true, money: true, derived: true, of: []string{"conversion_value", "valued_spend"}},
	{id: "grps", scale: Micro, additive: true, derived: true, of: []string{"impressions"}},
	{id: "target_reach", scale: 1, derived: true, of: []string{"reach"}},
	{id: "population", scale: 1, derived: true},
	{id: "market_spend", scale: Micro, money: true, derived: true},
	{id: "paced_spend", scale: Micro, additive: true, money: true, derived: true},
	{id: "planned_spend", scale: Micro, additive: true, money: true, derived: true},
	{id: "projected_spend", scale: Micro, money: true, derived: true},
	{id: "known_days", scale: 1, derived: true},
	{id: "expected_days", scale: 1, derived: true},
	{id: "age_hours", scale: 1, derived: true},
	{id: "test_effect", scale: Micro, derived: true},
	{id: "counterfactual", scale: Micro, derived: true},
	{id: "incremental_value", scale: Micro, money: true, derived: true},
}

func plain(id string) measure    { return measure{id: id, scale: 1, additive: true} }
func fraction(id string) measure { return measure{id: id, scale: Micro, additive: true} }
func amount(id string) measure   { return measure{id: id, scale: Micro, additive: true, money: true} }

// besides counts a measure over the campaigns of which exports have another one.
func besides(id, where, column string) measure {
	return measure{id: id, scale: 1, additive: true, inner: true, where: "r." + where, sql: "r." + column}
}

func besidesAmount(id, where string) measure {
	return measure{id: id, scale: Micro, additive: true, money: true, inner: true, where: "r." + where, sql: "r.spend"}
}

// onRows counts a measure over the rows that have another one: a share that is
// printed as a bound says nothing of its row, and of no other.
func onRows(id, where, column string) measure {
	return measure{id: id, scale: 1, additive: true, inner: true, sql: "case when r." + where + " is not null then r." + column + " end"}
}

// viewRules are what platforms take for a view of a video.
var viewRules = func() map[string]locale.Text {
	trueView := locale.Text{EN: "30 seconds, the end or an interaction", FR: "30 secondes, la fin ou une interaction"}
	two := locale.Text{EN: "2 seconds", FR: "2 secondes"}
	start := locale.Text{EN: "the start of playing", FR: "le début de la lecture"}
	return map[string]locale.Text{
		"googleads": trueView, "dv360": trueView,
		"metaads":     {EN: "3 seconds", FR: "3 secondes"},
		"linkedinads": {EN: "2 seconds with half of it in view, or a click", FR: "2 secondes à moitié visible, ou un clic"},
		"xads":        {EN: "2 seconds with half of it in view", FR: "2 secondes à moitié visible"},
		"snapchatads": two, "tiktokads": two,
		"redditads": start, "thetradedesk": start,
	}
}()

// kindsOf are the rules by which a measure is counted, a bit each, by platform,
// and their words.
func (m measure) kindsOf() (bit map[string]int64, words []locale.Text) {
	bit = map[string]int64{}
	for _, p := range agency.Platforms {
		w, ok := m.kinds[p]
		if !ok {
			w = locale.Text{EN: "the rule of " + p, FR: "la règle de " + p}
		}
		i := slices.Index(words, w)
		if i < 0 {
			i = len(words)
			words = append(words, w)
		}
		bit[p] = 1 << i
	}
	return bit, words
}

// kindSQL is a bit for the rule by which a row counts the measure.
func (m measure) kindSQL() string {
	bit, _ := m.kindsOf()
	var b strings.Builder
	b.WriteString("case when " + column(m.id) + " is not null then case s.platform")
	for _, p := range agency.Platforms {
		fmt.Fprintf(&b, " when '%s' then %d", p, bit[p])
	}
	b.WriteString(" else 0 end else 0 end::bigint")
	return b.String()
}

// mixed says that figures of several rules stand in one group.
func (m measure) mixed(kinds int64) *locale.Text {
	if kinds&(kinds-1) == 0 {
		return nil
	}
	_, words := m.kindsOf()
	var en, fr []string
	for i, w := range words {
		if kinds&(1<<i) != 0 {
			en, fr = append(en, w.EN), append(fr, w.FR)
		}
	}
	return &locale.Text{
		EN: fmt.Sprintf("is counted by several rules that do not add up (%s): ask by platform or channel", strings.Join(en, "; ")),
		FR: fmt.Sprintf("est compté selon plusieurs règles qui ne s’additionnent pas (%s)\u00a0: demandez par platform ou channel", strings.Join(fr, "\u00a0; ")),
	}
}

// positions are those of the measures, by id.
var positions = func() map[string]int {
	at := make(map[string]int, len(measures))
	for i, m := range measures {
		at[m.id] = i
	}
	return at
}()

func measureAt(id string) int {
	i, ok := positions[id]
	if !ok {
		panic("metrics: no measure " + id)
	}
	return i
}

// moneyMeasures are the positions of the measures that are amounts.
func moneyMeasures() []int {
	var list []int
	for i, m := range measures {
		if m.money && !m.derived {
			list = append(list, i)
		}
	}
	return list
}

// The measures that a brief may count as its conversions, and their values,
// all in millionths. agency validates briefs against these lists.
var (
	conversionColumns = []string{"conversions", "all_conversions", "view_conversions", "leads", "purchases", "add_to_cart", "checkouts", "registrations"}
	countColumns      = []string{"messages", "landing_page_views", "orders", "thruplays"}
	valueColumns      = []string{"conversion_value", "purchase_value", "revenue"}
	// otherColumns are the other columns of facts, without amounts.
	otherColumns = []string{
		"impressions", "clicks", "clicks_all", "interactions", "engagements", "video_views", "video_25", "video_50", "video_75", "video_100",
		"viewable_impressions", "measurable_impressions", "sessions", "engaged_sessions", "sends", "delivered", "opens", "unique_opens",
		"unsubscribes", "bids", "reach", "eligible_impressions", "lost_budget_impressions", "lost_rank_impressions", "bounded_impressions",
	}
)

// countedColumns are the columns of facts that are no amounts.
func countedColumns() []string { return slices.Concat(conversionColumns, countColumns, otherColumns) }

// ConversionMeasures are the measures that a brief may count as conversions.
func ConversionMeasures() []string { return slices.Concat(conversionColumns, countColumns) }

// SumMeasures are the measures that an agency's own KPI may add up: they add up
// over days and objects.
func SumMeasures() []string {
	var list []string
	for _, m := range measures {
		if m.additive && !m.derived && !m.inner {
			list = append(list, m.id)
		}
	}
	slices.Sort(list)
	return list
}

// WindowMeasures are those that do not: they keep the window and the level at
// which a platform counted them.
func WindowMeasures() []string {
	var list []string
	for _, m := range measures {
		if !m.additive && !m.derived {
			list = append(list, m.id)
		}
	}
	return list
}

func caseOf(chosen string, millionths, counts []string) string {
	if len(millionths)+len(counts) == 0 {
		return "null::bigint"
	}
	var b strings.Builder
	b.WriteString("case " + chosen)
	for _, c := range millionths {
		fmt.Fprintf(&b, " when '%s' then r.%s", c, c)
	}
	for _, c := range counts {
		fmt.Fprintf(&b, " when '%s' then r.%s * %d", c, c, Micro)
	}
	b.WriteString(" end")
	return b.String()
}

var (
	conversionsSQL = caseOf("t.conversions", conversionColumns, countColumns)
	valueSQL       = caseOf("t.value", valueColumns, nil)
)

// column is the SQL of a measure in a row r of the source, whatever else its
// campaign holds.
func column(id string) string {
	if m := measures[measureAt(id)]; m.sql != "" {
		return m.sql
	}
	return "r." + id
}

// column is the same, over the campaigns that hold what it is beside.
func (a *asking) column(id string) string {
	m := measures[measureAt(id)]
	return a.holding(m, column(id), "t")
}

// holding is SQL over the campaigns that hold what a measure is beside; plan is
// the name of the lines of the plan.
func (a *asking) holding(m measure, sql, plan string) string {
	list := a.without[m.where]
	if m.where == "" || len(list) == 0 {
		return sql
	}
	var keys []string
	for _, k := range list {
		keys = append(keys, strconv.Itoa(int(k)))
	}
	return fmt.Sprintf("case when (case %[1]s.campaign when 0 then -%[1]s.account else %[1]s.campaign end) not in (%[2]s) then %[3]s end", plan, strings.Join(keys, ", "), sql)
}

// findHolders finds the campaigns of which no export ever holds what measures of
// the question are beside, in daily rows or in spans.
func (a *asking) findHolders() error {
	var wheres []string
	for _, i := range a.held() {
		if w := measures[i].where; w != "" && !slices.Contains(wheres, w) {
			wheres = append(wheres, w)
		}
	}
	a.without = map[string][]int32{}
	if len(wheres) == 0 {
		return nil
	}
	var held []string
	for _, w := range wheres {
		held = append(held, "count("+a.q.Scope.chosen(w)+") > 0")
	}
	// Rows that name no campaign are known by their account, below zero.
	found := map[int32][]bool{}
	err := a.eachSource(func(source string) error {
		rows, err := a.db.QueryContext(a.ctx, fmt.Sprintf(`with take as (%s)
select case t.campaign when 0 then -t.account else t.campaign end as key, %s
from %s r
join take t on t.account = r.account and t.campaign = r.campaign
group by key`, takeSQL, strings.Join(held, ", "), source), a.q.Scope.plan())
		if err != nil {
			return fmt.Errorf("what campaigns hold: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var key int32
			has := make([]bool, len(wheres))
			dest := []any{&key}
			for i := range has {
				dest = append(dest, &has[i])
			}
			if err := rows.Scan(dest...); err != nil {
				return err
			}
			for i, was := range found[key] {
				has[i] = has[i] || was
			}
			found[key] = has
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		for i, w := range wheres {
			if !found[key][i] {
				a.without[w] = append(a.without[w], key)
			}
		}
	}
	return nil
}

// eachSource gives the sources of rows that a client has: the roll-up, and the
// facts of spans where there are any.
func (a *asking) eachSource(do func(source string) error) error {
	if err := do(rollup); err != nil {
		return err
	}
	if some, err := a.anySpans(); !some || err != nil {
		return err
	}
	return do("(select s.account, f.* from span p join stream s on s.stream = p.stream join fact f on f.batch = p.batch and f.stream = p.stream and f.campaign = p.campaign and f.first_day = p.first_day and f.last_day = p.last_day)")
}

// term is one part of a sum: so many times a measure.
type term struct {
	times   float64
	measure string
}

// terms reads the numerator or the denominator of a KPI: measures joined by
// " + " and " - ", each with a number before it where it does not count once,
// as "conversions + 0.5 messages".
func terms(sum string) []term {
	if list, ok := termsRead.Load(sum); ok {
		return list.([]term)
	}
	list := readTerms(sum)
	termsRead.Store(sum, list)
	return list
}

// termsRead are the sums that were read: every row of a frame asks for those of
// its KPIs.
var termsRead sync.Map

func readTerms(sum string) []term {
	var list []term
	sign, times := 1.0, 1.0
	for _, word := range strings.Fields(sum) {
		switch v, err := strconv.ParseFloat(word, 64); {
		case word == "+":
			sign = 1
		case word == "-":
			sign = -1
		case err == nil:
			times = v
		default:
			list = append(list, term{sign * times, word})
			sign, times = 1, 1
		}
	}
	return list
}

// parts are the measures of a sum.
func parts(sum string) []string {
	var list []string
	for _, t := range terms(sum) {
		list = append(list, t.measure)
	}
	return list
}

// unit is the SQL of a sum of measures in units, as a double, in by_day.
func unit(sum string) string {
	one := func(id string) string {
		m := measures[measureAt(id)]
		if m.scale == 1 {
			return id + "::double"
		}
		return fmt.Sprintf("(%s::double / %d)", id, int64(m.scale))
	}
	list := terms(sum)
	if len(list) == 1 && list[0].times == 1 {
		return one(sum)
	}
	var all []string
	for _, t := range list {
		all = append(all, fmt.Sprintf("%s * coalesce(%s, 0)", strconv.FormatFloat(t.times, 'f', -1, 64), one(t.measure)))
	}
	return "(" + strings.Join(all, " + ") + ")"
}

// total is a sum of measures given in units.
func total(units map[string]float64, sum string) float64 {
	v := 0.0
	for _, t := range terms(sum) {
		v += t.times * units[t.measure]
	}
	return v
}

// needs are the positions of the measures that the question's KPIs are made of.
func (a *asking) needs() []int {
	need := make([]bool, len(measures))
	var mark func(id string)
	mark = func(id string) {
		i := measureAt(id)
		need[i] = true
		for _, x := range measures[i].of {
			mark(x)
		}
	}
	mark("conversions") // the notes speak of these two
	mark("spend")
	for _, id := range a.q.KPIs {
		k, _ := a.q.Scope.KPI(id)
		for _, sum := range []string{k.Num, k.Den, k.Volume} {
			for _, x := range parts(sum) {
				mark(x)
				if strings.HasSuffix(x, "_eligible") || x == "eligible_impressions" {
					mark("bounded_impressions")
				}
			}
		}
	}
	var list []int
	for i, n := range need {
		if n {
			list = append(list, i)
		}
	}
	return list
}

// held are those of them that exports hold.
func (a *asking) held() []int {
	return slices.DeleteFunc(a.needs(), func(i int) bool { return measures[i].derived })
}
