package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
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
		Use:   both("kpi [KPI…]", "kpi [INDICATEUR…]"),
		Short: both("KPI values with their interval and volume", "Les indicateurs, avec leur intervalle et leur volume"),
		Long: both("KPI values over a period, by any of day, week, month, platform, channel, account,\n"+
			"platform_campaign, ad_group, ad or a breakdown of the exports; each with the sums\n"+
			"behind it, its 90% interval and the volume it rests on. A ratio is always sum ÷ sum\n"+
			"at the line shown. A week or a month that the period cuts is marked and compared\n"+
			"with its same days before. Without a period: the last complete week with data. Without\n"+
			"KPIs: those that the exports have figures for; the others, such as pacing or sov, are\n"+
			"asked for by name, and say what they need.\n\n"+
			"Accounts in several currencies are answered for in the campaign's, at the European\n"+
			"Central Bank's rate of each day: see \"vigie help currencies\".",
			"Les indicateurs d’une période, par day (jour), week (semaine), month (mois), platform\n"+
				"(plateforme), channel (levier), account (compte), platform_campaign (campagne\n"+
				"plateforme), ad_group (groupe d’annonces), ad (annonce) ou une ventilation des exports\u00a0;\n"+
				"chacun avec les sommes dont il vient, son intervalle à 90\u00a0% et le volume sur lequel il\n"+
				"repose. Un taux est toujours somme ÷ somme de la ligne affichée. Une semaine ou un mois\n"+
				"que la période coupe est signalé, et comparé à ses mêmes jours d’avant. Sans période\u00a0: la\n"+
				"dernière semaine complète qui a des données. Sans indicateur\u00a0: ceux dont les exports ont\n"+
				"des chiffres\u00a0; les autres, comme pacing ou sov, se demandent par leur nom et disent ce\n"+
				"qu’il leur faut.\n\n"+
				"Des comptes en plusieurs devises sont convertis dans celle de la campagne, au cours du\n"+
				"jour de la Banque centrale européenne\u00a0: voir «\u00a0vigie help devises\u00a0»."),
		Example: both("  vigie kpi cpa conversions --by channel\n  vigie kpi --by week --period flight --compare none --format csv > weeks.csv",
			"  vigie kpi cpa conversions --by channel\n  vigie kpi --by week --period flight --compare none --format csv > semaines.csv"),
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
			q.KPIs, q.Now = args, a.instant(q.Scope.Zone)
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
			return fail(exitUsage, "--format %s: want table, csv or json", "--format %s\u00a0: table, csv ou json attendu", quoted(format))
		},
	}
	f := cmd.Flags()
	f.StringVar(&client, "client", "", both("client; without it the one whose folder one stands in, or the only one", "client\u00a0; sans elle, celui du dossier où l’on est, ou le seul"))
	f.StringVar(&campaign, "campaign", "", both("campaign; all: everything that the client has", "campagne\u00a0; all\u00a0: tout ce qu’a le client"))
	f.StringVar(&from, "from", "", both("first day, YYYY-MM-DD", "premier jour, AAAA-MM-JJ"))
	f.StringVar(&to, "to", "", both("last day, YYYY-MM-DD", "dernier jour, AAAA-MM-JJ"))
	f.StringVar(&period, "period", "", periodUsage)
	f.StringVar(&by, "by", "channel", both("dimensions, separated by commas; none: the total alone", "dimensions, séparées par des virgules\u00a0; none\u00a0: le total seul"))
	f.StringVar(&compare, "compare", "previous", both("with the period before (previous), or none", "à la période d’avant (previous), ou none"))
	f.StringVar(&asOf, "as-of", "", both("answer with what was known at the end of that day", "répondre avec ce que l’on savait à la fin de ce jour"))
	f.StringVar(&format, "format", "table", both("table, csv or json", "table, csv ou json"))
	f.BoolVar(&list, "list", false, both("list the KPIs with their definitions", "lister les indicateurs avec leur définition"))
	cmd.AddCommand(a.triangleCmd())
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
		a.mention(c, "")
	case campaign == "" && len(c.Campaigns) == 0 && c.CampaignErr() == nil:
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
		q.From, q.To, err = parsePeriod(period, brief)
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
		return q, nil, fail(exitUsage, "--compare %s: want previous or none", "--compare %s\u00a0: previous ou none attendu", quoted(compare))
	}
	if asOf != "" {
		d, err := parseAsOf(asOf, a.today())
		if err != nil {
			return q, nil, err
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
	if last == 0 && brief == nil {
		last = today - 1 // nothing is known: the notes say why
	}
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
	kpis := metrics.KPIs
	// The list needs no workspace; where there is one, the agency's own are in it.
	switch err := a.openAgency(); {
	case err == nil:
		kpis = slices.Concat(kpis, metrics.OwnKPIs(a.agency))
	case !errors.Is(err, agency.ErrNoWorkspace):
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"kpis": kpis})
	}
	for _, k := range kpis {
		fmt.Fprintf(a.out, "%s\n  %s = %s\n  %s\n", k.ID, k.Label.In(l), k.Formula.In(l), k.Doc.In(l))
		if trap := k.Trap.In(l); trap != "" {
			fmt.Fprintf(a.out, "  %s\n", trap)
		}
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
		if p := r.Partial; p != nil && len(labels) > 0 {
			labels = append([]string{labels[0] + a.say(fmt.Sprintf(" (%d days of %d)", p.Days, p.Of), fmt.Sprintf(" (%d\u00a0jours sur %d)", p.Days, p.Of))}, labels[1:]...)
		}
		for _, id := range f.KPIs {
			k, _ := f.KPI(id)
			v, asked := r.KPIs[id]
			if !asked { // of a line that nobody asked about by name
				continue
			}
			for _, x := range labels {
				fmt.Fprintf(w, "%s\t", locale.OneLine(x))
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
			volume := a.volume(k, v)
			if r.Young > 0 && k.Matures() && v.Value != nil {
				volume = strings.TrimPrefix(volume+a.say(", still coming in", ", en cours"), ", ")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.Label.In(l), value, interval, volume, before, change)
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
	a.tell(f)
	return nil
}

// tell prints what is to be known of a frame beside its figures.
func (a *app) tell(f *metrics.Frame) {
	l := a.language()
	for _, n := range f.Notes {
		fmt.Fprintf(a.err, "%s\n", n.In(l))
	}
	a.tellAge(f)
	var whys []string // each said once, for all KPIs that it is true of
	of := map[string][]string{}
	for _, id := range f.KPIs {
		if v := f.Total.KPIs[id]; v.Value == nil && v.Why != nil {
			k, _ := f.KPI(id)
			why := v.Why.In(l)
			if of[why] == nil {
				whys = append(whys, why)
			}
			of[why] = append(of[why], k.Label.In(l))
		}
	}
	for _, why := range whys {
		fmt.Fprintf(a.err, "%s%s %s\n", strings.Join(of[why], ", "), l.Colon(), why)
	}
}

// tellAge says how many days have conversions that are still coming in.
func (a *app) tellAge(f *metrics.Frame) {
	if n := f.Total.Young; n > 0 {
		fmt.Fprintln(a.err, a.say(fmt.Sprintf("%d of %d days are young: conversions of theirs are still coming in", n, f.Total.Days), fmt.Sprintf("%d jours sur %d sont jeunes\u00a0: des conversions de ces jours restent à venir", n, f.Total.Days)))
	}
	if n := f.Total.Moving; n > 0 {
		fmt.Fprintln(a.err, a.say(fmt.Sprintf("%d of %d days are still inside the window in which their platform changes conversions", n, f.Total.Days), fmt.Sprintf("%d jours sur %d sont encore dans la fenêtre où leur plateforme modifie les conversions", n, f.Total.Days)))
	}
}

// volume says whether there is enough to judge a ratio; a sum is exact, so
// that there is nothing to say of it.
func (a *app) volume(k metrics.KPI, v metrics.Value) string {
	if k.Den == "" {
		return ""
	}
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
	cut := slices.Contains(f.By, "week") || slices.Contains(f.By, "month")
	if cut {
		head = append(head, "days", "days_of")
	}
	for _, id := range f.KPIs {
		head = append(head, id, id+"_low", id+"_high")
	}
	w.Write(head)
	line := func(labels []string, r metrics.Row) {
		var rec []string
		for _, x := range labels {
			rec = append(rec, disarm(x))
		}
		if cut {
			days, of := "", ""
			if r.Partial != nil {
				days, of = strconv.Itoa(r.Partial.Days), strconv.Itoa(r.Partial.Of)
			}
			rec = append(rec, days, of)
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
	a.tell(f)
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
		if r.Partial != nil {
			out["partial"] = r.Partial
		}
		if len(r.Previous) > 0 {
			out["previous"] = oneLanguageChanges(r.Previous, l)
		}
		if r.Young > 0 {
			out["young_days"] = r.Young
		}
		if r.Moving > 0 {
			out["moving_days"] = r.Moving
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
