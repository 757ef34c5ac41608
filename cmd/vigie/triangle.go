package main

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
)

func (a *app) triangleCmd() *cobra.Command {
	var client, campaign, from, to, period string
	cmd := &cobra.Command{
		Use:   both("triangle [MEASURE]", "triangle [MESURE]"),
		Short: both("How figures of the same days grew from one export to the next", "Comment les chiffres des mêmes jours ont grandi d’un export à l’autre"),
		Long: both("What each export said of each day, platform by platform: one line a day, one column\n"+
			"for each number of days between the end of the day and the export (0: made on the\n"+
			"next day). A hole means that no export was made then, or one that leaves out more\n"+
			"than a tenth of the day’s delivery. Conversions are booked on the day of the click\n"+
			"and come in late: reading a line from left to right shows how late.\n\n"+
			"MEASURE is conversions (as the brief defines them), conversion_value, spend, clicks or\n"+
			"impressions. Without a period: the whole flight.",
			"Ce que chaque export disait de chaque jour, plateforme par plateforme\u00a0: une ligne par\n"+
				"jour, une colonne par nombre de jours entre la fin du jour et l’export (0\u00a0: fait le\n"+
				"lendemain). Un trou veut dire qu’aucun export n’a été fait alors, ou qu’il laisse de\n"+
				"côté plus d’un dixième de la diffusion du jour. Les conversions sont comptées au jour\n"+
				"du clic et arrivent tard\u00a0: lue de gauche à droite, une ligne montre combien.\n\n"+
				"MESURE est conversions (telles que le brief les définit), conversion_value, spend,\n"+
				"clicks ou impressions. Sans période\u00a0: toute la campagne."),
		Example: "  vigie kpi triangle\n  vigie kpi triangle spend --period 2026-09 --json",
		Args:    a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			measure := "conversions"
			if len(args) > 0 {
				measure = args[0]
			}
			q, brief, err := a.question(cmd.Context(), kpiFlags{client: client, campaign: campaign, from: from, to: to, period: period})
			if err != nil {
				return err
			}
			if period == "" && from == "" && brief != nil {
				q.From = brief.Flight.Start
			}
			if period == "" && to == "" {
				q.To = a.agency.Day(a.clock(), q.Scope.Zone)
				if brief != nil {
					q.To = min(q.To, brief.Flight.End)
				}
			}
			list, err := metrics.Triangles(cmd.Context(), a.wh.DB(), q.Scope, measure, q.From, max(q.To, q.From))
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(a.jsonTriangles(q, list))
			}
			for i, t := range list {
				if i > 0 {
					fmt.Fprintln(a.out)
				}
				if err := a.printTriangle(t); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&client, "client", "", both("client; without it the one whose folder one stands in, or the only one", "client\u00a0; sans elle, celui du dossier où l’on est, ou le seul"))
	f.StringVar(&campaign, "campaign", "", both("campaign; all: everything that the client has", "campagne\u00a0; all\u00a0: tout ce qu’a le client"))
	f.StringVar(&from, "from", "", both("first day, YYYY-MM-DD", "premier jour, AAAA-MM-JJ"))
	f.StringVar(&to, "to", "", both("last day, YYYY-MM-DD", "dernier jour, AAAA-MM-JJ"))
	f.StringVar(&period, "period", "", periodUsage)
	return cmd
}

// triangleColumns is how many columns fit a terminal; where there are more lags,
// those of whole weeks and of the first days are shown.
const triangleColumns = 16

func (a *app) printTriangle(t metrics.Triangle) error {
	l := a.language()
	label := t.Measure
	k, isKPI := metrics.LookupKPI(t.Measure)
	if isKPI {
		label = k.Label.In(l)
	}
	if t.Currency != "" {
		label += " (" + t.Currency + ")"
	}
	n := len(t.Vintages)
	fmt.Fprintf(a.out, "%s · %s · %d %s", reports.PlatformName(t.Platform), label, n, l.Plural(float64(n), a.say("day of exports", "jour d’exports"), a.say("days of exports", "jours d’exports")))
	if n == 0 {
		fmt.Fprintln(a.out)
		return nil
	}
	fmt.Fprintf(a.out, " (%s)\n", l.Period(t.Vintages[0].Made, t.Vintages[n-1].Made))
	lags := t.Lags()
	shown := lags
	if len(lags) > triangleColumns {
		shown = nil
		for _, lag := range lags {
			if lag < 7 || lag%7 == 0 {
				shown = append(shown, lag)
			}
		}
		shown = shown[:min(len(shown), triangleColumns)]
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, a.say("days later", "jours après"), "\t")
	for _, lag := range shown {
		fmt.Fprintf(w, "%d\t", lag)
	}
	fmt.Fprintln(w)
	for _, o := range t.Origins {
		fmt.Fprintf(w, "%s\t", o.Day)
		for _, lag := range shown {
			cell := "·"
			if v, ok := o.At(lag); ok {
				if x := unitsOf(t.Measure, v); t.Currency != "" {
					cell = l.Number(x, 2)
				} else {
					cell = l.Count(x)
				}
			}
			fmt.Fprintf(w, "%s\t", cell)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(shown) < len(lags) {
		fmt.Fprintln(a.err, a.say(fmt.Sprintf("%d of %d columns are shown; --json has all", len(shown), len(lags)), fmt.Sprintf("%d colonnes sur %d sont montrées\u00a0; --json les a toutes", len(shown), len(lags))))
	}
	return nil
}

// unitsOf turns stored units of a measure into units.
func unitsOf(measure string, v int64) float64 {
	if slices.Contains([]string{"clicks", "impressions"}, measure) {
		return float64(v)
	}
	return float64(v) / metrics.Micro
}

// jsonTriangles is the answer for machines.
func (a *app) jsonTriangles(q metrics.Question, list []metrics.Triangle) any {
	type known struct {
		Lag   int     `json:"lag"`
		Value float64 `json:"value"`
	}
	type origin struct {
		Day    locale.Day `json:"day"`
		Values []known    `json:"values"`
	}
	triangles := []any{}
	for _, t := range list {
		rows := []origin{}
		for _, o := range t.Origins {
			x := origin{Day: o.Day}
			for _, v := range o.Values {
				x.Values = append(x.Values, known{v.Lag, unitsOf(t.Measure, v.Value)})
			}
			rows = append(rows, x)
		}
		x := map[string]any{"platform": t.Platform, "measure": t.Measure, "vintages": t.Vintages, "rows": rows}
		if t.Currency != "" {
			x["currency"] = t.Currency
		}
		triangles = append(triangles, x)
	}
	out := map[string]any{"client": q.Scope.Client, "campaign": nil, "from": q.From, "to": q.To, "triangles": triangles}
	if q.Scope.Campaign != "" {
		out["campaign"] = q.Scope.Campaign
	}
	return out
}
