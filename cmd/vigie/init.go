package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

func (a *app) initCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "An empty workspace with commented files",
		Long: `Make a workspace: a commented vigie.yaml, an example client and campaign that can
be changed into the real ones, the inbox where exports are dropped, and JSON
schemas for editors. A file that exists is never overwritten.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if a.dir != "" {
				dir = a.dir
			}
			if len(args) > 0 {
				dir = args[0]
			}
			written, err := agency.Init(dir, a.language(), locale.DayOf(a.clock()))
			if err != nil {
				return err
			}
			if a.json {
				if written == nil {
					written = []string{}
				}
				return a.printJSON(map[string]any{"dir": dir, "files": written})
			}
			for _, f := range written {
				fmt.Fprintln(a.out, filepath.Join(dir, filepath.FromSlash(f)))
			}
			if len(written) == 0 {
				fmt.Fprintln(a.err, a.say("everything was there already", "tout était déjà là"))
			}
			return nil
		},
	}
}
