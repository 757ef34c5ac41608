package agency

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"

	"vigie/internal/locale"
)

// gridName is the grid that work is looked at with.
const gridName = "competences/bloc4.yaml"

// EvidenceKinds are what can be gathered for a competency: targets and when they
// were set, exports and what checks said of them, issued reports, findings, notes,
// decisions with their options, what came of them.
var EvidenceKinds = []string{"targets", "exports", "editions", "findings", "notes", "decisions", "outcomes"}

// Grid is what a certification attests, and what of the work done shows it.
type Grid struct {
	File         string // empty: the one that Vigie brings
	Title        string
	Competencies []Competency // in the order of the file
}

// Competency is a row of the grid.
type Competency struct {
	ID         string
	Name       string
	Criterion  string
	Indicators []string
	Weight     float64  // share of the whole; 0.2 is 20 %
	Evidence   []string // of EvidenceKinds
	Levels     []string // the lowest first
}

type gridFile struct {
	Title        string           `yaml:"title" jsonschema:"required"`
	Competencies []competencyFile `yaml:"competencies" jsonschema:"required"`
}

type competencyFile struct {
	ID         string   `yaml:"id" jsonschema:"required"`
	Name       string   `yaml:"name" jsonschema:"required"`
	Criterion  string   `yaml:"criterion"`
	Indicators []string `yaml:"indicators"`
	Weight     percent  `yaml:"weight"`
	Evidence   []string `yaml:"evidence"`
	Levels     []string `yaml:"levels"`
}

// readGrid reads the school's grid, where there is one.
func (a *Agency) readGrid(root *os.Root) {
	if _, err := root.Lstat(gridName); errors.Is(err, fs.ErrNotExist) {
		return
	}
	b, wrong := load(root, gridName, maxFile)
	d := &doc{file: gridName}
	if wrong != nil {
		d.whole(*wrong)
	} else {
		a.grid = d.grid(b)
	}
	a.Problems = append(a.Problems, d.problems...)
}

// grid reads and checks the bytes of a grid; it is nil where the doc has errors.
func (d *doc) grid(b []byte) *Grid {
	var f gridFile
	d.parse(b)
	d.into(&f)
	if d.failed() {
		return nil
	}
	g := &Grid{File: d.file, Title: f.Title}
	sum := 0.0
	for i, c := range f.Competencies {
		at := d.find("competencies", i, "id")
		switch {
		case !idShape.MatchString(c.ID):
			d.fail(at, say("id %s: want lower-case letters, digits and hyphens", "identifiant %s\u00a0: il faut des minuscules sans accent, des chiffres et des traits d’union", q(c.ID)))
		case slices.ContainsFunc(g.Competencies, func(x Competency) bool { return x.ID == c.ID }):
			d.fail(at, say("the id %s is there twice", "l’identifiant %s est écrit deux fois", q(c.ID)))
		}
		for j, kind := range c.Evidence {
			if !slices.Contains(EvidenceKinds, kind) {
				d.fail(d.find("competencies", i, "evidence", j), unknown(say("evidence", "preuve"), kind, EvidenceKinds))
			}
		}
		sum += c.Weight.share()
		g.Competencies = append(g.Competencies, Competency{c.ID, c.Name, c.Criterion, c.Indicators, c.Weight.share(), c.Evidence, c.Levels})
	}
	switch {
	case len(g.Competencies) == 0:
		d.fail(d.keyAt("competencies"), say("no competency", "aucune compétence"))
	case sum != 0 && math.Abs(sum-1) > 1e-9:
		d.warn(d.keyAt("competencies"), say("the weights add up to %s%%, not 100%%", "les poids font %s%%, et non 100%%", units(int64(math.Round(sum*100*micro)))))
	}
	if d.failed() {
		return nil
	}
	return g
}

// Grid is the grid of the workspace, else the one that Vigie brings, in a
// language. What is wrong in the workspace's is the error, Problems.
func (a *Agency) Grid(l locale.Lang) (*Grid, error) {
	if err := a.problemsOf(gridName); err != nil {
		return nil, err
	}
	if a.grid != nil {
		return a.grid, nil
	}
	b, err := fs.ReadFile(scaffolds, path.Join("scaffold", string(l), path.Base(gridName)))
	d := &doc{}
	if err != nil {
		panic("agency: no grid") // embedded
	}
	g := d.grid(b)
	if g == nil {
		panic("agency: grid: " + d.problems.Error()) // a test reads it
	}
	return g, nil
}
