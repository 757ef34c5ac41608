package metrics

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/locale"
)

// spanRow is one span of one platform campaign, with its sums.
type spanRow struct {
	first, last       locale.Day
	account, campaign int32
	channel           int32
	stream, batch     int32
	depth, splits     int
	breakdown         string
	currency          string // of its sums
	known             []bool
	sums              []int64
}

// anySpans reports whether the client has rows that cover more than a day.
func (a *asking) anySpans() (bool, error) {
	if a.hasSpans == nil {
		var some bool
		err := a.db.QueryRowContext(a.ctx, "select exists (select 1 from span p join stream s on s.stream = p.stream where s.client = ?)", a.q.Scope.Client).Scan(&some)
		if err != nil {
			return false, fmt.Errorf("spans: %w", err)
		}
		a.hasSpans = &some
	}
	return *a.hasSpans, nil
}

// loadSpans lists the spans that touch a period, newest first.
func (a *asking) loadSpans(from, to locale.Day) ([]spanRow, error) {
	if some, err := a.anySpans(); !some || err != nil {
		return nil, err
	}
	var sums []string
	held := a.held()
	for _, i := range held {
		if m := measures[i]; m.additive {
			sums = append(sums, fmt.Sprintf("sum(%s)::bigint", a.column(m.id)))
		} else {
			sums = append(sums, fmt.Sprintf("case when count(*) = 1 then max(%s) end", a.column(m.id)))
		}
	}
	rows, err := a.db.QueryContext(a.ctx, fill(query("spans"),
		"take", takeSQL, "sums", strings.Join(sums, ", "),
		"as_of", instant(a.q.AsOf), "from", date(from), "to", date(to)), a.q.Scope.plan())
	if err != nil {
		return nil, fmt.Errorf("spans: %w", err)
	}
	defer rows.Close()
	var list []spanRow
	for rows.Next() {
		var p spanRow
		var first, last time.Time
		vals := make([]sql.NullInt64, len(held))
		dest := []any{&first, &last, &p.account, &p.campaign, &p.channel, &p.stream, &p.batch, &p.depth, &p.splits, &p.breakdown, &p.currency}
		for i := range vals {
			dest = append(dest, &vals[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		p.first, p.last = locale.DayOf(first), locale.DayOf(last)
		p.known, p.sums = make([]bool, len(measures)), make([]int64, len(measures))
		for j, i := range held {
			p.known[i], p.sums[i] = vals[j].Valid, vals[j].Int64
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// dailyDays are the days of each account × campaign that daily rows answer.
func (a *asking) dailyDays(from, to locale.Day) (map[[2]int32][]locale.Day, error) {
	rows, err := a.db.QueryContext(a.ctx, fmt.Sprintf(`with take as (%s)
select v.account, v.campaign, v.day
from served(%s, %s, %s, '%s', 0, '') v
join take t on t.account = v.account and t.campaign = v.campaign
where not v.absent
order by v.day`, takeSQL, instant(a.q.AsOf), date(from), date(to), a.q.Scope.accountList()), a.q.Scope.plan())
	if err != nil {
		return nil, fmt.Errorf("days: %w", err)
	}
	defer rows.Close()
	out := map[[2]int32][]locale.Day{}
	for rows.Next() {
		var key [2]int32
		var day time.Time
		if err := rows.Scan(&key[0], &key[1], &day); err != nil {
			return nil, err
		}
		out[key] = append(out[key], locale.DayOf(day))
	}
	return out, rows.Err()
}

// addSpans adds to the groups what spans answer: those wholly inside the
// period, or inside one bucket of time, none of whose days has a daily row,
// newest first, each only if it overlaps no span already used. The others are
// told, with their spend.
func (a *asking) addSpans(groups map[string]*group, by []string, from, to locale.Day) error {
	a.spans = nil
	spans, err := a.loadSpans(from, to)
	if err != nil || len(spans) == 0 {
		return err
	}
	if slices.Contains(by, "day") || len(by) > 0 && (a.depth > 1 || len(a.splits) > 0) {
		// A span never lands on one day; at the level of objects spans are
		// answered by later questions of their own period only.
		a.noteSpans(spans, from, to)
		return nil
	}
	daily, err := a.dailyDays(from, to)
	if err != nil {
		return err
	}
	// Spans that name their campaign come before those that do not.
	slices.SortStableFunc(spans, func(x, y spanRow) int {
		return btoi(x.campaign == 0) - btoi(y.campaign == 0)
	})
	var used, unused []spanRow
	for _, p := range spans {
		covered := slices.ContainsFunc(daily[[2]int32{p.account, p.campaign}], func(d locale.Day) bool { return d >= p.first && d <= p.last })
		if p.campaign == 0 && !covered {
			for key, days := range daily {
				if key[0] == p.account && slices.ContainsFunc(days, func(d locale.Day) bool { return d >= p.first && d <= p.last }) {
					covered = true
				}
			}
		}
		overlaps := slices.ContainsFunc(used, func(u spanRow) bool {
			return u.account == p.account && (u.campaign == p.campaign || p.campaign == 0) && u.first <= p.last && p.first <= u.last
		})
		inside := p.first >= from && p.last <= to && (len(by) == 0 || a.time == "" || a.bucket(p.first+a.shift) == a.bucket(p.last+a.shift))
		switch {
		case overlaps:
		case covered && a.fullyDaily(daily[[2]int32{p.account, p.campaign}], p):
		case inside && !covered:
			used = append(used, p)
		default:
			unused = append(unused, p)
		}
	}
	a.spans = used
	for _, p := range used {
		if e := a.q.Scope.exchange; e != nil {
			converted, rate, err := e.span(p)
			if err != nil {
				return err
			}
			if p = converted; rate != nil {
				c := e.conversion()
				c.Rates = append(c.Rates, *rate)
				a.conversion = JoinConversions(a.conversion, c)
			}
		}
		id, keys, err := a.spanKey(p, by)
		if err != nil {
			return err
		}
		g := groups[id]
		if g == nil {
			g = newGroup(keys)
			groups[id] = g
		}
		for i, m := range measures {
			alone := g.days+g.spans == 0
			if p.known[i] && (m.kinds != nil || !m.additive) {
				bit, _ := m.kindsOf()
				g.counted(i, bit[a.q.Scope.Channels[p.channel].Platform])
			}
			switch {
			case !p.known[i]:
			case m.additive:
				g.known[i] = true
				g.sums[i] += p.sums[i]
			case alone:
				g.known[i], g.sums[i] = true, p.sums[i]
			}
			if !m.additive && !alone {
				g.known[i], g.sums[i] = false, 0
			}
		}
		g.spans++
	}
	a.noteSpans(unused, from, to)
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fullyDaily reports whether daily rows hold every day of a span: then the
// span says nothing new.
func (a *asking) fullyDaily(days []locale.Day, p spanRow) bool {
	n := 0
	for _, d := range days {
		if d >= p.first && d <= p.last {
			n++
		}
	}
	return n == int(p.last-p.first)+1
}

// spanKey is the group that a span belongs to.
func (a *asking) spanKey(p spanRow, by []string) (string, []string, error) {
	var keys []string
	for _, d := range by {
		switch d {
		case "week", "month", "quarter", "year":
			keys = append(keys, a.bucket(p.first+a.shift).String())
		case "platform":
			keys = append(keys, a.q.Scope.Channels[p.channel].Platform)
		case "channel":
			keys = append(keys, fmt.Sprint(p.channel))
		case "account":
			keys = append(keys, fmt.Sprint(p.account))
		case "platform_campaign":
			keys = append(keys, fmt.Sprint(p.campaign))
		default:
			return "", nil, fmt.Errorf("a span has no %s", d)
		}
	}
	return strings.Join(keys, "\x1f"), keys, nil
}

// noteSpans says which amounts could not be cut to the period.
func (a *asking) noteSpans(spans []spanRow, from, to locale.Day) {
	type window struct {
		first, last locale.Day
		currency    string
	}
	spend := map[window]int64{}
	var order []window
	for _, p := range spans {
		w := window{p.first, p.last, a.q.Scope.Currency}
		if a.q.Scope.exchange != nil {
			w.currency = p.currency // nothing says that its days have rates
		}
		if _, ok := spend[w]; !ok {
			order = append(order, w)
		}
		spend[w] += p.sums[measureAt("spend")]
	}
	for _, w := range order {
		amount := float64(spend[w]) / Micro
		note := locale.Text{
			EN: fmt.Sprintf("%s %s cannot be cut to days or to another period: export again by day", locale.EN.Money(amount, w.currency, 2), locale.EN.FromTo(w.first, w.last)),
			FR: fmt.Sprintf("%s %s ne peuvent pas être découpés par jour ni pour une autre période\u00a0: refaites l’export par jour", locale.FR.Money(amount, w.currency, 2), locale.FR.FromTo(w.first, w.last)),
		}
		if !slices.Contains(a.notes, note) {
			a.notes = append(a.notes, note)
		}
	}
}
