package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics/advise"
	"vigie/reports"
)

func (a *app) decisionCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "decision",
		Short: both("Decisions: what was chosen, why, and what came of it", "Les décisions\u00a0: ce qui a été choisi, pourquoi, et ce que cela a donné"),
		Args:  a.arguments(0, 0),
		RunE:  func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.decisionNewCmd(), a.decisionListCmd(), a.decisionShowCmd(), a.decisionEditCmd(), a.decisionOutcomeCmd(), a.decisionCloseCmd())
	return cmd
}

// decisionFlags are what a decision says, as flags.
type decisionFlags struct {
	title, date, applied, choice, kpi, from, to, check, approved, reason, outcome string
	authors, findings, options, touches                                           []string
	dryRun                                                                        bool
}

func (d *decisionFlags) add(f *pflag.FlagSet) {
	f.StringVar(&d.date, "date", "", both("day of the decision; without it today", "jour de la décision\u00a0; sans elle, aujourd’hui"))
	f.StringVar(&d.applied, "applied", "", both("first day on which it acted; without it the day after", "premier jour où elle s’applique\u00a0; sans elle, le lendemain"))
	f.StringArrayVar(&d.authors, "author", nil, both("who decided; once for each", "qui a décidé\u00a0; une fois par personne"))
	f.StringArrayVar(&d.findings, "finding", nil, both("id of a finding that it answers (vigie findings); once for each", "identifiant d’un constat auquel elle répond (vigie findings)\u00a0; une fois par constat"))
	f.StringSliceVar(&d.touches, "touches", nil, both("channels that it changes; without it those of the findings", "leviers qu’elle change\u00a0; sans elle, ceux des constats"))
	f.StringArrayVar(&d.options, "option", nil, both("an option as name=words; once for each, changing nothing among them", "une solution, écrite nom=mots\u00a0; une fois par solution, ne rien changer en étant une"))
	f.StringVar(&d.choice, "choice", "", both("name of the option chosen", "nom de la solution choisie"))
	f.StringVar(&d.kpi, "kpi", "", both("KPI that is to change", "indicateur qui doit changer"))
	f.StringVar(&d.from, "from", "", both("its value now, as 34.1 or 2.5%", "sa valeur actuelle, comme 34.1 ou 2.5%"))
	f.StringVar(&d.to, "to", "", both("the value expected", "la valeur attendue"))
	f.StringVar(&d.check, "check", "", both("day on which one looks whether it came", "jour où l’on regarde si c’est le cas"))
	f.StringVar(&d.approved, "approved-by", "", both("who agreed, if it needed somebody", "qui a donné son accord, s’il en fallait un"))
	f.BoolVar(&d.dryRun, "dry-run", false, both("print the file, write nothing", "afficher le fichier, ne rien écrire"))
}

// day reads a flag that holds a day.
func dayFlag(name, s string) (locale.Day, error) {
	d, err := locale.ParseDay(s)
	if err != nil {
		return 0, fail(exitUsage, "--%s %s: want a day, as 2026-09-16", "--%s %s\u00a0: il faut un jour, comme 2026-09-16", name, quoted(s))
	}
	return d, nil
}

// amountFlag reads a flag that holds a number or a percentage.
func amountFlag(name, s string) (float64, error) {
	bare, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(bare), 64)
	if err != nil || !(v >= 0) || v > 1e12 {
		return 0, fail(exitUsage, "--%s %s: want a number, as 34.1, or a percentage, as 2.5%%", "--%s %s\u00a0: il faut un nombre, comme 34.1, ou un pourcentage, écrit 2.5%%", name, quoted(s))
	}
	if percent {
		v /= 100
	}
	return v, nil
}

// option parts name=words.
func optionFlag(s string) (agency.Choice, error) {
	id, words, ok := strings.Cut(s, "=")
	if !ok {
		return agency.Choice{}, fail(exitUsage, "--option %s: want name=words", "--option %s\u00a0: il faut nom=mots", quoted(s))
	}
	return agency.Choice{ID: strings.TrimSpace(id), Words: strings.TrimSpace(words)}, nil
}

func (a *app) decisionNewCmd() *cobra.Command {
	var d decisionFlags
	cmd := &cobra.Command{
		Use:   both("new [CLIENT/CAMPAIGN]", "new [CLIENT/CAMPAGNE]"),
		Short: both("Write a decision", "Écrire une décision"),
		Long: both("Write a decision into the campaign's folder decisions/, under the next free number:\n"+
			"the options, the one chosen, who chose, what is expected by which day, why. It is a\n"+
			"Markdown file of yours: go on writing below its facts. The last line printed is its\n"+
			"path.",
			"Écrit une décision dans le dossier decisions/ de la campagne, sous le prochain numéro\n"+
				"libre\u00a0: les solutions, celle qui est choisie, par qui, ce qui en est attendu et pour\n"+
				"quand, pourquoi. C’est un fichier Markdown à vous\u00a0: continuez à écrire sous ses données.\n"+
				"La dernière ligne affichée est son chemin."),
		Example: "  vigie decision new durand/rentree-2026 --author Lina --author Théo --finding 'cpa-change@meta#2026-09-07' \\\n" +
			"    --option 'rien=ne rien changer' --option 'visuels=nouveaux visuels' --choice visuels \\\n" +
			"    --kpi cpa --from 34.1 --to 30.5 --check 2026-09-30 --reason 'Les mêmes visuels tournent depuis un mois.'",
		Args: a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var missing []string
			for _, f := range []struct {
				name  string
				given bool
			}{{"author", len(d.authors) > 0}, {"option", len(d.options) > 0}, {"choice", d.choice != ""}, {"kpi", d.kpi != ""}, {"from", d.from != ""}, {"to", d.to != ""}, {"check", d.check != ""}} {
				if !f.given {
					missing = append(missing, "--"+f.name)
				}
			}
			if len(missing) > 0 {
				return fail(exitUsage, "a decision also needs %s", "une décision demande aussi %s", strings.Join(missing, ", "))
			}
			c, _, err := a.work(cmd, args, "vigie decision")
			if err != nil {
				return err
			}
			draft := agency.Draft{Title: d.title, Decision: agency.Decision{
				Date: a.agency.Day(a.clock(), c.Zone), Authors: d.authors, Findings: d.findings, Touches: d.touches, Choice: d.choice, Approved: d.approved, Text: d.reason,
				Expected: agency.Expected{KPI: d.kpi},
			}}
			for _, f := range []struct {
				name, text string
				into       *locale.Day
			}{{"date", d.date, &draft.Date}, {"applied", d.applied, &draft.Applied}, {"check", d.check, &draft.Expected.Check}} {
				if f.text == "" {
					continue
				}
				if *f.into, err = dayFlag(f.name, f.text); err != nil {
					return err
				}
			}
			if draft.Expected.From, err = amountFlag("from", d.from); err != nil {
				return err
			}
			if draft.Expected.To, err = amountFlag("to", d.to); err != nil {
				return err
			}
			for _, s := range d.options {
				o, err := optionFlag(s)
				if err != nil {
					return err
				}
				draft.Options = append(draft.Options, o)
			}
			file, body, err := c.AddDecision(draft, a.language(), known(), d.dryRun)
			if err != nil {
				return err
			}
			return a.wroteDecision(cmd.Context(), c, file, body, d.dryRun)
		},
	}
	d.add(cmd.Flags())
	cmd.Flags().StringVar(&d.title, "title", "", both("a few words, of which the file is named", "quelques mots, dont le fichier tire son nom"))
	cmd.Flags().StringVar(&d.reason, "reason", "", both("why, in a paragraph; the file can say more", "pourquoi, en un paragraphe\u00a0; le fichier peut en dire plus"))
	return cmd
}

// wroteDecision says what a command wrote, and what is doubtful in it.
func (a *app) wroteDecision(ctx context.Context, c *agency.Campaign, file string, body []byte, dry bool) error {
	if dry {
		if a.json {
			return a.printJSON(map[string]any{"file": file, "dry_run": true, "text": string(body)})
		}
		fmt.Fprintln(a.err, file)
		_, err := a.out.Write(body)
		return err
	}
	again, err := agency.Open(a.agency.Dir, known())
	if err != nil {
		return err
	}
	a.agency = again
	client, err := again.Client(c.Client.ID)
	if err != nil {
		return err
	}
	if c, err = client.Campaign(c.ID); err != nil {
		return err
	}
	problems := slices.Clone(again.Problems)
	more, err := a.unknownFindings(ctx, c)
	if err != nil {
		return err
	}
	id := ""
	for _, d := range c.Decisions {
		if d.File == file {
			id = d.ID
		}
	}
	for _, p := range append(problems, more...) {
		if p.File == file {
			fmt.Fprintln(a.err, p.In(a.language()))
		}
	}
	if a.json {
		return a.printJSON(map[string]any{"id": id, "file": file})
	}
	fmt.Fprintln(a.out, id)
	fmt.Fprintln(a.out, a.seen(filepath.Join(a.agency.Dir, filepath.FromSlash(file))))
	return nil
}

// seen is a path as seen from where the command runs.
func (a *app) seen(path string) string {
	if a.cwd != "" {
		if rel, err := filepath.Rel(a.cwd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}

func (a *app) decisionListCmd() *cobra.Command {
	return &cobra.Command{
		Use:   both("list [CLIENT/CAMPAIGN]", "list [CLIENT/CAMPAGNE]"),
		Short: both("The decisions of a campaign and what came of them", "Les décisions d’une campagne et ce qu’elles ont donné"),
		Args:  a.arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, src, err := a.work(cmd, args, "vigie decision")
			if err != nil {
				return err
			}
			list, err := reports.Decisions(cmd.Context(), src)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"client": c.Client.ID, "campaign": c.ID, "decisions": list})
			}
			if len(list) == 0 {
				fmt.Fprintln(a.err, a.say("no decision yet; vigie decision new writes one", "aucune décision encore\u00a0; vigie decision new en écrit une"))
				return nil
			}
			l := a.language()
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, a.say("id\tday\tby\tchoice\tstatus\tcheck\toutcome", "id\tjour\tpar\tchoix\tétat\tvérification\trésultat"))
			for _, d := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.Date, locale.OneLine(l.Join(d.Authors)), locale.OneLine(chosen(d)), decisionStates[d.Status].In(l), d.Check, d.Outcome.Label.In(l))
			}
			return w.Flush()
		},
	}
}

var decisionStates = map[string]locale.Text{
	agency.DecisionOpen:      {EN: "open", FR: "ouverte"},
	agency.DecisionClosed:    {EN: "closed", FR: "close"},
	agency.DecisionWithdrawn: {EN: "withdrawn", FR: "abandonnée"},
}

// decided finds a decision of a campaign, measured.
func (a *app) decided(ctx context.Context, src reports.Source, id string) (reports.Decision, *agency.Decision, error) {
	d, err := src.Campaign.Decision(id)
	if err != nil {
		return reports.Decision{}, nil, err
	}
	list, err := reports.Decisions(ctx, src)
	if err != nil {
		return reports.Decision{}, nil, err
	}
	for _, x := range list {
		if x.ID == id {
			return x, d, nil
		}
	}
	return reports.Decision{}, nil, errors.New("decision " + id + " is gone")
}

func (a *app) decisionShowCmd() *cobra.Command {
	return &cobra.Command{
		Use:   both("show ID [CLIENT/CAMPAIGN]", "show ID [CLIENT/CAMPAGNE]"),
		Short: both("All of a decision: options, reason, text, outcome", "Toute une décision\u00a0: solutions, raison, texte, résultat"),
		Args:  a.arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, src, err := a.work(cmd, args[1:], "vigie decision")
			if err != nil {
				return err
			}
			d, file, err := a.decided(cmd.Context(), src, args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(struct {
					reports.Decision
					Text string `json:"text"`
				}{d, file.Text})
			}
			v := a.decisionView(c, d)
			p := func(name, text string) {
				if text != "" {
					fmt.Fprintf(a.out, "%s%s %s\n", name, a.language().Colon(), locale.OneLine(text))
				}
			}
			fmt.Fprintf(a.out, "%s  %s (%s)\n", d.ID, locale.OneLine(v.Title), decisionStates[d.Status].In(a.language()))
			fmt.Fprintln(a.out, locale.OneLine(v.Who))
			for _, o := range v.Options {
				mark := " "
				if o.Chosen {
					mark = "*"
				}
				fmt.Fprintf(a.out, "  %s %s\n", mark, locale.OneLine(o.Words))
			}
			for i, id := range d.Findings {
				p(a.say("answers", "répond à"), v.Findings[i]+" ("+id+")")
			}
			p(a.say("expected", "attendu"), v.Expected)
			a.printOutcome(v)
			p(a.say("note", "bilan"), v.Note)
			if file.Text != "" {
				fmt.Fprintln(a.out)
				for line := range strings.Lines(file.Text) {
					fmt.Fprintln(a.out, locale.OneLine(strings.TrimRight(line, "\r\n")))
				}
			}
			return nil
		},
	}
}

// decisionView prepares a decision for printing.
func (a *app) decisionView(c *agency.Campaign, d reports.Decision) reports.DecisionView {
	s := &reports.Snapshot{Currency: c.Currency, Zone: c.Zone.String()}
	for _, ch := range c.Channels {
		var x reports.Channel
		x.ID, x.Label = ch.ID, ch.Name
		s.Channels = append(s.Channels, x)
	}
	return reports.NewPage(s, a.language(), nil).DecisionView(d)
}

// printOutcome prints what was measured of a decision.
func (a *app) printOutcome(v reports.DecisionView) {
	colon := a.language().Colon()
	if v.Observed != "" {
		fmt.Fprintf(a.out, "%s%s %s\n", a.say("observed", "observé"), colon, locale.OneLine(v.Observed))
	}
	fmt.Fprintf(a.out, "%s%s %s\n", a.say("measured", "mesuré"), colon, locale.OneLine(v.Outcome))
	for _, s := range v.Limits {
		fmt.Fprintln(a.out, "  "+locale.OneLine(s))
	}
}

func (a *app) decisionOutcomeCmd() *cobra.Command {
	return &cobra.Command{
		Use:   both("outcome ID [CLIENT/CAMPAIGN]", "outcome ID [CLIENT/CAMPAGNE]"),
		Short: both("What was measured of a decision on the day that was set", "Ce qui a été mesuré d’une décision à la date dite"),
		Long: both("Hold the KPI of the channels that a decision touched, from the day it was applied to\n"+
			"the day before its check, against the channels that no decision touched: reached, not\n"+
			"reached or inconclusive, with the 90% range, earlier dates analysed alike, and the\n"+
			"smallest effect that could have been seen. Without untouched channels the change\n"+
			"merely coincides with the decision. What is missing is said. Nothing is written.",
			"Compare l’indicateur des leviers touchés par une décision, du jour où elle s’applique à\n"+
				"la veille de sa vérification, à celui des leviers qu’aucune décision n’a touchés\u00a0:\n"+
				"atteint, non atteint ou non concluant, avec la fourchette à 90\u00a0%, des dates antérieures\n"+
				"analysées de même, et le plus petit effet qui aurait pu se voir. Sans levier inchangé,\n"+
				"l’évolution ne fait que coïncider avec la décision. Ce qui manque est dit. Rien n’est\n"+
				"écrit."),
		Args: a.arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, src, err := a.work(cmd, args[1:], "vigie decision")
			if err != nil {
				return err
			}
			d, _, err := a.decided(cmd.Context(), src, args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(struct {
					ID string `json:"id"`
					advise.Outcome
				}{d.ID, d.Outcome})
			}
			v := a.decisionView(c, d)
			fmt.Fprintf(a.out, "%s%s %s\n", d.ID, a.language().Colon(), d.Outcome.Label.In(a.language()))
			fmt.Fprintf(a.out, "%s%s %s\n", a.say("expected", "attendu"), a.language().Colon(), locale.OneLine(v.Expected))
			a.printOutcome(v)
			return nil
		},
	}
}

func (a *app) decisionEditCmd() *cobra.Command {
	var d decisionFlags
	cmd := &cobra.Command{
		Use:   both("edit ID [CLIENT/CAMPAIGN]", "edit ID [CLIENT/CAMPAGNE]"),
		Short: both("Change single facts of a decision", "Changer certaines données d’une décision"),
		Long: both("Change the facts that flags name; everything else in the file stays as it is, to the\n"+
			"byte. An option that is there gets other words, another one is added. The text below\n"+
			"the facts is changed in an editor.",
			"Change les données que nomment les options\u00a0; tout le reste du fichier demeure tel quel,\n"+
				"à l’octet près. Une solution déjà là reçoit d’autres mots, une autre est ajoutée. Le texte\n"+
				"sous les données se modifie dans un éditeur."),
		Example: "  vigie decision edit D-2026-004 --check 2026-10-07 --approved-by 'Mme Le Goff'",
		Args:    a.arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var changes []agency.Change
			given := cmd.Flags().Changed
			for _, f := range []struct{ flag, key, text string }{
				{"date", "date", d.date}, {"applied", "applied", d.applied}, {"choice", "choice", d.choice}, {"kpi", "expected.kpi", d.kpi}, {"from", "expected.from", d.from},
				{"to", "expected.to", d.to}, {"check", "expected.check", d.check}, {"approved-by", "approved_by", d.approved}, {"outcome", "outcome", d.outcome},
			} {
				if given(f.flag) {
					changes = append(changes, agency.Change{Key: f.key, Text: f.text})
				}
			}
			for _, f := range []struct {
				flag, key string
				list      []string
			}{{"author", "authors", d.authors}, {"finding", "findings", d.findings}, {"touches", "touches", d.touches}} {
				if given(f.flag) {
					changes = append(changes, agency.Change{Key: f.key, List: f.list})
				}
			}
			for _, s := range d.options {
				o, err := optionFlag(s)
				if err != nil {
					return err
				}
				// Before a choice that may be of it.
				changes = slices.Insert(changes, 0, agency.Change{Key: "options." + o.ID, Text: o.Words})
			}
			if len(changes) == 0 {
				return fail(exitUsage, "nothing to change: say what with a flag; see vigie decision edit --help", "rien à changer\u00a0: dites quoi avec une option\u00a0; voir vigie decision edit --help")
			}
			return a.changeDecision(cmd, args, changes, d.dryRun)
		},
	}
	d.add(cmd.Flags())
	cmd.Flags().StringVar(&d.outcome, "outcome", "", both("what came of it, where it is closed already", "ce qu’il en est advenu, si elle est déjà close"))
	return cmd
}

// changeDecision writes changes of a decision.
func (a *app) changeDecision(cmd *cobra.Command, args []string, changes []agency.Change, dry bool) error {
	c, _, err := a.work(cmd, args[1:], "vigie decision")
	if err != nil {
		return err
	}
	file, body, err := c.EditDecision(args[0], changes, known(), dry)
	if err != nil {
		return err
	}
	return a.wroteDecision(cmd.Context(), c, file, body, dry)
}

func (a *app) decisionCloseCmd() *cobra.Command {
	var outcome, date string
	var withdraw, dry bool
	cmd := &cobra.Command{
		Use:   both("close ID [CLIENT/CAMPAIGN]", "close ID [CLIENT/CAMPAGNE]"),
		Short: both("Say what came of a decision", "Dire ce qu’une décision a donné"),
		Long: both("Close a decision with what came of it in your own words; what was measured stands\n"+
			"beside it (vigie decision outcome). One that is not followed is withdrawn with the\n"+
			"reason: nothing is deleted.",
			"Clôt une décision en disant avec vos mots ce qu’elle a donné\u00a0; ce qui a été mesuré se lit à\n"+
				"côté (vigie decision outcome). Une décision qui n’est pas suivie s’abandonne avec sa\n"+
				"raison\u00a0: rien ne s’efface."),
		Example: "  vigie decision close D-2026-004 --outcome 'Le CPA a baissé, mais celui des autres leviers aussi.'",
		Args:    a.arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(outcome) == "" {
				return fail(exitUsage, "say what came of it with --outcome", "dites ce qu’il en est advenu avec --outcome")
			}
			c, _, err := a.work(cmd, args[1:], "vigie decision")
			if err != nil {
				return err
			}
			d, err := c.Decision(args[0])
			if err != nil {
				return err
			}
			if d.Status != agency.DecisionOpen {
				return fail(exitUsage, "%s is closed since %s; vigie decision edit --outcome changes what it says", "%s est close depuis le %s\u00a0; vigie decision edit --outcome change ce qu’elle dit", d.ID, d.Closed)
			}
			day := a.agency.Day(a.clock(), c.Zone)
			if date != "" {
				if day, err = dayFlag("date", date); err != nil {
					return err
				}
			}
			status := agency.DecisionClosed
			if withdraw {
				status = agency.DecisionWithdrawn
			}
			return a.changeDecision(cmd, args, []agency.Change{
				{Key: "status", Text: status}, {Key: "closed", Text: day.String()}, {Key: "outcome", Text: outcome},
			}, dry)
		},
	}
	f := cmd.Flags()
	f.StringVar(&outcome, "outcome", "", both("what came of it, in your words", "ce qu’il en est advenu, avec vos mots"))
	f.StringVar(&date, "date", "", both("day of the closing; without it today", "jour de la clôture\u00a0; sans elle, aujourd’hui"))
	f.BoolVar(&withdraw, "withdraw", false, both("it was not followed, or no longer is", "elle n’a pas été suivie, ou ne l’est plus"))
	f.BoolVar(&dry, "dry-run", false, both("print the file, write nothing", "afficher le fichier, ne rien écrire"))
	return cmd
}
