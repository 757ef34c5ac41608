package reports

import (
	"strings"
	"testing"
	"time"

	"vigie/internal/locale"
)

// What has become of the report before is told in the annex, in both languages:
// the sums that moved, the files that came and went, a brief that changed.
func TestRestated(t *testing.T) {
	s := snapshot(t)
	f := func(v float64) *float64 { return &v }
	from := s.Period.From - 7
	s.Restated = &Restated{
		Edition: "2026-W41", Revision: 2, Issued: time.Date(2026, 10, 12, 6, 30, 0, 0, time.UTC), Period: Days{from, from + 6},
		Moved: []Moved{{"search", "Search <b>", "conversions", f(40), f(52)}, {"", "", "spend", f(1234.5), nil}},
		Came:  []Came{{Batch: 4, File: "</script>.csv", Platform: "googleads", FirstDay: from, LastDay: from + 6}, {Batch: 5, File: "b.csv", Platform: "metaads", Withheld: true}},
		Gone:  []Came{{Batch: 2, File: "a.csv", Platform: "metaads", FirstDay: from, LastDay: from}},
		Brief: true,
	}
	for l, want := range map[locale.Lang][]string{
		locale.EN: {"2 figures of the report for 5–11\u00a0October 2026 have moved since", "revision 2", "Search &lt;b&gt;", "30.0%", "€1,234.50", "Exports that came since: &lt;/script&gt;.csv (Google Ads, 5–11", "b.csv, withheld", "Export taken back out since: a.csv", "The brief has changed since"},
		locale.FR: {"2 chiffres du rapport pour la période 5–11\u00a0octobre 2026 ont bougé depuis", "révision 2", "30,0\u00a0%", "1\u202f234,50\u00a0€", "Exports arrivés depuis\u00a0:", "b.csv, écarté", "Export retiré depuis\u00a0: a.csv", "Le brief a changé depuis"},
	} {
		p := NewPage(s, l, nil)
		var text string
		for _, sec := range Sections() {
			if sec.Name == "method" {
				r, err := p.Render(sec)
				if err != nil {
					t.Fatal(err)
				}
				text = string(r.Body)
			}
		}
		for _, x := range want {
			if !strings.Contains(text, string(Unbroken([]byte(x)))) {
				t.Errorf("%s: the annex does not say %q", l, x)
			}
		}
		if strings.Contains(text, "%!") || strings.Contains(text, "</script>") {
			t.Errorf("%s: the annex has something that it should not", l)
		}
		still := *s.Restated
		still.Moved = nil
		if v := p.RestatedView(&still); !strings.Contains(v.Title, map[locale.Lang]string{locale.EN: "have not moved", locale.FR: "n’ont pas bougé"}[l]) {
			t.Errorf("%s: %q", l, v.Title)
		}
	}
	// Whatever is said of the report before, the figures are the same.
	if other := snapshot(t); !same(s, other) {
		t.Error("a report whose annex says more is taken for another one")
	}
}
