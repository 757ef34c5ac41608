package stats

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// The methods of testdata/stats/money.txt. A row of a triangle that ends early
// is known no longer.
func init() {
	references["chain_ladder_factors"] = func(in [][]float64) []float64 { return ChainLadder(in).Factors }
	references["chain_ladder_sigma2"] = func(in [][]float64) []float64 { return ChainLadder(in).Sigma2 }
	references["chain_ladder_sigma"] = func(in [][]float64) []float64 {
		s := ChainLadder(in).Sigma2
		for k := range s {
			s[k] = math.Sqrt(s[k])
		}
		return s
	}
	references["chain_ladder_coming"] = func(in [][]float64) []float64 { return ChainLadder(in).Coming }
	references["chain_ladder_error"] = func(in [][]float64) []float64 { return ChainLadder(in).Error }
	references["chain_ladder_total"] = func(in [][]float64) []float64 {
		l := ChainLadder(in)
		return []float64{l.Total, l.TotalSE}
	}
}

// outside is a file of the collection of references, where it is at hand.
func outside(t *testing.T, path ...string) string {
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

// column is one column of a table.
func column(t *testing.T, header []string, rows [][]float64, name string) []float64 {
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

// finite fails on a NaN or an infinity among results.
func finite(t *testing.T, what string, vs ...float64) {
	t.Helper()
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("%s: %v", what, vs)
			return
		}
	}
}
