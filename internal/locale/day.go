package locale

import (
	"fmt"
	"time"
)

// Day is a civil date, counted in days from 1 January 1970; the zero Day is no
// day. Platforms report by the account's own day, so a Day has no time zone.
type Day int32

// Date is the day of a year, a month and a day of the month.
func Date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DayOf is the civil date of an instant in its own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Date(y, m, d)
}

// ParseDay reads 2026-09-01.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("day %q: want YYYY-MM-DD", s)
	}
	return DayOf(t), nil
}

// Time is the day's midnight, UTC.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Start is the instant the day begins in a zone.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, dd := d.Time().Date()
	return time.Date(y, m, dd, 0, 0, 0, 0, zone)
}

// IsZero reports no day.
func (d Day) IsZero() bool { return d == 0 }

// String is the ISO date, empty for no day.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText writes the ISO date.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO date; empty is no day.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDay(string(b))
	*d = v
	return err
}

// Weekday is the day of the week, Monday 0 to Sunday 6.
func (d Day) Weekday() int { return (int(d.Time().Weekday()) + 6) % 7 }

// Monday is the first day of the ISO week.
func (d Day) Monday() Day { return d - Day(d.Weekday()) }

// MonthStart is the first day of the month.
func (d Day) MonthStart() Day {
	y, m, _ := d.Time().Date()
	return Date(y, m, 1)
}

// MonthEnd is the last day of the month.
func (d Day) MonthEnd() Day {
	y, m, _ := d.Time().Date()
	return Date(y, m+1, 0)
}

// Quarter is the quarter of the year, 1 to 4.
func (d Day) Quarter() int { return (int(d.Time().Month()) + 2) / 3 }

// QuarterStart is the first day of the quarter.
func (d Day) QuarterStart() Day {
	y, m, _ := d.Time().Date()
	return Date(y, m-(m-1)%3, 1)
}

// QuarterEnd is the last day of the quarter.
func (d Day) QuarterEnd() Day {
	y, m, _ := d.Time().Date()
	return Date(y, m-(m-1)%3+3, 0)
}

// YearStart is the first day of the year.
func (d Day) YearStart() Day { return Date(d.Time().Year(), 1, 1) }

// YearEnd is the last day of the year.
func (d Day) YearEnd() Day { return Date(d.Time().Year(), 12, 31) }

// ISOWeek is the ISO year and week: 2027-01-03 is in week 53 of 2026.
func (d Day) ISOWeek() (year, week int) { return d.Time().ISOWeek() }

// WeekID names the ISO week: 2026-W37.
func (d Day) WeekID() string {
	y, w := d.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

// WeekStart is the Monday of an ISO week; ok is false where the year has no
// such week.
func WeekStart(year, week int) (d Day, ok bool) {
	d = Date(year, time.January, 4).Monday() + Day(7*(week-1))
	y, w := d.ISOWeek()
	return d, y == year && w == week
}

var (
	monthsFR = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	shortFR  = [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
	daysFR   = [...]string{"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"}
	daysEN   = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)

// WeekdayName is the name of a day of the week (Monday 0), in full.
func (l Lang) WeekdayName(weekday int) string {
	if l == EN {
		return daysEN[weekday]
	}
	return daysFR[weekday]
}

func (l Lang) month(m time.Month, short bool) string {
	switch {
	case l == EN && short:
		return m.String()[:3]
	case l == EN:
		return m.String()
	case short:
		return shortFR[m-1]
	}
	return monthsFR[m-1]
}

// date writes a day of the month and, when asked, its month and year. In
// running text French says 1er.
func (l Lang) date(d Day, month, year, short bool) string {
	y, m, dd := d.Time().Date()
	s := fmt.Sprint(dd)
	if l == FR && dd == 1 && !short {
		s = "1er"
	}
	if month {
		s += NBSP + l.month(m, short)
	}
	if year {
		s += " " + fmt.Sprint(y)
	}
	return s
}

// DayShort is a day for an axis or a tight table: 1 sept. / 1 Sep.
func (l Lang) DayShort(d Day) string { return l.date(d, true, false, true) }

// DayText is a day in running text without its year: 1er septembre.
func (l Lang) DayText(d Day) string { return l.date(d, true, false, false) }

// DayLong is a day in running text: 1er septembre 2026.
func (l Lang) DayLong(d Day) string { return l.date(d, true, true, false) }

// Month is a month in running text: septembre 2026.
func (l Lang) Month(d Day) string {
	y, m, _ := d.Time().Date()
	return l.month(m, false) + " " + fmt.Sprint(y)
}

// Week names the ISO week for an axis: S37 / W37.
func (l Lang) Week(d Day) string {
	_, w := d.ISOWeek()
	if l == EN {
		return fmt.Sprintf("W%d", w)
	}
	return fmt.Sprintf("S%d", w)
}

// Period is a range of days in full: 17–30 septembre 2026,
// 28 août – 3 septembre 2026. One day is written alone.
func (l Lang) Period(from, to Day) string { return l.period(from, to, false, true) }

// PeriodShort is Period with short months and no year: 17–30 sept.
func (l Lang) PeriodShort(from, to Day) string { return l.period(from, to, true, false) }

func (l Lang) period(from, to Day, short, year bool) string {
	fy, fm, _ := from.Time().Date()
	ty, tm, _ := to.Time().Date()
	last := l.date(to, true, year, short)
	switch {
	case from == to:
		return last
	case fy == ty && fm == tm:
		return l.date(from, false, false, short) + "–" + last
	case fy == ty || !year:
		return l.date(from, true, false, short) + NBSP + "– " + last
	}
	return l.date(from, true, true, short) + NBSP + "– " + last
}

// FromTo is a range of days inside a sentence: « du 17 au 30 septembre »,
// "from 17 to 30 September".
func (l Lang) FromTo(from, to Day) string {
	fy, fm, _ := from.Time().Date()
	ty, tm, _ := to.Time().Date()
	month := fm != tm || fy != ty
	if from == to {
		if l == EN {
			return "on " + l.DayText(from)
		}
		return "le " + l.DayText(from)
	}
	a, b := l.date(from, month, fy != ty, false), l.date(to, true, fy != ty, false)
	if l == EN {
		return "from " + a + " to " + b
	}
	return "du " + a + " au " + b
}

// Clock is a time of day: 8 h 14 in French, 08:14 in English.
func (l Lang) Clock(t time.Time) string {
	if l == EN {
		return t.Format("15:04")
	}
	if t.Minute() == 0 {
		return fmt.Sprintf("%d%sh", t.Hour(), NBSP)
	}
	return fmt.Sprintf("%d%sh%s%02d", t.Hour(), NBSP, NBSP, t.Minute())
}

// Instant is a day and a time of day: 1er octobre 2026 à 8 h 50.
func (l Lang) Instant(t time.Time) string {
	if l == EN {
		return l.DayLong(DayOf(t)) + " at " + l.Clock(t)
	}
	return l.DayLong(DayOf(t)) + " à " + l.Clock(t)
}
