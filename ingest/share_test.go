package ingest

import "testing"

// A share is a part of one, or it is not taken.
func FuzzShare(f *testing.F) {
	for _, s := range []string{"12.18%", "50%", "100.00 %", "< 10%", "> 90%", " --", "12,5\u00a0%", "0.5", "101%", "1e3%", "%"} {
		f.Add(s)
	}
	p := &parser{l: &layout{platform: LookupPlatform("googleads")}}
	f.Fuzz(func(t *testing.T, s string) {
		v, is := p.readShare(&record{cells: [][]byte{[]byte(s)}}, 0)
		if is != fine && v != 0 || v > million {
			t.Fatalf("%q is read as %d, %v", s, v, is)
		}
	})
}

func TestShare(t *testing.T) {
	p := &parser{l: &layout{platform: LookupPlatform("googleads")}}
	check := func(s string, want uint64, is found) {
		t.Helper()
		if v, got := p.readShare(&record{cells: [][]byte{[]byte(s)}}, 0); v != want || got != is {
			t.Errorf("%q is read as %d, %v", s, v, got)
		}
	}
	check("12.18%", 121_800, fine)
	check("12,5\u00a0%", 125_000, fine)
	check("100%", 1_000_000, fine)
	check("< 10%", 0, censored)
	check(" --", 0, missing)
	check("0.5", 0, bad) // half, or half a percent
	check("135.98%", 0, bad)
}
