package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vigie/internal/evidence"
	"vigie/internal/jobs"
	"vigie/internal/locale"
)

func (a *app) evidenceCmd() *cobra.Command {
	return &cobra.Command{
		Use:   both("evidence [CLIENT/CAMPAIGN]", "evidence [CLIENT/CAMPAGNE]"),
		Short: both("What was recorded for each competency, by whom and when", "Ce qui a été enregistré pour chaque compétence, par qui et quand"),
		Long: both("Gather, for each competency of competences/bloc4.yaml, what was recorded of a\n"+
			"campaign: targets and since when they are there, exports and what checks said of\n"+
			"them, reports and whether they were on time, findings, notes, decisions with their\n"+
			"options, what came of them. It collects and shows; it gives no mark: the teacher\n"+
			"awards the levels. Without that file the grid that Vigie brings is used.",
			"Rassemble, pour chaque compétence de competences/bloc4.yaml, ce qui a été enregistré\n"+
				"d’une campagne\u00a0: les cibles et depuis quand elles sont là, les exports et ce que les\n"+
				"contrôles en ont dit, les rapports, à l’heure ou non, les constats, les notes, les\n"+
				"décisions avec leurs solutions, ce qu’elles ont donné. La commande rassemble et montre\n"+
				"sans mettre de note\u00a0: c’est l’enseignant qui attribue les niveaux. Sans ce fichier, la\n"+
				"grille de Vigie sert."),
		Example: "  vigie evidence durand/rentree-2026 --json > preuves.json",
		Args:    a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, src, err := a.work(cmd, args, "vigie evidence")
			if err != nil {
				return err
			}
			grid, err := a.agency.Grid(a.language())
			if err != nil {
				return err
			}
			if err := jobs.Examine(cmd.Context(), a.wh, c, src.Now, src.Version); err != nil {
				return err
			}
			w, err := evidence.Collect(cmd.Context(), src, grid)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(w)
			}
			a.printEvidence(w, func(i evidence.Item) string {
				if i.At.IsZero() {
					return ""
				}
				return locale.DayOf(i.At.In(c.Zone)).String()
			})
			return nil
		},
	}
}

// evidenceFrom is what the day of an item comes from.
var evidenceFrom = map[string]locale.Text{
	evidence.Written: {EN: "written", FR: "écrit"},
	evidence.Ledger:  {EN: "recorded", FR: "enregistré"},
	evidence.Changed: {EN: "file date", FR: "date du fichier"},
}

func (a *app) printEvidence(w *evidence.Work, day func(evidence.Item) string) {
	l := a.language()
	line := func(indent int, s string) {
		fmt.Fprintln(a.out, strings.Repeat(" ", indent)+locale.OneLine(s))
	}
	line(0, w.Client+"/"+w.Campaign+" – "+w.Grid)
	line(0, w.Notice.In(l))
	for i, c := range w.Competencies {
		fmt.Fprintln(a.out)
		name := fmt.Sprintf("%d. %s", i+1, c.Name)
		if c.Weight > 0 {
			name += " (" + l.Percent(c.Weight, 0) + ")"
		}
		line(0, name)
		if c.Criterion != "" {
			line(3, c.Criterion)
		}
		for _, s := range c.Indicators {
			line(3, "– "+s)
		}
		if len(c.Evidence) == 0 {
			line(3, a.say("nothing was recorded", "rien n’a été enregistré"))
		}
		for _, x := range c.Evidence {
			who := ""
			if len(x.By) > 0 {
				who = "  [" + strings.Join(x.By, ", ") + "]"
			}
			when := day(x)
			if f, ok := evidenceFrom[x.From]; ok && when != "" {
				when += " (" + f.In(l) + ")"
			}
			line(3, when+"  "+x.Text.In(l)+who)
			for _, d := range x.Details {
				line(6, d.In(l))
			}
		}
		for n, s := range c.Levels {
			line(3, a.say("level ", "niveau ")+fmt.Sprint(n+1)+l.Colon()+" "+s)
		}
	}
	if len(w.Contributors) > 0 {
		fmt.Fprintln(a.out)
		line(0, a.say("Who signed the decisions:", "Qui a signé les décisions\u00a0:"))
		for _, p := range w.Contributors {
			line(3, p.Name+l.Colon()+" "+strings.Join(p.Decisions, ", "))
		}
	}
}
