package agency

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/internal/locale"
)

// Mapping says what the columns of a table mean that no platform wrote,
// sources/<id>.yaml with the key map.
type Mapping struct {
	ID       string            // name of its file
	File     string            // slash path of its file inside the workspace
	Platform string            // whose figures these are; empty: a hand-made table
	Columns  map[string]string // meaning by header
	// What the tables may not say of themselves; empty: they do.
	Decimal, Dates, Currency string
}

type mappingFile struct {
	Map      map[string]string `yaml:"map" jsonschema:"required"`
	Platform string            `yaml:"platform"`
	Decimal  string            `yaml:"decimal"`
	Dates    string            `yaml:"dates"`
	Currency string            `yaml:"currency"`
}

// mapping reads a mapping. What a column can mean comes from the caller.
func (d *doc) mapping(id string, known Known) *Mapping {
	var f mappingFile
	d.into(&f)
	if d.failed() {
		return nil
	}
	if len(f.Map) == 0 {
		d.fail(d.keyAt("map"), say("no column: want headers with their meaning, as Dépenses: spend", "aucune colonne\u00a0: il faut des en-têtes avec leur sens, comme Dépenses: spend"))
	}
	of := map[string]string{}
	for _, header := range sortedKeys(f.Map) {
		as := f.Map[header]
		switch at := d.find("map", header); {
		case known.Means != nil && !known.Means(as):
			d.fail(at, say("%s is neither a measure nor a role of a column: vigie help tables lists them", "%s n’est ni une mesure ni un rôle de colonne\u00a0: vigie help tableaux les énumère", q(as)))
		case as != "unused" && as != "drop" && of[as] != "":
			d.fail(at, say("%s and %s both mean %s: keep one", "%s et %s veulent dire tous deux %s\u00a0: gardez l’un des deux", q(of[as]), q(header), as))
		}
		of[as] = header
	}
	if platforms := known.Platforms; f.Platform != "" && platforms != nil && !slices.Contains(platforms, f.Platform) {
		d.fail(d.find("platform"), unknown(say("platform", "plateforme"), f.Platform, platforms))
	}
	d.grammar(f.Decimal, f.Dates)
	if f.Currency != "" {
		d.currency(f.Currency, "", "currency")
	}
	if d.failed() {
		return nil
	}
	return &Mapping{ID: id, File: d.file, Platform: f.Platform, Columns: f.Map, Decimal: f.Decimal, Dates: f.Dates, Currency: f.Currency}
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// MappingText is the file of a mapping, its columns in the order of headers.
func MappingText(m Mapping, headers []string, l locale.Lang) []byte {
	var b bytes.Buffer
	b.WriteString("# yaml-language-server: $schema=../schemas/source.json\n#\n")
	for line := range strings.Lines(locale.Text{
		EN: "What the columns of this table mean. It is read so whenever a file has all of\nthem. The meanings are those of vigie help tables; unused: not read.\n",
		FR: "Ce que veulent dire les colonnes de ce tableau. Il est lu ainsi dès qu’un fichier\nles a toutes. Les sens possibles sont ceux de « vigie help tableaux » ; unused :\nnon lue.\n",
	}.In(l)) {
		b.WriteString("# " + line)
	}
	b.WriteString("map:\n")
	for _, h := range headers {
		if as, ok := m.Columns[h]; ok {
			fmt.Fprintf(&b, "  %s: %s\n", quote(h), as)
		}
	}
	for _, kv := range [][2]string{{"platform", m.Platform}, {"decimal", m.Decimal}, {"dates", m.Dates}, {"currency", m.Currency}} {
		if kv[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", kv[0], quote(kv[1]))
		}
	}
	return b.Bytes()
}

// quote writes a text as YAML, whatever it holds: a text of JSON is one.
func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string
	}
	return strings.TrimSpace(b.String())
}

// AddMapping writes the file of a mapping that people accepted, under a name
// made of the table's, and gives its slash path. No file is written over.
func AddMapping(a *Agency, table string, m Mapping, headers []string) (string, error) {
	root, err := os.OpenRoot(a.Dir)
	if err != nil {
		return "", fmt.Errorf("add mapping: %w", err)
	}
	defer root.Close()
	base := slug(strings.TrimSuffix(table, path.Ext(table)))
	if base == "" || base == inboxSource {
		base = "tableau"
	}
	for n := 1; ; n++ {
		id := base
		if n > 1 {
			id = fmt.Sprintf("%s-%d", base, n)
		}
		name := path.Join(sourcesName, id+".yaml")
		made, err := create(root, name, MappingText(m, headers, a.Language))
		if err != nil {
			return "", fmt.Errorf("add mapping: %w", err)
		}
		if made {
			m.ID, m.File = id, name
			a.Mappings = append(a.Mappings, &m)
			return name, nil
		}
	}
}

var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae")

// slug makes the name of a file out of any text; it is empty where the text has
// no letter or digit for it.
func slug(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(ligatures.Replace(strings.ToLower(s))) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	id := strings.Trim(b.String(), "-")
	if len(id) > 40 {
		id = strings.Trim(id[:40], "-")
	}
	return id
}
