package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/columns"
	"vigie/reports"
)

// kpiFlags say which figures are asked for.
type kpiFlags struct {
	client, campaign, from, to, period, by, compare, asOf string
}

// flags adds them to a command.
func (k *kpiFlags) flags(f *pflag.FlagSet) {
	f.StringVar(&k.client, "client", "", both("client; without it the one whose folder one stands in, or the only one", "client\u00a0; sans elle, celui du dossier où l’on est, ou le seul"))
	f.StringVar(&k.campaign, "campaign", "", both("campaign; all: everything that the client has", "campagne\u00a0; all\u00a0: tout ce qu’a le client"))
	f.StringVar(&k.from, "from", "", both("first day, YYYY-MM-DD", "premier jour, AAAA-MM-JJ"))
	f.StringVar(&k.to, "to", "", both("last day, YYYY-MM-DD", "dernier jour, AAAA-MM-JJ"))
	en, fr, _ := strings.Cut(periodUsage, between)
	f.StringVar(&k.period, "period", "", both(en+"; to-date: from its start to the last complete day", fr+"\u00a0; to-date\u00a0: de son début au dernier jour complet"))
	f.StringVar(&k.compare, "compare", string(metrics.ComparePrevious), both("with the period before (previous), 52 weeks before (year), the brief’s plan or target, or none",
		"à la période d’avant (previous), à 52 semaines plus tôt (year), au plan (plan) ou aux objectifs (target) du brief, ou none"))
	f.StringVar(&k.asOf, "as-of", "", both("answer with what was known at the end of that day", "répondre avec ce que l’on savait à la fin de ce jour"))
}

// formats are those of a frame; the last two are for programs, and go to no
// terminal.
var formats = []string{"table", "csv", "json", "arrow", "parquet"}

func (a *app) kpiCmd() *cobra.Command {
	var k kpiFlags
	var format, out string
	var list bool
	cmd := &cobra.Command{
		Use:   both("kpi [KPI…]", "kpi [INDICATEUR…]"),
		Short: both("KPI values with their interval and volume", "Les indicateurs, avec leur intervalle et leur volume"),
		Long: both("KPI values over a period, by any of day, week, month, quarter, year, platform, channel,\n"+
			"account, platform_campaign, ad_group, ad or a breakdown of the exports; each with the\n"+
			"sums behind it, its 90% interval and the volume it rests on. A ratio is always sum ÷ sum\n"+
			"at the line shown. A bucket of time that the period cuts is marked and compared with the\n"+
			"same days of the one before. Without a period: the last complete week with data. Without\n"+
			"KPIs: those that the exports have figures for; the others, such as pacing or sov, are\n"+
			"asked for by name, and say what they need.\n\n"+
			"“vigie kpi explain” says what is behind one number. Periods, comparisons and formats:\n"+
			"see “vigie help frames”; accounts in several currencies: see “vigie help currencies”.",
			"Les indicateurs d’une période, par day (jour), week (semaine), month (mois), quarter\n"+
				"(trimestre), year (année), platform (plateforme), channel (levier), account (compte),\n"+
				"platform_campaign (campagne plateforme), ad_group (groupe d’annonces), ad (annonce) ou\n"+
				"une ventilation des exports\u00a0; chacun avec les sommes dont il vient, son intervalle à\n"+
				"90\u00a0% et le volume sur lequel il repose. Un taux est toujours somme ÷ somme de la ligne\n"+
				"affichée. Une semaine ou un mois que la période coupe est signalé, et comparé aux mêmes\n"+
				"jours d’avant. Sans période\u00a0: la dernière semaine complète qui a des données. Sans\n"+
				"indicateur\u00a0: ceux dont les exports ont des chiffres\u00a0; les autres, comme pacing ou sov,\n"+
				"se demandent par leur nom et disent ce qu’il leur faut.\n\n"+
				"«\u00a0vigie kpi explain\u00a0» dit d’où vient un chiffre. Périodes, comparaisons et formats\u00a0:\n"+
				"voir «\u00a0vigie help chiffres\u00a0»\u00a0; comptes en plusieurs devises\u00a0: «\u00a0vigie help devises\u00a0»."),
		Example: both("  vigie kpi cpa conversions --by channel\n  vigie kpi spend --by week --period to-date --compare plan\n  vigie kpi --by day,platform_campaign --period flight --format parquet --out frame.parquet",
			"  vigie kpi cpa conversions --by channel\n  vigie kpi spend --by week --period to-date --compare plan\n  vigie kpi --by day,platform_campaign --period flight --format parquet --out cadre.parquet"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return a.listKPIs()
			}
			if a.json {
				format = "json"
			}
			if !slices.Contains(formats, format) {
				return fail(exitUsage, "--format %s: want one of %s", "--format %s\u00a0: l’un de %s attendu", quoted(format), strings.Join(formats, ", "))
			}
			if err := a.divert(out, format == "arrow" || format == "parquet"); err != nil {
				return err
			}
			q, brief, err := a.question(cmd.Context(), k)
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
			case "json":
				return a.printJSON(a.jsonFrame(q, brief, frame))
			}
			return a.writeColumns(q, frame, format)
		},
	}
	f := cmd.Flags()
	k.flags(f)
	f.StringVar(&k.by, "by", "channel", both("dimensions, separated by commas; none: the total alone", "dimensions, séparées par des virgules\u00a0; none\u00a0: le total seul"))
	f.StringVar(&format, "format", "table", both("table, csv, json, arrow or parquet", "table, csv, json, arrow ou parquet"))
	f.StringVar(&out, "out", "", both("write into this file instead of standard output", "écrire dans ce fichier, et non sur la sortie standard"))
	f.BoolVar(&list, "list", false, both("list the KPIs with their definitions", "lister les indicateurs avec leur définition"))
	cmd.AddCommand(a.explainCmd(), a.triangleCmd())
	return cmd
}

// question turns flags into a question.
func (a *app) question(ctx context.Context, k kpiFlags) (metrics.Question, *agency.Campaign, error) {
	var q metrics.Question
	if err := a.openWarehouse(ctx, "vigie kpi"); err != nil {
		return q, nil, err
	}
	c, err := a.client(k.client, "")
	if err != nil {
		return q, nil, err
	}
	var brief *agency.Campaign
	switch {
	case k.campaign == "all":
		a.mention(c, "")
	case k.campaign == "" && len(c.Campaigns) == 0 && c.CampaignErr() == nil:
		// A client without a brief can be asked of all the same.
	default:
		if brief, err = a.campaign(c.ID + "/" + k.campaign); err != nil {
			return q, nil, err
		}
	}
	q.Brief = brief
	if q.Scope, err = metrics.LoadScope(ctx, a.wh.DB(), c, brief); err != nil {
		return q, nil, err
	}
	if brief == nil {
		q.Scope.Zone = a.agency.Zone
	}
	switch {
	case k.period != "" && (k.from != "" || k.to != ""):
		return q, nil, fail(exitUsage, "give --period or --from and --to, not both", "donnez --period, ou --from et --to, pas les deux")
	case k.period == "to-date" && brief != nil:
		q.From = brief.Flight.Start // to the last complete day
	case k.period != "":
		q.From, q.To, err = parsePeriod(k.period, brief)
	default:
		q.From, q.To, err = parseRange(k.from, k.to)
	}
	if err != nil {
		return q, nil, err
	}
	if err := a.defaultPeriod(ctx, &q, brief); err != nil {
		return q, nil, err
	}
	for d := range strings.SplitSeq(k.by, ",") {
		if d = strings.TrimSpace(d); d != "" && d != "none" && d != "total" {
			q.By = append(q.By, d)
		}
	}
	if k.compare != "" && k.compare != "none" {
		q.Compare = metrics.Comparison(k.compare)
		if !slices.Contains(metrics.Comparisons, q.Compare) {
			return q, nil, fail(exitUsage, "--compare %s: want previous, year, plan, target or none", "--compare %s\u00a0: previous, year, plan, target ou none attendu", quoted(k.compare))
		}
	}
	if k.asOf != "" {
		d, err := parseAsOf(k.asOf, a.today())
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
		"quarter": {EN: "quarter", FR: "trimestre"}, "year": {EN: "year", FR: "année"},
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
	head := a.say("KPI\tvalue\t90% interval\tvolume", "indicateur\tvaleur\tintervalle 90\u00a0%\tvolume")
	switch f.Compare {
	case metrics.ComparePlan:
		head += a.say("\tplan\tdistance\tstate", "\tplan\técart\tétat")
	case metrics.CompareTarget:
		head += a.say("\ttarget\tdistance\tstate", "\tobjectif\técart\tétat")
	case metrics.CompareYear:
		head += a.say("\tyear before\tchange", "\tannée d’avant\tévolution")
	default:
		head += a.say("\tbefore\tchange", "\tavant\tévolution")
	}
	fmt.Fprintln(w, head)
	line := func(labels []string, r metrics.Row) {
		if p := r.Partial; p != nil && len(labels) > 0 {
			labels = append([]string{labels[0] + a.say(fmt.Sprintf(" (%d days of %d)", p.Days, p.Of), fmt.Sprintf(" (%d\u00a0jours sur %d)", p.Days, p.Of))}, labels[1:]...)
		}
		if n := r.Missing; n > 0 && len(labels) > 0 {
			l := a.language()
			labels = append([]string{labels[0] + " (" + l.Int(int64(n)) + a.say(" ", locale.NBSP) + l.Plural(float64(n), a.say("day", "jour"), a.say("days", "jours")) + a.say(" without data)", " sans données)")}, labels[1:]...)
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
			interval := ""
			if v.Low != nil && v.High != nil {
				interval = "[" + k.Format(*v.Low, l, f.Currency) + " ; " + k.Format(*v.High, l, f.Currency) + "]"
			}
			volume := a.volume(k, v)
			if r.Young > 0 && k.Matures() && v.Value != nil {
				volume = strings.TrimPrefix(volume+a.say(", still coming in", ", en cours"), ", ")
			}
			against := a.change(k, r, f.Currency)
			if f.Compare == metrics.ComparePlan || f.Compare == metrics.CompareTarget {
				against = a.aims(k, r, f.Currency)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", k.Label.In(l), value, interval, volume, against)
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
	a.tellAims(f)
	return nil
}

// tellAims says, once each, why rows have no plan or target.
func (a *app) tellAims(f *metrics.Frame) {
	l := a.language()
	var told []string
	for _, id := range f.KPIs {
		k, _ := f.KPI(id)
		for _, r := range append(slices.Clone(f.Rows), f.Total) {
			for _, m := range r.Aims[id] {
				if m.Why == nil {
					continue
				}
				if text := k.Label.In(l) + l.Colon() + " " + m.Why.In(l); !slices.Contains(told, text) {
					told = append(told, text)
				}
			}
		}
	}
	for _, text := range told {
		fmt.Fprintln(a.err, text)
	}
}

// change is the value before and the change since, as two cells.
func (a *app) change(k metrics.KPI, r metrics.Row, currency string) string {
	l := a.language()
	before, change := "", ""
	if c, ok := r.Previous[k.ID]; ok && c.Value.Value != nil {
		before = k.Format(*c.Value.Value, l, currency)
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
	return before + "\t" + change
}

// aims are the plan or the targets, the distance and where the value stands, as
// three cells.
func (a *app) aims(k metrics.KPI, r metrics.Row, currency string) string {
	l := a.language()
	var aims, distances, states []string
	for _, m := range r.Aims[k.ID] {
		if m.Aim == nil {
			aims = append(aims, locale.Dash) // tellAims says why
			continue
		}
		text := k.Format(*m.Aim, l, currency)
		switch m.Bound {
		case "min":
			text = "≥ " + text
		case "max":
			text = "≤ " + text
		}
		aims = append(aims, text)
		if m.Distance != nil {
			distances = append(distances, locale.Signed(l.Percent(*m.Distance, 0)))
		}
		states = append(states, a.aimState(k, m))
	}
	return strings.Join(aims, ", ") + "\t" + strings.Join(distances, ", ") + "\t" + strings.Join(states, ", ")
}

// aimState says where a value stands against an aim, and whether its interval
// holds it.
func (a *app) aimState(k metrics.KPI, m metrics.Aim) string {
	text := map[string]string{
		metrics.Reached:   a.say("reached", "atteint"),
		metrics.Tolerated: a.say("within tolerance", "dans la tolérance"),
		metrics.Missed:    a.say("missed", "manqué"),
		metrics.InNoise:   a.say("within the noise", "dans le bruit"),
		metrics.TooFew:    a.say("too little to say", "trop peu pour le dire"),
	}[m.State]
	if k.Better == 0 && m.Bound == "value" && m.Distance != nil && m.State == metrics.Missed {
		text = a.say("above", "au-dessus")
		if *m.Distance < 0 {
			text = a.say("below", "au-dessous")
		}
	}
	switch {
	case m.Holds == nil || m.State == metrics.InNoise || m.State == metrics.TooFew:
	case *m.Holds:
		text += a.say(", but the interval holds it: it may be missed or passed by chance", ", mais l’intervalle le contient\u00a0: le hasard peut suffire")
	}
	return text
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
	l := a.language()
	of := func(n int, one, many locale.Text) {
		if n > 0 {
			fmt.Fprintln(a.err, locale.Text{EN: l.Plural(float64(n), one.EN, many.EN), FR: l.Plural(float64(n), one.FR, many.FR)}.F(l, n, f.Total.Days))
		}
	}
	of(f.Total.Young, locale.Text{EN: "%d of %d days is young: conversions of it are still coming in", FR: "%d jour sur %d est jeune\u00a0: des conversions de ce jour restent à venir"},
		locale.Text{EN: "%d of %d days are young: conversions of theirs are still coming in", FR: "%d jours sur %d sont jeunes\u00a0: des conversions de ces jours restent à venir"})
	of(f.Total.Moving, locale.Text{EN: "%d of %d days is still inside the window in which its platform changes conversions", FR: "%d jour sur %d est encore dans la fenêtre où sa plateforme modifie les conversions"},
		locale.Text{EN: "%d of %d days are still inside the window in which their platform changes conversions", FR: "%d jours sur %d sont encore dans la fenêtre où leur plateforme modifie les conversions"})
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

// writeColumns writes a frame for other programs.
func (a *app) writeColumns(q metrics.Question, f *metrics.Frame, format string) error {
	list, err := columns.Of(f)
	if err != nil {
		return err
	}
	l := a.language()
	if format == "csv" {
		if err := columns.CSV(a.out, list, l); err != nil {
			return err
		}
		a.tell(f) // a sheet has no place for it, and must not go without
		return nil
	}
	notes := []columns.Note{
		{Key: "client", Value: q.Scope.Client}, {Key: "campaign", Value: q.Scope.Campaign},
		{Key: "from", Value: f.From.String()}, {Key: "to", Value: f.To.String()},
		{Key: "currency", Value: f.Currency}, {Key: "compare", Value: string(f.Compare)},
	}
	for i, n := range f.Notes {
		notes = append(notes, columns.Note{Key: fmt.Sprintf("note %d", i+1), Value: n.In(l)})
	}
	out := bufio.NewWriterSize(a.out, 1<<16) // the formats write in small pieces
	if format == "arrow" {
		err = columns.Arrow(out, list, notes)
	} else {
		err = columns.Parquet(out, list, notes)
	}
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	a.tell(f)
	return nil
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
		out["days"] = r.Days
		if r.Partial != nil {
			out["partial"] = r.Partial
		}
		if len(r.Aims) > 0 {
			out[string(f.Compare)] = oneLanguageAims(r.Aims, l)
		}
		if r.Missing > 0 {
			out["missing_days"] = r.Missing
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
		"by": f.By, "compare": nil, "rows": rows, "total": row(f.Total, false), "notes": notes,
	}
	if brief != nil {
		out["campaign"] = brief.ID
	}
	if f.Compare != "" {
		out["compare"] = f.Compare
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

func oneLanguageAims(values map[string][]metrics.Aim, l locale.Lang) map[string]any {
	out := map[string]any{}
	for id, list := range values {
		aims := []any{}
		for _, m := range list {
			x := map[string]any{"bound": m.Bound, "aim": m.Aim, "from": m.From, "to": m.To, "value": m.Value}
			for k, p := range map[string]*float64{"flight": m.Flight, "distance": m.Distance} {
				if p != nil {
					x[k] = *p
				}
			}
			if m.Tolerance != 0 {
				x["tolerance"] = m.Tolerance
			}
			if m.Holds != nil {
				x["holds"] = *m.Holds
			}
			if m.State != "" {
				x["state"] = m.State
			}
			if m.Why != nil {
				x["why"] = m.Why.In(l)
			}
			aims = append(aims, x)
		}
		out[id] = aims
	}
	return out
}
