package jobs

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// schedule is when a report is due: wall-clock times of a zone.
//
// The library counts in the wall clock alone, as if every day had 24 hours, and
// times are turned into instants here: left to itself it skips 02:30 on the
// night that has none and fires twice on the night that has two.
type schedule struct {
	spec  *cron.SpecSchedule
	zone  *time.Location
	every string // week, month or days
}

// The periods that a schedule reports.
const (
	everyWeek  = "week"
	everyMonth = "month"
	everyDays  = "days"
)

var fields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// newSchedule reads five cron fields. It refuses a zone inside the text, on
// which the library panics or, worse, moves the times, and what never comes
// due, which it accepts in silence.
func newSchedule(text string, zone *time.Location) (s schedule, err error) {
	if strings.Contains(strings.ToUpper(text), "TZ=") {
		return s, fmt.Errorf("schedule %q: a time zone does not belong in it", text)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("schedule %q: %v", text, p)
		}
	}()
	parsed, err := fields.Parse(text)
	if err != nil {
		return s, fmt.Errorf("schedule %q: %w", text, err)
	}
	s = schedule{spec: parsed.(*cron.SpecSchedule), zone: zone, every: everyDays}
	s.spec.Location = time.UTC
	if s.spec.Next(time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return s, fmt.Errorf("schedule %q: no such day exists", text)
	}
	one := func(field string) bool { return strings.Trim(field, "0123456789") == "" }
	if f := strings.Fields(text); one(f[0]) && one(f[1]) && f[3] == "*" {
		switch {
		case f[2] == "*" && one(f[4]):
			s.every = everyWeek
		case one(f[2]) && f[4] == "*":
			s.every = everyMonth
		}
	}
	return s, nil
}

// moment is one time that a schedule names: its wall clock, written as if the
// zone were UTC, and the instant at which it is due.
type moment struct {
	wall time.Time
	due  time.Time // UTC
}

// at finds the instant of a wall-clock time: the first of two, or the moment
// the clocks jump over it.
func (s schedule) at(wall time.Time) moment {
	y, m, d := wall.Date()
	t := time.Date(y, m, d, wall.Hour(), wall.Minute(), 0, 0, s.zone)
	from, to := t.ZoneBounds()
	shown := clockOf(t)
	switch {
	case shown.After(wall): // read with the offset of before the jump
		t = from
	case shown.Before(wall): // read with that of after it
		t = to
	case !from.IsZero():
		_, offset := from.Add(-time.Second).Zone()
		if first := wall.Add(-time.Duration(offset) * time.Second); first.Before(from) {
			t = first
		}
	}
	return moment{wall, t.UTC()}
}

// clockOf is what a clock on the wall shows, written as if it were UTC.
func clockOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// anyShift is more than clocks were ever moved at once.
const anyShift = 26 * time.Hour

// maxSlots bounds how far back missed slots are counted one by one.
const maxSlots = 1000

// between lists the moments due after one instant and up to another, oldest
// first: the newest maxSlots of them.
func (s schedule) between(after, upTo time.Time) []moment {
	var list []moment
	for wall := clockOf(after.In(s.zone)).Add(-anyShift); ; {
		if wall = s.spec.Next(wall); wall.IsZero() {
			break
		}
		m := s.at(wall)
		if m.due.After(upTo) {
			break
		}
		if m.due.After(after) {
			list = append(list, m)
		}
	}
	return list[max(0, len(list)-maxSlots):]
}

// next is the first moment due after an instant; ok is false where the library
// finds none within five years.
func (s schedule) next(after time.Time) (m moment, ok bool) {
	for wall := clockOf(after.In(s.zone)).Add(-anyShift); ; {
		if wall = s.spec.Next(wall); wall.IsZero() {
			return moment{}, false
		}
		if m := s.at(wall); m.due.After(after) {
			return m, true
		}
	}
}

// lookBack are the stretches in which the moment before another is looked for.
var lookBack = []time.Duration{time.Hour, 24 * time.Hour, 8 * 24 * time.Hour, 32 * 24 * time.Hour, 5 * 366 * 24 * time.Hour}

// last is the newest moment due by an instant.
func (s schedule) last(by time.Time) (m moment, ok bool) {
	for _, back := range lookBack {
		if list := s.between(by.Add(-back), by); len(list) > 0 {
			return list[len(list)-1], true
		}
	}
	return moment{}, false
}

// period is what a report due at a wall-clock time tells of: the last complete
// ISO week for a weekly one, the previous month for a monthly one, and else the
// whole days since the time before, so that a report on working days tells on
// Monday of the weekend; always at least the day before.
func (s schedule) period(wall time.Time) (from, to locale.Day) {
	day := locale.DayOf(wall)
	switch s.every {
	case everyWeek:
		return day.Monday() - 7, day.Monday() - 1
	case everyMonth:
		to = day.MonthStart() - 1
		return to.MonthStart(), to
	}
	to = day - 1
	for _, back := range lookBack {
		before := time.Time{}
		for t := s.spec.Next(wall.Add(-back)); t.Before(wall) && !t.IsZero(); t = s.spec.Next(t) {
			before = t
		}
		if !before.IsZero() {
			return min(locale.DayOf(before), to), to
		}
	}
	return to, to
}

// job is what comes due: a report that a campaign asks for, or a source to be
// fetched from.
type job struct {
	name     string // report/client/campaign/tracking-week, source/id
	schedule schedule
	campaign *agency.Campaign // of a report
	report   agency.Report
	source   *agency.Source // nil for a report
}

// slot names the time a job is due: by wall clock and zone, so that the hour
// that comes twice has one name.
func (j job) slot(m moment) string {
	return fmt.Sprintf("%s@%s %s", j.name, m.wall.Format("2006-01-02T15:04"), j.schedule.zone)
}

// entry is a moment's row of the ledger, as it is written first. The period of
// a fetch is the day on which it is due.
func (j job) entry(m moment) Slot {
	x := Slot{Slot: j.slot(m), Job: j.name, Due: m.due, Zone: j.schedule.zone.String(), State: Waiting}
	if j.source != nil {
		x.Client, x.Kind = j.source.Client.ID, j.source.Kind
		x.Period.From = locale.DayOf(m.wall)
		x.Period.To = x.Period.From
		return x
	}
	x.Client, x.Campaign, x.Kind = j.campaign.Client.ID, j.campaign.ID, j.report.Kind
	x.Period.From, x.Period.To = j.schedule.period(m.wall)
	return x
}

// inFlight reports whether a moment's period has a day of the flight: a report
// is due while the flight lasts and until its last day has been reported. A
// source is asked as long as it is there.
func (j job) inFlight(m moment) bool {
	if j.source != nil {
		return true
	}
	from, to := j.schedule.period(m.wall)
	return from <= j.campaign.Flight.End && to >= j.campaign.Flight.Start
}

// owed lists the moments that should be in the ledger and are not, oldest
// first. newest is the last one that is there: what is owed follows from it and
// from the flight, never from a window around now.
//
// Where the ledger has none, the job was first seen after it could have run.
// What was due before that is not owed, since nobody was asked, but for the
// newest, while the next is not due: a team that sets up on Wednesday wants
// Monday's report, and one that opens an old campaign wants none.
func (j job) owed(firstSeen, newest, now time.Time) []moment {
	after := newest
	if after.IsZero() {
		after = firstSeen
		if m, ok := j.schedule.last(firstSeen); ok {
			after = m.due.Add(-time.Nanosecond)
		}
	}
	var list []moment
	for _, m := range j.schedule.between(after, now) {
		if j.inFlight(m) {
			list = append(list, m)
		}
	}
	return list
}

// upcoming is the next moment after an instant whose period has a day of the
// flight.
func (j job) upcoming(after time.Time) (m moment, ok bool) {
	if start := j.campaign.Flight.Start.Start(j.campaign.Zone); start.After(after) {
		after = start
	}
	for {
		if m, ok = j.schedule.next(after); !ok {
			return m, false
		}
		from, _ := j.schedule.period(m.wall)
		if from > j.campaign.Flight.End {
			return m, false
		}
		if j.inFlight(m) {
			return m, true
		}
		after = m.due
	}
}
