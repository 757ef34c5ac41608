package main

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

var periodUsage = both("a week 2026-W10, a month 2026-03, a quarter 2026-Q1, a year 2026, days 2026-03-01..2026-03-31, or flight: the whole campaign",
	"une semaine 2026-S10, un mois 2026-03, un trimestre 2026-T1, une année 2026, des jours 2026-03-01..2026-03-31, ou flight\u00a0: toute la campagne")

// The letters of both languages are taken: W and S for weeks, Q and T for
// quarters.
var (
	weekForm    = regexp.MustCompile(`^(\d{4})-[WwSs](\d{1,2})$`)
	quarterForm = regexp.MustCompile(`^(\d{4})-[QqTt]([1-4])$`)
	yearForm    = regexp.MustCompile(`^\d{4}$`)
)

// parsePeriod reads 2026-W10, 2026-03, 2026-Q1, 2026, 2026-03-01..2026-03-31 or,
// of a campaign, flight.
func parsePeriod(s string, c *agency.Campaign) (from, to locale.Day, err error) {
	bad := fail(exitUsage, "period %s: want a week (2026-W10), a month (2026-03), a quarter (2026-Q1), a year (2026), days (2026-03-01..2026-03-31) or flight",
		"période %s\u00a0: une semaine (2026-S10), un mois (2026-03), un trimestre (2026-T1), une année (2026), des jours (2026-03-01..2026-03-31) ou flight attendus", quoted(s))
	if c == nil && (s == "flight" || s == "to-date") {
		return 0, 0, fail(exitUsage, "--period %s is of a campaign, and none is asked for", "--period %s est celle d’une campagne, et aucune n’est demandée", s)
	}
	if s == "flight" {
		return c.Flight.Start, c.Flight.End, nil
	}
	if m := weekForm.FindStringSubmatch(s); m != nil {
		year, _ := strconv.Atoi(m[1])
		week, _ := strconv.Atoi(m[2])
		if from, ok := locale.WeekStart(year, week); ok {
			return from, from + 6, nil
		}
		return 0, 0, fail(exitUsage, "period %s: %d has no such week", "période %s\u00a0: %d n’a pas cette semaine", quoted(s), year)
	}
	if m := quarterForm.FindStringSubmatch(s); m != nil {
		year, _ := strconv.Atoi(m[1])
		quarter, _ := strconv.Atoi(m[2])
		from := locale.Date(year, time.Month(3*quarter-2), 1)
		return from, from.QuarterEnd(), nil
	}
	if yearForm.MatchString(s) {
		year, _ := strconv.Atoi(s)
		from := locale.Date(year, 1, 1)
		return from, from.YearEnd(), nil
	}
	if a, b, ok := strings.Cut(s, ".."); ok {
		from, err1 := locale.ParseDay(a)
		to, err2 := locale.ParseDay(b)
		if err1 != nil || err2 != nil || to < from {
			return 0, 0, bad
		}
		return from, to, nil
	}
	if t, err := time.Parse("2006-01", s); err == nil {
		d := locale.DayOf(t)
		return d, d.MonthEnd(), nil
	}
	if d, err := locale.ParseDay(s); err == nil {
		return d, d, nil
	}
	return 0, 0, bad
}

// parseRange reads --from and --to; a missing end is filled by the caller.
func parseRange(from, to string) (f, t locale.Day, err error) {
	for _, x := range []struct {
		name, text string
		day        *locale.Day
	}{{"--from", from, &f}, {"--to", to, &t}} {
		if x.text == "" {
			continue
		}
		if *x.day, err = locale.ParseDay(x.text); err != nil {
			return 0, 0, fail(exitUsage, "%s %s: want YYYY-MM-DD", "%s %s\u00a0: AAAA-MM-JJ attendu", x.name, quoted(x.text))
		}
	}
	if f != 0 && t != 0 && t < f {
		return 0, 0, fail(exitUsage, "the period ends (%s) before it starts (%s)", "la période finit (%s) avant de commencer (%s)", t, f)
	}
	return f, t, nil
}

// parseAsOf reads the day of what was known then: nothing is known of the days
// after today.
func parseAsOf(s string, today locale.Day) (locale.Day, error) {
	d, err := locale.ParseDay(s)
	if err != nil {
		return 0, fail(exitUsage, "--as-of %s: want YYYY-MM-DD", "--as-of %s\u00a0: AAAA-MM-JJ attendu", quoted(s))
	}
	if d > today {
		return 0, fail(exitUsage, "--as-of %s: lies in the future, today is %s", "--as-of %s\u00a0: c’est dans le futur, nous sommes le %s", quoted(s), today)
	}
	return d, nil
}
