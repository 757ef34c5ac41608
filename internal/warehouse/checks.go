package warehouse

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/ingest"
	"vigie/internal/locale"
)

// Flight is a brief that takes a platform campaign, and its days.
type Flight struct {
	Name     string
	From, To locale.Day
}

// examined is how many days around a file's own are looked at for what was known
// of its campaigns: long enough for a month's report, short enough for prices to
// be comparable.
const examined = 60

// examine holds the file against what was known before it, adds the problems
// that this shows to its report, and decides whether it is withheld.
func (t *transfer) examine(ctx context.Context) error {
	defer func() { t.withheld = t.report.Critical() && !t.in.Accept }()
	if t.report.Rows == 0 {
		return nil
	}
	if err := t.fresh(ctx); err != nil {
		return fmt.Errorf("checks: %w", err)
	}
	defer t.conn.ExecContext(context.WithoutCancel(ctx), "drop table if exists temp.fresh")
	for _, check := range []func(context.Context) error{
		t.currencies, t.amounts, t.sameDays, t.newNames, t.otherLevels, t.periods, t.names, t.flights,
	} {
		if err := check(ctx); err != nil {
			return fmt.Errorf("checks: %w", err)
		}
	}
	return nil
}

// fresh makes a table of what the batch brings, by campaign and days.
func (t *transfer) fresh(ctx context.Context) error {
	if ok, err := t.freshCells(ctx); ok || err != nil {
		return err
	}
	var full bool
	if err := t.conn.QueryRowContext(ctx, "select exists (select 1 from fact_full where batch = ?)", t.batch).Scan(&full); err != nil {
		return err
	}
	table, clicks, conversions, value := "fact_lean", "coalesce(clicks, interactions)", "conversions", "conversion_value"
	if full {
		table, clicks = "fact_full", "coalesce(clicks, clicks_all, interactions)"
		conversions, value = "coalesce(conversions, purchases)", "coalesce(conversion_value, purchase_value)"
	}
	_, err := t.exec(ctx, fill(query("fresh"), "batch", strconv.Itoa(t.batch), "table", table, "clicks", clicks, "conversions", conversions, "value", value))
	return err
}

// found adds a problem to the report.
func (t *transfer) found(p ingest.Problem) { t.report.Problems = append(t.report.Problems, p) }

// both is a text made once in each language.
func both(write func(l locale.Lang) string) locale.Text {
	return locale.Text{EN: write(locale.EN), FR: write(locale.FR)}
}

// currencies: an account has one currency.
func (t *transfer) currencies(ctx context.Context) error {
	mine := map[string]bool{}
	for _, s := range t.report.Streams {
		mine[s.Currency] = true
		var other sql.NullString
		err := t.conn.QueryRowContext(ctx, `select max(s.currency) from stream s
			where s.account = ? and s.currency <> ? and s.currency <> ''
			  and exists (
			      select 1 from (select stream, batch from cell union all select stream, batch from span) h
			      join batch b on b.batch = h.batch
			      where h.stream = s.stream and b.undone_at is null and not b.withheld
			  )`, t.streamAccount(s.Key), s.Currency).Scan(&other)
		if err != nil {
			return err
		}
		if other.Valid && s.Currency != "" {
			p := ingest.Found("currency-changed", locale.Text{
				EN: fmt.Sprintf("the account was in %s until now and this file is in %s: check the currency of the export", other.String, s.Currency),
				FR: fmt.Sprintf("le compte était en %s jusqu’ici et ce fichier est en %s\u00a0: vérifiez la devise de l’export", other.String, s.Currency),
			})
			p.Rows, p.FirstDay, p.LastDay = s.Rows, s.FirstDay, s.LastDay
			t.found(p)
		}
	}
	if len(mine) < 2 {
		return nil
	}
	return t.twoCurrencies(ctx)
}

// twoCurrencies: of a campaign's day that a file gives in two currencies, only
// one can answer. Accounts that a file does not tell apart have other campaigns.
func (t *transfer) twoCurrencies(ctx context.Context) error {
	var list string
	var rows int64
	var first, last sql.NullTime
	err := t.conn.QueryRowContext(ctx, query("two_currencies")).Scan(&list, &rows, &first, &last)
	if err != nil || rows == 0 {
		return err
	}
	p := ingest.Found("currency-changed", both(func(l locale.Lang) string {
		return locale.Text{EN: "the same campaigns have amounts in %s on the same days: only one of these currencies can answer for them; are they two accounts?",
			FR: "les mêmes campagnes ont des montants en %s les mêmes jours\u00a0: une seule de ces devises peut répondre pour elles\u00a0; s’agit-il de deux comptes\u00a0?"}.F(l, l.Join(strings.Split(list, ",")))
	}))
	p.Rows, p.FirstDay, p.LastDay = rows, locale.DayOf(first.Time), locale.DayOf(last.Time)
	t.found(p)
	return nil
}

// sameDays looks for days that have the very counts of another one known before.
func (t *transfer) sameDays(ctx context.Context) error {
	rows, err := t.conn.QueryContext(ctx, fill(query("same_days"), "around", strconv.Itoa(examined)))
	if err != nil {
		return err
	}
	defer rows.Close()
	var p ingest.Problem
	var like locale.Day
	days := map[locale.Day]bool{}
	for rows.Next() {
		var mine, known time.Time
		var n int64
		if err := rows.Scan(&mine, &known, &n); err != nil {
			return err
		}
		d := locale.DayOf(mine)
		if len(days) == 0 {
			p.FirstDay, like = d, locale.DayOf(known)
		}
		if !days[d] {
			p.Rows += n
		}
		days[d] = true
		p.LastDay = d
	}
	if err := rows.Err(); err != nil || len(days) == 0 {
		return err
	}
	x := ingest.Found("day-twice", both(func(l locale.Lang) string {
		return locale.Text{EN: "%s with the very figures that another day was known with (%s and %s first): was a day copied under another date?",
			FR: "%s avec exactement les chiffres connus d’un autre jour (d’abord le %s et le %s)\u00a0: un jour a-t-il été recopié sous une autre date\u00a0?"}.F(l,
			daysOf(l, len(days)), l.DayText(p.FirstDay), l.DayText(like))
	}))
	x.Rows, x.FirstDay, x.LastDay = p.Rows, p.FirstDay, p.LastDay
	t.found(x)
	return nil
}

func daysOf(l locale.Lang, n int) string {
	space := " "
	if l == locale.FR {
		space = locale.NBSP
	}
	return l.Int(int64(n)) + space + l.Plural(float64(n), locale.Text{EN: "day", FR: "jour"}.In(l), locale.Text{EN: "days", FR: "jours"}.In(l))
}

// newNames proposes that a campaign goes on under another name.
func (t *transfer) newNames(ctx context.Context) error {
	// Most files bring no campaign that starts after the others: then nothing else
	// needs to be read.
	var starts bool
	err := t.conn.QueryRowContext(ctx, `select exists (
		select 1
		from (select account, campaign, min(first_day) as day from fresh where campaign <> 0 group by account, campaign) f
		left join (select distinct account, campaign from rollup) r on r.account = f.account and r.campaign = f.campaign
		join (
			select account, min(day) as day
			from (select account, first_day as day from fresh union all select account, day from rollup)
			group by account
		) a on a.account = f.account
		where r.campaign is null and f.day > a.day)`).Scan(&starts)
	if err != nil || !starts {
		return err
	}
	rows, err := t.conn.QueryContext(ctx, query("new_name"))
	if err != nil {
		return err
	}
	type pair struct {
		stops, starts int32
		day           locale.Day
	}
	var list []pair
	for rows.Next() {
		var p pair
		var day time.Time
		if err := rows.Scan(&p.stops, &p.starts, &day); err != nil {
			rows.Close()
			return err
		}
		p.day = locale.DayOf(day)
		list = append(list, p)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for _, p := range list {
		names, err := t.namesOf(ctx, []int32{p.stops, p.starts})
		if err != nil {
			return err
		}
		if len(names) < 2 || names[0] == names[1] {
			continue // of one name, with another id: that has its own check
		}
		x := ingest.Found("new-name", both(func(l locale.Lang) string {
			return locale.Text{EN: "%s stops and %s starts on %s, at about the same spend and cost: is it the same campaign under another name?",
				FR: "%s s’arrête et %s commence le %s, avec à peu près la même dépense et le même coût\u00a0: est-ce la même campagne sous un autre nom\u00a0?"}.F(l,
				l.Quote(names[0]), l.Quote(names[1]), l.DayText(p.day))
		}))
		x.FirstDay, x.LastDay, x.Objects = p.day, p.day, names
		t.found(x)
	}
	return nil
}

// namesOf are the names of objects, in the order of their keys as given; the
// first few of them.
func (t *transfer) namesOf(ctx context.Context, keys []int32) ([]string, error) {
	var names []string
	for _, key := range keys {
		if len(names) == ingest.MaxObjects {
			break
		}
		var name string
		err := t.conn.QueryRowContext(ctx, `select coalesce(
			(select nullif(name, '') from naming where batch = ? and entity = e.entity),
			nullif(e.name, ''), e.ext_id) from entity e where e.entity = ?`, t.batch, key).Scan(&name)
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// names tells which objects the file renames, and which share a name.
func (t *transfer) names(ctx context.Context) error {
	type change struct{ old, now string }
	renamed := map[int32]change{}
	var order []int32
	var twins []string
	for _, c := range t.keys.Changes() {
		switch c.Kind {
		case "renamed":
			x, seen := renamed[c.Key]
			if !seen {
				x.old = c.Old
				order = append(order, c.Key)
			}
			x.now = c.New
			renamed[c.Key] = x
		case "namesake":
			if e, ok := t.keys.Known(c.Key); ok {
				twins = append(twins, e.Name)
			}
		}
	}
	var shown []string
	var first change
	n := 0
	for _, key := range order {
		x := renamed[key]
		if x.old == "" || x.old == x.now {
			continue // an account that had no name until now
		}
		// A file that is older than what is known renames nothing.
		var newer bool
		err := t.conn.QueryRowContext(ctx, fmt.Sprintf(`select exists (
			select 1 from naming n join batch b on b.batch = n.batch
			where n.entity = ? and n.name <> '' and b.undone_at is null and not b.withheld and age_of(b.known_as_of, b.batch) > %s)`, t.age()), key).Scan(&newer)
		if err != nil {
			return err
		}
		if newer {
			continue
		}
		if n++; n == 1 {
			first = x
		}
		if len(shown) < ingest.MaxObjects {
			shown = append(shown, x.now)
		}
	}
	if n > 0 {
		p := ingest.Found("renamed", both(func(l locale.Lang) string {
			return locale.Text{EN: "%s under a new name (%s is now %s)", FR: "%s sous un nouveau nom (%s est maintenant %s)"}.F(l,
				counted(l, n, "object", "objects", "objet", "objets"), l.Quote(first.old), l.Quote(first.now))
		}))
		p.Objects = shown
		t.found(p)
	}
	if len(twins) > 0 {
		p := ingest.Found("same-name", both(func(l locale.Lang) string {
			return locale.Text{EN: "%s with the name of another, and another id (%s): they are counted apart", FR: "%s du même nom qu’une autre, avec un autre identifiant (%s)\u00a0: elles sont comptées à part"}.F(l,
				counted(l, len(twins), "campaign", "campaigns", "campagne", "campagnes"), l.Quote(twins[0]))
		}))
		p.Objects = twins[:min(len(twins), ingest.MaxObjects)]
		t.found(p)
	}
	return nil
}

func counted(l locale.Lang, n int, one, many, un, plusieurs string) string {
	if l == locale.EN {
		return l.Int(int64(n)) + " " + l.Plural(float64(n), one, many)
	}
	return l.Int(int64(n)) + locale.NBSP + l.Plural(float64(n), un, plusieurs)
}

// flights tells what is delivered outside the dates of every brief that takes it.
func (t *transfer) flights(ctx context.Context) error {
	if t.in.Flights == nil {
		return nil
	}
	rows, err := t.conn.QueryContext(ctx, fill(query("outside"), "batch", strconv.Itoa(t.batch)))
	if err != nil {
		return err
	}
	defer rows.Close()
	type outside struct {
		flight      Flight
		first, last locale.Day
		rows, spend int64
		currency    string
		names       []string
	}
	var list []*outside
	flights := map[string][]Flight{}
	platform := t.r.Platform().ID
	for rows.Next() {
		var name, id, account, accountID, currency string
		var first, last time.Time
		var n, spend, impressions int64
		if err := rows.Scan(&name, &id, &account, &accountID, &currency, &first, &last, &n, &spend, &impressions); err != nil {
			return err
		}
		if spend == 0 && impressions == 0 {
			continue
		}
		key := strings.Join([]string{name, id, account, accountID}, "\x1f")
		takers, ok := flights[key]
		if !ok {
			takers = t.in.Flights(platform, account, accountID, name, id)
			flights[key] = takers
		}
		from, to := locale.DayOf(first), locale.DayOf(last)
		if len(takers) == 0 || slices.ContainsFunc(takers, func(f Flight) bool { return from >= f.From && to <= f.To }) {
			continue
		}
		// The brief nearest to the day is the one that misses it.
		near := slices.MinFunc(takers, func(a, b Flight) int { return cmp.Compare(a.away(from, to), b.away(from, to)) })
		i := slices.IndexFunc(list, func(o *outside) bool { return o.flight == near && o.currency == currency })
		if i < 0 {
			i = len(list)
			list = append(list, &outside{flight: near, first: from, currency: currency})
		}
		o := list[i]
		o.first, o.last = min(o.first, from), max(o.last, to)
		o.rows += n
		o.spend += spend
		if !slices.Contains(o.names, name) && len(o.names) < ingest.MaxObjects {
			o.names = append(o.names, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, o := range list {
		p := ingest.Found("outside-flight", both(func(l locale.Lang) string {
			amount := counted(l, int(o.rows), "row", "rows", "ligne", "lignes")
			if o.currency != "" {
				amount = l.Money(float64(o.spend)/1e6, o.currency, 2)
			}
			return locale.Text{EN: "%s delivered outside the dates of %s (%s), %s: the brief does not count it", FR: "%s hors des dates de %s (%s), %s\u00a0: le brief ne les compte pas"}.F(l,
				amount, l.Quote(o.flight.Name), l.Period(o.flight.From, o.flight.To), l.FromTo(o.first, o.last))
		}))
		p.Rows, p.FirstDay, p.LastDay, p.Objects = o.rows, o.first, o.last, o.names
		t.found(p)
	}
	return nil
}

// away is how many days lie between some days and the flight.
func (f Flight) away(from, to locale.Day) locale.Day {
	return max(f.From-from, to-f.To, 0)
}
