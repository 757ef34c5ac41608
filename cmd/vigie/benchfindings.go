package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/simulate"
	"vigie/internal/warehouse"
	"vigie/metrics/advise"
	"vigie/metrics/insight"
	"vigie/metrics/stats"
	"vigie/reports"
)

func (a *app) benchCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: both("How well Vigie does on data whose truth is known", "Ce que vaut Vigie sur des données dont on connaît la vérité"),
		Args:  a.arguments(0, 0),
		RunE:  func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.benchFindingsCmd())
	return cmd
}

func (a *app) benchFindingsCmd() *cobra.Command {
	var seeds, size string
	cmd := &cobra.Command{
		Use:   "findings",
		Short: both("Hold findings and recommendations against answer keys", "Comparer constats et préconisations à des corrigés"),
		Long: both("Make a data set for each seed (see vigie simulate), take its exports in Monday after\n"+
			"Monday as a team would, write each week’s report, and hold what the reports said\n"+
			"against the answer key: what was found, how late, what was said without a reason, how\n"+
			"often intervals held the truth, what moves of budget promised and what they would\n"+
			"have brought. Each data set has a twin in which nothing is planted: whatever is found\n"+
			"there is a false alarm. What imports warn of counts as a finding.\n\n"+
			"Nothing is written into the workspace.",
			"Crée un jeu de données par graine (voir vigie simulate), importe ses exports lundi après\n"+
				"lundi comme le ferait une équipe, écrit le rapport de chaque semaine, et compare ce que\n"+
				"disent les rapports au corrigé\u00a0: ce qui a été trouvé, avec quel retard, ce qui a été dit\n"+
				"sans raison, combien de fois les intervalles contenaient la vérité, ce que promettaient\n"+
				"les déplacements de budget et ce qu’ils auraient apporté. Chaque jeu a un jumeau où rien\n"+
				"n’est planté\u00a0: tout ce qui y est trouvé est une fausse alerte. Les avertissements à\n"+
				"l’import comptent comme des constats.\n\n"+
				"Rien n’est écrit dans l’espace de travail."),
		Example: "  vigie bench findings --seeds 1..4\n  vigie bench findings --seeds 1..50 --size S,M --json",
		Args:    a.arguments(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, to, err := parseSeeds(seeds)
			if err != nil {
				return err
			}
			var specs []simulate.Spec
			for _, s := range strings.Split(size, ",") {
				which, ok := simulate.ParseSize(strings.TrimSpace(s))
				if !ok {
					return fail(exitUsage, "--size %s: want S, M, L, or several with commas", "--size %s\u00a0: S, M, L ou plusieurs séparées par des virgules attendu", quoted(size))
				}
				for seed := from; seed <= to; seed++ {
					specs = append(specs, simulate.Spec{Seed: seed, Size: which}, simulate.Spec{Seed: seed, Size: which, Null: true})
				}
			}
			started := a.clock()
			scores, err := benchAll(cmd.Context(), specs, func(done int) {
				if done%20 == 0 && done < len(specs) {
					fmt.Fprintf(a.err, "%d/%d\n", done, len(specs))
				}
			})
			if err != nil {
				return err
			}
			b := sumUp(scores)
			b.Seeds, b.Seconds = seeds, a.clock().Sub(started).Round(100*time.Millisecond).Seconds()
			if a.json {
				return a.printJSON(b)
			}
			a.printBench(b)
			return nil
		},
	}
	cmd.Flags().StringVar(&seeds, "seeds", "1..10", both("which data sets: a number, or the first and the last as 1..50", "quels jeux de données\u00a0: un nombre, ou le premier et le dernier, comme 1..50"))
	cmd.Flags().StringVar(&size, "size", "M", both("S, M, L, or several with commas", "S, M, L, ou plusieurs séparées par des virgules"))
	return cmd
}

// parseSeeds reads 7 or 1..50.
func parseSeeds(s string) (from, to int64, err error) {
	first, last, ok := strings.Cut(s, "..")
	if !ok {
		last = first
	}
	from, err1 := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	if err1 != nil || err2 != nil || to < from || uint64(to-from) >= 10_000 {
		return 0, 0, fail(exitUsage, "--seeds %s: want a number, or the first and the last as 1..50", "--seeds %s\u00a0: un nombre attendu, ou le premier et le dernier, comme 1..50", quoted(s))
	}
	return from, to, nil
}

// benchAll scores data sets, as many at a time as there are processors, and says how
// many are done.
func benchAll(ctx context.Context, specs []simulate.Spec, progress func(done int)) ([]simulate.Score, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	scores, errs := make([]simulate.Score, len(specs)), make([]error, len(specs))
	next := make(chan int)
	var wg sync.WaitGroup
	var counting sync.Mutex
	done := 0
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := range next {
				if scores[i], errs[i] = benchOne(ctx, specs[i]); errs[i] != nil {
					cancel() // the others need not go on
				}
				counting.Lock()
				done++
				progress(done)
				counting.Unlock()
			}
		})
	}
	for i := range specs {
		next <- i
	}
	close(next)
	wg.Wait()
	for i, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return nil, fmt.Errorf("seed %d, size %s: %w", specs[i].Seed, specs[i].Size, err)
		}
	}
	return scores, ctx.Err()
}

// benchOne makes a data set, lives through its Mondays and scores its reports.
func benchOne(ctx context.Context, spec simulate.Spec) (simulate.Score, error) {
	if err := ctx.Err(); err != nil {
		return simulate.Score{}, err
	}
	e, err := simulate.NewExercise(spec)
	if err != nil {
		return simulate.Score{}, err
	}
	told, err := weekly(ctx, e)
	if err != nil {
		return simulate.Score{}, err
	}
	return e.Score(told), nil
}

// weekly takes the exports of each Monday in, as a team would, and says what that
// Monday's import and report told.
func weekly(ctx context.Context, e *simulate.Exercise) ([]simulate.Report, error) {
	dir, err := os.MkdirTemp("", "vigie-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for name, body := range e.Files() {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, body, 0o666); err != nil {
			return nil, err
		}
	}
	ag, err := agency.Open(dir, known())
	if err != nil {
		return nil, err
	}
	if err := ag.Err(); err != nil {
		return nil, err
	}
	wh, err := warehouse.Open(ctx, ag.DataDir(""))
	if err != nil {
		return nil, err
	}
	defer wh.Close()
	client := ag.Clients[0]
	var out []simulate.Report
	for _, day := range e.Key.Exports {
		files, at := e.Exports(day)
		r := simulate.Report{On: day}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			list, err := jobs.TakeIn(ctx, wh, client, ingest.Options{Now: at.Add(time.Hour)}, false, false, name, at, bytes.NewReader(files[name]))
			if err != nil {
				return nil, err
			}
			for _, one := range list {
				if one.Status == warehouse.StatusRejected && !one.Gate {
					return nil, fmt.Errorf("%s: %s", name, one.Error.EN)
				}
				r.Told = append(r.Told, warned(one)...)
			}
		}
		ag.Today = day
		s, err := frozen(ctx, wh, client.Campaigns[0], at.Add(2*time.Hour))
		if err != nil {
			return nil, err
		}
		readReport(&r, s)
		out = append(out, r)
	}
	return out, nil
}

// frozen is the snapshot of the last week that is complete.
func frozen(ctx context.Context, wh *warehouse.Warehouse, c *agency.Campaign, now time.Time) (*reports.Snapshot, error) {
	src := reports.Source{DB: wh.DB(), Campaign: c, Now: now, Version: version}
	today := c.Client.Agency.Day(now, c.Zone)
	from, to := reports.LastWeek(today-1, c.Flight)
	return reports.Freeze(ctx, src, reports.Request{Kind: reports.KindTracking, From: from, To: to})
}

// warned are the warnings of an import as findings: of the platform, by the id of
// their check.
func warned(one *warehouse.Imported) (told []simulate.Told) {
	if one.Report == nil {
		return nil
	}
	for _, p := range one.Problems {
		if p.Severity == ingest.Note {
			continue
		}
		t := simulate.Told{Rule: "check:" + p.Check, Scope: "platform:" + one.Platform, From: p.FirstDay, To: p.LastDay}
		if t.From == 0 {
			t.From, t.To = one.FirstDay, one.LastDay
		}
		told = append(told, t)
	}
	return told
}

// readReport notes what a snapshot says.
func readReport(r *simulate.Report, s *reports.Snapshot) {
	now, before := insight.Span(s.Compared.Now), insight.Span(s.Compared.Before)
	// The days of a comparison are those on which no outage touches the scope.
	days := func(span insight.Span, scope string) (list []locale.Day) {
		for d := span.From; d <= span.To; d++ {
			if !slices.ContainsFunc(s.Insight.Doubts, func(o insight.Doubt) bool { return o.Has(d) && o.Touches(scope) }) {
				list = append(list, d)
			}
		}
		return list
	}
	compared := func(scope, kpi string, e insight.Effect) simulate.Stated {
		return simulate.Stated{Scope: scope, KPI: kpi, Now: days(now, scope), Before: days(before, scope), Value: e.Value, Low: e.Low, High: e.High, Confidence: e.Confidence}
	}
	for _, c := range s.Insight.Costs {
		if c.Enough {
			r.Stated = append(r.Stated, compared(c.Scope, "cpa", c.Effect))
		}
	}
	for _, f := range s.Insight.Findings {
		t := simulate.Told{Rule: f.Rule, Scope: f.Scope, Label: f.Label.FR, From: f.From, To: f.To, Level: string(f.Level)}
		switch {
		case f.Rule == "tracking-outage":
			t.Stated = simulate.Stated{Scope: f.Scope, KPI: f.KPI, Otherwise: true, Value: f.Effect.Value, Low: f.Effect.Low, High: f.Effect.High, Confidence: f.Effect.Confidence}
			for d := f.From; d <= f.To; d++ {
				t.Now = append(t.Now, d)
			}
		case strings.HasSuffix(f.Rule, "-change"):
			t.Stated = compared(f.Scope, f.KPI, f.Effect)
			if slices.ContainsFunc(s.Insight.Costs, func(c insight.Cost) bool { return c.Enough && c.Scope == f.Scope && f.KPI == "cpa" }) {
				t.Confidence = 0 // this interval is counted above, found or not
			}
		}
		r.Told = append(r.Told, t)
	}
	for _, rec := range s.Advice.Recommendations {
		i := slices.IndexFunc(rec.Options, func(o advise.Option) bool { return o.ID == rec.Recommended })
		if i < 0 || len(rec.Options[i].Moves) == 0 {
			continue
		}
		o := rec.Options[i]
		a := simulate.Advised{Promised: o.Effect.Mean, From: rec.From, To: rec.To}
		for _, m := range o.Moves {
			a.Moves = append(a.Moves, simulate.Moved{From: m.From, To: m.To, FromBefore: m.FromBefore, FromAfter: m.FromAfter, ToBefore: m.ToBefore, ToAfter: m.ToAfter})
		}
		r.Advised = append(r.Advised, a)
	}
}

// benchShare is a share with its 95% interval and what it is of; null where it is of
// nothing.
type benchShare struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	Of    int      `json:"of"`
}

func share(x, n int) benchShare {
	s := benchShare{Of: n}
	if n == 0 {
		return s
	}
	v := float64(x) / float64(n)
	w := stats.Wilson(float64(x), float64(n), 0.95)
	s.Value, s.Low, s.High = &v, &w.Low, &w.High
	return s
}

// benchTally is the score of some data sets.
type benchTally struct {
	Precision      *float64 `json:"precision"`
	Recall         *float64 `json:"recall"`
	F1             *float64 `json:"f1"`
	FalsePerWeek   *float64 `json:"false_alarms_per_campaign_week"`
	Coverage       *float64 `json:"interval_coverage"`
	PromisedToReal *float64 `json:"promised_over_realised"`
	Delay          *int     `json:"median_delay_days"`
	DateError      *int     `json:"median_date_error_days"`
	Sign           *float64 `json:"sign_accuracy"`
	EffectError    *float64 `json:"median_effect_error"`
	Silence        *float64 `json:"correct_silence"`
	Withheld       *float64 `json:"withheld_when_bad"`
	Regret         *float64 `json:"reallocation_regret"`

	Sets          int     `json:"data_sets"` // their twins not counted
	Reports       int     `json:"reports"`
	Plants        int     `json:"plants"`
	Found         int     `json:"plants_found"`
	Explained     int     `json:"findings_right_besides"`
	False         int     `json:"findings_false"`
	NullFalse     int     `json:"null_findings"`
	CampaignWeeks int     `json:"null_campaign_weeks"`
	Intervals     int     `json:"intervals"`
	Promised      float64 `json:"conversions_promised"`
	Realised      float64 `json:"conversions_realised"`

	PrecisionRange benchShare `json:"precision_95"`
	RecallRange    benchShare `json:"recall_95"`
	CoverageRange  benchShare `json:"interval_coverage_95"`
	SilenceRange   benchShare `json:"correct_silence_95"`
}

// benchPlant is the score of a kind of plant.
type benchPlant struct {
	Kind       string                `json:"kind"`
	Expect     []string              `json:"expected_rules"`
	Rule       bool                  `json:"rule_exists"` // one of them
	Recall     benchShare            `json:"recall"`
	Delay      *int                  `json:"median_delay_days"`
	DateError  *int                  `json:"median_date_error_days"`
	BySeverity map[string]benchShare `json:"by_severity"`
	FoundBy    map[string]int        `json:"found_by"`
}

// benchSet names a data set.
type benchSet struct {
	Seed int64         `json:"seed"`
	Size simulate.Size `json:"size"`
	Null bool          `json:"null"`
}

// benchPlanted is what became of one plant.
type benchPlanted struct {
	benchSet
	ID       string     `json:"id"`
	Severity string     `json:"severity"`
	Channels []string   `json:"channels"`
	Start    locale.Day `json:"start"`
	Found    bool       `json:"found"`
	By       string     `json:"found_by,omitempty"`
	Delay    int        `json:"delay_days,omitempty"`
}

// benchFalse is one finding that nothing accounts for.
type benchFalse struct {
	benchSet
	simulate.False
}

// bench is the answer of the command.
type bench struct {
	benchTally
	ByPlant     []benchPlant          `json:"by_plant"`
	BySize      map[string]benchTally `json:"by_size"`
	FalseByRule map[string]int        `json:"false_by_rule"`      // in data sets with plants
	NullByRule  map[string]int        `json:"null_false_by_rule"` // in their twins
	NullByLevel map[string]int        `json:"null_false_by_level"`
	// Planted and Alarms are what the shares are made of, one by one.
	Planted []benchPlanted `json:"planted"`
	Alarms  []benchFalse   `json:"false_alarms"`
	Seeds   string         `json:"seeds"`
	Seconds float64        `json:"seconds"`
}

// sumUp adds scores up.
func sumUp(scores []simulate.Score) bench {
	b := bench{benchTally: tally(scores), Planted: []benchPlanted{}, Alarms: []benchFalse{}, BySize: map[string]benchTally{}, FalseByRule: map[string]int{}, NullByRule: map[string]int{}, NullByLevel: map[string]int{}}
	bySize := map[string][]simulate.Score{}
	byKind := map[string][]simulate.Found{}
	for _, s := range scores {
		bySize[string(s.Size)] = append(bySize[string(s.Size)], s)
		set := benchSet{s.Seed, s.Size, s.Null}
		for _, f := range s.Found {
			byKind[f.Kind] = append(byKind[f.Kind], f)
			b.Planted = append(b.Planted, benchPlanted{set, f.ID, f.Severity, f.Channels, f.Start, f.Found, f.Rule, f.Delay})
		}
		for _, f := range s.False {
			b.Alarms = append(b.Alarms, benchFalse{set, f})
			if s.Null {
				b.NullByRule[f.Rule]++
				b.NullByLevel[cmp.Or(f.Level, "import")]++
			} else {
				b.FalseByRule[f.Rule]++
			}
		}
	}
	for size, list := range bySize {
		b.BySize[size] = tally(list)
	}
	for _, k := range simulate.Kinds() {
		list := byKind[k.ID]
		if k.Distractor || len(list) == 0 {
			continue
		}
		p := benchPlant{Kind: k.ID, Expect: k.Expect, BySeverity: map[string]benchShare{}, FoundBy: map[string]int{}}
		for _, id := range k.Expect {
			check, isCheck := strings.CutPrefix(id, "check:")
			_, ok := insight.LookupRule(id)
			if isCheck {
				_, ok = ingest.LookupCheck(check)
			}
			p.Rule = p.Rule || ok
		}
		found := 0
		var delays, errs []int
		severity := map[string][2]int{}
		for _, f := range list {
			v := severity[f.Severity]
			v[1]++
			if f.Found {
				found++
				v[0]++
				p.FoundBy[f.Rule]++
				delays = append(delays, f.Delay)
				if f.Dated {
					errs = append(errs, f.DateError)
				}
			}
			severity[f.Severity] = v
		}
		p.Recall, p.Delay, p.DateError = share(found, len(list)), median(delays), median(errs)
		for name, v := range severity {
			p.BySeverity[name] = share(v[0], v[1])
		}
		b.ByPlant = append(b.ByPlant, p)
	}
	return b
}

func median(list []int) *int {
	if v, ok := simulate.Median(list); ok {
		return &v
	}
	return nil
}

func tally(scores []simulate.Score) benchTally {
	var t benchTally
	var matched, covered, signs, right, silent, quiet, bad, withheld int
	var optimal, achieved float64
	var delays, errs []int
	var effects []float64
	for _, s := range scores {
		covered, t.Intervals = covered+s.Covered, t.Intervals+s.Intervals
		signs, right = signs+s.Signs, right+s.SignRight
		effects = append(effects, s.EffectErrors...)
		t.Promised, t.Realised = t.Promised+s.Promised, t.Realised+s.Realised
		optimal, achieved = optimal+s.Optimal, achieved+s.Achieved
		bad, withheld = bad+s.Bad, withheld+s.Withheld
		if s.Null {
			t.NullFalse += len(s.False)
			t.CampaignWeeks += s.CampaignWeeks
			quiet, silent = quiet+s.Reports, silent+s.Silent
			continue
		}
		t.Sets++
		t.Reports += s.Reports
		t.Plants += len(s.Found)
		t.Explained += s.Explained
		t.False += len(s.False)
		matched += s.Matched
		for _, f := range s.Found {
			if f.Found {
				t.Found++
				delays = append(delays, f.Delay)
				if f.Dated {
					errs = append(errs, f.DateError)
				}
			}
		}
	}
	of := func(a, b float64) *float64 {
		if b == 0 {
			return nil
		}
		v := a / b
		return &v
	}
	t.PrecisionRange, t.RecallRange = share(matched, matched+t.False), share(t.Found, t.Plants)
	t.CoverageRange, t.SilenceRange = share(covered, t.Intervals), share(silent, quiet)
	t.Precision, t.Recall, t.Coverage, t.Silence = t.PrecisionRange.Value, t.RecallRange.Value, t.CoverageRange.Value, t.SilenceRange.Value
	if t.Precision != nil && t.Recall != nil {
		t.F1 = of(2**t.Precision**t.Recall, *t.Precision+*t.Recall)
	}
	t.FalsePerWeek = of(float64(t.NullFalse), float64(t.CampaignWeeks))
	t.PromisedToReal = of(t.Promised, t.Realised)
	t.Sign = of(float64(right), float64(signs))
	t.Withheld = of(float64(withheld), float64(bad))
	if regret := of(optimal-achieved, optimal); regret != nil {
		t.Regret = regret
	}
	t.Delay, t.DateError = median(delays), median(errs)
	if v, ok := simulate.Median(effects); ok {
		t.EffectError = &v
	}
	return t
}

// printBench writes the score as tables.
func (a *app) printBench(b bench) {
	l := a.language()
	number := func(v *float64, decimals int) string {
		if v == nil {
			return "–"
		}
		return l.Number(*v, decimals)
	}
	percent := func(s benchShare) string {
		if s.Value == nil {
			return "–"
		}
		return fmt.Sprintf("%s %s", l.Percent(*s.Value, 0), l.Interval(l.Percent(*s.Low, 0), l.Percent(*s.High, 0)))
	}
	days := func(v *int) string {
		if v == nil {
			return "–"
		}
		return fmt.Sprint(*v)
	}
	line := func(en, fr, value string) {
		fmt.Fprintf(a.out, "%s%s %s\n", a.say(en, fr), l.Colon(), value)
	}
	sizes := slices.SortedFunc(maps.Keys(b.BySize), func(x, y string) int { return strings.Index("SML", x) - strings.Index("SML", y) })
	for _, size := range sizes {
		t := b.BySize[size]
		n := float64(t.Sets)
		fmt.Fprintf(a.out, a.say("Size %s, %d "+l.Plural(n, "data set and its twin", "data sets and their twins")+", %d reports each\n",
			"Taille %s, %d "+l.Plural(n, "jeu de données et son jumeau", "jeux de données et leurs jumeaux")+", %d rapports chacun\n"), size, t.Sets, t.Reports/max(t.Sets, 1))
		line("  recall, of what is planted", "  rappel, sur ce qui est planté", fmt.Sprintf("%s (%d/%d)", percent(t.RecallRange), t.Found, t.Plants))
		line("  precision, of what is told", "  précision, sur ce qui est dit", fmt.Sprintf("%s (%d/%d)", percent(t.PrecisionRange), t.PrecisionRange.Of-t.False, t.PrecisionRange.Of))
		line("  false alarms a campaign and week, nothing planted", "  fausses alertes par campagne et semaine, sans rien de planté", fmt.Sprintf("%s (%d/%d)", number(t.FalsePerWeek, 3), t.NullFalse, t.CampaignWeeks))
		line("  reports without a false alarm, nothing planted", "  rapports sans fausse alerte, sans rien de planté", percent(t.SilenceRange))
		line("  median delay, in days", "  retard médian, en jours", days(t.Delay))
		line("  median error of dates, in days", "  erreur médiane des dates, en jours", days(t.DateError))
		line("  90% intervals that hold the truth", "  intervalles à 90\u00a0% qui contiennent la vérité", fmt.Sprintf("%s (%d)", percent(t.CoverageRange), t.Intervals))
		line("  moves of budget, promised over realised", "  déplacements de budget, promis sur réalisé", fmt.Sprintf("%s (%s/%s)", number(t.PromisedToReal, 2), l.Number(t.Promised, 1), l.Number(t.Realised, 1)))
		line("  bad data, budget left alone", "  données fausses, budget laissé en paix", number(t.Withheld, 2))
	}
	fmt.Fprintln(a.out)
	rows := [][]string{{a.say("planted", "planté"), a.say("recall, 95%", "rappel, à 95\u00a0%"), "n", a.say("delay", "retard"), a.say("found by", "trouvé par")}}
	for _, p := range b.ByPlant {
		by := []string{}
		for _, rule := range slices.Sorted(maps.Keys(p.FoundBy)) {
			by = append(by, fmt.Sprintf("%s %d", rule, p.FoundBy[rule]))
		}
		if !p.Rule {
			by = append(by, a.say("no rule yet", "pas encore de règle"))
		}
		rows = append(rows, []string{p.Kind, percent(p.Recall), fmt.Sprint(p.Recall.Of), days(p.Delay), strings.Join(by, ", ")})
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	w.Flush()
	for _, part := range []struct {
		en, fr string
		count  map[string]int
	}{{"False in data sets with plants", "À tort, là où des choses sont plantées", b.FalseByRule}, {"False where nothing is planted", "À tort, là où rien n’est planté", b.NullByRule},
		{"  by how sure they were", "  selon leur certitude", b.NullByLevel}} {
		list := []string{}
		for _, rule := range slices.Sorted(maps.Keys(part.count)) {
			list = append(list, fmt.Sprintf("%s %d", rule, part.count[rule]))
		}
		if len(list) > 0 {
			line(part.en, part.fr, strings.Join(list, ", "))
		}
	}
	fmt.Fprintf(a.out, "%s s\n", l.Number(b.Seconds, 1))
}
