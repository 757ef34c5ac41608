package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

func (a *app) syncCmd() *cobra.Command {
	var o jobs.SyncOptions
	cmd := &cobra.Command{
		Use:   "sync [SOURCE…]",
		Short: both("Fetch exports from the sources and the inbox, once", "Relever une fois les sources et la boîte de dépôt"),
		Long: both("Ask the sources of the workspace, sources/*.yaml, for exports that have not been\n"+
			"fetched yet, and take in what lies in the inbox. Without a name all of them are\n"+
			"asked; \"inbox\" is the name of the inbox. vigie serve does the same by itself, at\n"+
			"the times that each source gives.\n\n"+
			"A file is taken in as vigie import would; one that is refused, or that a check\n"+
			"withholds, is put into inbox/CLIENT/refused with a note that says why. Nothing is\n"+
			"changed or deleted where it comes from. With --dry-run new files are fetched and\n"+
			"the answer says how they would be read, what they would replace and which checks\n"+
			"would withhold them, as vigie import --dry-run; nothing is kept. --again fetches\n"+
			"also what was fetched before.\n\n"+
			"Exit code: 0 all answered, and whatever was new was taken in; 1 some did not answer,\n"+
			"or some files were refused; 3 nothing could be had, or every file was refused; 4 a\n"+
			"check withholds a file; 5 no server is within reach.",
			"Demande aux sources de l’espace de travail, sources/*.yaml, les exports qui n’ont pas\n"+
				"encore été relevés, et importe ce qui se trouve dans la boîte de dépôt. Sans nom,\n"+
				"toutes sont relevées\u00a0; «\u00a0inbox\u00a0» désigne la boîte. vigie serve fait de même tout\n"+
				"seul, aux heures que donne chaque source.\n\n"+
				"Un fichier est importé comme par vigie import\u00a0; celui qui est refusé, ou qu’un contrôle\n"+
				"écarte, va dans inbox/CLIENT/refuses avec une note qui dit pourquoi. Rien n’est changé\n"+
				"ni supprimé à la source. Avec --dry-run, les nouveaux fichiers sont relevés, la réponse\n"+
				"dit comment ils seraient lus, ce qu’ils remplaceraient et quels contrôles les\n"+
				"écarteraient, comme vigie import --dry-run, et rien n’est gardé\u00a0; --again reprend aussi\n"+
				"ce qui a déjà été relevé.\n\n"+
				"Code de sortie\u00a0: 0 toutes ont répondu et ce qui était nouveau est importé\u00a0; 1 certaines\n"+
				"n’ont pas répondu, ou des fichiers sont refusés\u00a0; 3 rien n’a pu être obtenu, ou tout est\n"+
				"refusé\u00a0; 4 un contrôle écarte un fichier\u00a0; 5 aucun serveur n’est joignable."),
		Example: "  vigie sync\n  vigie sync meta-sftp --dry-run",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.sync(cmd.Context(), args, o) },
	}
	cmd.Flags().BoolVar(&o.Again, "again", false, both("fetch also what was fetched before", "reprendre aussi ce qui a déjà été relevé"))
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, both("say how new files would be read, keep nothing", "dire comment les nouveaux fichiers seraient lus, ne rien garder"))
	return cmd
}

func (a *app) sync(ctx context.Context, ids []string, o jobs.SyncOptions) error {
	if err := a.openWarehouse(ctx, "vigie sync"); err != nil {
		return err
	}
	scheduler := a.scheduler
	if scheduler == nil {
		scheduler = jobs.New(jobs.Config{
			Agency:    func() (*agency.Agency, error) { return a.agency, nil },
			Warehouse: a.wh, Clock: a.clock, Version: version,
		})
	}
	broken := a.brokenSources(ids)
	var all []jobs.Fetched
	err := scheduler.Sync(ctx, ids, o, func(id string) {
		if !a.json && id != jobs.Inbox {
			fmt.Fprintln(a.err, id+a.say(": asked…", "\u00a0: en cours…"))
		}
	}, func(f jobs.Fetched) {
		all = append(all, f)
		if !a.json {
			a.printFetched(f, o.DryRun)
		}
	})
	if errors.Is(err, agency.ErrNoSource) {
		known := []string{}
		for _, s := range a.agency.Sources {
			known = append(known, s.ID)
		}
		known = append(known, jobs.Inbox)
		return fail(exitUsage, "no such source among %s: there is %s", "source inconnue parmi %s\u00a0: il y a %s", strings.Join(ids, ", "), strings.Join(known, ", "))
	}
	if err != nil {
		return err
	}
	if a.json {
		if err := a.printJSON(a.fetchedJSON(all)); err != nil {
			return err
		}
	}
	if len(broken) > 0 {
		fmt.Fprintln(a.err, broken.In(a.language()))
	}
	return syncExit(all, len(broken) > 0)
}

// brokenSources are the mistakes in the files of sources, where all are asked;
// one that is named is told by Sync itself.
func (a *app) brokenSources(ids []string) (list agency.Problems) {
	for _, p := range a.agency.Problems.Errors() {
		if len(ids) == 0 && strings.HasPrefix(p.File, "sources/") {
			list = append(list, p)
		}
	}
	return list
}

// syncExit is the exit code of what became of the sources; incomplete where some
// could not even be asked.
func syncExit(all []jobs.Fetched, incomplete bool) error {
	var files, refused, gated, failed, away, asked int
	for _, f := range all {
		asked++
		if f.Why != (locale.Text{}) {
			failed++
			if f.Away {
				away++
			}
		}
		for _, r := range f.Files {
			files++
			if r.Gate {
				gated++
			} else if r.Status == warehouse.StatusRejected {
				refused++
			}
		}
		if f.Source == jobs.Inbox && len(f.Files) == 0 {
			asked-- // an empty inbox is no success among failures
		}
	}
	switch nothing := files == refused; {
	case gated > 0:
		return &quietError{exitGate}
	case failed == 0 && refused == 0 && !incomplete:
		return nil
	case failed > 0 && failed == asked && away == failed && files == 0 && !incomplete:
		return &quietError{exitBusy}
	case nothing && failed == asked, nothing && refused > 0 && failed == 0:
		return &quietError{exitInvalid}
	}
	return &quietError{exitPartial}
}

// printFetched says what became of a source.
func (a *app) printFetched(f jobs.Fetched, dryRun bool) {
	l := a.language()
	for _, r := range f.Files {
		a.printImported(importFlags{dryRun: dryRun}, r)
	}
	if f.Source == jobs.Inbox && len(f.Files)+len(f.Notes) == 0 {
		return
	}
	text, _ := f.Summary()
	fmt.Fprintf(a.out, "%s%s %s\n", f.Source, l.Colon(), text.In(l))
	for _, n := range f.Notes {
		fmt.Fprintln(a.out, "  "+n.In(l))
	}
}

// fetchedJSON is the answer for machines; files are as those of vigie import.
func (a *app) fetchedJSON(all []jobs.Fetched) any {
	l := a.language()
	list := []any{}
	for _, f := range all {
		status := "done"
		if f.Why != (locale.Text{}) {
			status = "failed"
		}
		notes := []string{}
		for _, n := range f.Notes {
			notes = append(notes, n.In(l))
		}
		x := map[string]any{"source": f.Source, "status": status, "files": []any{}, "notes": notes}
		if len(f.Files) > 0 {
			x["files"] = a.importedJSON(f.Files).(map[string]any)["files"]
		}
		for key, v := range map[string]string{"kind": f.Kind, "client": f.Client, "error": f.Why.In(l)} {
			if v != "" {
				x[key] = v
			}
		}
		list = append(list, x)
	}
	return map[string]any{"sources": list}
}
