package main

import (
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

func (a *app) batchesCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "batches",
		Short: "What was taken in, and taking it back out",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	var client string
	list := &cobra.Command{
		Use:   "list",
		Short: "Every batch, oldest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.openWarehouse(cmd.Context(), "vigie batches"); err != nil {
				return err
			}
			batches, err := a.wh.Batches(cmd.Context(), client)
			if err != nil {
				return err
			}
			if a.json {
				if batches == nil {
					batches = []warehouse.Batch{}
				}
				return a.printJSON(map[string]any{"batches": batches})
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, a.say("batch\tclient\tplatform\tfrom\tto\trows\tanswers\tstate\tfile", "lot\tclient\tplateforme\tdu\tau\tlignes\trépond\tétat\tfichier"))
			for _, b := range batches {
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%d\t%d/%d\t%s\t%s\n", b.Batch, b.Client, b.Platform, b.FirstDay, b.LastDay, b.Rows, b.Current, b.Cells, a.state(b), b.File)
			}
			return w.Flush()
		},
	}
	list.Flags().StringVar(&client, "client", "", "only this client's")
	show := &cobra.Command{
		Use:   "show BATCH",
		Short: "One batch with all that its reading reported",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.batch(cmd, args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(b)
			}
			l := a.language()
			fmt.Fprintf(a.out, "%s %d%s %s (%s)\n", a.say("batch", "lot"), b.Batch, l.Colon(), b.File, a.state(*b))
			fmt.Fprintf(a.out, "  %s\n  SHA-256 %s\n", b.Report.Recognised.In(l), b.SHA256)
			fmt.Fprintf(a.out, "  %s\n", a.control(b.Report.Control))
			for _, s := range b.Report.Control.Scopes {
				fmt.Fprintf(a.out, "    %s%s %s\n", s.Label, l.Colon(), s.Status)
			}
			for _, c := range b.Report.Columns {
				as := c.Measure
				if as == "" {
					as = c.Role
				}
				if as == "" {
					as = locale.Dash
				}
				fmt.Fprintf(a.out, "    %q %s %s\n", c.Header, as, c.Note)
			}
			for _, x := range b.Report.Problems {
				fmt.Fprintf(a.out, "  %s\n", a.problem(b.File, x))
			}
			return nil
		},
	}
	undo := &cobra.Command{
		Use:   "undo BATCH",
		Short: "Take a batch back out: what it had replaced answers again",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.batch(cmd, args[0])
			if err != nil {
				return err
			}
			if err := a.wh.Undo(cmd.Context(), b.Batch, a.clock()); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"batch": b.Batch, "undone": true})
			}
			fmt.Fprintf(a.out, a.say("batch %d (%s) was taken out\n", "le lot %d (%s) a été retiré\n"), b.Batch, b.File)
			return nil
		},
	}
	cmd.AddCommand(list, show, undo)
	return cmd
}

func (a *app) batch(cmd *cobra.Command, arg string) (*warehouse.Batch, error) {
	id, err := strconv.Atoi(arg)
	if err != nil {
		return nil, fail(exitUsage, "batch %q: want its number, as vigie batches list shows it", "lot %q\u00a0: son numéro est attendu, celui que montre vigie batches list", arg)
	}
	if err := a.openWarehouse(cmd.Context(), "vigie batches"); err != nil {
		return nil, err
	}
	b, err := a.wh.Batch(cmd.Context(), id)
	if errors.Is(err, warehouse.ErrNoBatch) {
		return nil, fail(exitUsage, "there is no batch %d; vigie batches list shows them", "il n’y a pas de lot %d\u00a0; vigie batches list les montre", id)
	}
	return b, err
}

// state says in a word what a batch is now.
func (a *app) state(b warehouse.Batch) string {
	switch {
	case b.UndoneAt != nil:
		return a.say("undone", "retiré")
	case b.Withheld:
		return a.say("withheld", "écarté")
	case b.Current == 0 && b.Cells > 0:
		return a.say("replaced", "remplacé")
	}
	return a.say("current", "en vigueur")
}
