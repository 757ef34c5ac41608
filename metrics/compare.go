package metrics

import (
	"fmt"
	"slices"
	"time"

	"vigie/internal/locale"
)

// Partial says that a row holds fewer days than its week, its month or the
// question's period has: the question cuts it, or the exports end before it
// does.
type Partial struct {
	Days int `json:"days"`
	Of   int `json:"of"`
}

// comparison is a group with the one that it is compared with. Sums is false
// where the latter has fewer days, so that ratios can be compared but not sums.
type comparison struct {
	now, before *group
	sums        bool
}

// stretch is a range of days, both ends included; empty where it ends before it
// starts.
type stretch struct{ from, to locale.Day }

func (s stretch) days() int { return max(0, int(s.to-s.from)+1) }

func (s stretch) shift(n locale.Day) stretch { return stretch{s.from - n, s.to - n} }

// reach is how far what is known of a scope goes, over the days that a question
// touches.
type reach struct {
	first    locale.Day // with data; zero: not known, or nothing is
	last     locale.Day // with data
	complete locale.Day // last one that an export was made after
	accounts map[int]locale.Day
}

// reach asks what is known of the days from..to. Spans know nothing of days:
// where they answer, the whole question is taken to be known.
func (a *asking) reach(from, to locale.Day, spans bool) (reach, error) {
	r := reach{accounts: map[int]locale.Day{}}
	if spans {
		return reach{last: to, complete: to}, nil
	}
	rows, err := a.db.QueryContext(a.ctx, fill(query("known"), "take", takeSQL, "as_of", instant(a.q.AsOf),
		"from", date(from), "to", date(to), "accounts", a.q.Scope.accountList()), a.q.Scope.plan())
	if err != nil {
		return r, fmt.Errorf("known days: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var account int
		var day, known time.Time
		if err := rows.Scan(&account, &day, &known); err != nil {
			return r, err
		}
		d := locale.DayOf(day)
		if r.first == 0 || d < r.first {
			r.first = d
		}
		r.last = max(r.last, d)
		r.accounts[account] = max(r.accounts[account], d)
		if complete, _, _ := a.q.Scope.age(d, known, 0); complete {
			r.complete = max(r.complete, d)
		}
	}
	return r, rows.Err()
}

// bucketEnd is the last day of the bucket of time that a day is in.
func (a *asking) bucketEnd(d locale.Day) locale.Day {
	switch a.time {
	case "week":
		return d.Monday() + 6
	case "month":
		return d.MonthEnd()
	case "day":
		return d
	}
	return a.q.To
}

// period is the bucket of a group, or the whole question.
func (a *asking) period(g *group) stretch {
	for i, d := range a.q.By {
		if d == a.time && i < len(g.keys) {
			if day, err := locale.ParseDay(g.keys[i]); err == nil {
				return stretch{day, a.bucketEnd(day)}
			}
		}
	}
	return stretch{a.q.From, a.q.To}
}

// earlier are the days that those of a period are compared with: the same ones
// of the week or month before, or of the period of equal length before. ok is
// false where the month before does not have them.
func (a *asking) earlier(whole, asked stretch, by []string) (before stretch, ok bool) {
	if len(by) == 0 || a.time == "" {
		return asked.shift(a.q.To - a.q.From + 1), true
	}
	start := a.bucketBefore(whole.from)
	if asked == whole {
		return stretch{start, whole.from - 1}, true
	}
	before = stretch{start + asked.from - whole.from, start + asked.to - whole.from}
	return before, before.to < whole.from
}

// answers are the groups of a question's periods, asked for once.
type answers map[stretch]map[string]*group

// compare finds for each group the one before it. A week or a month that the
// question or the exports cut is compared with the same days of the one before.
func (a *asking) compare(by []string, groups map[string]*group, r reach) (map[string]comparison, error) {
	out := map[string]comparison{}
	asked := answers{{a.q.From, a.q.To}: groups}
	ask := func(s stretch) (map[string]*group, error) {
		if g, ok := asked[s]; ok {
			return g, nil
		}
		g, err := a.groups(by, s.from, s.to)
		asked[s] = g
		return g, err
	}
	// Whole buckets and those before them come from one question.
	timed := len(by) > 0 && a.time != ""
	long := stretch{a.q.From, a.q.To}
	if timed {
		long.from = a.bucketBefore(a.bucket(a.q.From))
	}
	for id, g := range groups {
		whole := stretch{a.q.From, a.q.To}
		if len(by) > 0 {
			whole = a.period(g)
		}
		shown := stretch{max(whole.from, a.q.From), min(whole.to, a.q.To)}
		used := stretch{shown.from, min(shown.to, r.complete)}
		earlier, ok := a.earlier(whole, used, by)
		if used.days() == 0 || !ok {
			continue
		}
		now, before := groups, map[string]*group(nil)
		var err error
		if used != shown {
			if now, err = ask(used); err != nil {
				return nil, err
			}
		}
		source := earlier
		if timed && used == whole {
			source = long
		}
		if before, err = ask(source); err != nil {
			return nil, err
		}
		key := id
		if len(by) > 0 {
			key = a.keyBefore(g)
		}
		if now[id] != nil && before[key] != nil {
			out[id] = comparison{now[id], before[key], r.first <= earlier.from}
		}
	}
	return out, nil
}

// cut says whether a group holds fewer days than its period has.
func (a *asking) cut(by []string, g *group, r reach) *Partial {
	whole := stretch{a.q.From, a.q.To}
	if len(by) > 0 {
		whole = a.period(g)
	}
	shown := stretch{max(whole.from, a.q.From), min(whole.to, a.q.To, max(r.last, whole.from-1))}
	if shown == whole || shown.days() == 0 {
		return nil
	}
	return &Partial{shown.days(), whole.days()}
}

// noteReach says what comparisons leave out.
func (a *asking) noteReach(partial bool, r reach, compared ...map[string]comparison) error {
	day := func(d locale.Day) locale.Text {
		return locale.Text{EN: locale.EN.DayText(d), FR: locale.FR.DayText(d)}
	}
	comparing := a.q.Compare != ""
	switch {
	case partial && comparing && a.time == "week":
		a.note("weeks that are cut are compared with the same days of the week before", "les semaines incomplètes sont comparées aux mêmes jours de la semaine d’avant")
	case partial && comparing && a.time == "month":
		a.note("months that are cut are compared with the same days of the month before", "les mois incomplets sont comparés aux mêmes jours du mois d’avant")
	}
	if r.last < a.q.From {
		return nil // nothing is known of the period: noteNothing says why
	}
	if r.last < a.q.To {
		if comparing && a.time == "" {
			a.note("the exports end on %s: the change compares these days with the same ones before", "les exports s’arrêtent au %s\u00a0: l’évolution compare ces jours aux mêmes jours d’avant", day(r.last))
		} else {
			a.note("the exports end on %s", "les exports s’arrêtent au %s", day(r.last))
		}
	}
	if !comparing {
		return nil
	}
	if r.complete < min(r.last, a.q.To) {
		a.note("the exports were made before the end of %s: it is counted, but not compared", "les exports ont été faits avant la fin du %s\u00a0: ce jour est compté, mais pas comparé", day(min(r.last, a.q.To)))
	}
	short := false
	for _, list := range compared {
		for _, c := range list {
			short = short || !c.sums
		}
	}
	if short {
		a.note("the exports begin on %s: sums are not compared with fewer days", "les exports commencent le %s\u00a0: les sommes ne sont pas comparées à celles de moins de jours", day(r.first))
	}
	// An account that ends before the others is compared with more days: it may
	// have ended, or its export is missing.
	var late []int
	for account, last := range r.accounts {
		if last >= a.q.From && last < min(r.complete, a.q.To) {
			late = append(late, account)
		}
	}
	if len(late) == 0 {
		return nil
	}
	slices.Sort(late)
	for _, account := range late {
		name, err := a.accountName(account)
		if err != nil {
			return err
		}
		a.note("nothing of %s after %s: its changes compare fewer days with more", "rien de %s après le %s\u00a0: ses évolutions comparent moins de jours à davantage", name, day(r.accounts[account]))
	}
	return nil
}

// accountName is what people call an account, after its platform.
func (a *asking) accountName(account int) (locale.Text, error) {
	var platform, name, id string
	err := a.db.QueryRowContext(a.ctx, "select platform, name, ext_id from entity where entity = ?", account).Scan(&platform, &name, &id)
	if name == "" {
		name = id
	}
	if name == "" {
		return locale.Same(platform), err
	}
	return locale.Text{EN: platform + " " + locale.EN.Quote(name), FR: platform + " " + locale.FR.Quote(name)}, err
}
