package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"vigie/internal/agency"
	"vigie/internal/evidence"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/reports"
)

func (a *app) findingsCmd() *cobra.Command {
	var since string
	var all bool
	cmd := &cobra.Command{
		Use:   both("findings [CLIENT/CAMPAIGN]", "findings [CLIENT/CAMPAGNE]"),
		Short: both("What is so, since when, what was decided about it, and what came of that", "Ce qui est constaté, depuis quand, ce qui en a été décidé et ce que cela a donné"),
		Long: both("The findings of a campaign: whether they are new, still there or gone since the last\n"+
			"issued report, when they were first seen, the decisions that answer them and what was\n"+
			"measured of those. They are worked out again where the data have changed. A decision\n"+
			"names a finding by the id printed here.",
			"Les constats d’une campagne\u00a0: nouveaux, toujours là ou disparus depuis le dernier\n"+
				"rapport publié, la date où ils ont été vus d’abord, les décisions qui y répondent et ce\n"+
				"qui en a été mesuré. Ils sont recalculés si les données ont changé. Une décision cite un\n"+
				"constat par l’identifiant affiché ici."),
		Example: "  vigie findings durand/rentree-2026",
		Args:    a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, src, err := a.work(cmd, args, "vigie findings")
			if err != nil {
				return err
			}
			after, err := a.sinceWhen(c, since)
			if err != nil {
				return err
			}
			if err := jobs.Examine(ctx, a.wh, c, src.Now, src.Version); err != nil {
				return err
			}
			links, err := evidence.Chain(ctx, src, after, all)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(findingsJSON{c.Client.ID, c.ID, after, links})
			}
			a.printFindings(c, links)
			return nil
		},
	}
	cmd.Flags().StringVar(&since, "since", "", both("tell what is new since this day; without it, since the last issued report", "dire ce qui est nouveau depuis ce jour\u00a0; sans elle, depuis le dernier rapport publié"))
	cmd.Flags().BoolVar(&all, "all", false, both("those that had gone by then too", "aussi ceux qui avaient déjà disparu"))
	return cmd
}

type findingsJSON struct {
	Client   string          `json:"client"`
	Campaign string          `json:"campaign"`
	Since    time.Time       `json:"since,omitzero"` // zero: no report was issued yet
	Findings []evidence.Link `json:"findings"`
}

// work opens the workspace for a command about one campaign.
func (a *app) work(cmd *cobra.Command, args []string, name string) (*agency.Campaign, reports.Source, error) {
	if err := a.openWarehouse(cmd.Context(), name); err != nil {
		return nil, reports.Source{}, err
	}
	campaign := ""
	if len(args) > 0 {
		campaign = args[0]
	}
	c, err := a.campaign(campaign)
	if err != nil {
		return nil, reports.Source{}, err
	}
	return c, reports.Source{DB: a.wh.DB(), Campaign: c, Now: a.clock(), Version: version}, nil
}

// sinceWhen is the start of a day, or the time of the last issued report; zero
// where there is none.
func (a *app) sinceWhen(c *agency.Campaign, day string) (time.Time, error) {
	if day != "" {
		d, err := locale.ParseDay(day)
		if err != nil {
			return time.Time{}, fail(exitUsage, "--since %s: want a day, as 2026-09-01", "--since %s\u00a0: il faut un jour, comme 2026-09-01", quoted(day))
		}
		return d.Start(c.Zone), nil
	}
	editions, err := reports.Editions(c)
	if err != nil || len(editions) == 0 {
		return time.Time{}, err
	}
	return editions[0].Issued, nil
}

var findingStates = map[string]locale.Text{
	jobs.FindingNew:   {EN: "new", FR: "nouveau"},
	jobs.FindingStill: {EN: "still", FR: "toujours là"},
	jobs.FindingGone:  {EN: "gone", FR: "disparu"},
}

func (a *app) printFindings(c *agency.Campaign, links []evidence.Link) {
	l := a.language()
	if len(links) == 0 {
		fmt.Fprintln(a.out, a.say("no finding: nothing stands out of the noise", "aucun constat\u00a0: rien ne sort du bruit"))
		return
	}
	day := func(t time.Time) string { return l.DayLong(locale.DayOf(t.In(c.Zone))) }
	for i, x := range links {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		fmt.Fprintf(a.out, "%s  (%s, %s)\n", x.ID, findingStates[x.State].In(l), x.Level.Label().In(l))
		fmt.Fprintln(a.out, "  "+locale.OneLine(x.Title.In(l)))
		seen := a.say("first seen on ", "vu d’abord le ") + day(x.FirstSeen)
		if !x.Gone.IsZero() {
			seen += a.say(", not found since ", ", absent depuis le ") + day(x.Gone)
		}
		fmt.Fprintln(a.out, "  "+seen)
		for _, d := range x.Decisions {
			fmt.Fprintf(a.out, "  → %s  %s\n", d.ID, locale.OneLine(chosen(d)))
			fmt.Fprintf(a.out, "    %s%s %s\n", d.Outcome.Label.In(l), l.Colon(), locale.OneLine(d.Outcome.Text.In(l)))
		}
		if len(x.Decisions) == 0 {
			fmt.Fprintln(a.out, "  "+a.say("no decision answers it", "aucune décision n’y répond"))
		}
	}
}

// chosen is the option of a decision that was chosen, in words.
func chosen(d reports.Decision) string {
	for _, o := range d.Options {
		if o.ID == d.Choice {
			return o.Words
		}
	}
	return d.Choice
}
