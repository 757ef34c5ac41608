package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vigie/internal/locale"
	"vigie/metrics"
)

func (a *app) explainCmd() *cobra.Command {
	var k kpiFlags
	var where []string
	cmd := &cobra.Command{
		Use:   both("explain KPI", "explain INDICATEUR"),
		Short: both("What is behind a number: formula, sums, query, exports, days", "D’où vient un chiffre\u00a0: formule, sommes, requête, exports, jours"),
		Long: both("What is behind one number of “vigie kpi”: its formula, the two sums, the query that gives\n"+
			"them (“vigie sql” runs it), the exports they rest on, and the days that are covered,\n"+
			"missing or still young. --where chooses the line; without it the total is explained.",
			"D’où vient un chiffre de «\u00a0vigie kpi\u00a0»\u00a0: sa formule, les deux sommes, la requête qui les\n"+
				"donne («\u00a0vigie sql\u00a0» l’exécute), les exports sur lesquels elles reposent, et les jours\n"+
				"couverts, manquants ou encore jeunes. --where choisit la ligne\u00a0; sans elle, le total."),
		Example: both("  vigie kpi explain cpa --where channel=search-gen\n  vigie kpi explain spend --period flight --where week=2026-W38 --where platform=metaads",
			"  vigie kpi explain cpa --where channel=search-gen\n  vigie kpi explain spend --period flight --where week=2026-S38 --where platform=metaads"),
		Args: a.arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var rows []metrics.Where
			for _, w := range where {
				d, v, ok := strings.Cut(w, "=")
				if !ok {
					return fail(exitUsage, "--where %s: want a dimension and its value, as channel=search-gen", "--where %s\u00a0: une dimension et sa valeur attendues, comme channel=search-gen", quoted(w))
				}
				rows = append(rows, metrics.Where{Dimension: strings.TrimSpace(d), Value: strings.TrimSpace(v)})
			}
			q, _, err := a.question(cmd.Context(), k)
			if err != nil {
				return err
			}
			x, err := metrics.Explain(cmd.Context(), a.wh.DB(), q, args[0], rows)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(a.jsonExplanation(q, x))
			}
			return a.printExplanation(x)
		},
	}
	f := cmd.Flags()
	k.flags(f)
	f.MarkHidden("compare") // one number is compared with nothing
	f.StringVar(&k.by, "by", "none", both("dimensions, separated by commas; those of --where are added", "dimensions, séparées par des virgules\u00a0; celles de --where s’y ajoutent"))
	f.StringArrayVar(&where, "where", nil, both("the line: a dimension and its value, as channel=search-gen; may be given several times", "la ligne\u00a0: une dimension et sa valeur, comme channel=search-gen\u00a0; plusieurs fois au besoin"))
	return cmd
}

// printExplanation writes what is behind a number for people.
func (a *app) printExplanation(x *metrics.Explanation) error {
	l := a.language()
	k := x.KPI
	v := x.Row.KPIs[k.ID]
	colon := l.Colon() + " "
	head := func(en, fr string) { fmt.Fprintf(a.out, "\n%s\n", a.say(en, fr)) }
	title := k.Label.In(l)
	for i, d := range x.By {
		title += ", " + a.dimension(d) + colon + locale.OneLine(x.Row.Labels[i])
	}
	fmt.Fprintf(a.out, "%s, %s\n", title, l.Period(x.From, x.To))
	value := locale.Dash
	if v.Value != nil {
		value = k.Format(*v.Value, l, x.Currency)
	}
	if v.Low != nil && v.High != nil {
		value += fmt.Sprintf(a.say(" (90%% interval: %s to %s)", " (intervalle à 90\u00a0%%\u00a0: %s à %s)"), k.Format(*v.Low, l, x.Currency), k.Format(*v.High, l, x.Currency))
	}
	fmt.Fprintf(a.out, "  %s = %s\n", value, k.Formula.In(l))
	if v.Why != nil {
		fmt.Fprintf(a.out, "  %s\n", v.Why.In(l))
	}
	sum := func(id string, p *float64) {
		text := locale.Dash
		if p != nil {
			text = l.Count(*p)
			if metrics.IsMoney(id) {
				text = l.Money(*p, x.Currency, 2)
			}
		}
		fmt.Fprintf(a.out, "  %s%s%s\n", id, colon, text)
	}
	head("Sums", "Sommes")
	sum(k.Num, v.Num)
	if k.Den != "" {
		sum(k.Den, v.Den)
		if word := a.volume(k, v); word != "" {
			fmt.Fprintf(a.out, "  %s%s%s\n", a.say("volume to judge by", "volume pour juger"), colon, word)
		}
	}
	head("Days", "Jours")
	fmt.Fprintf(a.out, a.say("  %d of %d have data\n", "  %d sur %d ont des données\n"), x.Row.Days, int(x.To-x.From)+1)
	if len(x.Missing) > 0 {
		var days []string
		for _, d := range x.Missing {
			days = append(days, l.DayText(d))
		}
		fmt.Fprintf(a.out, "  %s%s%s\n", a.say("in no export", "dans aucun export"), colon, l.Join(days))
	}
	if n := x.Row.Young; n > 0 {
		fmt.Fprintf(a.out, a.say("  %d young: conversions of theirs are still coming in\n", "  %d jeunes\u00a0: des conversions de ces jours restent à venir\n"), n)
	}
	if n := x.Row.Moving; n > 0 {
		fmt.Fprintf(a.out, a.say("  %d still inside the window in which their platform changes conversions\n", "  %d encore dans la fenêtre où leur plateforme modifie les conversions\n"), n)
	}
	if x.Told > 0 {
		again := a.say("none was corrected by a newer export", "aucun n’a été corrigé par un export plus récent")
		if x.Corrected > 0 {
			again = fmt.Sprintf(a.say("%s were told again by a newer export, which counts", "%s ont été redits par un export plus récent, qui compte"), l.Int(x.Corrected))
		}
		fmt.Fprintf(a.out, "  %s %s%s%s\n", l.Int(x.Told), a.say("days of campaigns", "jours de campagnes"), colon, again)
	}
	if len(x.Batches) > 0 {
		head("Exports", "Exports")
		w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "  %s\t%s\n", a.say("batch\tfile\tplatform\tdays\timported\tknown as of\tSHA-256", "lot\tfichier\tplateforme\tjours\timporté\tconnu au\tSHA-256"), strings.Join(x.Asked, "\t"))
		for _, b := range x.Batches {
			figure := func(id string, p *float64) string {
				if p == nil {
					return locale.Dash
				}
				if metrics.IsMoney(id) {
					return l.Money(*p, x.Currency, 2)
				}
				return l.Count(*p)
			}
			cells := []string{fmt.Sprint(b.Batch), locale.OneLine(b.File), b.Platform, l.PeriodShort(b.FirstDay, b.LastDay),
				l.Instant(b.ImportedAt.In(a.agency.Zone)), l.Instant(b.KnownAsOf.In(a.agency.Zone)), b.SHA256[:min(12, len(b.SHA256))]}
			for i, of := range x.Asked {
				cells = append(cells, figure(of, b.Sums[i]))
			}
			fmt.Fprintf(w, "  %s\n", strings.Join(cells, "\t"))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if x.SQL != "" {
		head("Query (vigie sql runs it)", "Requête (vigie sql l’exécute)")
		for line := range strings.SplitSeq(x.SQL, "\n") {
			fmt.Fprintf(a.out, "  %s\n", line)
		}
	}
	for _, n := range x.Notes {
		fmt.Fprintf(a.err, "%s\n", n.In(l))
	}
	return nil
}

// jsonExplanation is the same for machines.
func (a *app) jsonExplanation(q metrics.Question, x *metrics.Explanation) any {
	l := a.language()
	v := x.Row.KPIs[x.KPI.ID]
	row := map[string]string{}
	for i, d := range x.By {
		row[d] = x.Row.Labels[i]
		if d == "channel" {
			row[d] = x.Row.Keys[i]
		}
	}
	out := map[string]any{
		"client": q.Scope.Client, "campaign": nil, "kpi": x.KPI.ID, "label": x.KPI.Label.In(l), "formula": x.KPI.Formula.In(l),
		"row": row, "from": x.From, "to": x.To, "currency": x.Currency, "value": valueJSON(v, l),
		"numerator": map[string]any{"measure": x.KPI.Num, "sum": v.Num}, "denominator": nil,
		"days":  map[string]any{"with_data": x.Row.Days, "of": int(x.To-x.From) + 1, "missing": x.Missing, "young": x.Row.Young, "moving": x.Row.Moving},
		"cells": map[string]any{"told": x.Told, "corrected": x.Corrected},
		"asked": x.Asked, "sql": x.SQL, "batches": x.Batches,
	}
	if q.Scope.Campaign != "" {
		out["campaign"] = q.Scope.Campaign
	}
	if x.KPI.Den != "" {
		out["denominator"] = map[string]any{"measure": x.KPI.Den, "sum": v.Den}
	}
	if x.Missing == nil {
		out["days"].(map[string]any)["missing"] = []locale.Day{}
	}
	if x.Batches == nil {
		out["batches"] = []metrics.Behind{}
	}
	notes := []string{}
	for _, n := range x.Notes {
		notes = append(notes, n.In(l))
	}
	out["notes"] = notes
	return out
}
