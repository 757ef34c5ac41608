package insight_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/insight/insighttest"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

const cases = "../../testdata/rules"

// TestRules runs every case of every rule. A rule without a case fails, so does
// a case without a rule; over its cases a rule must both fire and stay silent.
func TestRules(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cases, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	fired, silent := map[string]bool{}, map[string]bool{}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		rule, _, _ := strings.Cut(name, ".")
		if _, ok := insight.LookupRule(rule); !ok {
			t.Errorf("%s: no rule %s", path, rule)
			continue
		}
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(a.Comment)) == 0 {
				t.Error("the case does not say what it shows")
			}
			c, err := insighttest.Read(name, a)
			if err != nil {
				t.Fatal(err)
			}
			r := insight.Examine(c)
			honest(t, c, r)
			got := insighttest.Golden(c, r, rule)
			fired[rule] = fired[rule] || strings.Contains(got, rule+"@") && !strings.HasPrefix(got, "note") && !strings.HasPrefix(got, "silent")
			silent[rule] = silent[rule] || strings.Contains(got, "\nsilent") || strings.Contains(got, "note "+rule)
			insighttest.Compare(t, path, a, "findings.golden", got, *update)
		})
	}
	for _, r := range append(insight.Rules(), insight.ConfidentialRules()...) {
		if !fired[r.ID] || !silent[r.ID] {
			t.Errorf("%s: fires %v, stays silent %v; a rule must do both in its cases", r.ID, fired[r.ID], silent[r.ID])
		}
	}
}

// honest asks of any report that its words say no more than its numbers.
func honest(t *testing.T, c insight.Case, r insight.Report) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatalf("the report cannot be frozen: %v", err)
	}
	var back insight.Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); !bytes.Equal(b, again) {
		t.Error("the report does not come back from JSON as it was")
	}
	insighttest.Texts(t, "report", r)
	for _, f := range r.Findings {
		if f.Confidential {
			t.Errorf("%s is confidential, and among the findings of a report", f.ID)
		}
	}
	for _, f := range append(slices.Clone(r.Findings), r.Confidential...) {
		e := f.Effect
		if e.Confidence > 0 && !(e.Low <= e.Value && e.Value <= e.High) {
			t.Errorf("%s: effect %+v is not inside its interval", f.ID, e)
		}
		if f.Good != 0 && !e.Clear() {
			t.Errorf("%s is coloured within the noise", f.ID)
		}
		if len(f.Evidence) == 0 || f.Tested < 1 || !(f.Q >= f.P-1e-9) {
			t.Errorf("%s: evidence %d, tested %d, p %v, q %v", f.ID, len(f.Evidence), f.Tested, f.P, f.Q)
		}
		contradiction(t, f)
		if f.Split != nil {
			adds(t, f.ID, f.Split.Parts)
		}
	}
	if s := r.Split; s != nil {
		adds(t, "parts", s.Parts)
		if s.Channels != nil {
			adds(t, "channels", *s.Channels)
		}
	}
	for _, p := range r.Paces {
		if p.Low > p.Projected || p.Projected > p.High || p.Range && math.Abs(p.Under+p.Over+p.OnBudget-1) > 1e-9 {
			t.Errorf("pace of %q: %+v", p.Scope, p)
		}
	}
}

// adds demands that a waterfall's bars lead from its start to its end, both
// exactly and as they are shown.
func adds(t *testing.T, what string, w insight.Waterfall) {
	t.Helper()
	sum, shown := w.Start, w.StartShown
	for _, b := range w.Bars {
		sum += b.Value
		shown += b.Shown
		if !(b.Low <= b.High) || b.Noise != (b.Low <= 0 && b.High >= 0) {
			t.Errorf("%s: bar %+v", what, b)
		}
	}
	if math.Abs(sum-w.End) > 1e-6*(1+w.End) || math.Abs(shown-w.EndShown) > 1e-6 {
		t.Errorf("%s: bars lead to %v (shown %v), not to %v (shown %v)", what, sum, shown, w.End, w.EndShown)
	}
}

// direction holds words that claim one: up, down, and what says that there may
// be none.
type direction struct{ up, down, none *regexp.Regexp }

// changed is how rules about a change speak; those of directions speak in their
// own way.
var changed = direction{
	regexp.MustCompile(`rose|a augmenté`),
	regexp.MustCompile(`fell|a baissé`),
	regexp.MustCompile(`“no change”|l’absence de changement`),
}

var never = regexp.MustCompile(`$^`)

var directions = map[string]direction{
	"budget-pace": {
		regexp.MustCompile(`more than planned|de plus que prévu`),
		regexp.MustCompile(`less than planned|de moins que prévu`),
		regexp.MustCompile(`not ruled out|not known yet|n’est pas exclu|pas encore prévisible`),
	},
	"dead-audience": {never, regexp.MustCompile(`would have brought|en aurait apporté`), never},
	"target-reach": {
		regexp.MustCompile(`above the|au-dessus des`),
		regexp.MustCompile(`below the|au-dessous des`),
		regexp.MustCompile(`not ruled out|pas exclus|“no change”|l’absence de changement`),
	},
	"learning":            {never, never, regexp.MustCompile(`too early to judge|trop tôt pour juger`)},
	"brand-hides-generic": {regexp.MustCompile(`above the target|au-dessus de la cible`), never, never},
	"competitor":          {regexp.MustCompile(`rose|a augmenté`), never, never},
	"margin-trap":         {never, regexp.MustCompile(`a loss of|une perte de`), regexp.MustCompile(`a margin of|une marge de|A gain is not ruled out|Un gain n’est pas exclu`)},
	"budget-cap":          {never, never, regexp.MustCompile(`want of budget|as at a ceiling|faute de budget|comme à un plafond`)},
	"weekday-pattern":     {regexp.MustCompile(`costs .* more|coûte .* de plus`), regexp.MustCompile(`costs .* less|coûte .* de moins`), never},
	"winner":              {regexp.MustCompile(`more often|plus souvent`), never, never},
	"tracking-outage":     {never, regexp.MustCompile(`recorded|enregistrée`), never},
	"double-tagging":      {regexp.MustCompile(`times the|fois plus`), never, never},
	"bot-clicks":          {regexp.MustCompile(`more clicks|clics de plus`), never, never},
	"whale-order":         {never, never, regexp.MustCompile(`without it|sans lui`)},
	"immature":            {never, regexp.MustCompile(`likely to settle|devrait s’établir`), regexp.MustCompile(`still coming in|restent à venir|“no change”|l’absence de changement`)},
	"missing-days":        {never, never, regexp.MustCompile(`no export covers|aucun export ne couvre|absent from the export|absent de l’export`)},
	"repeated-days":       {never, never, regexp.MustCompile(`of an earlier one|d’un jour antérieur`)},
	"unit-change":         {regexp.MustCompile(`multiplied by|multipliés par`), regexp.MustCompile(`divided by|divisés par`), never},
}

var holds = regexp.MustCompile(`The range holds the budget itself|La marge contient le budget lui-même`)

// contradiction demands that the words of a finding agree with its interval.
func contradiction(t *testing.T, f insight.Finding) {
	t.Helper()
	words, own := directions[f.Rule]
	if !own {
		words = changed
	}
	for _, l := range locale.Langs {
		title := f.Title.In(l)
		over := f.Pace != nil && f.Pace.Left == 0 // a fact, said without a direction
		want := map[bool]string{true: "up", false: "down"}[f.Effect.Low > 0]
		if !f.Effect.Clear() {
			want = "none"
		}
		said := map[string]bool{"up": words.up.MatchString(title), "down": words.down.MatchString(title), "none": words.none.MatchString(title)}
		for word, is := range said {
			if is != (word == want) && !over {
				t.Errorf("%s: the effect is %+v, the title says %s %v: %s", f.ID, f.Effect, word, is, title)
			}
		}
		if said := words.none.MatchString(f.Text.In(l)) || holds.MatchString(f.Text.In(l)); f.Effect.Confidence > 0 && said == f.Effect.Clear() {
			t.Errorf("%s: the effect is %+v, the text says that there may be none %v: %s", f.ID, f.Effect, said, f.Text.In(l))
		}
		if !regexp.MustCompile(`\d`).MatchString(title) {
			t.Errorf("%s: a title without a number: %s", f.ID, title)
		}
	}
}

func TestRuleTexts(t *testing.T) {
	for _, r := range append(insight.Rules(), insight.ConfidentialRules()...) {
		insighttest.Texts(t, r.ID, r)
	}
	for _, l := range []insight.Level{insight.Established, insight.Likely, insight.Watch} {
		insighttest.Texts(t, string(l), l.Label())
	}
}

// FuzzExamine gives the rules campaigns of any shape: no panic, the same
// report twice, and words that agree with the numbers.
func FuzzExamine(f *testing.F) {
	for seed := range uint64(30) {
		f.Add(seed)
	}
	f.Add(uint64(327)) // a budget that is spent, with a target of value
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := insighttest.Random(seed)
		r := insight.Examine(c)
		honest(t, c, r)
		a, _ := json.Marshal(r)
		if b, _ := json.Marshal(insight.Examine(c)); !bytes.Equal(a, b) {
			t.Error("two reports of the same case differ")
		}
	})
}

// TestRandomCampaigns asks of hundreds of campaigns of any shape (thousands to
// calibrate) that no sentence claims a direction that its interval does
// not hold, a cause, or significance.
func TestRandomCampaigns(t *testing.T) {
	seeds := 150
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		seeds = 4000
	}
	fired := map[string]int{}
	for seed := range seeds {
		c := insighttest.Random(uint64(1000 + seed))
		r := insight.Examine(c)
		honest(t, c, r)
		if t.Failed() {
			t.Fatalf("seed %d", 1000+seed)
		}
		for _, f := range r.Findings {
			fired[f.Rule]++
		}
	}
	t.Log(fired)
}

// Another currency unit changes amounts, never rates, effects or levels.
func TestCurrency(t *testing.T) {
	a, err := txtar.ParseFile(filepath.Join(cases, "cpa-change.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := insighttest.Read("x", a)
	d, _ := insighttest.Read("x", a)
	for _, s := range append([]metrics.Series{d.Whole}, d.Channels...) {
		for i := range s.Days {
			s.Days[i].Spend *= 100
		}
	}
	x, y := insight.Examine(c), insight.Examine(d)
	if len(x.Findings) == 0 || len(x.Findings) != len(y.Findings) {
		t.Fatalf("%d and %d findings", len(x.Findings), len(y.Findings))
	}
	for i := range x.Findings {
		f, g := x.Findings[i], y.Findings[i]
		if f.Rule == "budget-pace" {
			continue // its budget stayed as it was
		}
		if f.ID != g.ID || f.Level != g.Level || math.Abs(f.Effect.Low-g.Effect.Low) > 1e-9 || math.Abs(f.Q-g.Q) > 1e-12 || math.Abs(100*f.Value-g.Value) > 1e-9 {
			t.Errorf("%s %+v\n%s %+v", f.ID, f.Effect, g.ID, g.Effect)
		}
	}
}
