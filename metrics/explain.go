package metrics

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/locale"
)

// Explanation is what is behind one number: the formula, the two sums, the query
// that gives them, the exports that they rest on, and what is to be known of its
// days.
type Explanation struct {
	KPI      KPI
	By       []string
	Row      Row // with that KPI alone
	Currency string
	From, To locale.Day // the days that the number is asked over
	// Missing are days between two known ones that no export speaks of.
	Missing []locale.Day
	// Asked are the sums that SQL gives, in its order: the numerator and the
	// denominator, or, where they are worked out of what the workspace says, the
	// sums of exports that this starts from.
	Asked []string
	// SQL asks for them in the warehouse, as any reader of it can; empty where no
	// export holds a part, and where adding them up is refused.
	SQL     string
	Batches []Behind
	// Told is how many days of campaigns there are behind the number, Corrected
	// how many of them a newer export told again.
	Told, Corrected int64
	Notes           []locale.Text
}

// Behind is an export behind a number, with the part of the sums that comes from
// it.
type Behind struct {
	Batch      int        `json:"batch"`
	File       string     `json:"file"`
	Platform   string     `json:"platform"`
	Level      string     `json:"level"`
	ImportedAt time.Time  `json:"imported_at"`
	KnownAsOf  time.Time  `json:"known_as_of"`
	KnownFrom  string     `json:"known_from"`
	SHA256     string     `json:"sha256"` // of the file, its name in the archive
	FirstDay   locale.Day `json:"first_day"`
	LastDay    locale.Day `json:"last_day"`
	Rows       int64      `json:"rows"` // days of campaigns or of finer objects
	Sums       []*float64 `json:"sums"` // of those asked for
}

// Where chooses a row of a frame: the value of a dimension, as its key or as
// people read it.
type Where struct{ Dimension, Value string }

// Explain says what is behind one number: that of the KPI in the row of a
// question's frame that where chooses, or in the total where nothing splits it.
// The dimensions of where are added to those of the question. A row that is not
// there, or not the only one, is an ErrQuestion that lists those there are.
func Explain(ctx context.Context, db *sql.DB, q Question, kpi string, where []Where) (*Explanation, error) {
	q.KPIs, q.Compare = []string{kpi}, ""
	for _, w := range where {
		if !slices.Contains(q.By, w.Dimension) {
			q.By = append(slices.Clone(q.By), w.Dimension)
		}
	}
	f, err := Ask(ctx, db, q)
	if err != nil {
		return nil, err
	}
	k, _ := q.Scope.KPI(kpi)
	x := &Explanation{KPI: k, By: f.By, Row: f.Total, Currency: f.Currency, From: q.From, To: q.To, Notes: f.Notes}
	ask := &asking{ctx: ctx, db: db, q: q}
	if err := ask.plan(); err != nil {
		return nil, err
	}
	if err := ask.findHolders(); err != nil {
		return nil, err
	}
	groups, err := ask.groups(q.By, q.From, q.To)
	if err != nil {
		return nil, err
	}
	g := groups[""]
	if len(q.By) > 0 {
		i, err := choose(f, where)
		if err != nil {
			return nil, err
		}
		x.Row = f.Rows[i]
		for _, other := range groups {
			if slices.Equal(ask.publicKeys(other), x.Row.Keys) {
				g = other
			}
		}
	}
	if g == nil {
		return x, nil // nothing is known: the notes say why
	}
	s := ask.shown(q.By, g)
	x.From, x.To = s.from, s.to
	known, err := ask.reach(q.From, q.To, g.spans > 0)
	if err != nil {
		return nil, err
	}
	x.Missing = known.missing(ask.ownAccounts(g), s)
	return x, ask.behind(x, g, s)
}

// publicKeys are the keys of a group as a frame shows them.
func (a *asking) publicKeys(g *group) []string {
	keys := slices.Clone(g.keys)
	for i, d := range a.q.By {
		if n, err := strconv.Atoi(keys[i]); d == "channel" && err == nil {
			keys[i] = a.q.Scope.Channels[n].ID
		}
	}
	return keys
}

// BucketName is what people write for a bucket of time: 2026-W42, 2026-10,
// 2026-Q4, 2026.
func BucketName(dimension string, first locale.Day) string {
	switch dimension {
	case "week":
		return first.WeekID()
	case "month":
		return first.String()[:7]
	case "quarter":
		return fmt.Sprintf("%s-Q%d", first.String()[:4], first.Quarter())
	case "year":
		return first.String()[:4]
	}
	return first.String()
}

// choose finds the one row of a frame that where means.
func choose(f *Frame, where []Where) (int, error) {
	var found []int
	for i, r := range f.Rows {
		in := true
		for _, w := range where {
			at := slices.Index(f.By, w.Dimension)
			is := strings.EqualFold(w.Value, r.Keys[at]) || strings.EqualFold(w.Value, r.Labels[at])
			if day, err := locale.ParseDay(r.Keys[at]); err == nil && IsTime(w.Dimension) {
				// Weeks and quarters in either language's letters.
				name := strings.NewReplacer("S", "W", "T", "Q").Replace(strings.ToUpper(w.Value))
				is = is || name == BucketName(w.Dimension, day)
			}
			in = in && is
		}
		if in {
			found = append(found, i)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	rows := found
	if len(found) == 0 {
		rows = nil
		for i := range f.Rows {
			rows = append(rows, i)
		}
	}
	const most = 12
	var names []string
	for _, i := range rows {
		if len(names) == most {
			break
		}
		var parts []string
		for j, d := range f.By {
			v := f.Rows[i].Labels[j]
			if d == "channel" || len(found) > 1 && f.Rows[i].Keys[j] != "" {
				v = f.Rows[i].Keys[j] // names may be the same, keys are not
			}
			if strings.ContainsRune(v, ' ') {
				v = `"` + v + `"`
			}
			parts = append(parts, "--where "+d+"="+locale.OneLine(v))
		}
		names = append(names, strings.Join(parts, " "))
	}
	list := strings.Join(names, "\n  ")
	more := len(rows) - len(names)
	t := locale.Text{EN: "several rows are meant; add what tells them apart:\n  %s", FR: "plusieurs lignes correspondent\u00a0; ajoutez ce qui les distingue\u00a0:\n  %s"}
	switch {
	case len(f.Rows) == 0:
		return 0, &ErrQuestion{locale.Text{EN: "the frame has no row: " + notesIn(f, locale.EN), FR: "il n’y a aucune ligne\u00a0: " + notesIn(f, locale.FR)}}
	case len(found) == 0:
		t = locale.Text{EN: "there is no such row; there is:\n  %s", FR: "il n’y a pas de telle ligne\u00a0; il y a\u00a0:\n  %s"}
	}
	out := locale.Text{EN: t.F(locale.EN, list), FR: t.F(locale.FR, list)}
	if more > 0 {
		out.EN += fmt.Sprintf("\n  … and %d more", more)
		out.FR += fmt.Sprintf("\n  … et %d de plus", more)
	}
	return 0, &ErrQuestion{out}
}

func notesIn(f *Frame, l locale.Lang) string {
	var list []string
	for _, n := range f.Notes {
		list = append(list, n.In(l))
	}
	return strings.Join(list, locale.Text{EN: "; ", FR: "\u00a0; "}.In(l))
}

// behind fills in the query, the batches and the corrections of a group, and
// holds the query against the frame.
func (a *asking) behind(x *Explanation, g *group, s stretch) error {
	takes := a.ownTakes(g)
	plain := true
	x.Asked, plain = asked(x.KPI)
	if len(x.Asked) == 0 {
		return nil
	}
	head, body, err := a.readable(x.Asked, g, s, takes)
	if err != nil {
		return err
	}
	var sums, shown []string
	for _, of := range x.Asked {
		sums = append(sums, a.readableSum(of, takes))
	}
	for i, of := range x.Asked {
		name := of
		if strings.Contains(of, " ") {
			name = []string{"numerator", "denominator"}[i]
		}
		shown = append(shown, "    "+sums[i]+" as "+name)
	}
	x.SQL = head + "select\n" + strings.Join(shown, ",\n") + "\n" + body
	values := make([]sql.NullFloat64, len(x.Asked))
	dest := []any{}
	for i := range values {
		dest = append(dest, &values[i])
	}
	if err := a.db.QueryRowContext(a.ctx, x.SQL).Scan(dest...); err != nil {
		return fmt.Errorf("explain: %w\n%s", err, x.SQL)
	}
	v := x.Row.KPIs[x.KPI.ID]
	if plain {
		for i, want := range []*float64{v.Num, v.Den}[:len(x.Asked)] {
			if want == nil && v.Why != nil {
				x.SQL = "" // the sum is refused, the query would give it
				continue
			}
			if values[i].Valid != (want != nil) || want != nil && math.Abs(values[i].Float64-*want) > 1e-6*max(1, math.Abs(*want)*1e-6, float64(len(a.spans))) {
				return fmt.Errorf("%s: the query gives %v, the frame has %v; the data may have changed in between: ask again", x.Asked[i], values[i].Float64, want)
			}
		}
	}
	var columns []string
	for i := range x.Asked {
		columns = append(columns, fmt.Sprintf("x.s%d", i))
	}
	rows, err := a.db.QueryContext(a.ctx, head+`
select b.batch, b.file, b.platform, b.level, b.imported_at, b.known_as_of, b.known_from, b.sha256, x.first_day, x.last_day, x.n, `+strings.Join(columns, ", ")+`
from (
select r.batch, min(r.day) as first_day, max(r.last_day) as last_day, count(*) as n, `+numbered(sums)+`
`+body+`
group by r.batch
) x
join batch b on b.batch = x.batch
order by b.batch`)
	if err != nil {
		return fmt.Errorf("batches of a number: %w", err)
	}
	defer rows.Close()
	x.Batches = []Behind{}
	for rows.Next() {
		var b Behind
		var first, last time.Time
		sums := make([]sql.NullFloat64, len(x.Asked))
		dest := []any{&b.Batch, &b.File, &b.Platform, &b.Level, &b.ImportedAt, &b.KnownAsOf, &b.KnownFrom, &b.SHA256, &first, &last, &b.Rows}
		for i := range sums {
			dest = append(dest, &sums[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		b.FirstDay, b.LastDay = locale.DayOf(first), locale.DayOf(last)
		for _, v := range sums {
			var p *float64
			if v.Valid {
				p = ptr(v.Float64)
			}
			b.Sums = append(b.Sums, p)
		}
		x.Batches = append(x.Batches, b)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return a.corrections(x, s, takes)
}

// asked are the sums of exports that a KPI is made of; plain: they are its
// numerator and its denominator.
func asked(k KPI) (sums []string, plain bool) {
	plain = true
	var leaves []string
	var add func(id string)
	add = func(id string) {
		m := measures[measureAt(id)]
		if !m.derived {
			if !slices.Contains(leaves, id) {
				leaves = append(leaves, id)
			}
			return
		}
		plain = false
		for _, x := range m.of {
			add(x)
		}
	}
	for _, sum := range []string{k.Num, k.Den} {
		for _, id := range parts(sum) {
			add(id)
		}
		if sum != "" {
			sums = append(sums, sum)
		}
	}
	if plain {
		return sums, true
	}
	return leaves, false
}

func numbered(sums []string) string {
	var list []string
	for i, s := range sums {
		list = append(list, fmt.Sprintf("%s as s%d", s, i))
	}
	return strings.Join(list, ", ")
}

// corrections counts the days of campaigns that a newer export told again.
func (a *asking) corrections(x *Explanation, s stretch, takes []take) error {
	scope := *a.q.Scope
	scope.takes = takes
	return a.db.QueryRowContext(a.ctx, fmt.Sprintf(`
with take as (%s)
select count(*), count(*) filter (where n > 1)
from (
    select c.stream, c.day, c.campaign, count(distinct c.batch) as n
    from cell c
    join stream s on s.stream = c.stream
    join take t on t.account = s.account and t.campaign = c.campaign
    join batch b on b.batch = c.batch
    where c.day between %s and %s and b.undone_at is null and not b.withheld and b.known_as_of <= %s
      and exists (select 1 from rollup r where r.stream = c.stream and r.day = c.day and r.campaign = c.campaign)
    group by all
)`, takeSQL, date(s.from), date(s.to), instant(a.q.AsOf)), scope.plan()).Scan(&x.Told, &x.Corrected)
}

// readable is the query of a group's sums without parameters: what comes before
// its select list, and what comes after it, over rows r and p, the lines of the
// plan.
func (a *asking) readable(sums []string, g *group, s stretch, takes []take) (head, body string, err error) {
	var b strings.Builder
	names, err := entityNames(a.ctx, a.db, a.q.Scope.Client)
	if err != nil {
		return "", "", err
	}
	b.WriteString("-- Money and conversions are stored in millionths.\nwith plan (account, campaign, channel, name) as (\n    values\n")
	for i, t := range takes {
		end := ","
		if i == len(takes)-1 {
			end = ""
		}
		fmt.Fprintf(&b, "        (%d, %d, %s, %s)%s\n", t.Account, t.Campaign, literal(a.q.Scope.Channels[t.Channel].ID), literal(locale.OneLine(names[strconv.Itoa(int(t.Campaign))])), end)
	}
	b.WriteString(")")
	// The rows: the roll-up, or what has the objects, breakdowns or vintage asked
	// for.
	depth, splits := 0, ""
	if len(a.q.By) > 0 {
		depth, splits = a.depth, strings.Join(a.splits, ",")
	}
	source, args, _, err := a.q.Scope.convert(a.ctx, a.db, a.source(depth, splits, s.from, s.to), s.from, s.to)
	if err != nil {
		return "", "", err
	}
	if len(args) > 1 {
		source = strings.Replace(source, "?", literal(args[1].(string)), 1)
	}
	columns := a.columnsOf(sums, takes)
	days := "select day, day as last_day, account, campaign, stream, batch, " + strings.Join(columns, ", ")
	if depth > 1 {
		days += ", ad_group, ad"
	}
	if splits != "" {
		days += ", breakdown"
	}
	days += " from " + source
	if spans := a.spansOf(g); len(spans) > 0 {
		money := moneyColumns()
		fmt.Fprint(&b, ",\nspans (batch, stream, campaign, first_day, last_day, rate) as (\n    values\n")
		for i, p := range spans {
			end := ","
			if i == len(spans)-1 {
				end = ""
			}
			rate, err := a.spanRate(p)
			if err != nil {
				return "", "", err
			}
			fmt.Fprintf(&b, "        (%d, %d, %d, %s, %s, %s)%s\n", p.batch, p.stream, p.campaign, date(p.first), date(p.last), rate, end)
		}
		b.WriteString(")")
		var cols []string
		for _, c := range columns {
			if slices.Contains(money, c) {
				c = fmt.Sprintf("round(sum(f.%s) * any_value(x.rate))::bigint", c)
			} else if slices.Contains(WindowMeasures(), c) {
				c = "case when count(*) = 1 then max(f." + c + ") end"
			} else {
				c = "sum(f." + c + ")::bigint"
			}
			cols = append(cols, c)
		}
		days += "\n    union all\n    select f.first_day, f.last_day, s.account, f.campaign, f.stream, f.batch, " + strings.Join(cols, ", ") +
			"\n    from spans x\n    join fact f on f.batch = x.batch and f.stream = x.stream and f.campaign = x.campaign and f.first_day = x.first_day and f.last_day = x.last_day" +
			"\n    join stream s on s.stream = f.stream\n    group by f.first_day, f.last_day, s.account, f.campaign, f.stream, f.batch"
	}
	fmt.Fprintf(&b, ",\nsource as (\n    %s\n)\n", days)
	streams := ""
	if slices.ContainsFunc(sums, func(sum string) bool {
		return slices.ContainsFunc(parts(sum), func(id string) bool { return strings.Contains(column(id), "s.platform") })
	}) {
		streams = "\njoin stream s on s.stream = r.stream"
	}
	body = fmt.Sprintf("from source r\njoin plan p on p.account = r.account and p.campaign = r.campaign"+streams+"\nwhere r.day between %s and %s", date(s.from), date(s.to))
	for i, d := range a.q.By {
		key := g.keys[i]
		switch {
		case IsTime(d), d == "platform", d == "channel", d == "account", d == "platform_campaign":
			// The days and the plan say so already.
		case d == "ad_group" || d == "ad":
			n, err := strconv.Atoi(key)
			if err != nil {
				return "", "", fmt.Errorf("%s %q is no key", d, key)
			}
			body += fmt.Sprintf("\n  and r.%s = %d /* %s */", d, n, strings.ReplaceAll(locale.OneLine(names[strconv.Itoa(n)]), "*/", "* /"))
		default:
			e := "(select b.value from breakdown b where b.breakdown = r.breakdown and b.name = " + literal(d) + ")"
			body += "\n  and coalesce(" + e + ", '') = " + literal(key)
		}
	}
	return b.String(), body, nil
}

// spansOf are the spans that counted in a group.
func (a *asking) spansOf(g *group) []spanRow {
	var list []spanRow
	for _, p := range a.spans {
		if _, keys, err := a.spanKey(p, a.q.By); err == nil && slices.Equal(keys, g.keys) {
			list = append(list, p)
		}
	}
	return list
}

// spanRate is what a span's amounts are multiplied by, as SQL.
func (a *asking) spanRate(p spanRow) (string, error) {
	e := a.q.Scope.exchange
	if e == nil || p.currency == e.into {
		return "1", nil
	}
	_, num, den, err := e.over(p.currency, p.first, p.last)
	if err != nil {
		return "", err
	}
	n, _ := num.Float64()
	d, _ := den.Float64()
	return strconv.FormatFloat(n/d, 'e', 16, 64), nil
}

var columnOfRow = regexp.MustCompile(`\br\.(\w+)`)

// columnsOf are the columns of facts that sums read.
func (a *asking) columnsOf(sums []string, takes []take) []string {
	var list []string
	for _, sum := range sums {
		for _, id := range parts(sum) {
			for _, m := range columnOfRow.FindAllStringSubmatch(a.readableColumn(id, takes), -1) {
				if !slices.Contains(list, m[1]) && m[1] != "campaign" {
					list = append(list, m[1])
				}
			}
		}
	}
	return list
}

// readableColumn is the SQL of a measure with the choices of the channels written
// out.
func (a *asking) readableColumn(id string, takes []take) string {
	choice := func(of func(t take) string) string {
		chosen := map[string]string{} // by channel
		var channels, all []string
		for _, t := range takes {
			ch := a.q.Scope.Channels[t.Channel].ID
			if _, ok := chosen[ch]; ok {
				continue
			}
			e := "r." + of(t)
			switch {
			case of(t) == "":
				e = "null"
			case slices.Contains(countColumns, of(t)):
				e = fmt.Sprintf("r.%s * %d", of(t), Micro)
			}
			chosen[ch] = e
			channels, all = append(channels, ch), append(all, e)
		}
		slices.Sort(all)
		if all = slices.Compact(all); len(all) == 1 {
			return all[0]
		}
		var b strings.Builder
		b.WriteString("case p.channel")
		for _, ch := range channels {
			fmt.Fprintf(&b, " when %s then %s", literal(ch), chosen[ch])
		}
		return b.String() + " end"
	}
	sql := a.holding(measures[measureAt(id)], column(id), "p")
	return strings.NewReplacer(
		conversionsSQL, choice(func(t take) string { return t.Conversions }),
		valueSQL, choice(func(t take) string { return t.Value }),
	).Replace(sql)
}

// readableSum is the SQL of a sum of measures in units.
func (a *asking) readableSum(sum string, takes []take) string {
	one := func(id string) string {
		m := measures[measureAt(id)]
		c := a.readableColumn(id, takes)
		switch {
		case !m.additive:
			return "case when count(*) = 1 then max(" + c + ") end"
		case m.scale != 1:
			return fmt.Sprintf("sum(%s) / %d", c, int64(m.scale))
		}
		return "sum(" + c + ")"
	}
	list := terms(sum)
	if len(list) == 1 && list[0].times == 1 {
		return one(list[0].measure)
	}
	var all []string
	for _, t := range list {
		all = append(all, strconv.FormatFloat(t.times, 'f', -1, 64)+" * ("+one(t.measure)+")")
	}
	return strings.Join(all, " + ")
}

// literal is a text as SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
