package agency

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"

	"vigie/internal/locale"
)

// kpisName is the folder of the agency's own KPIs.
const kpisName = "kpis"

// KPI is one of the agency's own, kpis/<id>.yaml: sums of measures, never SQL.
type KPI struct {
	ID         string // name of its file
	File       string // slash path of its file inside the workspace
	Label      locale.Text
	Definition locale.Text
	Num, Den   []Term // Den is empty where Num is the value
	Scale      float64
	Unit       string // one of KPIUnits
	Better     int    // which way is good: +1 up, -1 down, 0 neither
	// Minimum is the denominator below which the value is not judged, 0 where
	// there is none.
	Minimum float64
}

// Term is a part of a sum: so many times a measure.
type Term struct {
	Times   float64
	Measure string
}

// KPIUnits are the units of the agency's own KPIs, as metrics names them.
var KPIUnits = []string{"count", "money", "rate", "times", "ratio"}

type kpiFile struct {
	Label      bilingual `yaml:"label" jsonschema:"required"`
	Definition bilingual `yaml:"definition" jsonschema:"required"`
	Num        sum       `yaml:"num" jsonschema:"required"`
	Den        sum       `yaml:"den"`
	Scale      factor    `yaml:"scale"`
	Unit       string    `yaml:"unit" jsonschema:"required"`
	Better     string    `yaml:"better"`
	Minimum    factor    `yaml:"minimum"`
}

// bilingual is a text in both languages, or one for both.
type bilingual locale.Text

func (b *bilingual) read(d *doc, n ast.Node) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		if s, ok := d.text(n); ok {
			*b = bilingual(locale.Same(s))
		}
		return
	}
	d.entries(m, func(key string, x *ast.MappingValueNode) {
		s, ok := d.text(x.Value)
		switch {
		case !ok:
		case key == "fr":
			b.FR = s
		case key == "en":
			b.EN = s
		default:
			d.fail(x.Key, unknown(say("language", "langue"), key, []string{"fr", "en"}))
		}
	})
	b.FR, b.EN = cmp.Or(b.FR, b.EN), cmp.Or(b.EN, b.FR)
}

// JSONSchema is the text, or the pair of texts, in schemas/*.json.
func (bilingual) JSONSchema() *jsonschema.Schema {
	one := &jsonschema.Schema{Type: "string"}
	both := jsonschema.NewProperties()
	both.Set("fr", one)
	both.Set("en", one)
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{one, {Type: "object", Properties: both, AdditionalProperties: jsonschema.FalseSchema}}}
}

// sum is one measure, or several with a coefficient each.
type sum []Term

func (t *sum) read(d *doc, n ast.Node) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		if s, ok := d.text(n); ok {
			*t = sum{{1, s}}
		}
		return
	}
	d.entries(m, func(key string, x *ast.MappingValueNode) {
		s, ok := d.text(x.Value)
		if !ok {
			return
		}
		v, ok := decimal(s)
		if !ok || v == 0 || v > maxWeight*micro || v < -maxWeight*micro {
			d.fail(x.Value, say("coefficient %s: want a number other than 0, as 1 or 0.5", "coefficient %s\u00a0: il faut un nombre autre que 0, comme 1 ou 0.5", q(s)))
			return
		}
		*t = append(*t, Term{float64(v) / micro, key})
	})
	if len(*t) == 0 && len(m.Values) == 0 {
		d.fail(n, say("an empty sum: want measures, as {conversions: 1, messages: 0.5}", "une somme vide\u00a0: il faut des mesures, comme {conversions: 1, messages: 0.5}"))
	}
}

// JSONSchema is the measure, or the coefficients by measure, in schemas/*.json.
func (sum) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		{Type: "string"}, {Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "number"}},
	}}
}

// factor is a plain number above 0.
type factor float64

func (f *factor) read(d *doc, n ast.Node) {
	s, ok := d.text(n)
	if !ok {
		return
	}
	v, ok := decimal(s)
	if !ok || v <= 0 || v > maxMoney*micro {
		d.fail(n, say("number %s: want a plain number above 0, as 1000", "nombre %s\u00a0: il faut un nombre simple supérieur à 0, comme 1000", q(s)))
		return
	}
	*f = factor(float64(v) / micro)
}

// JSONSchema is the number in schemas/*.json.
func (factor) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "number", ExclusiveMinimum: "0"}
}

var kpiShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// betters are the ways that may be good.
var betters = map[string]int{"up": +1, "down": -1, "": 0, "neither": 0}

// kpis reads kpis/*.yaml. A file of comments alone, as init writes it, is none
// yet; other files are left alone.
func (a *Agency) kpis(root *os.Root, known Known) {
	entries, err := fs.ReadDir(root.FS(), kpisName)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			a.problem(kpisName, say("cannot be read: %v", "illisible\u00a0: %v", err))
		}
		return
	}
	for _, e := range entries {
		name := path.Join(kpisName, e.Name())
		id, isYAML := strings.CutSuffix(e.Name(), ".yaml")
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case strings.HasSuffix(e.Name(), ".yml"):
			a.problem(name, say("is not read: its name must end in .yaml", "n’est pas lu\u00a0: son nom doit finir par .yaml"))
		case !isYAML:
		default:
			a.kpi(root, name, id, known)
		}
	}
}

// kpi reads one file of the folder.
func (a *Agency) kpi(root *os.Root, name, id string, known Known) {
	d := parseFile(root, name)
	if d.empty {
		return
	}
	switch {
	case !kpiShape.MatchString(id):
		a.problem(name, say("file name: want lower-case letters, digits and underscores, as cost_per_call.yaml: it is the KPI's id", "nom de fichier\u00a0: il faut des minuscules sans accent, des chiffres et des tirets bas, comme cout_par_appel.yaml\u00a0: c’est l’identifiant de l’indicateur"))
		return
	case slices.Contains(known.KPIs, id):
		a.problem(name, say("%s is a KPI of Vigie's own: give the file another name", "%s est déjà un indicateur de Vigie\u00a0: donnez un autre nom au fichier", q(id)))
		return
	}
	var f kpiFile
	d.into(&f)
	k := &KPI{
		ID: id, File: d.file, Label: locale.Text(f.Label), Definition: locale.Text(f.Definition),
		Num: f.Num, Den: f.Den, Scale: cmp.Or(float64(f.Scale), 1), Unit: f.Unit, Minimum: float64(f.Minimum),
	}
	if !d.failed() {
		d.terms(f.Num, known, "num")
		d.terms(f.Den, known, "den")
		if !slices.Contains(KPIUnits, f.Unit) {
			d.fail(d.find("unit"), unknown(say("unit", "unité"), f.Unit, KPIUnits))
		}
		var ok bool
		if k.Better, ok = betters[f.Better]; !ok {
			d.fail(d.find("better"), unknown(say("direction", "sens"), f.Better, []string{"up", "down", "neither"}))
		}
		if len(f.Den) == 0 && f.Minimum != 0 {
			d.fail(d.find("minimum"), say("a sum is exact: minimum goes with den", "une somme est exacte\u00a0: minimum va avec den"))
		}
	}
	a.Problems = append(a.Problems, d.problems...)
	if !d.failed() {
		a.KPIs = append(a.KPIs, k)
	}
}

// terms checks that a sum is made of measures that add up.
func (d *doc) terms(list sum, known Known, key string) {
	for _, t := range list {
		if known.Sums == nil || slices.Contains(known.Sums, t.Measure) {
			continue
		}
		at := d.keyAt(key, t.Measure)
		if at == nil {
			at = d.find(key)
		}
		if slices.Contains(known.NoSums, t.Measure) {
			d.fail(at, say("%s does not add up over days or objects: no sum can hold it", "%s ne s’additionne ni sur les jours ni sur les objets\u00a0: aucune somme ne peut le contenir", q(t.Measure)))
			continue
		}
		d.fail(at, unknown(say("measure", "mesure"), t.Measure, known.Sums))
	}
}
