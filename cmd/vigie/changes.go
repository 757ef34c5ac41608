package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vigie/internal/locale"
	"vigie/reports"
)

func (a *app) changesCmd() *cobra.Command {
	return &cobra.Command{
		Use:   both("changes [CLIENT/CAMPAIGN]", "changes [CLIENT/CAMPAGNE]"),
		Short: both("What has become of the figures of the last report", "Ce que sont devenus les chiffres du dernier rapport"),
		Long: both("The sums of the last issued report that are not what they were, channel by channel,\n"+
			"and the exports that came or were taken back out since. Platforms restate days for\n"+
			"weeks, and files come late; the report itself does not change. The next one says the\n"+
			"same in its annex.",
			"Les sommes du dernier rapport publié qui ne sont plus ce qu’elles étaient, levier par\n"+
				"levier, et les exports arrivés ou retirés depuis. Les plateformes révisent les jours\n"+
				"pendant des semaines, et des fichiers arrivent tard\u00a0; le rapport, lui, ne change\n"+
				"pas. Le suivant le dit dans son annexe."),
		Example: "  vigie report changes durand/rentree-2026",
		Args:    a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.openWarehouse(cmd.Context(), "vigie report"); err != nil {
				return err
			}
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			c, err := a.campaign(name)
			if err != nil {
				return err
			}
			editions, err := reports.Editions(c)
			if err != nil {
				return err
			}
			if len(editions) == 0 {
				return fail(exitUsage, "no report of %s has been issued yet; vigie report build issues one", "aucun rapport de %s n’a encore été émis\u00a0; vigie report build en émet un", c.Name)
			}
			src := reports.Source{DB: a.wh.DB(), Campaign: c, Now: a.clock(), Version: version}
			r, err := reports.Restate(cmd.Context(), src, &editions[0])
			if errors.Is(err, reports.ErrAltered) {
				return fail(exitInvalid, "the figures of the last report (%s) were changed by hand: there is no telling what it said", "les chiffres du dernier rapport (%s) ont été modifiés à la main\u00a0: impossible de savoir ce qu’il disait", editions[0].ID)
			}
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(r)
			}
			page := reports.NewPage(&reports.Snapshot{Currency: c.Currency, Zone: c.Zone.String()}, a.language(), nil)
			v := page.RestatedView(r)
			fmt.Fprintf(a.out, "%s (%s)\n", v.Title, v.Issued)
			if len(v.Rows) > 0 {
				w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, a.say("channel\tKPI\tin that report\tnow\tchange", "levier\tindicateur\tdans ce rapport\tmaintenant\tévolution"))
				for _, x := range v.Rows {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", locale.OneLine(x.Channel), x.KPI, x.Then, x.Now, x.Change)
				}
				if err := w.Flush(); err != nil {
					return err
				}
			}
			for _, f := range v.Files {
				fmt.Fprintln(a.out, locale.OneLine(f))
			}
			if v.Brief != "" {
				fmt.Fprintln(a.out, v.Brief)
			}
			return nil
		},
	}
}
