package stats

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// moneyReferences computes what a line of money.txt expects. A row of a
// triangle that ends early is known no longer.
var moneyReferences = map[string]func(in [][]float64) []float64{
	"chain_ladder_factors": func(in [][]float64) []float64 { return ChainLadder(in).Factors },
	"chain_ladder_sigma2":  func(in [][]float64) []float64 { return ChainLadder(in).Sigma2 },
	"chain_ladder_sigma": func(in [][]float64) []float64 {
		s := ChainLadder(in).Sigma2
		for k := range s {
			s[k] = math.Sqrt(s[k])
		}
		return s
	},
	"chain_ladder_coming": func(in [][]float64) []float64 { return ChainLadder(in).Coming },
	"chain_ladder_error":  func(in [][]float64) []float64 { return ChainLadder(in).Error },
	"chain_ladder_total": func(in [][]float64) []float64 {
		l := ChainLadder(in)
		return []float64{l.Total, l.TotalSE}
	},
	"shapley_product": shapleyProduct,
}

// shapleyProduct splits the change of a product from one row to the next.
func shapleyProduct(in [][]float64) []float64 {
	parts, _ := Shapley(len(in[0]), func(moved []bool) float64 {
		v := 1.0
		for i, m := range moved {
			if m {
				v *= in[1][i]
			} else {
				v *= in[0][i]
			}
		}
		return v
	})
	return parts
}

func TestMoneyReferences(t *testing.T) {
	b, err := os.ReadFile("../../testdata/stats/money.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 5 || moneyReferences[strings.TrimSpace(f[0])] == nil {
			t.Fatalf("money.txt, line %d: %s", i+1, line)
		}
		method := strings.TrimSpace(f[0])
		seen[method] = true
		var in [][]float64
		for row := range strings.SplitSeq(f[1], ";") {
			in = append(in, numbers(t, row))
		}
		near(t, fmt.Sprintf("money.txt, line %d: %s (%s)", i+1, method, strings.TrimSpace(f[4])),
			moneyReferences[method](in), numbers(t, f[2]), numbers(t, f[3])[0])
	}
	for m := range moneyReferences {
		if !seen[m] {
			t.Errorf("no reference for %s", m)
		}
	}
}

// referenceFile is a file of the collection of references, where it is at hand.
func referenceFile(t *testing.T, path ...string) string {
	t.Helper()
	dir := os.Getenv("VIGIE_TESTDATA")
	if dir == "" {
		t.Skip("VIGIE_TESTDATA names no folder with reference/stats")
	}
	return filepath.Join(append([]string{dir, "reference", "stats"}, path...)...)
}

// table reads a CSV of numbers below a header; what is not a number is NaN.
func table(t *testing.T, path string) (header []string, rows [][]float64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatal(path, err)
	}
	for _, r := range records[1:] {
		var row []float64
		for _, cell := range r {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				v = math.NaN()
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	return records[0], rows
}

// columnOf is one column of a table.
func columnOf(t *testing.T, header []string, rows [][]float64, name string) []float64 {
	t.Helper()
	for j, h := range header {
		if h == name {
			var out []float64
			for _, r := range rows {
				out = append(out, r[j])
			}
			return out
		}
	}
	t.Fatalf("no column %s in %v", name, header)
	return nil
}

// allFinite fails on a NaN or an infinity among results.
func allFinite(t *testing.T, what string, vs ...float64) {
	t.Helper()
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("%s: %v", what, vs)
			return
		}
	}
}
