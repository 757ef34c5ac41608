package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
)

func (a *app) kpiCmd() *cobra.Command {
	var client, campaign, from, to, period, by, compare, asOf, format string
	var list bool
	cmd := &cobra.Command{
		Use:   "kpi [KPI…]",
		Short: "KPI values with their interval and volume",
		Long: `KPI values over a period, by any of day, week, month, platform, channel,
account, platform_campaign, ad_group, ad or a breakdown of the exports; each with
the sums behind it, its 90% interval and the volume it rests on. A ratio is always
sum ÷ sum at the line shown. Without a period: the last complete week with data.

Accounts in several currencies are answered for in the campaign's, at the European
Central Bank's rate of each day: see "vigie help currencies".`,
		Example: "  vigie kpi cpa conversions --by channel\n  vigie kpi --by week --compare none --format csv > semaines.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return a.listKPIs()
			}
			if a.json {
				format = "json"
			}
			q, brief, err := a.question(cmd.Context(), client, campaign, from, to, period, by, compare, asOf)
			if err != nil {
				return err
			}
			q.KPIs = args
			frame, err := metrics.Ask(cmd.Context(), a.wh.DB(), q)
			if err != nil {
				return err
			}
			switch format {
			case "table":
				return a.printFrame(frame)
			case "csv":
				if err := a.csvFrame(frame); err != nil {
					return err
				}
				// A sheet has no place for them, and must not go without.
				for _, n := range frame.Conversion.Notes() {
					fmt.Fprintf(a.err, "%s\n", n.In(a.language()))
				}
				return nil
			case "json":
				return a.printJSON(a.jsonFrame(q, brief, frame))
			}
			return fail(exitUsage, "--format %q: want table, csv or json", "--format %q\u00a0: table, csv ou json attendu", format)
		},
	}
	f := cmd.Flags()
	f.StringVar(&client, "client", "", "client (default: the one one stands in, or the only one)")
	f.StringVar(&campaign, "campaign", "", "campaign; “all” for everything the client has")
	f.StringVar(&from, "from", "", "first day, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "last day, YYYY-MM-DD")
	f.StringVar(&period, "period", "", "2026-W10, 2026-03 or 2026-03-01..2026-03-31")
	f.StringVar(&by, "by", "channel", "dimensions, separated by commas; none: the total alone")
	f.StringVar(&compare, "compare", "previous", "previous or none")
	f.StringVar(&asOf, "as-of", "", "answer with what was known at the end of that day")
	f.StringVar(&format, "format", "table", "table, csv or json")
	f.BoolVar(&list, "list", false, "list the KPIs with their definitions")
	return cmd
}

// question turns flags into a question.
func (a *app) question(ctx context.Context, client, campaign, from, to, period, by, compare, asOf string) (metrics.Question, *agency.Campaign, error) {
	var q metrics.Question
	if err := a.openWarehouse(ctx, "vigie kpi"); err != nil {
		return q, nil, err
	}
	c, err := a.client(client, "")
	if err != nil {
		return q, nil, err
	}
	var brief *agency.Campaign
	switch {
	case campaign == "all":
	case campaign == "" && len(c.Campaigns) == 0:
		// A client without a brief can be asked of all the same.
	default:
		if brief, err = a.campaign(c.ID + "/" + campaign); err != nil {
			return q, nil, err
		}
	}
	if q.Scope, err = metrics.LoadScope(ctx, a.wh.DB(), c, brief); err != nil {
		return q, nil, err
	}
	if brief == nil {
		q.Scope.Zone = a.agency.Zone
	}
	switch {
	case period != "" && (from != "" || to != ""):
		return q, nil, fail(exitUsage, "give --period or --from and --to, not both", "donnez --period, ou --from et --to, pas les deux")
	case period != "":
		q.From, q.To, err = parsePeriod(period)
	default:
		q.From, q.To, err = parseRange(from, to)
	}
	if err != nil {
		return q, nil, err
	}
	if err := a.defaultPeriod(ctx, &q, brief); err != nil {
		return q, nil, err
	}
	for d := range strings.SplitSeq(by, ",") {
		if d = strings.TrimSpace(d); d != "" && d != "none" && d != "total" {
			q.By = append(q.By, d)
		}
	}
	switch compare {
	case "previous":
		q.Compare = compare
	case "none", "":
	default:
		return q, nil, fail(exitUsage, "--compare %q: want previous or none", "--compare %q\u00a0: previous ou none attendu", compare)
	}
	if asOf != "" {
		d, err := locale.ParseDay(asOf)
		if err != nil {
			return q, nil, fail(exitUsage, "--as-of %q: want YYYY-MM-DD", "--as-of %q\u00a0: AAAA-MM-JJ attendu", asOf)
		}
		q.AsOf = (d + 1).Start(a.agency.Zone).Add(-time.Microsecond)
	}
	return q, brief, nil
}

// defaultPeriod fills the ends that were not given.
func (a *app) defaultPeriod(ctx context.Context, q *metrics.Question, brief *agency.Campaign) error {
	if q.From != 0 && q.To != 0 {
		return nil
	}
	today := a.agency.Day(a.clock(), q.Scope.Zone)
	start := today - 400
	flight := agency.Flight{Start: start, End: today}
	if brief != nil {
		start, flight = brief.Flight.Start, brief.Flight
	}
	whole, _, err := metrics.Daily(ctx, a.wh.DB(), q.Scope, start, max(min(today, flight.End), start), time.Time{})
	if err != nil {
		return err
	}
	last := metrics.LastComplete(whole)
	switch {
	case q.From != 0:
		q.To = max(last, q.From)
	case q.To != 0:
		q.From = min(start, q.To)
	default:
		q.From, q.To = reports.LastWeek(last, flight)
	}
	return nil
}

func (a *app) listKPIs() error {
	l := a.language()
	if a.json {
		return a.printJSON(map[string]any{"kpis": metrics.KPIs})
	}
	for _, k := range metrics.KPIs {
		fmt.Fprintf(a.out, "%s\n  %s = %s\n  %s\n  %s\n", k.ID, k.Label.In(l), k.Formula.In(l), k.Doc.In(l), k.Trap.In(l))
	}
	return nil
}

// dimension is the heading of a dimension.
func (a *app) dimension(d string) string {
	names := map[string]locale.Text{
		"day": {EN: "day", FR: "jour"}, "week": {EN: "week", FR: "semaine"}, "month": {EN: "month", FR: "mois"},
		"platform": {EN: "platform", FR: "plateforme"}, "channel": {EN: "channel", FR: "levier"}, "account": {EN: "account", FR: "compte"},
		"platform_campaign": {EN: "platform campaign", FR: "campagne plateforme"}, "ad_group": {EN: "ad group", FR: "groupe d’annonces"}, "ad": {EN: "ad", FR: "annonce"},
	}
	if t, ok := names[d]; ok {
		return t.In(a.language())
	}
	return d
}

// printFrame writes a frame for a terminal: one line a group and KPI.
func (a *app) printFrame(f *metrics.Frame) error {
	l := a.language()
	fmt.Fprintf(a.out, "%s\n", l.Period(f.From, f.To))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, d := range f.By {
		fmt.Fprintf(w, "%s\t", a.dimension(d))
	}
	fmt.Fprintln(w, a.say("KPI\tvalue\t90% interval\tvolume\tbefore\tchange", "indicateur\tvaleur\tintervalle 90\u00a0%\tvolume\tavant\tévolution"))
	line := func(labels []string, r metrics.Row) {
		for _, id := range f.KPIs {
			k, _ := metrics.LookupKPI(id)
			v := r.KPIs[id]
			for _, x := range labels {
				fmt.Fprintf(w, "%s\t", oneLine(x))
			}
			value := locale.Dash
			if v.Value != nil {
				value = k.Format(*v.Value, l, f.Currency)
			}
			interval, before, change := "", "", ""
			if v.Low != nil && v.High != nil {
				interval = "[" + k.Format(*v.Low, l, f.Currency) + " ; " + k.Format(*v.High, l, f.Currency) + "]"
			}
			if c, ok := r.Previous[id]; ok && c.Value.Value != nil {
				before = k.Format(*c.Value.Value, l, f.Currency)
				if c.Change != nil {
					change = locale.Signed(l.Percent(*c.Change, 0))
					if c.ChangeLow != nil && c.ChangeHigh != nil {
						change += " [" + locale.Signed(l.Number(*c.ChangeLow*100, 0)) + " ; " + locale.Signed(l.Number(*c.ChangeHigh*100, 0)) + "]"
						if !c.Clear {
							change += a.say(" within the noise", " dans le bruit")
						}
					}
				}
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", id, value, interval, a.volume(v), before, change)
		}
	}
	for _, r := range f.Rows {
		line(r.Labels, r)
	}
	total := make([]string, len(f.By))
	if len(total) > 0 {
		total[0] = a.say("total", "total")
	}
	line(total, f.Total)
	if err := w.Flush(); err != nil {
		return err
	}
	for _, n := range f.Notes {
		fmt.Fprintf(a.err, "%s\n", n.In(l))
	}
	for _, id := range f.KPIs {
		if v := f.Total.KPIs[id]; v.Value == nil && v.Why != nil {
			fmt.Fprintf(a.err, "%s: %s\n", id, v.Why.In(l))
		}
	}
	return nil
}

// volume says whether there is enough to judge.
func (a *app) volume(v metrics.Value) string {
	switch v.Volume {
	case metrics.VolumeNone:
		return a.say("too little", "trop peu")
	case metrics.VolumeLow:
		return a.say("low", "faible")
	case metrics.VolumeEnough:
		return a.say("enough", "suffisant")
	}
	return ""
}

// oneLine keeps a hostile name from breaking a table or a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, s)
}

// csvFrame writes a frame as a spreadsheet reads it in the language: French
// Excel wants a BOM, semicolons and decimal commas. Names that a spreadsheet
// would run as a formula are disarmed; numbers are full, not rounded.
func (a *app) csvFrame(f *metrics.Frame) error {
	fr := a.language() == locale.FR
	if _, err := io.WriteString(a.out, "\uFEFF"); err != nil {
		return err
	}
	w := csv.NewWriter(a.out)
	w.UseCRLF = true
	if fr {
		w.Comma = ';'
	}
	number := func(v *float64) string {
		if v == nil {
			return ""
		}
		s := fmt.Sprintf("%.10g", *v)
		if fr {
			s = strings.ReplaceAll(s, ".", ",")
		}
		return s
	}
	head := append([]string{}, f.By...)
	for _, id := range f.KPIs {
		head = append(head, id, id+"_low", id+"_high")
	}
	w.Write(head)
	line := func(labels []string, r metrics.Row) {
		var rec []string
		for _, x := range labels {
			rec = append(rec, disarm(x))
		}
		for _, id := range f.KPIs {
			v := r.KPIs[id]
			rec = append(rec, number(v.Value), number(v.Low), number(v.High))
		}
		w.Write(rec)
	}
	for _, r := range f.Rows {
		line(r.Labels, r)
	}
	if len(f.By) == 0 {
		line(nil, f.Total)
	}
	w.Flush()
	return w.Error()
}

// disarm puts an apostrophe before what a spreadsheet would take for a formula.
func disarm(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\x00", rune(s[0])) {
		return "'" + s
	}
	return s
}

// jsonFrame is the answer for machines.
func (a *app) jsonFrame(q metrics.Question, brief *agency.Campaign, f *metrics.Frame) any {
	l := a.language()
	row := func(r metrics.Row, labels bool) map[string]any {
		out := map[string]any{"kpis": oneLanguage(r.KPIs, l)}
		if labels {
			for i, d := range f.By {
				out[d] = r.Labels[i]
				if d == "channel" {
					out[d] = r.Keys[i]
				}
			}
		}
		if len(r.Previous) > 0 {
			out["previous"] = oneLanguageChanges(r.Previous, l)
		}
		return out
	}
	rows := []any{}
	for _, r := range f.Rows {
		rows = append(rows, row(r, true))
	}
	notes := []string{}
	for _, n := range f.Notes {
		notes = append(notes, n.In(l))
	}
	out := map[string]any{
		"client": q.Scope.Client, "campaign": nil, "from": f.From, "to": f.To, "as_of": nil, "currency": f.Currency,
		"by": f.By, "rows": rows, "total": row(f.Total, false), "notes": notes,
	}
	if brief != nil {
		out["campaign"] = brief.ID
	}
	if f.Conversion != nil {
		out["conversion"] = f.Conversion
	}
	if !q.AsOf.IsZero() {
		out["as_of"] = locale.DayOf(q.AsOf.In(a.agency.Zone))
	}
	return out
}

func oneLanguage(values map[string]metrics.Value, l locale.Lang) map[string]any {
	out := map[string]any{}
	for id, v := range values {
		out[id] = valueJSON(v, l)
	}
	return out
}

func valueJSON(v metrics.Value, l locale.Lang) map[string]any {
	m := map[string]any{"value": v.Value, "num": v.Num, "den": v.Den, "low": v.Low, "high": v.High, "volume": v.Volume}
	for _, k := range []string{"num", "den", "low", "high"} {
		if p, ok := m[k].(*float64); ok && p == nil {
			delete(m, k)
		}
	}
	if v.Volume == "" {
		delete(m, "volume")
	}
	if v.Why != nil {
		m["why"] = v.Why.In(l)
	}
	return m
}

func oneLanguageChanges(values map[string]metrics.Change, l locale.Lang) map[string]any {
	out := map[string]any{}
	for id, c := range values {
		m := valueJSON(c.Value, l)
		for k, p := range map[string]*float64{"change": c.Change, "change_low": c.ChangeLow, "change_high": c.ChangeHigh} {
			if p != nil {
				m[k] = *p
			}
		}
		out[id] = m
	}
	return out
}
