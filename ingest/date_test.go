package ingest

import (
	"strconv"
	"testing"
	"time"

	"vigie/internal/locale"
)

// Every grammar of dates that exports have, with the day before the month and
// with the month before the day.
func TestDates(t *testing.T) {
	check := func(cell, dmy, mdy string) {
		t.Helper()
		for order, want := range map[string]string{"dmy": dmy, "mdy": mdy} {
			d := dates{order: order, fixed: true, proved: true, nulls: []string{"--"}}
			first, last, is := d.read([]byte(spaces.Replace(cell)))
			got := "bad"
			switch {
			case is == missing:
				got = "missing"
			case is == fine && first != last:
				got = first.String() + ".." + last.String()
			case is == fine:
				got = first.String()
			}
			if got != want {
				t.Errorf("%q with %s is %s, want %s", cell, order, got, want)
			}
		}
	}
	same := func(cell, want string) { t.Helper(); check(cell, want, want) }
	same("2026-02-23", "2026-02-23")
	same("2026-02-29", "bad")
	same("2024-02-29", "2024-02-29")
	same("2000-02-29", "2000-02-29")
	same("2000-01-01", "2000-01-01")
	same("1999-12-31", "bad")
	same("2099-12-31", "2099-12-31")
	same("2026/02/23", "2026-02-23")
	same("20260223", "2026-02-23")
	same("2026-02-23 22:58", "2026-02-23")
	same("2026-02-23T00:00:00", "2026-02-23")
	check("03/04/2026", "2026-04-03", "2026-03-04")
	check("3.4.2026", "2026-04-03", "2026-03-04")
	check("23-9-2026", "2026-09-23", "bad")
	check("9/21/2026", "bad", "2026-09-21")
	check("31/12/26", "2026-12-31", "bad")
	same("23 févr. 2026", "2026-02-23")
	same("1 sept. 2026", "2026-09-01")
	same("1er mars 2026", "2026-03-01")
	same("27~January~2026", "2026-01-27")
	same("February 23, 2026", "2026-02-23")
	same("Feb 1, 2020", "2020-02-01")
	same("25-Jan-21", "2021-01-25")
	same("Thu, 5 Feb 2026", "2026-02-05")
	same("jeu. 5 févr. 2026", "2026-02-05")
	same("Nov 22, 2025, 8:41^AM", "2025-11-22")
	same("August 32, 2026", "bad")
	same("31 juin 2026", "bad")
	same("2024-03-01 - 2024-03-11", "2024-03-01..2024-03-11")
	same("27 janv. 2026 – 23 févr. 2026", "2026-01-27..2026-02-23")
	same("2024-03-11 - 2024-03-01", "bad")
	same("Sunday", "bad")
	same("46000", "bad")
	same("12", "bad")
	same("2026", "bad")
	same("", "missing")
	same(" --", "missing")
	same("Ongoing", "bad")
	same("1 2 3 4 5 6", "bad")
	same("2026-02-23 and more", "bad")
}

// Days of a hundred years are the calendar's.
func TestCivil(t *testing.T) {
	for d := locale.Date(2000, 1, 1); d <= locale.Date(2099, 12, 31); d++ {
		y, m, day := d.Time().Date()
		if got, ok := civil(y, int(m), day); !ok || got != d {
			t.Fatalf("%s is %s", d, got)
		}
		if got, ok := isoDay([]byte(d.String())); !ok || got != d {
			t.Fatalf("%s is read as %s", d, got)
		}
		if got, ok := excelDay([]byte(strconv.Itoa(int(d)+25569)), false); !ok || got != d {
			t.Fatalf("%s is serial %s", d, got)
		}
	}
	if got, ok := excelDay([]byte("44620.75"), true); !ok || got != locale.Date(2026, 3, 1) {
		t.Errorf("with years from 1904 it is %s", got)
	}
}

func TestPeriods(t *testing.T) {
	check := func(cell, role, want string) {
		t.Helper()
		first, last, ok := parsePeriod(cell, role)
		got := "bad"
		if ok {
			got = first.String() + ".." + last.String()
		}
		if got != want {
			t.Errorf("%s %q is %s, want %s", role, cell, got, want)
		}
	}
	check("2026-02", "month", "2026-02-01..2026-02-28")
	check("02/2026", "month", "2026-02-01..2026-02-28")
	check("Feb 2026", "month", "2026-02-01..2026-02-28")
	check("décembre 2026", "month", "2026-12-01..2026-12-31")
	check("décembre", "month", "bad")
	check("13/2026", "month", "bad")
	check("4th quarter 2023", "quarter", "2023-10-01..2023-12-31")
	check("1er trimestre 2026", "quarter", "2026-01-01..2026-03-31")
	check("T3 2026", "quarter", "2026-07-01..2026-09-30")
	check("Q5 2026", "quarter", "bad")
	check("2026", "year", "2026-01-01..2026-12-31")
	check("", "month", "bad")
}

func TestInstants(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		at, ok := parseInstant(text, "mdy", time.UTC)
		got := "bad"
		if ok {
			got = at.Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	check("September 23, 2026, 12:40 PM", "2026-09-23 12:40")
	check("September 23, 2026, 12:05 AM", "2026-09-23 00:05")
	check("23 septembre 2026 07:06", "2026-09-23 07:06")
	check("9/23/2026 7:06 PM", "2026-09-23 19:06")
	check("September 23, 2026", "bad")
	check("September 23, 2026, 25:00", "bad")
}

// A column of dates learns as a column of numbers does; a range that the file
// declares is one more witness.
func TestDateColumns(t *testing.T) {
	check := func(d dates, want string, cells ...string) {
		t.Helper()
		for _, c := range cells {
			d.read([]byte(c))
		}
		got := "open"
		switch {
		case d.refuted:
			got = "refuted"
		case d.proved:
			got = "proved"
		case d.doubt != "":
			got = "doubt " + d.doubt
		}
		if got != want {
			t.Errorf("%q gives %s, want %s", cells, got, want)
		}
	}
	check(dates{order: "dmy"}, "open", "2026-03-04", "5/5/2026")
	check(dates{order: "dmy"}, "doubt 03/04/2026", "03/04/2026")
	check(dates{order: "dmy", prior: true}, "open", "03/04/2026")
	check(dates{order: "dmy"}, "proved", "03/04/2026", "13/04/2026")
	check(dates{order: "dmy"}, "refuted", "03/04/2026", "04/13/2026")
	april := dates{order: "dmy", from: locale.Date(2026, 4, 1), to: locale.Date(2026, 4, 30)}
	check(april, "proved", "03/04/2026")
	check(april, "refuted", "04/03/2026")
}
