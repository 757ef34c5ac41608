package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"vigie/internal/agency"
	"vigie/internal/evidence"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

func (a *app) validateCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: both("Whether the files of the workspace can be read", "Dit si les fichiers de l’espace de travail se lisent"),
		Long: both("Read every file that people write in the workspace and print what is wrong in\n"+
			"them, each mistake with its file, its line and a caret. What cannot be read is used\n"+
			"by no command; what is only doubtful is marked as a warning.\n\n"+
			"Two briefs that take the same platform campaign on the same days would count it\n"+
			"twice: a mistake where exports show such days, a warning where the files alone do.\n\n"+
			"Exit code: 0 all can be read; 3 some cannot.",
			"Lit tous les fichiers que l’on écrit dans l’espace de travail et affiche ce qui n’y va\n"+
				"pas, chaque faute avec son fichier, sa ligne et un repère. Ce qui ne se lit pas n’est\n"+
				"utilisé par aucune commande\u00a0; ce qui est seulement douteux est marqué «\u00a0à vérifier\u00a0».\n\n"+
				"Deux campagnes qui prennent la même campagne plateforme les mêmes jours la compteraient\n"+
				"deux fois\u00a0: c’est une faute quand les exports ont de tels jours, à vérifier quand seuls\n"+
				"les fichiers le disent.\n\n"+
				"Code de sortie\u00a0: 0 tout se lit\u00a0; 3 sinon."),
		Args: a.arguments(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.openAgency(); err != nil {
				return err
			}
			l := a.language()
			problems, err := a.doubtful(cmd.Context())
			var away *forwardError
			if errors.As(err, &away) {
				return err
			}
			if a.json {
				list := []problemJSON{}
				for _, p := range problems {
					list = append(list, problemJSON{p.File, p.Line, p.Column, p.Message.In(l), p.Warning})
				}
				if err := a.printJSON(map[string]any{"problems": list}); err != nil {
					return err
				}
			} else if len(problems) > 0 {
				fmt.Fprintln(a.out, problems.In(l))
			}
			if err != nil {
				return err
			}
			if len(problems.Errors()) > 0 {
				return &quietError{exitInvalid}
			}
			if !a.json {
				fmt.Fprintln(a.out, a.readable())
			}
			return nil
		},
	}
}

// doubtful are the problems of the files and what only the database knows: the
// platform campaigns that two briefs take on the same days, and the decisions
// that name findings which were never seen. On an error those of the files alone.
func (a *app) doubtful(ctx context.Context) (agency.Problems, error) {
	problems := slices.Clone(a.agency.Problems)
	if !warehouse.Exists(a.agency.DataDir(a.env["VIGIE_DATA"])) {
		return problems, nil
	}
	for _, client := range a.agency.Clients {
		if len(client.Campaigns) > 1 {
			if err := a.openWarehouse(ctx, "vigie validate"); err != nil {
				return problems, err
			}
			seen, err := metrics.Seen(ctx, a.wh.DB(), client.ID)
			if err != nil {
				return problems, err
			}
			for _, o := range client.Overlaps(seen) {
				problems = append(problems, o.Problem())
			}
		}
		for _, c := range client.Campaigns {
			if !slices.ContainsFunc(c.Decisions, func(d *agency.Decision) bool { return len(d.Findings) > 0 }) {
				continue
			}
			if err := a.openWarehouse(ctx, "vigie validate"); err != nil {
				return problems, err
			}
			more, err := a.unknownFindings(ctx, c)
			if err != nil {
				return problems, err
			}
			problems = append(problems, more...)
		}
	}
	return problems, nil
}

// unknownFindings are warnings at the findings that decisions of a campaign name
// and that were never seen; none where no findings were worked out yet.
func (a *app) unknownFindings(ctx context.Context, c *agency.Campaign) (agency.Problems, error) {
	found, err := jobs.Findings(ctx, a.wh.DB(), c.Client.ID, c.ID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var list agency.Problems
	for _, d := range c.Decisions {
		for i, id := range d.Findings {
			if !slices.ContainsFunc(found, func(f jobs.Finding) bool { return evidence.Same(f, id) }) {
				list = append(list, d.DoubtFinding(i, locale.Text{
					EN: "no finding " + locale.EN.Quote(id) + " was ever seen; vigie findings lists them",
					FR: "aucun constat " + locale.FR.Quote(id) + " n’a jamais été vu\u00a0; vigie findings les donne",
				}))
			}
		}
	}
	return list, nil
}

// problemJSON is a problem of a file for machines, in one language.
type problemJSON struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning"`
}

// readable says what was read without an error.
func (a *app) readable() string {
	l := a.language()
	count := func(n int, one, many locale.Text) string {
		return l.Int(int64(n)) + locale.NBSP + l.Plural(float64(n), one.In(l), many.In(l))
	}
	campaigns := 0
	for _, c := range a.agency.Clients {
		campaigns += len(c.Campaigns)
	}
	parts := []string{
		count(len(a.agency.Clients), locale.Text{EN: "client", FR: "commanditaire"}, locale.Text{EN: "clients", FR: "commanditaires"}),
		count(campaigns, locale.Text{EN: "campaign", FR: "campagne"}, locale.Text{EN: "campaigns", FR: "campagnes"}),
	}
	decisions := 0
	for _, c := range a.agency.Clients {
		for _, k := range c.Campaigns {
			decisions += len(k.Decisions)
		}
	}
	if decisions > 0 {
		parts = append(parts, count(decisions, locale.Text{EN: "decision", FR: "décision"}, locale.Text{EN: "decisions", FR: "décisions"}))
	}
	if n := len(a.agency.Sources); n > 0 {
		parts = append(parts, count(n, locale.Same("source"), locale.Same("sources")))
	}
	return a.say("all files can be read: ", "tous les fichiers se lisent\u00a0: ") + l.Join(parts)
}
