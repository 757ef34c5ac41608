package agency

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
)

// TestRates reads the rates of each case and asks them what its opening says.
func TestRates(t *testing.T) {
	files, err := filepath.Glob("../../testdata/rates/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			var kept []txtar.File
			want := map[string]string{}
			for _, f := range a.Files {
				if strings.HasSuffix(f.Name, ".golden") {
					want[f.Name] = string(f.Data)
					continue
				}
				kept = append(kept, f)
				write(t, dir, f.Name, f.Data)
			}
			got := map[string]string{}
			r, err := ReadRates(dir)
			var ps Problems
			switch {
			case errors.As(err, &ps):
				got["problems.en.golden"] = ps.In(locale.EN) + "\n"
				got["problems.fr.golden"] = ps.In(locale.FR) + "\n"
			case err != nil:
				t.Fatal(err)
			default:
				got["rates.golden"] = askRates(t, r, string(a.Comment))
			}
			if *update {
				a.Files = kept
				for _, name := range slices.Sorted(maps.Keys(got)) {
					a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(got[name])})
				}
				if err := os.WriteFile(file, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !maps.Equal(got, want) {
				t.Errorf("got\n%v\nwant\n%v", got, want)
			}
		})
	}
}

// askRates answers the lines of a case that ask for something.
func askRates(t *testing.T, r *Rates, text string) string {
	var b strings.Builder
	day := func(s string) locale.Day {
		d, err := locale.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	quote := func(q Quote) {
		fmt.Fprintf(&b, "  %s", q.Day)
		for _, e := range q.Euro {
			fmt.Fprintf(&b, " %s", e)
		}
		b.WriteString("\n")
	}
	for _, f := range r.Files {
		fmt.Fprintf(&b, "%s\n", f)
	}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || !slices.Contains([]string{"on", "published", "range"}, words[0]) {
			continue
		}
		fmt.Fprintf(&b, "> %s", line)
		switch words[0] {
		case "on":
			if q, ok := r.On(day(words[1]), words[2:]...); ok {
				quote(q)
			} else {
				b.WriteString("  none\n")
			}
		case "published":
			for _, q := range r.Published(day(words[1]), day(words[2]), words[3:]...) {
				quote(q)
			}
		case "range":
			first, last, ok := r.Range(words[1])
			fmt.Fprintf(&b, "  %s %s %v\n", first, last, ok)
		}
	}
	return b.String()
}

// The zip that the bank offers is read as it is; one that holds something else
// is refused.
func TestRatesZip(t *testing.T) {
	pack := func(names ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range names {
			f, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(f, "Date,USD,\r\n2026-09-04,1.0712,\r\n")
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	dir := t.TempDir()
	write(t, dir, "rates/eurofxref-hist.zip", pack("eurofxref-hist.csv"))
	before := RatesStamp(dir)
	r, err := ReadRates(dir)
	if err != nil {
		t.Fatal(err)
	}
	if q, ok := r.On(locale.Date(2026, 9, 4), "USD"); !ok || q.Euro[0] != 107_120_000 || !slices.Equal(r.Files, []string{"rates/eurofxref-hist.zip"}) {
		t.Errorf("%v %v %v", q, ok, r.Files)
	}
	write(t, dir, "rates/two.ZIP", pack("a.csv", "b.csv"))
	if RatesStamp(dir) == before {
		t.Error("the stamp does not change with a new file")
	}
	if _, err = ReadRates(dir); err == nil || err.Error() != "rates/two.ZIP: want a zip that holds one .csv file, as eurofxref-hist.zip does" {
		t.Errorf("two files in a zip: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "rates", "two.ZIP")); err != nil {
		t.Fatal(err)
	}
	whole := pack("a.csv")
	write(t, dir, "rates/cut.zip", whole[:len(whole)/2])
	if _, err = ReadRates(dir); err == nil || !strings.Contains(err.Error(), "is not a zip file") {
		t.Errorf("half a zip: %v", err)
	}
}

// A rate is kept to the last decimal and written as the bank's history does.
func TestPerEuro(t *testing.T) {
	for text, want := range map[string]PerEuro{
		"1.0712": 107_120_000, "1": 100_000_000, "1.0500": 105_000_000, "0.85955": 85_955_000, "17601.86": 1_760_186_000_000,
		"0.00000001": 1, "99999999.99999999": 9_999_999_999_999_999, "": 0, ".5": 0, "1.": 0, "+1": 0, "-1": 0, "1,07": 0, "0": 0, "0.000": 0,
		"1e3": 0, "100000000": 0, "0.123456789": 0, "١": 0, "1 000": 0,
	} {
		got, ok := parsePerEuro(text)
		if ok != (want != 0) || ok && got != want {
			t.Errorf("%q: %d %v, want %d", text, got, ok, want)
		}
		var back PerEuro
		if ok {
			if err := back.UnmarshalText([]byte(got.String())); err != nil || back != got {
				t.Errorf("%q is written %s and read %d, %v", text, got, back, err)
			}
		}
	}
	if s := PerEuro(161_340_000_00).In(locale.FR); s != "161,34" {
		t.Errorf("French: %s", s)
	}
}

// FuzzRates: what is read without a mistake, written in the bank's layout and
// read again is the same, and its rates are all positive; a mistake has a place
// and words in both languages.
func FuzzRates(f *testing.F) {
	files, err := filepath.Glob("../../testdata/rates/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range a.Files {
			f.Add(x.Data)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		table := newRateTable()
		table.file("rates/a.csv", b)
		r, err := table.rates()
		if err != nil {
			for _, p := range table.problems {
				if p.Message.EN == "" || p.Message.FR == "" || (p.Line == 0) != (p.Column == 0) {
					t.Errorf("a problem without words or place: %+v", p)
				}
			}
			return
		}
		var out strings.Builder
		fmt.Fprintf(&out, "Date,%s,\n", strings.Join(r.currencies, ","))
		for _, d := range r.days {
			out.WriteString(d.day.String())
			for _, e := range d.euro {
				if e < 0 {
					t.Fatalf("a negative rate: %d", e)
				}
				if e == 0 {
					out.WriteString(",N/A")
				} else {
					out.WriteString("," + e.String())
				}
			}
			out.WriteString(",\n")
		}
		again := newRateTable()
		again.file("rates/a.csv", []byte(out.String()))
		r2, err := again.rates()
		if err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		same := func(a, b rateDay) bool { return a.day == b.day && slices.Equal(a.euro, b.euro) }
		if !slices.Equal(r.currencies, r2.currencies) || !slices.EqualFunc(r.days, r2.days, same) {
			t.Errorf("read again: %v %v, was %v %v", r2.currencies, r2.days, r.currencies, r.days)
		}
	})
}

func BenchmarkRates(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("Date")
	for i := range 41 {
		fmt.Fprintf(&text, ",%c%cX", 'A'+i/26, 'A'+i%26)
	}
	text.WriteString(",\n")
	for d := locale.Date(2026, 12, 31); d > locale.Date(1999, 1, 3); d-- {
		if d.Weekday() > 4 {
			continue
		}
		text.WriteString(d.String())
		for i := range 41 {
			fmt.Fprintf(&text, ",%d.%04d", 1+i, int(d)%10000)
		}
		text.WriteString(",\n")
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		t := newRateTable()
		t.file("rates/a.csv", text.Bytes())
		if _, err := t.rates(); err != nil {
			b.Fatal(err)
		}
	}
}
