package metrics_test

import (
	"context"
	"slices"
	"testing"

	"vigie/ingest"
	"vigie/internal/locale"
	"vigie/metrics"
)

// A question without KPIs is about those that the exports have figures for:
// neither a column of dashes for each of the others, nor what rests on more than
// exports, nor what a client may not see.
func TestUnnamed(t *testing.T) {
	ask := func(facts string, want ...string) {
		t.Helper()
		w, s := store(t, facts)
		f, err := metrics.Ask(context.Background(), w.DB(), metrics.Question{Scope: s, From: locale.Date(2025, 1, 1), To: locale.Date(2025, 1, 31)})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.KPIs, want) {
			t.Errorf("answers %q, want %q", f.KPIs, want)
		}
	}
	ask("day,campaign,impressions,clicks,spend\n2025-01-01,Brand,10,1,0.50\n", "impressions", "clicks", "ctr", "spend", "cpc", "cpm")
	ask("day,campaign,platform,sends,delivered,opens\n2025-01-01,Mail,mailchimp,10,9,3\n", "sends", "delivered", "delivery_rate", "opens")
	// Figures that do not add up are held, and their sum is refused with the reason.
	ask("day,campaign,reach\n2025-01-01,One,10\n2025-01-02,One,10\n", "reach")
	// Of nothing the notes say why nothing is known.
	ask("day,campaign,impressions\n2024-01-01,Old,10\n", "impressions", "clicks", "spend", "conversions")
}

// Every measure of an export can be added up by an agency's own KPI, or is known
// not to add up; leads are parted by who counts them.
func TestMeasures(t *testing.T) {
	sums, windows := metrics.SumMeasures(), metrics.WindowMeasures()
	for _, m := range ingest.Measures {
		switch {
		case m.ID == "leads", m.ID == "bounded_impressions":
		case m.Additive != slices.Contains(sums, m.ID), m.Additive == slices.Contains(windows, m.ID):
			t.Errorf("%s: additive %v, among sums %v, among windows %v", m.ID, m.Additive, slices.Contains(sums, m.ID), slices.Contains(windows, m.ID))
		}
	}
}

// Rows of such a question leave out what no export has for them, and clicks that
// cost nothing are told where they stand among clicks that were paid for.
func TestTrim(t *testing.T) {
	w, s := store(t, "day,campaign,platform,impressions,clicks,spend,sends\n2025-01-01,Brand,googleads,100,10,5,\n2025-01-01,Mail,mailchimp,,7,,900\n")
	f, err := metrics.Ask(context.Background(), w.DB(), metrics.Question{Scope: s, From: locale.Date(2025, 1, 1), To: locale.Date(2025, 1, 31), By: []string{"platform"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range f.Rows {
		if _, ok := r.KPIs["sends"]; ok != (r.Keys[0] == "mailchimp") {
			t.Errorf("%s: has a line for sends: %v", r.Keys[0], ok)
		}
	}
	if v := f.Total.KPIs["sends"].Value; v == nil || *v != 900 {
		t.Errorf("the total has %v sends", v)
	}
	want := "7 clicks come from exports without spend, such as e-mail: the rates and the cost per click of the total count them"
	if !slices.ContainsFunc(f.Notes, func(n locale.Text) bool { return n.EN == want }) {
		t.Errorf("notes are %v", f.Notes)
	}
}
