package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vigie/dashboards"
)

// helpCmd prints a help page, or the manual of a command.
func (a *app) helpCmd(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   both("help [TOPIC | COMMAND]", "help [SUJET | COMMANDE]"),
		Short: both("A help page, or the manual of a command", "Une page d’aide, ou le manuel d’une commande"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.openAgency() // its language
			l := a.language()
			if len(args) > 0 {
				if _, text, ok := dashboards.Help(args[0], l); ok {
					fmt.Fprint(a.out, text)
					return nil
				}
				if c, _, err := root.Find(args); err == nil && c != root {
					return c.Help()
				}
				return fail(exitUsage, "no help on %s", "pas d’aide sur %s", quoted(strings.Join(args, " ")))
			}
			if err := root.Help(); err != nil {
				return err
			}
			fmt.Fprintln(a.out, a.say("\nHelp pages (vigie help TOPIC):", "\nPages d’aide (vigie help SUJET)\u00a0:"))
			for _, t := range dashboards.Topics() {
				fmt.Fprintf(a.out, "  %-16s %s\n", t.Name.In(l), t.Title.In(l))
			}
			return nil
		},
	}
}
