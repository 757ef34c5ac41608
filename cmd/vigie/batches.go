package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vigie/ingest"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

func (a *app) batchesCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "batches",
		Short: both("What was taken in, and taking it back out", "Ce qui a été importé, et comment le retirer"),
		Args:  a.arguments(0, 0),
		RunE:  func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	var client string
	list := &cobra.Command{
		Use:   "list",
		Short: both("Every batch, oldest first", "Tous les lots, du plus ancien au plus récent"),
		Long: both("List every batch, oldest first: each is a file that was taken in. “answers” is the\n"+
			"share of its days and campaigns (or of its spans) that questions about campaigns are\n"+
			"answered from; the rest was replaced by a newer file, or a coarser one answers.",
			"Liste tous les lots, du plus ancien au plus récent\u00a0: chacun est un fichier importé.\n"+
				"«\u00a0répond\u00a0» est la part de ses jours et campagnes (ou de ses périodes) d’où viennent les\n"+
				"réponses sur les campagnes\u00a0; le reste a été remplacé par un fichier plus récent, ou c’est\n"+
				"un fichier moins fin qui répond."),
		Args: a.arguments(0, 0),
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
			l := a.language()
			for _, b := range batches {
				share := locale.Dash // a file without rows answers nothing
				if b.Cells > 0 {
					share = l.Percent(float64(b.Current)/float64(b.Cells), 0)
				}
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", b.Batch, b.Client, b.Platform, b.FirstDay, b.LastDay, l.Int(b.Rows), share, a.state(b), locale.OneLine(b.File))
			}
			return w.Flush()
		},
	}
	list.Flags().StringVar(&client, "client", "", both("only this client's", "de ce client seulement"))
	show := &cobra.Command{
		Use:   both("show BATCH", "show LOT"),
		Short: both("One batch with all that its reading reported", "Un lot, avec tout ce que sa lecture a signalé"),
		Args:  a.arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.batch(cmd, args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(b)
			}
			l := a.language()
			name := locale.OneLine(b.File)
			fmt.Fprintf(a.out, "%s %d%s %s (%s)\n", a.say("batch", "lot"), b.Batch, l.Colon(), name, a.state(*b))
			fmt.Fprintf(a.out, "  %s\n  SHA-256 %s\n", locale.OneLine(b.Report.Recognised.In(l)), b.SHA256)
			fmt.Fprintf(a.out, "  %s\n", a.known(b.KnownAsOf, b.KnownFrom))
			fmt.Fprintf(a.out, "  %s\n", a.control(b.Report.Control))
			for _, s := range b.Report.Control.Scopes {
				fmt.Fprintf(a.out, "    %s%s %s\n", quoted(s.Label).In(l), l.Colon(), scopeWords[s.Status].In(l))
			}
			for _, c := range b.Report.Columns {
				note := ""
				if text := c.Note.In(l); text != "" {
					note = " (" + text + ")"
				}
				fmt.Fprintf(a.out, "    %s%s %s%s\n", quoted(c.Header).In(l), l.Colon(), a.columnAs(c), note)
			}
			a.printProblems(name, b.Report.Problems, len(b.Report.Problems), b.Report.MoreProblem)
			return nil
		},
	}
	undo := &cobra.Command{
		Use:   both("undo BATCH", "undo LOT"),
		Short: both("Take a batch back out: what it had replaced answers again", "Retirer un lot\u00a0: ce qu’il avait remplacé répond de nouveau"),
		Args:  a.arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.batch(cmd, args[0])
			if err != nil {
				return err
			}
			before := b.UndoneAt
			if err := a.wh.Undo(cmd.Context(), b.Batch, a.clock()); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"batch": b.Batch, "undone": true, "changed": before == nil})
			}
			if before != nil {
				at := a.language().Instant(before.In(a.agency.Zone))
				fmt.Fprintf(a.out, a.say("batch %d (%s) had been taken out already (%s)\n", "le lot %d (%s) était déjà retiré (%s)\n"), b.Batch, locale.OneLine(b.File), at)
				return nil
			}
			fmt.Fprintf(a.out, a.say("batch %d (%s) was taken out\n", "le lot %d (%s) a été retiré\n"), b.Batch, locale.OneLine(b.File))
			return nil
		},
	}
	cmd.AddCommand(list, show, undo)
	return cmd
}

func (a *app) batch(cmd *cobra.Command, arg string) (*warehouse.Batch, error) {
	id, err := strconv.Atoi(arg)
	if err != nil {
		return nil, fail(exitUsage, "batch %s: want its number, as vigie batches list shows it", "lot %s\u00a0: son numéro est attendu, celui que montre vigie batches list", quoted(arg))
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

// scopeWords say how a printed total compares with the rows.
var scopeWords = map[ingest.ControlStatus]locale.Text{
	ingest.ControlMatch:    {EN: "agrees", FR: "concorde"},
	ingest.ControlMismatch: {EN: "DISAGREES", FR: "NE concorde PAS"},
	ingest.ControlWider:    {EN: "covers more than the rows", FR: "couvre plus que les lignes"},
	ingest.ControlPart:     {EN: "covers other rows, not compared", FR: "couvre d’autres lignes, non comparé"},
	ingest.ControlAbsent:   {EN: "nothing to compare", FR: "rien à comparer"},
}

// roleWords say what a column is that fills no measure; a role that is not here
// is shown by its id.
var roleWords = map[string]locale.Text{
	"unused":      {EN: "known, of no use here", FR: "connue, sans usage ici"},
	"day":         {EN: "day", FR: "jour"},
	"week":        {EN: "week", FR: "semaine"},
	"month":       {EN: "month", FR: "mois"},
	"quarter":     {EN: "quarter", FR: "trimestre"},
	"year":        {EN: "year", FR: "année"},
	"range":       {EN: "range of days", FR: "période"},
	"first_day":   {EN: "first day of the range", FR: "premier jour de la période"},
	"last_day":    {EN: "last day of the range", FR: "dernier jour de la période"},
	"known_as_of": {EN: "when the file was made", FR: "date du fichier"},
	"account":     {EN: "account", FR: "compte"},
	"account_id":  {EN: "id of the account", FR: "identifiant du compte"},
	"campaign":    {EN: "campaign", FR: "campagne"},
	"campaign_id": {EN: "id of the campaign", FR: "identifiant de la campagne"},
	"ad_group":    {EN: "ad group", FR: "groupe d’annonces"},
	"ad_group_id": {EN: "id of the ad group", FR: "identifiant du groupe d’annonces"},
	"ad":          {EN: "ad", FR: "annonce"},
	"ad_id":       {EN: "id of the ad", FR: "identifiant de l’annonce"},
	"keyword":     {EN: "keyword", FR: "mot clé"},
	"search_term": {EN: "search term", FR: "terme de recherche"},
	"asset":       {EN: "asset", FR: "composant"},
	"currency":    {EN: "currency", FR: "devise"},
}

// columnAs says what a column of a file was taken for.
func (a *app) columnAs(c ingest.Column) string {
	if m, ok := ingest.LookupMeasure(c.Measure); ok {
		return m.Label.In(a.language())
	}
	if t, ok := roleWords[c.Role]; ok {
		return t.In(a.language())
	}
	what, of, _ := strings.Cut(c.Role, ":")
	switch what {
	case "":
		return a.say("not taken", "non prise")
	case "breakdown":
		return a.say("breakdown ", "ventilation ") + of
	case "check":
		if m, ok := ingest.LookupMeasure(of); ok {
			of = m.Label.In(a.language())
		}
		return a.say("price that checks ", "prix qui contrôle ") + of
	}
	return c.Role
}

// state says in a word what a batch is now.
func (a *app) state(b warehouse.Batch) string {
	switch {
	case b.UndoneAt != nil:
		return a.say("undone", "retiré")
	case b.Withheld:
		return a.say("withheld", "écarté")
	case b.Newest == 0 && b.Cells > 0:
		return a.say("replaced", "remplacé")
	case b.Current == 0 && b.Cells > 0:
		return a.say("for detail", "pour le détail")
	}
	return a.say("current", "en vigueur")
}
