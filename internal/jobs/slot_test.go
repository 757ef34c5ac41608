package jobs

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/tools/txtar"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

// cases are the txtar files of a folder; each must say what it shows.
func cases(t *testing.T, pattern string, run func(t *testing.T, path string, a *txtar.Archive)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s", pattern)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(a.Comment)) == 0 {
				t.Error("the case does not say what it shows")
			}
			run(t, path, a)
			if *update {
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// golden compares a part of a case with what came out, or rewrites it.
func golden(t *testing.T, a *txtar.Archive, name, got string) {
	t.Helper()
	for i := range a.Files {
		if f := &a.Files[i]; f.Name == name {
			if *update {
				f.Data = []byte(got)
			} else if string(f.Data) != got {
				t.Errorf("%s: got\n%s\nwant\n%s", name, got, f.Data)
			}
			return
		}
	}
	if !*update {
		t.Errorf("no part %s", name)
		return
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(got)})
}

func part(t *testing.T, a *txtar.Archive, name string) string {
	t.Helper()
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	t.Fatalf("no part %s", name)
	return ""
}

// TestSlots lists what is owed of each report in testdata/jobs/slots.
func TestSlots(t *testing.T) {
	cases(t, "../../testdata/jobs/slots/*.txtar", func(t *testing.T, path string, a *txtar.Archive) {
		say := map[string]string{}
		for line := range strings.Lines(part(t, a, "report.txt")) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			say[key] = value
		}
		zone, err := time.LoadLocation(say["zone"])
		if err != nil {
			t.Fatal(err)
		}
		when := func(key string) time.Time {
			if say[key] == "" {
				return time.Time{}
			}
			at, err := time.Parse(time.RFC3339, say[key])
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		day := func(s string) locale.Day {
			d, err := locale.ParseDay(s)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		from, to, _ := strings.Cut(say["flight"], " ")
		s, err := newSchedule(say["cron"], zone)
		if err != nil {
			t.Fatal(err)
		}
		j := job{name: "report", schedule: s, campaign: &agency.Campaign{Zone: zone, Flight: agency.Flight{Start: day(from), End: day(to)}}}
		var b strings.Builder
		for _, m := range j.owed(when("first-seen"), when("newest"), when("now")) {
			first, last := s.period(m.wall)
			fmt.Fprintf(&b, "%s  due %s  tells of %s to %s\n", j.slot(m), m.due.Format("2006-01-02 15:04 MST"), first, last)
		}
		if m, ok := j.upcoming(when("now")); ok {
			fmt.Fprintf(&b, "next: %s  due %s\n", j.slot(m), m.due.Format("2006-01-02 15:04 MST"))
		} else {
			b.WriteString("next: none\n")
		}
		golden(t, a, "slots.golden", b.String())
	})
}

// TestLibraryTraps shows what robfig/cron does when it is left to itself. Where
// this test fails the library has changed, and slot.go may become simpler.
func TestLibraryTraps(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	night, err := fields.Parse("30 2 * * *")
	if err != nil {
		t.Fatal(err)
	}
	runs := func(from, to time.Time) (list []string) {
		for at := night.Next(from); at.Before(to); at = night.Next(at) {
			list = append(list, at.Format("02 15:04 MST"))
		}
		return list
	}
	check := func(name, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	check("spring night", fmt.Sprint(runs(time.Date(2026, 3, 28, 12, 0, 0, 0, paris), time.Date(2026, 3, 30, 12, 0, 0, 0, paris))),
		"[30 02:30 CEST]")
	check("autumn night", fmt.Sprint(runs(time.Date(2026, 10, 24, 12, 0, 0, 0, paris), time.Date(2026, 10, 26, 12, 0, 0, 0, paris))),
		"[25 02:30 CEST 25 02:30 CET 26 02:30 CET]")

	never, err := fields.Parse("0 0 31 2 *")
	if err != nil || !never.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		t.Error("31 February is refused, or comes")
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a zone without fields does not panic")
			}
		}()
		fields.Parse("TZ=Europe/Paris")
	}()
	// The guard against overlaps must stand outside the one against panics.
	ran := 0
	run := cron.NewChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(cron.DiscardLogger)).
		Then(cron.FuncJob(func() { ran++; panic("on purpose") }))
	run.Run()
	run.Run()
	if ran != 2 {
		t.Errorf("after a panic the job ran %d times of 2", ran)
	}
}

// TestScheduleRefused: what the library would take, and should not.
func TestScheduleRefused(t *testing.T) {
	for _, text := range []string{
		"TZ=Europe/Paris", "CRON_TZ=Europe/Paris 0 8 * * *", "tz=utc 0 8 * * *", // panics, moves, moves
		"0 0 31 2 *", "0 0 30 2 *", // never
		"@daily", "@every 5s", "", "0 8 * *", "0 8 * * 8",
	} {
		if _, err := newSchedule(text, time.UTC); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	for text, every := range map[string]string{
		"0 8 * * 1": everyWeek, "0 8 1 * *": everyMonth, "0 8 * * *": everyDays, "0 8 * * 1,2": everyDays,
		"0 8 1 * 1": everyDays, "0 8,9 * * 1": everyDays, "0 0 29 2 *": everyDays, "0 8 * 3 1": everyDays,
	} {
		if s, err := newSchedule(text, time.UTC); err != nil || s.every != every {
			t.Errorf("%q: every %s, %v; want %s", text, s.every, err, every)
		}
	}
}

// zones where clocks change by an hour or by half of one, at two or at
// midnight, or where a whole day was left out.
var zones = []string{"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Pacific/Apia", "UTC"}

// TestWallClock holds every quarter of an hour of a year against the instants
// of that year: a wall-clock time is due at the first instant that shows it,
// or at the first after it where none does.
func TestWallClock(t *testing.T) {
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		s := schedule{zone: zone}
		for _, year := range []int{2011, 2026} {
			shown := map[time.Time]time.Time{} // first instant of each wall clock
			var instants []time.Time
			for at := time.Date(year-1, 12, 30, 0, 0, 0, 0, time.UTC); at.Year() <= year || at.YearDay() < 3; at = at.Add(15 * time.Minute) {
				wall := clockOf(at.In(zone))
				if _, ok := shown[wall]; !ok {
					shown[wall] = at
				}
				instants = append(instants, at)
			}
			next := 0 // the first instant whose wall clock is not before wall
			for wall := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); wall.Year() == year; wall = wall.Add(15 * time.Minute) {
				want, ok := shown[wall]
				if !ok {
					for clockOf(instants[next].In(zone)).Before(wall) {
						next++
					}
					want = instants[next]
				}
				if got := s.at(wall).due; !got.Equal(want) {
					t.Fatalf("%s: %s is due %s, want %s", name, wall.Format(time.DateTime), got, want)
				}
			}
		}
	}
}

// TestPeriodsMeet: over fifteen years, each report begins where the one before
// ended, across New Year and the nights when clocks change, and each wall-clock
// time comes once.
func TestPeriodsMeet(t *testing.T) {
	for _, name := range []string{"Europe/Paris", "America/Santiago"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"0 8 * * 1", "30 2 * * 0", "15 0 * * 4", "0 8 1 * *", "30 2 28 * *", "30 2 * * *", "0 8 * * 1,2,3,4,5", "0 8 1,15 * *"} {
			s, err := newSchedule(text, zone)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[time.Time]bool{}
			var last locale.Day
			at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
			for n := 0; ; n++ {
				m, ok := s.next(at)
				if !ok || m.due.Year() > 2035 {
					if n < 150 {
						t.Errorf("%s %s: %d slots", name, text, n)
					}
					break
				}
				from, to := s.period(m.wall)
				switch {
				case seen[m.wall]:
					t.Fatalf("%s %s: %s comes twice", name, text, m.wall)
				case !m.due.After(at):
					t.Fatalf("%s %s: %s is not after %s", name, text, m.due, at)
				case last != 0 && from != last+1:
					t.Fatalf("%s %s: %s tells of %s to %s, the one before ended on %s", name, text, m.wall, from, to, last)
				case to >= locale.DayOf(m.wall):
					t.Fatalf("%s %s: %s tells of a day that has not ended", name, text, m.wall)
				case s.every == everyWeek && (from.Weekday() != 0 || to != from+6):
					t.Fatalf("%s %s: %s to %s is no ISO week", name, text, from, to)
				}
				seen[m.wall], last, at = true, to, m.due
			}
		}
	}
}
