package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vigie/internal/locale"
	"vigie/internal/simulate"
)

func (a *app) simulateCmd() *cobra.Command {
	var seed int64
	var size, dir, key string
	var plants []string
	var null bool
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: both("A data set with planted problems, and its answer key", "Un jeu de données avec des problèmes plantés, et son corrigé"),
		Long: both("Make a whole workspace of a campaign that never ran: its brief, and the exports of\n"+
			"Google Ads, Meta Ads and LinkedIn as they were downloaded Monday after Monday. Some\n"+
			"things are planted in it, for students or for a test to find: a broken tag, an ad\n"+
			"that wears out, days that are missing, and distractors in which there is nothing to\n"+
			"find. What was planted, where, when and what it truly changed is written into\n"+
			"another folder, the answer key: key.json, key.en.md, key.fr.md.\n\n"+
			"The same seed gives the same bytes on every machine. With --null nothing is planted:\n"+
			"everything else is the same, and whatever is found is a false alarm.\n\n"+
			"What can be planted:\n"+kindList(locale.EN),
			"Crée tout un espace de travail pour une campagne qui n’a jamais eu lieu\u00a0: son brief, et\n"+
				"les exports de Google Ads, Meta Ads et LinkedIn tels que téléchargés lundi après lundi.\n"+
				"Des choses y sont plantées, à trouver par des étudiants ou par un test\u00a0: une balise\n"+
				"cassée, une publicité qui s’use, des jours qui manquent, et des leurres où il n’y a rien\n"+
				"à trouver. Ce qui a été planté, où, quand et ce que cela a vraiment changé est écrit\n"+
				"dans un autre dossier, le corrigé\u00a0: key.json, key.fr.md, key.en.md.\n\n"+
				"La même graine donne les mêmes octets sur toute machine. Avec --null, rien n’est planté\u00a0:\n"+
				"tout le reste est pareil, et tout ce qui est trouvé est une fausse alerte.\n\n"+
				"Ce qui peut être planté\u00a0:\n"+kindList(locale.FR)),
		Example: "  vigie simulate --seed 7 --size M --dir exercice --key corrige\n  vigie simulate --seed 7 --plant tracking-outage,winner --dir exercice",
		Args:    a.arguments(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			spec := simulate.Spec{Seed: seed, Kinds: plants, Null: null}
			var ok bool
			if spec.Size, ok = simulate.ParseSize(size); !ok {
				return fail(exitUsage, "--size %s: want S, M or L", "--size %s\u00a0: S, M ou L attendu", quoted(size))
			}
			e, err := simulate.NewExercise(spec)
			if err != nil {
				return cannotPlant(err)
			}
			if key == "" {
				key = filepath.Clean(dir) + "-key"
			}
			if within(dir, key) {
				return fail(exitUsage, "--key %s lies inside the workspace that students are given: name a folder outside %s", "--key %s est dans l’espace de travail que reçoivent les étudiants\u00a0: nommez un dossier hors de %s", quoted(key), quoted(dir))
			}
			if err := e.Write(dir, key); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"dir": dir, "key": key, "seed": seed, "size": spec.Size, "null": null, "exports": e.Key.Exports, "plants": len(e.Key.Plants)})
			}
			l, n := a.language(), len(e.Key.Plants)
			fmt.Fprintf(a.out, a.say("%s: size %s, data %s, exported %d times\n", "%s\u00a0: taille %s, données %s, exportées %d fois\n"),
				dir, spec.Size, l.FromTo(e.Key.First, e.Key.Last), len(e.Key.Exports))
			fmt.Fprintf(a.out, a.say("%s: the answer key, %d planted\n", "%s\u00a0: le corrigé, %d "+l.Plural(float64(n), "chose plantée", "choses plantées")+"\n"), key, n)
			return nil
		},
	}
	f := cmd.Flags()
	f.Int64Var(&seed, "seed", 1, both("which data set: any whole number", "quel jeu de données\u00a0: n’importe quel nombre entier"))
	f.StringVar(&size, "size", "M", both("S (28 days, one channel), M (56 days, three) or L (120 days, five)", "S (28 jours, un levier), M (56 jours, trois) ou L (120 jours, cinq)"))
	f.StringVar(&dir, "dir", "exercise", both("where to put the workspace", "où mettre l’espace de travail"))
	f.StringVar(&key, "key", "", both("where to put the answer key; without it beside the workspace, DIR-key", "où mettre le corrigé\u00a0; sans elle à côté de l’espace de travail, DIR-key"))
	f.StringSliceVar(&plants, "plant", nil, both("what to plant; without it drawn from the seed", "quoi planter\u00a0; sans elle, tiré de la graine"))
	f.BoolVar(&null, "null", false, both("plant nothing", "ne rien planter"))
	return cmd
}

// within reports whether a path is a folder or lies inside it.
func within(dir, path string) bool {
	dir, err1 := filepath.Abs(dir)
	path, err2 := filepath.Abs(path)
	rel, err3 := filepath.Rel(dir, path)
	return errors.Join(err1, err2, err3) == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// cannotPlant says why something cannot be planted.
func cannotPlant(err error) error {
	var p *simulate.PlantError
	if errors.As(err, &p) {
		return fail(exitUsage, "%s", "%s", p.Text)
	}
	return err
}

// kindList is what can be planted, one a line.
func kindList(l locale.Lang) string {
	var b strings.Builder
	for _, k := range simulate.Kinds() {
		fmt.Fprintf(&b, "  %-20s %s\n", k.ID, k.Title.In(l))
	}
	return strings.TrimRight(b.String(), "\n")
}
