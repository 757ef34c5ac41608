package main

import (
	"context"
	"fmt"
	"os"
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
		Short: "Tracking reports",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	var kind, period, edition string
	var formats []string
	var dryRun bool
	build := &cobra.Command{
		Use:   "build [CLIENT/CAMPAIGN]",
		Short: "Freeze the figures of a period and write its report",
		Long: `Freeze the figures of a period and write the report from them: an HTML file that
opens anywhere without a network, and the frozen snapshot beside it. The same
figures give the same files; changed figures make the next revision, and an
issued revision is never changed. Without a period: the last complete week with
data. The last line printed is the report's path.`,
		Example: "  vigie report build durand/rentree-2026 --period 2026-W40",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if kind != reports.KindTracking {
				return fail(exitUsage, "--kind %q: want tracking", "--kind %q\u00a0: tracking attendu", kind)
			}
			if edition != "full" {
				return fail(exitUsage, "--edition %q: want full", "--edition %q\u00a0: full attendu", edition)
			}
			for _, f := range formats {
				if f != "html" && f != "json" {
					return fail(exitUsage, "--format %q: want html or json", "--format %q\u00a0: html ou json attendu", f)
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
			if !e.Fresh {
				fmt.Fprintln(a.err, a.say("nothing changed since this revision was issued", "rien n’a changé depuis l’émission de cette révision"))
			}
			fmt.Fprintln(a.out, a.reportPath(e, formats))
			return nil
		},
	}
	f := build.Flags()
	f.StringVar(&kind, "kind", reports.KindTracking, "tracking")
	f.StringVar(&period, "period", "", "2026-W10, 2026-03 or 2026-03-01..2026-03-31")
	f.StringVar(&edition, "edition", "full", "full")
	f.StringSliceVar(&formats, "format", []string{"html"}, "html, json")
	f.BoolVar(&dryRun, "dry-run", false, "say which edition would be written, write nothing")
	list := &cobra.Command{
		Use:   "list [CLIENT/CAMPAIGN]",
		Short: "The issued reports, newest first",
		Args:  cobra.MaximumNArgs(1),
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
				return a.printJSON(map[string]any{"editions": editions})
			}
			for _, e := range editions {
				fmt.Fprintf(a.out, "%s  %s %d  %s\n", e.ID, a.say("revision", "révision"), e.Revision, a.reportPath(&e, []string{"html"}))
			}
			return nil
		},
	}
	cmd.AddCommand(build, list)
	return cmd
}

// issue builds the report of a period of a campaign.
func (a *app) issue(ctx context.Context, c *agency.Campaign, period string, dryRun bool, formats []string) (*reports.Edition, error) {
	var from, to locale.Day
	var err error
	if period != "" {
		if from, to, err = parsePeriod(period); err != nil {
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
	if dryRun {
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
	return reports.Issue(ctx, reports.Source{DB: a.wh.DB(), Campaign: c, Now: a.clock(), Version: version},
		reports.Request{Kind: reports.KindTracking, From: from, To: to}, engine, langs...)
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
	if wd, err := os.Getwd(); err == nil && !a.shared {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}
