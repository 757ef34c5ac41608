package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"vigie/internal/jobs"
	"vigie/internal/simulate"
	"vigie/internal/warehouse"
)

func (a *app) demoCmd() *cobra.Command {
	var dir string
	var serve bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: both("A complete agency with data, KPIs, findings and an issued report", "Une agence complète, avec données, indicateurs, constats et un rapport publié"),
		Long: both("Make a demo agency and run the whole job on it: one client, one campaign on Google\n"+
			"Ads, Meta Ads and LinkedIn, its exports imported, its report issued. Everything in\n"+
			"it is invented. The last line printed is the report’s path.",
			"Crée une agence de démonstration et y fait tout le travail\u00a0: un client, une campagne\n"+
				"sur Google Ads, Meta Ads et LinkedIn, ses exports importés, son rapport publié. Tout y\n"+
				"est inventé. La dernière ligne affichée est le chemin du rapport."),
		Args: a.arguments(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if _, err := os.Stat(filepath.Join(dir, "vigie.yaml")); err != nil {
				if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
					return fail(exitUsage, "%s is not empty and holds no demo: name another folder with --dir", "%s n’est pas vide et ne contient pas de démo\u00a0: nommez un autre dossier avec --dir", dir)
				}
				if err := simulate.Demo(dir); err != nil {
					return err
				}
			}
			a.dir = dir
			if err := a.openWarehouse(ctx, "vigie demo"); err != nil {
				return err
			}
			files, err := filepath.Glob(filepath.Join(dir, "inbox", "*", "*"))
			if err != nil {
				return err
			}
			slices.Sort(files)
			var results []*warehouse.Imported
			for _, file := range files {
				if info, err := os.Stat(file); err != nil || info.IsDir() {
					continue
				}
				o, err := importFlags{}.options(a.today(), a.clock())
				if err != nil {
					return err
				}
				list, err := a.importFile(ctx, importFlags{}, o, file)
				if err != nil {
					return err
				}
				for _, r := range list {
					a.printImported(importFlags{}, r)
				}
				results = append(results, list...)
			}
			if err := importExit(results); err != nil {
				return err
			}
			c, err := a.campaign("")
			if err != nil {
				return err
			}
			if err := jobs.Examine(ctx, a.wh, c, a.clock(), version); err != nil {
				return err
			}
			e, err := a.issue(ctx, c, "", false, []string{"html"})
			if err != nil {
				return err
			}
			if serve {
				fmt.Fprintln(a.out, a.reportPath(e, []string{"html"}))
				return a.serve(ctx, "127.0.0.1:8080")
			}
			fmt.Fprintln(a.out, a.say("To see the dashboards: vigie serve -C ", "Pour voir les tableaux de bord\u00a0: vigie serve -C ")+dir)
			fmt.Fprintln(a.out, a.reportPath(e, []string{"html"}))
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "demo", both("where to put it", "où la mettre"))
	cmd.Flags().BoolVar(&serve, "serve", false, both("serve the dashboards afterwards", "servir ensuite les tableaux de bord"))
	return cmd
}
