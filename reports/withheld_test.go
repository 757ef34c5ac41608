package reports

import (
	"strings"
	"testing"

	"vigie/internal/locale"
	"vigie/metrics"
)

// A withheld export takes back what is proposed on its platform's figures, until
// a later one stands in for it or it has no days that the proposal rests on.
func TestWithhold(t *testing.T) {
	check := func(name string, change func(s *Snapshot), proposed bool, warnings int) {
		t.Helper()
		s := snapshot(t)
		if len(s.Advice.Recommendations) != 1 {
			t.Fatal("the demo has no recommendation to take back")
		}
		before := len(s.Advice.Notes)
		change(s)
		s.withhold()
		if got := len(s.Advice.Recommendations) == 1; got != proposed {
			t.Errorf("%s: proposed %t, want %t", name, got, proposed)
		}
		if added := len(s.Advice.Notes) - before; added == 0 != proposed {
			t.Errorf("%s: %d notes added", name, added)
		}
		if !proposed {
			n := s.Advice.Notes[before].Text
			if !strings.Contains(n.EN, "withheld") || !strings.Contains(n.FR, "suspendue") || strings.Contains(n.EN+n.FR, "%!") {
				t.Errorf("%s: %v", name, n)
			}
		}
		if got := NewPage(s, locale.FR, nil).Warnings(); len(got) != warnings {
			t.Errorf("%s: warned of %v", name, got)
		}
	}
	at := func(s *Snapshot, platform string) *metrics.Source {
		for i := range s.Sources {
			if s.Sources[i].Platform == platform {
				return &s.Sources[i]
			}
		}
		t.Fatal("no source of " + platform)
		return nil
	}
	moved := snapshot(t).Advice.Recommendations[0].Options[1].Moves[0]
	platform := ""
	for _, c := range snapshot(t).Channels {
		if c.ID == moved.From {
			platform = c.Platform
		}
	}
	check("as it is", func(*Snapshot) {}, true, 0)
	check("withheld", func(s *Snapshot) { at(s, platform).Withheld = true }, false, 1)
	check("another platform", func(s *Snapshot) { at(s, "linkedinads").Withheld = true }, true, 1)
	check("long ago", func(s *Snapshot) {
		x := at(s, platform)
		x.Withheld, x.FirstDay, x.LastDay = true, s.Flight.From-30, s.Flight.From-20
	}, true, 1)
	check("exported again", func(s *Snapshot) {
		x := at(s, platform)
		again := *x
		again.Batch += 100
		x.Withheld = true
		s.Sources = append(s.Sources, again)
	}, true, 0)
}
