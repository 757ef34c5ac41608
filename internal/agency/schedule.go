package agency

import (
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"vigie/internal/locale"
)

// Schedule says when a report or a fetch is due, in the wall clock of the time
// zone of its campaign or agency.
type Schedule struct {
	Words string // as the file writes it
	// Cron is the schedule as five cron fields (minute hour day month weekday),
	// Sunday being 0. It is always set and always comes due.
	Cron string
	// Every is how often it comes: a day, a week, a month; empty where the file
	// gives cron fields, and the values below are then not set.
	Every    string
	Weekday  int // of a week: Monday 0 to Sunday 6
	MonthDay int // of a month: 1 to 28
	Hour     int // 0 to 23
	Minute   int // 0 to 59
}

// The answers of Schedule.Every.
const (
	Daily   = "day"
	Weekly  = "week"
	Monthly = "month"
)

var (
	whenShape = regexp.MustCompile(`^(?:(?:every|each|on|the|le|chaque|tous les) )*(\p{L}+|\d{1,2} ?(?:st|nd|rd|th|er)?)(?: at| à)? (\d{1,2}) ?(?::|h) ?(\d{2})?$`)
	zoneWords = regexp.MustCompile(`(?i)tz=|\b(utc|gmt|cest|cet|z)\b|\p{L}+/\p{L}+|\d[+-]\d\d:?\d\d$`)
)

// whenHelp is what a schedule may look like.
var whenHelp = say(`want a day and a time, as "monday 08:00", "daily 07:30" or "1st 08:00"`, `il faut un jour et une heure, comme "lundi 08:00", "tous les jours 07:30" ou "le 1er 08:00"`)

// zoneInside is said of a time zone inside a schedule: times are in the zone of
// the campaign or of the agency, and cron libraries misread the other place.
var zoneInside = say("a time zone does not belong here: write it as time_zone in campaign.yaml or vigie.yaml", "un fuseau horaire n’a pas sa place ici\u00a0: écrivez-le comme time_zone dans campaign.yaml ou vigie.yaml")

// parseWhen reads a schedule in words, French or English. warning is set for a
// schedule that is kept but may surprise.
func parseWhen(words string) (s Schedule, warning, wrong *locale.Text) {
	refuse := func(t locale.Text) (Schedule, *locale.Text, *locale.Text) { return Schedule{}, nil, &t }
	if zoneWords.MatchString(words) {
		return refuse(zoneInside)
	}
	m := whenShape.FindStringSubmatch(strings.ToLower(fold(words)))
	if m == nil {
		return refuse(say("%s: %s", "%s\u00a0: %s", q(words), whenHelp))
	}
	s.Words = words
	s.Hour, _ = strconv.Atoi(m[2])
	s.Minute, _ = strconv.Atoi(m[3])
	if s.Hour > 23 || s.Minute > 59 {
		return refuse(say("%s: there is no such time", "%s\u00a0: cette heure n’existe pas", q(words)))
	}
	if m[3] == "" && strings.HasSuffix(words, ":") {
		return refuse(say("%s: %s", "%s\u00a0: %s", q(words), whenHelp))
	}
	number := strings.TrimRight(m[1], "stndrhe ")
	wd, isDay := weekday(m[1])
	if !isDay {
		wd, isDay = weekday(strings.TrimSuffix(m[1], "s"))
	}
	switch {
	case isDay:
		s.Every, s.Weekday = Weekly, wd
		s.Cron = fmt.Sprintf("%d %d * * %d", s.Minute, s.Hour, (wd+1)%7)
	case m[1] == "daily" || m[1] == "day" || m[1] == "jour" || m[1] == "jours" || m[1] == "quotidien":
		s.Every = Daily
		s.Cron = fmt.Sprintf("%d %d * * *", s.Minute, s.Hour)
	case number != "" && number[0] >= '0' && number[0] <= '9':
		s.MonthDay, _ = strconv.Atoi(number)
		if s.MonthDay < 1 || s.MonthDay > 28 {
			return refuse(say("%s: want a day of the month from 1 to 28, which every month has", "%s\u00a0: il faut un jour du mois de 1 à 28, que tous les mois ont", q(words)))
		}
		s.Every = Monthly
		s.Cron = fmt.Sprintf("%d %d %d * *", s.Minute, s.Hour, s.MonthDay)
	default:
		return refuse(say("%s: %s", "%s\u00a0: %s", q(words), whenHelp))
	}
	if s.Hour == 2 {
		warning = &nightWarning
	}
	return s, warning, nil
}

// schedule reads the keys when and cron, of which a file has one, below a path.
// It is the zero Schedule where the file has neither, or a wrong one.
func (d *doc) schedule(when, cron string, path ...any) (s Schedule) {
	at := func(key string) ast.Node { return d.find(append(slices.Clone(path), key)...) }
	switch {
	case when != "" && cron != "":
		d.fail(at("cron"), say("when or cron, not both", "when ou cron, pas les deux"))
	case when != "":
		parsed, warning, wrong := parseWhen(when)
		s = parsed
		if wrong != nil {
			d.fail(at("when"), *wrong)
		}
		if warning != nil {
			d.warn(at("when"), *warning)
		}
	case cron != "":
		parsed, warnings, wrong := parseCron(cron)
		s = parsed
		if wrong != nil {
			d.fail(at("cron"), *wrong)
		}
		for _, w := range warnings {
			d.warn(at("cron"), w)
		}
	}
	return s
}

// nightWarning is said of the hour that does not exist in spring and comes
// twice in autumn.
var nightWarning = say("from 02:00 to 03:00 the clocks change: choose another hour", "entre 02:00 et 03:00 l’heure change deux fois par an\u00a0: choisissez une autre heure")

// cronFields are the five fields with their least and largest values.
var cronFields = [5]struct {
	name     locale.Text
	min, max int
}{
	{say("minute", "minute"), 0, 59},
	{say("hour", "heure"), 0, 23},
	{say("day of the month", "jour du mois"), 1, 31},
	{say("month", "mois"), 1, 12},
	{say("weekday", "jour de la semaine"), 0, 7},
}

// monthDays are the most days each month can have.
var monthDays = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// parseCron reads five cron fields and writes them again in one way, so that
// what runs is what was checked: no names, Sunday as 0, a schedule that comes
// due at least once.
func parseCron(spec string) (s Schedule, warnings []locale.Text, wrong *locale.Text) {
	refuse := func(t locale.Text) (Schedule, []locale.Text, *locale.Text) { return Schedule{}, nil, &t }
	if zoneWords.MatchString(spec) {
		return refuse(zoneInside)
	}
	fields := strings.Fields(spec)
	if len(fields) != len(cronFields) {
		return refuse(say(`cron %s: want five fields, minute hour day month weekday, as "0 8 * * 1"`, "cron %s\u00a0: il faut cinq champs, minute heure jour mois jour-de-semaine, comme \"0 8 * * 1\"", q(spec)))
	}
	var sets [5]uint64
	for i, f := range fields {
		c := cronFields[i]
		set, ok := cronSet(f, c.min, c.max)
		if !ok {
			return refuse(say("cron field %s (%s): want *, or numbers from %d to %d with , - and /", "champ cron %s (%s)\u00a0: il faut *, ou des nombres de %d à %d avec , - et /", q(f), c.name, c.min, c.max))
		}
		if i == 4 && set>>7&1 == 1 {
			set = set&^(1<<7) | 1
		}
		sets[i] = set
		fields[i] = cronText(set, c.min, min(c.max, [5]int{59, 23, 31, 12, 6}[i]))
	}
	both := fields[2] != "*" && fields[4] != "*"
	if fields[4] == "*" && !comesDue(sets[2], sets[3]) {
		return refuse(say("cron %s: no such day exists", "cron %s\u00a0: ce jour n’existe pas", q(spec)))
	}
	if both {
		warnings = append(warnings, say("cron runs when the day of the month or the weekday fits, not both", "cron se déclenche quand le jour du mois ou le jour de la semaine convient, pas les deux"))
	}
	if sets[1]>>2&1 == 1 {
		warnings = append(warnings, nightWarning)
	}
	return Schedule{Words: spec, Cron: strings.Join(fields, " ")}, warnings, nil
}

// comesDue reports whether any month of the set has any day of the set.
func comesDue(days, months uint64) bool {
	for m := 1; m <= 12; m++ {
		if months>>m&1 == 1 && bits.TrailingZeros64(days) <= monthDays[m] {
			return true
		}
	}
	return false
}

// cronSet is the set of values of one field, as bits.
func cronSet(field string, lo, hi int) (set uint64, ok bool) {
	for _, item := range strings.Split(field, ",") {
		span, step, stepped := strings.Cut(item, "/")
		by := 1
		if stepped {
			if by, ok = cronNumber(step, 1, hi); !ok {
				return 0, false
			}
		}
		from, to := lo, hi
		if hi == 7 {
			to = 6 // * is each weekday once
		}
		if span != "*" {
			a, b, ranged := strings.Cut(span, "-")
			if from, ok = cronNumber(a, lo, hi); !ok {
				return 0, false
			}
			switch {
			case ranged:
				if to, ok = cronNumber(b, from, hi); !ok {
					return 0, false
				}
			case !stepped:
				to = from
			}
		}
		for v := from; v <= to; v += by {
			set |= 1 << v
		}
	}
	return set, set != 0
}

func cronNumber(s string, lo, hi int) (int, bool) {
	if s == "" || len(s) > 2 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, _ := strconv.Atoi(s)
	return n, n >= lo && n <= hi
}

// cronText writes a set of values as a cron field.
func cronText(set uint64, lo, hi int) string {
	var values []string
	for v := lo; v <= hi; v++ {
		if set>>v&1 == 1 {
			values = append(values, strconv.Itoa(v))
		}
	}
	if len(values) == hi-lo+1 {
		return "*"
	}
	return strings.Join(values, ",")
}
