package metrics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/locale"
)

// Partial says that a row holds fewer days than its week, month, quarter or year,
// or than the question's period has: the question cuts it, or the exports end before it
// does.
type Partial struct {
	Days int `json:"days"`
	Of   int `json:"of"`
}

// comparison is a group over the days that can be compared, with the one that it
// is compared with, nil where that is a plan. Sums is false where the latter has
// fewer days, so that ratios can be compared but not sums.
type comparison struct {
	now, before *group
	days        stretch // of now
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
	// days are those known of each account.
	days map[int]map[locale.Day]bool
	// gaps are the days between two known ones of each account that are not.
	gaps map[int][]locale.Day
}

// known is how many of some days are known of any account.
func (r reach) known(s stretch) (n int) {
	for d := s.from; d <= s.to; d++ {
		for _, days := range r.days {
			if days[d] {
				n++
				break
			}
		}
	}
	return n
}

// missing are those of some days that are gaps in what is known of some accounts,
// of any where the list is nil: days between two that are known. The end of what
// is known is no gap, and told otherwise.
func (r reach) missing(accounts []int, s stretch) []locale.Day {
	var gaps []locale.Day
	for account, days := range r.gaps {
		if accounts != nil && !slices.Contains(accounts, account) {
			continue
		}
		for _, d := range days {
			if d >= s.from && d <= s.to {
				gaps = append(gaps, d)
			}
		}
	}
	slices.Sort(gaps)
	return slices.Compact(gaps)
}

// lookBack is for how many days before the question gaps are looked for: a day
// without data at its start is one where days before it have some.
const lookBack = 7

// cells is the SQL of the days of campaigns that exports speak of, each with its
// account and batch. The roll-up has those that are known now: what is absent
// from a complete file lies in the range for which that file answers.
func (s *Scope) cells(asOf time.Time, from, to locale.Day) string {
	if asOf.IsZero() {
		return rollup
	}
	return fmt.Sprintf("served(%s, %s, %s, '%s', 0, '')", instant(asOf), date(from), date(to), s.accountList())
}

// reach asks what is known of the days from..to. Spans know nothing of days:
// where they answer, the whole question is taken to be known.
func (a *asking) reach(from, to locale.Day, spans bool) (reach, error) {
	r := reach{accounts: map[int]locale.Day{}, days: map[int]map[locale.Day]bool{}}
	if spans {
		return reach{last: to, complete: to}, nil
	}
	from -= lookBack
	rows, err := a.db.QueryContext(a.ctx, fill(query("known"), "take", takeSQL,
		"days", a.q.Scope.cells(a.q.AsOf, from, to), "as_of", instant(a.q.AsOf),
		"from", date(from), "to", date(to)), a.q.Scope.plan())
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
		if r.days[account] == nil {
			r.days[account] = map[locale.Day]bool{}
		}
		r.days[account][d] = true
		if r.first == 0 || d < r.first {
			r.first = d
		}
		r.last = max(r.last, d)
		r.accounts[account] = max(r.accounts[account], d)
		if complete, _, _ := a.q.Scope.age(d, known, 0); complete {
			r.complete = max(r.complete, d)
		}
	}
	r.gaps = map[int][]locale.Day{}
	for account, days := range r.days {
		first := r.accounts[account]
		for d := range days {
			first = min(first, d)
		}
		for d := first; d <= r.accounts[account]; d++ {
			if !days[d] {
				r.gaps[account] = append(r.gaps[account], d)
			}
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
	case "quarter":
		return d.QuarterEnd()
	case "year":
		return d.YearEnd()
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

// shown are the days of a group's period that the question asks for.
func (a *asking) shown(by []string, g *group) stretch {
	whole := stretch{a.q.From, a.q.To}
	if len(by) > 0 {
		whole = a.period(g)
	}
	return stretch{max(whole.from, a.q.From), min(whole.to, a.q.To)}
}

// ownAccounts are the accounts that a group's channel, platform, account or
// platform campaign takes from.
func (a *asking) ownAccounts(g *group) []int {
	// Many groups stand for the same objects, each on its own day.
	var key strings.Builder
	for i, d := range a.q.By {
		if i < len(g.keys) && !IsTime(d) {
			key.WriteString(g.keys[i] + "\x1f")
		}
	}
	if list, ok := a.accounts[key.String()]; ok {
		return list
	}
	list := []int{}
	for _, t := range a.ownTakes(g) {
		list = append(list, int(t.Account))
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if a.accounts == nil {
		a.accounts = map[string][]int{}
	}
	a.accounts[key.String()] = list
	return list
}

// ownTakes are the lines of the plan that a group's channel, platform, account or
// platform campaign stands for.
func (a *asking) ownTakes(g *group) []take {
	var list []take
	for _, t := range a.q.Scope.takes {
		in := true
		for i, d := range a.q.By {
			key := ""
			switch d {
			case "channel":
				key = strconv.Itoa(int(t.Channel))
			case "platform":
				key = a.q.Scope.Channels[t.Channel].Platform
			case "account":
				key = strconv.Itoa(int(t.Account))
			case "platform_campaign":
				key = strconv.Itoa(int(t.Campaign))
			default:
				continue
			}
			in = in && g.keys[i] == key
		}
		if in {
			list = append(list, t)
		}
	}
	return list
}

// earlier are the days that those of a period are compared with: the same ones
// of the bucket of time before, or of the period of equal length before, or the
// same weekdays of the year before. ok is false where the bucket before does not
// have them.
func (a *asking) earlier(whole, asked stretch, by []string) (before stretch, ok bool) {
	if a.q.Compare == CompareYear {
		return asked.shift(YearDays), true
	}
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

// compare finds for each group the one that it is compared with. A bucket of time
// that the question or the exports cut is compared with the same days of the one
// before.
func (a *asking) compare(by []string, groups map[string]*group, r reach) (map[string]comparison, error) {
	out := map[string]comparison{}
	asked := answers{{a.q.From, a.q.To}: groups}
	ask := func(s stretch, shift locale.Day) (map[string]*group, error) {
		if g, ok := asked[s]; ok {
			return g, nil
		}
		a.shift = shift
		defer func() { a.shift = 0 }()
		var err error
		switch g, ok := a.earlierRows[s]; {
		case len(by) > 0 && ok:
			asked[s] = g
		case len(by) == 0 && len(a.q.By) > 0 && a.time == "":
			// The rows will be compared with the same days.
			a.earlierRows = answers{}
			a.earlierRows[s], asked[s], err = a.withTotal(a.q.By, s.from, s.to)
		default:
			asked[s], err = a.groups(by, s.from, s.to)
		}
		return asked[s], err
	}
	timed := len(by) > 0 && a.time != ""
	shift := locale.Day(0)
	if a.q.Compare == CompareYear {
		shift = YearDays
	}
	for id, g := range groups {
		whole := stretch{a.q.From, a.q.To}
		if len(by) > 0 {
			whole = a.period(g)
		}
		shown := a.shown(by, g)
		used := stretch{shown.from, min(shown.to, r.complete)}
		if used.days() == 0 {
			continue
		}
		now := groups
		var err error
		if used != shown {
			if now, err = ask(used, 0); err != nil {
				return nil, err
			}
		}
		if a.q.Compare == ComparePlan || a.q.Compare == CompareTarget {
			if now[id] != nil {
				out[id] = comparison{now: now[id], days: used}
			}
			continue
		}
		earlier, ok := a.earlier(whole, used, by)
		if !ok {
			continue
		}
		// The bucket before a whole one is mostly a row of the question itself; the
		// year before comes from one question.
		before := groups
		switch {
		case shift > 0 && used == shown:
			before, err = ask(stretch{a.q.From, a.q.To}.shift(shift), shift)
		case shift > 0 || !timed || used != whole || earlier.from < a.q.From:
			before, err = ask(earlier, shift)
		}
		if err != nil {
			return nil, err
		}
		key, sums := id, r.first <= earlier.from
		if shift > 0 {
			sums = r.days == nil || r.known(earlier) == r.known(used)
		} else if len(by) > 0 {
			key = a.keyBefore(g)
		}
		if now[id] != nil && before[key] != nil {
			out[id] = comparison{now[id], before[key], used, sums}
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
	shown := stretch{max(whole.from, a.q.From, r.first), min(whole.to, a.q.To, max(r.last, whole.from-1))}
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
	back := a.q.Compare == ComparePrevious
	if partial && back {
		switch a.time {
		case "week":
			a.note("weeks that are cut are compared with the same days of the week before", "les semaines incomplètes sont comparées aux mêmes jours de la semaine d’avant")
		case "month":
			a.note("months that are cut are compared with the same days of the month before", "les mois incomplets sont comparés aux mêmes jours du mois d’avant")
		case "quarter":
			a.note("quarters that are cut are compared with the same days of the quarter before, counted from its first", "les trimestres incomplets sont comparés aux mêmes jours du trimestre d’avant, comptés depuis son premier")
		case "year":
			a.note("years that are cut are compared with the same days of the year before, counted from its first", "les années incomplètes sont comparées aux mêmes jours de l’année d’avant, comptés depuis son premier")
		}
	}
	if a.q.Compare == CompareYear {
		a.noteYear(r, compared...)
	}
	if r.last < a.q.From {
		return nil // nothing is known of the period: noteNothing says why
	}
	if !comparing && (a.time == "" || a.time == "day") {
		return nil // the total is marked as partial
	}
	if r.last < a.q.To {
		if (back || a.q.Compare == CompareYear) && a.time == "" && !nothingIn(compared) {
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
	if short && back {
		a.note("the exports begin on %s: sums are not compared with fewer days", "les exports commencent le %s\u00a0: les sommes ne sont pas comparées à celles de moins de jours", day(r.first))
	}
	// An account that ends before the others is compared with more days: it may
	// have ended, or its export is missing.
	if !back && a.q.Compare != CompareYear {
		return nil
	}
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

// nothingIn reports that there was nothing to compare with.
func nothingIn(compared []map[string]comparison) bool {
	return !slices.ContainsFunc(compared, func(m map[string]comparison) bool { return len(m) > 0 })
}

// noteYear says which days the year before are, and what is known of them.
func (a *asking) noteYear(r reach, compared ...map[string]comparison) {
	before := stretch{a.q.From, a.q.To}.shift(YearDays)
	days := locale.Text{EN: locale.EN.Period(before.from, before.to), FR: locale.FR.Period(before.from, before.to)}
	n := r.known(before)
	switch {
	case nothingIn(compared):
		a.note("no export of these campaigns holds the days of the year before, 52 weeks earlier: %s", "aucun export de ces campagnes ne contient les jours de l’année d’avant, 52 semaines plus tôt\u00a0: %s", days)
	case r.days != nil && n != r.known(stretch{a.q.From, a.q.To}):
		a.note("the year before is 52 weeks earlier, so that weekdays meet the same weekdays: %s; the exports know %d of these days and %d of those asked for: sums are compared only where both have as many",
			"l’année d’avant, c’est 52 semaines plus tôt, pour que chaque jour de la semaine rencontre le même\u00a0: %s\u00a0; les exports connaissent %d de ces jours et %d des jours demandés\u00a0: les sommes ne sont comparées que là où il y en a autant", days, n, r.known(stretch{a.q.From, a.q.To}))
	default:
		a.note("the year before is 52 weeks earlier, so that weekdays meet the same weekdays: %s", "l’année d’avant, c’est 52 semaines plus tôt, pour que chaque jour de la semaine rencontre le même\u00a0: %s", days)
	}
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
