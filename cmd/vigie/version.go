package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"vigie/reports/assets"
)

func (a *app) versionCmd() *cobra.Command {
	var licences bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: both("The version, and the licences of what is inside", "La version, et les licences de ce qui est à l’intérieur"),
		Args:  a.arguments(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			goVersion := ""
			if info, ok := debug.ReadBuildInfo(); ok {
				goVersion = info.GoVersion
			}
			if a.json {
				return a.printJSON(map[string]string{"version": version, "go": goVersion})
			}
			fmt.Fprintf(a.out, "vigie %s (%s)\n", version, goVersion)
			if licences {
				for _, n := range assets.Notices() {
					fmt.Fprintf(a.out, "\n== %s %s (%s)\n\n%s", n.Name, n.Version, n.Licence, n.Text)
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&licences, "licences", false, both("print the licences of the embedded parts", "afficher les licences des parties intégrées"))
	return cmd
}
