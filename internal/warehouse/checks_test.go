package warehouse

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest"
	"vigie/internal/locale"
)

// TestChecks runs the case of each check, testdata/checks/<id>.txtar: files that
// are imported one after the other into a new database, of which the check must
// speak of one at least and keep silent on another. The steps are those of
// testdata/warehouse; a critical problem must withhold its file.
func TestChecks(t *testing.T) {
	const dir = "../../testdata/checks"
	files, _ := filepath.Glob(filepath.Join(dir, "*.txtar"))
	for _, file := range files {
		if _, ok := ingest.LookupCheck(strings.TrimSuffix(filepath.Base(file), ".txtar")); !ok {
			t.Errorf("%s is the case of no check", file)
		}
	}
	seen := map[string]bool{}
	for _, check := range ingest.Checks {
		if seen[check.ID] {
			t.Errorf("%s stands in the table twice", check.ID)
		}
		seen[check.ID] = true
		for _, text := range []locale.Text{check.Title, check.Why, check.Do} {
			if text.EN == "" || text.FR == "" {
				t.Errorf("%s lacks a text", check.ID)
			}
		}
		t.Run(check.ID, func(t *testing.T) {
			file := filepath.Join(dir, check.ID+".txtar")
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Comment) < 40 {
				t.Error("the case does not say in prose what it shows")
			}
			parts := map[string]*txtar.File{}
			for _, f := range archive.Files {
				parts[f.Name] = &txtar.File{Name: f.Name, Data: spelled(f.Data)}
			}
			var golden strings.Builder
			fired, silent := false, false
			c := &caseRun{t: t, w: memory(t), parts: parts, now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
			c.imported = func(in Import, r *Imported) {
				fmt.Fprintf(&golden, "%s: %s", in.Name, r.Status)
				if r.Gate {
					golden.WriteString(" GATE")
				}
				golden.WriteString("\n")
				here := r.Check == check.ID
				if r.Error.EN != "" {
					fmt.Fprintf(&golden, "  %s\n  %s\n", r.Error.EN, r.Error.FR)
				}
				if r.Report == nil {
					return
				}
				for _, p := range r.Problems {
					golden.WriteString(problemText(p))
					here = here || p.Check == check.ID
					if p.Severity == ingest.Critical && r.Status == StatusImported && r.Gate == in.Accept {
						t.Errorf("%s: critical, accepted %t, withheld %t", p.Message.EN, in.Accept, r.Gate)
					}
				}
				fired, silent = fired || here, silent || !here
			}
			for line := range strings.SplitSeq(strings.TrimSpace(string(parts["steps"].Data)), "\n") {
				c.step(strings.Fields(line))
			}
			if !fired || !silent {
				t.Errorf("the check speaks %t and keeps silent %t, want both", fired, silent)
			}
			if *update {
				for i := range archive.Files {
					if archive.Files[i].Name == "golden" {
						archive.Files[i].Data = []byte(golden.String())
					}
				}
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got, want := golden.String(), string(parts["golden"].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// repeated is a line that stands for many: ×1001 line.
var repeated = regexp.MustCompile("(?m)^×([0-9]+) (.*\n)")

// spelled makes of a part of a case what it stands for: repeated lines, bytes that
// are no text, written \xff, and a last line that is not ended, by \end.
func spelled(part []byte) []byte {
	part = repeated.ReplaceAllFunc(part, func(b []byte) []byte {
		m := repeated.FindSubmatch(b)
		n, _ := strconv.Atoi(string(m[1]))
		return bytes.Repeat(m[2], n)
	})
	part = bytes.TrimSuffix(part, []byte("\\end\n"))
	return bytes.ReplaceAll(part, []byte(`\xff`), []byte{0xff})
}

// problemText is all that a problem says, in both languages.
func problemText(p ingest.Problem) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s %s", p.Severity, p.Check)
	if p.Line > 0 {
		fmt.Fprintf(&b, " line %d", p.Line)
	}
	if p.Rows > 0 {
		fmt.Fprintf(&b, " rows %d", p.Rows)
	}
	if p.FirstDay != 0 {
		fmt.Fprintf(&b, " days %s..%s", p.FirstDay, p.LastDay)
	}
	if len(p.Objects) > 0 {
		fmt.Fprintf(&b, " objects %s", strings.Join(p.Objects, ", "))
	}
	fmt.Fprintf(&b, "\n    %s\n    %s\n", p.Message.EN, p.Message.FR)
	return b.String()
}

// An account that lives as accounts do is told nothing: each week the last four
// are exported again, conversions come in late, prices follow the market and the
// weekday, a budget trebles, a campaign ends and a small one starts.
func TestChecksQuiet(t *testing.T) {
	seeds := uint64(6)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 17))
		w := memory(t)
		type cell struct {
			impressions, clicks, spend int
			conversions                float64
		}
		start := locale.Date(2026, 3, 2)
		days := map[[2]int]cell{}
		market := 0.0
		for d := range 70 {
			market = 0.5*market + rng.NormFloat64()*0.06
			for c := range 5 {
				if c == 3 && d >= 40 || c == 4 && d < 33 {
					continue
				}
				budget := []float64{60, 90, 45, 30, 4}[c]
				if c == 0 && d >= 30 {
					budget *= 3
				}
				week := 1.0
				if d%7 >= 5 {
					week = 0.85
				}
				spend := budget * math.Exp(rng.NormFloat64()*0.12)
				cpm := []float64{6, 9, 14, 7, 11}[c] * week * math.Exp(market+rng.NormFloat64()*0.08)
				impressions := spend / cpm * 1000
				clicks := max(0, impressions*0.02+rng.NormFloat64()*math.Sqrt(impressions*0.03))
				days[[2]int{c, d}] = cell{int(impressions), int(clicks), int(spend * 100), clicks * 0.06}
			}
		}
		for week := range 6 {
			made := 28 + 7*week
			var b strings.Builder
			first, last := start+locale.Day(made-28), start+locale.Day(made-1)
			fmt.Fprintf(&b, "Campaign report\n\"%s - %s\"\nDay,Campaign,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value\n", first.Time().Format("January 2, 2006"), last.Time().Format("January 2, 2006"))
			for d := made - 28; d < made; d++ {
				for c := range 5 {
					x, ok := days[[2]int{c, d}]
					if !ok {
						continue
					}
					n := math.Round(x.conversions * (1 - 0.4*math.Exp(-float64(made-d)/3)))
					fmt.Fprintf(&b, "%s,Campaign %d,EUR,%d,%d,%d.%02d,%.2f,%.2f\n", start+locale.Day(d), c, x.impressions, x.clicks, x.spend/100, x.spend%100, n, n*37.5)
				}
			}
			kept, err := w.Archive(strings.NewReader(b.String()))
			if err != nil {
				t.Fatal(err)
			}
			r, err := w.Import(context.Background(), Import{Client: "durand", Name: fmt.Sprintf("week %d.csv", week), File: kept, Options: ingest.Options{
				Zone: time.UTC, Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), AsOf: start + locale.Day(made),
			}})
			if err != nil || r.Status != StatusImported {
				t.Fatalf("%+v %v", r, err)
			}
			for _, p := range r.Problems {
				t.Errorf("seed %d, week %d: %s", seed, week, problemText(p))
			}
		}
	}
}
