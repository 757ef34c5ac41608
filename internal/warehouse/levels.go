package warehouse

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"vigie/ingest"
	"vigie/internal/locale"
)

// compared are the sums of two accounts of the same delivery.
type compared struct {
	currency string
	sums     [3][2]int64 // spend, impressions, clicks: of the file, and of what was known
	has      [3]bool
}

// apart is the largest relative difference, and the measure that has it.
func (c compared) apart() (share float64, at int) {
	for i, s := range c.sums {
		if !c.has[i] || s[0] == s[1] {
			continue
		}
		d := float64(s[0]-s[1]) / math.Max(float64(max(s[0], -s[0], s[1], -s[1])), 1)
		if math.Abs(d) > math.Abs(share) {
			share, at = d, i
		}
	}
	return share, at
}

// text says whether both agree.
func (c compared) text(l locale.Lang) string {
	share, i := c.apart()
	if share == 0 {
		return locale.Text{EN: "their sums agree", FR: "leurs sommes concordent"}.In(l)
	}
	id := []string{"spend", "impressions", "clicks"}[i]
	m, _ := ingest.LookupMeasure(id)
	write := func(v int64) string {
		if m.Unit == ingest.Money {
			return l.Money(float64(v)/float64(m.Unit.Scale()), c.currency, 2)
		}
		return l.Int(v)
	}
	return locale.Text{EN: "their sums differ: %s %s here and %s there (%s)", FR: "leurs sommes diffèrent\u00a0: %s %s ici et %s là (%s)"}.F(l,
		m.Label, write(c.sums[i][0]), write(c.sums[i][1]), locale.Signed(l.Percent(share, 1)))
}

// otherLevels says which of two reports of the same days answers, and whether
// they agree.
func (t *transfer) otherLevels(ctx context.Context) error {
	first, last := t.report.FirstDay, t.report.LastDay
	var others bool
	err := t.conn.QueryRowContext(ctx, fmt.Sprintf(`select exists (select 1 from cell where day between %s and %s and stream not in (%s)
		and stream in (select stream from stream where account in (%s)))`, date(first), date(last), joinKeys(t.streams()), joinKeys(t.accounts()))).Scan(&others)
	if err != nil || !others {
		return err
	}
	rows, err := t.conn.QueryContext(ctx, fill(query("other_level"), "from", date(first), "to", date(last), "accounts", joinKeys(t.accounts())))
	if err != nil {
		return err
	}
	defer rows.Close()
	// The report that answers for days is enough: those that give detail of the
	// same days need not be compared with each other.
	var told []ingest.Problem
	for rows.Next() {
		var mine, other detail
		var c compared
		var from, to time.Time
		var days int
		var v [6]sql.NullInt64
		if err := rows.Scan(&mine.level, &mine.depth, &mine.breakdown, &mine.splits, &other.level, &other.depth, &other.breakdown, &other.splits, &c.currency,
			&from, &to, &days, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]); err != nil {
			return err
		}
		c.set(v)
		answers, gives := other, mine
		if mine.splits < other.splits || mine.splits == other.splits && mine.depth < other.depth {
			answers, gives = mine, other
		}
		p := ingest.Found("other-level", both(func(l locale.Lang) string {
			return locale.Text{EN: "%s also known %s: the report %s answers, the one %s gives detail; %s", FR: "%s aussi connus %s\u00a0: le rapport %s répond, celui %s donne le détail\u00a0; %s"}.F(l,
				daysOf(l, days), other.words(l), answers.words(l), gives.words(l), c.text(l))
		}))
		if share, _ := c.apart(); math.Abs(share) > 0.01 {
			p.Severity = ingest.Warning
		}
		p.FirstDay, p.LastDay = locale.DayOf(from), locale.DayOf(to)
		if answers == other {
			if slices.ContainsFunc(told, func(o ingest.Problem) bool { return o.FirstDay <= p.FirstDay && o.LastDay >= p.LastDay }) {
				continue
			}
			told = append(told, p)
		}
		t.found(p)
	}
	return rows.Err()
}

// set fills in pairs of sums as queries give them: spend, impressions, clicks.
func (c *compared) set(v [6]sql.NullInt64) {
	for i := range c.sums {
		c.sums[i] = [2]int64{v[2*i].Int64, v[2*i+1].Int64}
		c.has[i] = v[2*i].Valid && v[2*i+1].Valid
	}
}

// detail is the level and breakdown of a report.
type detail struct {
	level         string
	depth, splits int
	breakdown     string
}

var byLevel = map[string]locale.Text{
	"account":  {EN: "by account", FR: "par compte"},
	"campaign": {EN: "by campaign", FR: "par campagne"},
	"ad_group": {EN: "by ad group", FR: "par groupe d’annonces"},
	"ad":       {EN: "by ad", FR: "par annonce"},
}

func (d detail) words(l locale.Lang) string {
	s := byLevel[d.level].In(l)
	if d.splits > 0 {
		s += locale.Text{EN: " and ", FR: " et "}.In(l) + strings.ReplaceAll(d.breakdown, ",", ", ")
	}
	return s
}

// periods says whether a report over a period agrees with the days in it.
func (t *transfer) periods(ctx context.Context) error {
	// The batches that have periods are named in the query: the planner would
	// else read all facts to find their rows.
	var batches string
	var mine bool
	err := t.conn.QueryRowContext(ctx, `select
		(select exists (select 1 from fresh where first_day < last_day)),
		(select coalesce(string_agg(distinct p.batch::varchar, ','), '') from span p join stream s on s.stream = p.stream
			where s.account in (select account from fresh) and p.batch <> ?
			  and p.last_day >= (select min(first_day) from fresh) and p.first_day <= (select max(last_day) from fresh))`, t.batch).Scan(&mine, &batches)
	if err != nil || !mine && batches == "" {
		return err
	}
	if batches == "" {
		batches = "null"
	}
	rows, err := t.conn.QueryContext(ctx, fill(query("periods"), "batches", batches))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c compared
		var first, last time.Time
		var fresh bool
		var v [6]sql.NullInt64
		if err := rows.Scan(&first, &last, &fresh, &c.currency, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]); err != nil {
			return err
		}
		if !fresh { // the period was known, the days are the file's
			for i := 0; i < len(v); i += 2 {
				v[i], v[i+1] = v[i+1], v[i]
			}
		}
		c.set(v)
		from, to := locale.DayOf(first), locale.DayOf(last)
		p := ingest.Found("other-level", both(func(l locale.Lang) string {
			return locale.Text{EN: "%s known by day and as a whole: the days answer, the whole checks them; %s", FR: "%s connus par jour et en bloc\u00a0: les jours répondent, le bloc les contrôle\u00a0; %s"}.F(l,
				l.Period(from, to), c.text(l))
		}))
		if share, _ := c.apart(); math.Abs(share) > 0.01 {
			p.Severity = ingest.Warning
		}
		p.FirstDay, p.LastDay = from, to
		t.found(p)
	}
	return rows.Err()
}
