package main

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/advise"
	"vigie/metrics/insight/words"
	"vigie/reports"
)

func (a *app) scenarioCmd() *cobra.Command {
	var campaign string
	cmd := &cobra.Command{
		Use:   both("scenario CHANNEL=CHANGE…", "scenario LEVIER=CHANGEMENT…"),
		Short: both("What other daily budgets would bring", "Ce que rapporteraient d’autres budgets quotidiens"),
		Long: both("What a change of the daily spend of one or several channels would bring over the days\n"+
			"left: conversions with their range, the cost of one, the spend. A change is an amount\n"+
			"a day (+13, -6.50) or a share of what the channel spends (+10%, -20%). Returns are\n"+
			"taken to diminish; the same move has the same numbers as in a recommendation. What\n"+
			"the days seen cannot tell of is said.",
			"Ce que rapporterait, sur les jours qui restent, un changement de la dépense quotidienne\n"+
				"d’un ou de plusieurs leviers\u00a0: les conversions avec leur marge, le coût de chacune, la\n"+
				"dépense. Un changement est un montant par jour (+13, -6.50) ou une part de ce que le levier\n"+
				"dépense (+10%, -20%). Les rendements sont supposés décroissants\u00a0; un même déplacement a\n"+
				"les mêmes chiffres que dans une préconisation. Ce dont les jours vus ne disent rien est signalé."),
		Example: "  vigie scenario meta-prospection=-13 search-generique=+13\n  vigie scenario search-generique=+20% --json",
		Args:    a.arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var changes []advise.Change
			for _, arg := range args {
				x, err := readChange(arg)
				if err != nil {
					return err
				}
				changes = append(changes, x)
			}
			if err := a.openWarehouse(cmd.Context(), "vigie scenario"); err != nil {
				return err
			}
			c, err := a.campaign(campaign)
			if err != nil {
				return err
			}
			s, err := reports.Try(cmd.Context(), reports.Source{DB: a.wh.DB(), Campaign: c, Now: a.clock(), Version: version}, changes)
			var wrong *advise.ErrScenario
			if errors.As(err, &wrong) {
				return fail(exitUsage, "%s", "%s", wrong.Text)
			}
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"client": c.Client.ID, "campaign": c.ID, "currency": c.Currency, "scenario": s})
			}
			return a.printScenario(s, c.Currency)
		},
	}
	cmd.Flags().StringVar(&campaign, "campaign", "", both("CLIENT/CAMPAIGN; without it the one whose folder one stands in, or the only one", "CLIENT/CAMPAGNE\u00a0; sans elle, celle du dossier où l’on est, ou la seule"))
	return cmd
}

var changeShape = regexp.MustCompile(`^([a-z0-9-]+)=([+-]?\d{1,9}(?:\.\d{1,2})?)(%?)$`)

// readChange reads a change as it is typed: search=+13, search=-20%.
func readChange(s string) (advise.Change, error) {
	m := changeShape.FindStringSubmatch(s)
	if m == nil {
		return advise.Change{}, fail(exitUsage, "%s: want a channel and its change a day, as search=+13, search=-6.50 or search=+10%%", "%s\u00a0: il faut un levier et son changement par jour, comme search=+13, search=-6.50 ou search=+10%%", quoted(s))
	}
	v, err := strconv.ParseFloat(m[2], 64)
	if err != nil {
		return advise.Change{}, err
	}
	if m[3] == "%" {
		return advise.Change{Channel: m[1], Share: v / 100}, nil
	}
	return advise.Change{Channel: m[1], PerDay: int64(math.Round(v * metrics.Micro))}, nil
}

func (a *app) printScenario(s *advise.Scenario, currency string) error {
	l := a.language()
	money := func(v int64) string { return l.Money(float64(v)/metrics.Micro, currency, 2) }
	fmt.Fprintf(a.out, "%s, %d %s\n", l.Period(s.From, s.To), s.Days, l.Plural(float64(s.Days), a.say("day", "jour"), a.say("days", "jours")))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join([]string{a.say("channel", "levier"), a.say("spend a day", "dépense par jour"), a.say("then", "ensuite"), a.say("conversions a day", "conversions par jour"), a.say("then", "ensuite")}, "\t"))
	for _, x := range s.Lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", x.Label.In(l), money(x.Spend[0]), money(x.Spend[1]), l.Number(x.Conversions[0], 2), l.Number(x.Conversions[1], 2))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	signed := func(v float64) string { return locale.Signed(l.Number(v, 1)) }
	fmt.Fprintf(a.out, "conversions%s %s %s, %s\n", l.Colon(), signed(s.Effect.Mean), l.Interval(signed(s.Effect.Low), signed(s.Effect.High)),
		a.say("90%, chance of a gain ", "à 90\u00a0%, chance d’un gain ")+words.Chance(l, s.Effect.Prob))
	fmt.Fprintln(a.out, locale.Text{EN: "spend: %s; CPA %s, then %s", FR: "dépense\u00a0: %s\u00a0; CPA %s, puis %s"}.F(l, locale.Signed(money(s.Spend)), money(s.CPA[0]), money(s.CPA[1])))
	for _, r := range s.Remarks {
		fmt.Fprintln(a.err, r.In(l))
	}
	return nil
}
