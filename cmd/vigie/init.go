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
		Use:   both("init [DIR]", "init [DOSSIER]"),
		Short: both("An empty workspace with commented files", "Un espace de travail vide, aux fichiers commentés"),
		Long: both("Make a workspace: a commented vigie.yaml, an example client and campaign that can\n"+
			"be changed into the real ones, the inbox where exports are dropped, and JSON\n"+
			"schemas for editors. A file that exists is never overwritten.",
			"Crée un espace de travail\u00a0: un vigie.yaml commenté, un client et une campagne d’exemple\n"+
				"à transformer en vrais, la boîte où l’on dépose les exports, et des schémas JSON pour les\n"+
				"éditeurs. Un fichier qui existe n’est jamais écrasé."),
		Args: a.arguments(0, 1),
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
