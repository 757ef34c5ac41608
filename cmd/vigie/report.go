package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
	"vigie/reports/chart"
)

func (a *app) reportCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: both("Tracking reports", "Les rapports de suivi"),
		Args:  a.arguments(0, 0),
		RunE:  func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	var kind, period, edition string
	var formats []string
	var dryRun bool
	build := &cobra.Command{
		Use:   both("build [CLIENT/CAMPAIGN]", "build [CLIENT/CAMPAGNE]"),
		Short: both("Freeze the figures of a period and write its report", "Figer les chiffres d’une période et écrire son rapport"),
		Long: both("Freeze the figures of a period and write the report from them: an HTML file that\n"+
			"opens anywhere without a network, and the frozen snapshot beside it. The same\n"+
			"figures give the same files; changed figures make the next revision, and an issued\n"+
			"revision is never changed: what was edited by hand is told and left as it is.\n"+
			"Without a period: the last complete week with data. The last line printed is the\n"+
			"report’s path.",
			"Fige les chiffres d’une période et en écrit le rapport\u00a0: un fichier HTML qui s’ouvre\n"+
				"partout sans réseau, et à côté les chiffres figés. Les mêmes chiffres donnent les mêmes\n"+
				"fichiers\u00a0; d’autres font la révision suivante, et une révision publiée n’est jamais\n"+
				"modifiée\u00a0: ce qui l’a été à la main est signalé et laissé tel quel. Sans période\u00a0: la\n"+
				"dernière semaine complète qui a des données. La dernière ligne affichée est le chemin\n"+
				"du rapport."),
		Example: "  vigie report build durand/rentree-2026 --period 2026-W40",
		Args:    a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if kind != reports.KindTracking {
				return fail(exitUsage, "--kind %s: want tracking", "--kind %s\u00a0: tracking attendu", quoted(kind))
			}
			if edition != "full" {
				return fail(exitUsage, "--edition %s: want full", "--edition %s\u00a0: full attendu", quoted(edition))
			}
			for _, f := range formats {
				if f != "html" && f != "json" {
					return fail(exitUsage, "--format %s: want html or json", "--format %s\u00a0: html ou json attendu", quoted(f))
				}
			}
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			if err := a.openWarehouse(cmd.Context(), "vigie report"); err != nil {
				return err
			}
			c, err := a.campaign(name)
			if err != nil {
				return err
			}
			e, err := a.issue(cmd.Context(), c, period, dryRun, formats)
			if err != nil || e == nil {
				return err
			}
			if a.json {
				return a.printJSON(e)
			}
			switch {
			case e.Fresh:
			case len(e.Added) > 0:
				fmt.Fprintln(a.err, a.say("the figures have not changed since this revision was issued; added to it: ", "les chiffres n’ont pas changé depuis l’émission de cette révision\u00a0; ajouté\u00a0: ")+strings.Join(e.Added, ", "))
			default:
				fmt.Fprintln(a.err, a.say("nothing changed since this revision was issued", "rien n’a changé depuis l’émission de cette révision"))
			}
			a.warnAltered(e)
			fmt.Fprintln(a.out, a.reportPath(e, formats))
			return nil
		},
	}
	f := build.Flags()
	f.StringVar(&kind, "kind", reports.KindTracking, both("kind of report: tracking", "sorte de rapport\u00a0: tracking (suivi)"))
	f.StringVar(&period, "period", "", periodUsage)
	f.StringVar(&edition, "edition", "full", both("edition: full", "édition\u00a0: full (complète)"))
	f.StringSliceVar(&formats, "format", []string{"html"}, both("html, json: what to write", "html, json\u00a0: ce qu’il faut écrire"))
	f.BoolVar(&dryRun, "dry-run", false, both("say which edition would be written, write nothing", "dire quelle édition serait écrite, ne rien écrire"))
	list := &cobra.Command{
		Use:   both("list [CLIENT/CAMPAIGN]", "list [CLIENT/CAMPAGNE]"),
		Short: both("The issued reports, newest first", "Les rapports publiés, du plus récent au plus ancien"),
		Args:  a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.openAgency(); err != nil {
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
			if a.json {
				if editions == nil {
					editions = []reports.Edition{}
				}
				for i := range editions {
					if editions[i].Altered, err = reports.Altered(editions[i].Dir); err != nil {
						return err
					}
				}
				return a.printJSON(map[string]any{"editions": editions})
			}
			for _, e := range editions {
				if e.Altered, err = reports.Altered(e.Dir); err != nil {
					return err
				}
				a.warnAltered(&e)
				fmt.Fprintf(a.out, "%s  %s %d  %s\n", e.ID, a.say("revision", "révision"), e.Revision, a.reportPath(&e, []string{"html"}))
			}
			return nil
		},
	}
	cmd.AddCommand(build, list, a.changesCmd())
	return cmd
}

// issue builds the report of a period of a campaign.
func (a *app) issue(ctx context.Context, c *agency.Campaign, period string, dryRun bool, formats []string) (*reports.Edition, error) {
	var from, to locale.Day
	var err error
	if period != "" {
		if from, to, err = parsePeriod(period, c); err != nil {
			return nil, err
		}
	} else {
		scope, err := metrics.LoadScope(ctx, a.wh.DB(), c.Client, c)
		if err != nil {
			return nil, err
		}
		today := a.agency.Day(a.clock(), c.Zone)
		whole, _, err := metrics.Daily(ctx, a.wh.DB(), scope, c.Flight.Start, max(min(today, c.Flight.End), c.Flight.Start), time.Time{})
		if err != nil {
			return nil, err
		}
		from, to = reports.LastWeek(metrics.LastComplete(whole), c.Flight)
	}
	if to < c.Flight.Start || from > c.Flight.End {
		return nil, fail(exitUsage, "the period %s to %s lies outside the campaign, which runs from %s to %s",
			"la période du %s au %s est hors de la campagne, qui va du %s au %s", from, to, c.Flight.Start, c.Flight.End)
	}
	src := reports.Source{DB: a.wh.DB(), Campaign: c, Now: a.clock(), Version: version}
	req := reports.Request{Kind: reports.KindTracking, From: from, To: to}
	if dryRun {
		if err := reports.Issuable(ctx, src, req); err != nil {
			return nil, err
		}
		fmt.Fprintln(a.out, filepath.Join(reports.Folder(c), reports.EditionID(from, to)))
		return nil, nil
	}
	engine, err := chart.NewEngine()
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	var langs []locale.Lang
	if slices.Contains(formats, "html") {
		langs = append(langs, a.reportLang(c))
	}
	return reports.Issue(ctx, src, req, engine, langs...)
}

// warnAltered says that an issued file is no longer what was issued: whoever
// edits a report by hand has a report of his own.
func (a *app) warnAltered(e *reports.Edition) {
	if len(e.Altered) == 0 {
		return
	}
	var files []string
	for _, f := range e.Altered {
		files = append(files, e.ID+"/"+f)
	}
	list := strings.Join(files, ", ")
	if len(files) == 1 {
		fmt.Fprintln(a.err, a.say("warning: "+list+" is no longer what was issued; it is left as it is",
			"attention\u00a0: "+list+" n’est plus ce qui a été publié\u00a0; il est laissé tel quel"))
		return
	}
	fmt.Fprintln(a.err, a.say("warning: "+list+" are no longer what was issued; they are left as they are",
		"attention\u00a0: "+list+" ne sont plus ce qui a été publié\u00a0; ils sont laissés tels quels"))
}

// reportLang is the language of a campaign's reports: the flag's, else its
// client's.
func (a *app) reportLang(c *agency.Campaign) locale.Lang {
	if l, err := locale.ParseLang(a.lang); err == nil {
		return l
	}
	return c.Client.Language
}

// reportPath is the file to open, as seen from where the command runs.
func (a *app) reportPath(e *reports.Edition, formats []string) string {
	name := "snapshot.json"
	if slices.Contains(formats, "html") {
		for _, f := range e.Files {
			if strings.HasSuffix(f, ".html") && (name == "snapshot.json" || f == reports.FileName(a.language())) {
				name = f
			}
		}
	}
	path := filepath.Join(e.Dir, name)
	if a.cwd != "" {
		if rel, err := filepath.Rel(a.cwd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}
