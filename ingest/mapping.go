package ingest

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"

	"vigie/internal/locale"
)

// Mapping says what the columns of a table mean that no platform wrote: what
// people accepted of a Proposal, kept in a file of the workspace. It applies to
// every table that has all its columns.
type Mapping struct {
	Name     string            // of its file, for the report
	Platform string            // id; empty: spreadsheet
	Columns  map[string]string // meaning by header, as Header.As has them
	Decimal  string            // as in Options; empty: decide from the file
	Dates    string
	Currency string
}

// platform is the mapping as a platform of its own, under the id of the one it
// stands for.
func (m *Mapping) platform() *Platform {
	base := LookupPlatform(m.Platform)
	if base == nil {
		base = LookupPlatform("spreadsheet")
	}
	p := *base
	p.ByHand, p.mapping = true, m
	p.Totals.Anywhere = p.Totals.Anywhere || m.Platform == "" || m.Platform == "spreadsheet"
	p.Columns, p.API = nil, nil
	names := slices.Sorted(maps.Keys(m.Columns))
	for _, header := range names {
		as := m.Columns[header]
		if as == Drop {
			as = "unused"
		}
		p.Columns = append(p.Columns, Header{As: as, EN: header, FR: header})
	}
	p.headers = aliases(p.ID, p.Columns)
	p.api = p.headers
	p.signatures = signatures([]string{strings.Join(names, " + ")})
	p.signedAPIs = p.signatures
	return &p
}

// Err reports a mapping that cannot be used: a meaning that does not exist, two
// columns of one meaning, or a platform that is not read.
func (m *Mapping) Err() error {
	if m.Platform != "" && LookupPlatform(m.Platform) == nil {
		return &MappingError{Text: say("%s is no platform that is read; these are: %s", "%s n’est pas une plateforme lue\u00a0; celles-ci le sont\u00a0: %s", quoted(m.Platform), platformIDs())}
	}
	of, headers := map[string]string{}, map[string]string{}
	for _, header := range slices.Sorted(maps.Keys(m.Columns)) {
		as := m.Columns[header]
		name, _ := normalise(header)
		switch {
		case strings.Contains(header, " | ") || strings.Contains(header, " + ") || name == "":
			return &MappingError{header, say("is no header that can be mapped", "n’est pas un en-tête que l’on peut associer")}
		case headers[name] != "":
			return &MappingError{header, say("cannot be told from %s", "ne se distingue pas de %s", quoted(headers[name]))}
		case !Means(as):
			return &MappingError{header, say("%s is neither a measure nor a role; these are: %s", "%s n’est ni une mesure ni un rôle\u00a0; les voici\u00a0: %s", quoted(as), strings.Join(Meanings(), ", "))}
		case of[as] != "" && as != "unused" && as != Drop:
			return &MappingError{header, say("means %s, and so does %s: keep one", "veut dire %s, comme %s\u00a0: gardez l’un des deux", as, quoted(of[as]))}
		}
		of[as], headers[name] = header, header
	}
	return nil
}

// MappingError says what is wrong with a mapping, at a header where it has one.
type MappingError struct {
	Header string
	Text   locale.Text
}

func (e *MappingError) Error() string { return strings.TrimSpace(e.Header + " " + e.Text.EN) }

// Drop is the meaning of a column of data about people in a mapping: it is
// declared, and not read.
const Drop = "drop"

// Means reports whether a column of a mapping can mean that.
func Means(as string) bool { return as == Drop || known(as) }

// Meanings lists what a column can mean, for messages: roles first, measures
// after them. "breakdown:NAME" and "check:MEASURE" stand for many.
func Meanings() []string {
	list := slices.Clone(periods)
	list = append(list, "first_day", "last_day", "currency")
	for _, l := range levels {
		list = append(list, l.role)
	}
	list = append(list, "breakdown:NAME", "check:MEASURE", "unused", Drop)
	for _, m := range Measures {
		list = append(list, m.ID)
	}
	return list
}

// Proposal is how Vigie would read a table that nothing recognises: a guess
// from headers and values, for people to accept or to correct.
type Proposal struct {
	File     string           `json:"file"`
	Line     int              `json:"header_line"`
	Columns  []ProposedColumn `json:"columns"`
	Decimal  string           `json:"decimal,omitempty"`
	Dates    string           `json:"dates,omitempty"`
	Currency string           `json:"currency,omitempty"`
	// Missing says what the table still lacks to be read; empty: nothing.
	Missing []locale.Text `json:"missing"`
}

// ProposedColumn is a column with what it seems to mean, and why.
type ProposedColumn struct {
	Header string      `json:"header"`
	Values []string    `json:"values"` // the first few
	As     string      `json:"as"`     // "unused" where nothing is proposed
	Why    locale.Text `json:"why"`
}

// Mapping is the proposal as it would be accepted.
func (p *Proposal) Mapping(name string) Mapping {
	m := Mapping{Name: name, Columns: map[string]string{}, Decimal: p.Decimal, Dates: p.Dates, Currency: p.Currency}
	for _, c := range p.Columns {
		if c.As != "" && strings.TrimSpace(c.Header) != "" {
			m.Columns[c.Header] = c.As
		}
	}
	return m
}

// Propose looks at a table as if nothing recognised it. The header is taken to
// be the first of the widest records whose cells are all words.
func Propose(f File, o Options) (*Proposal, error) {
	o.Platform, o.Mappings = "", nil
	r, records, err := openUnknown(f, o)
	if err != nil {
		return nil, err
	}
	at := headerAmong(records)
	if at < 0 {
		return nil, r.refuse(0, "no line of it looks like a header: names in the first line and figures below are what a table needs", "aucune de ses lignes ne ressemble à un en-tête\u00a0: un tableau a des noms en première ligne et des chiffres en dessous")
	}
	h := newHeading(records[at].cells)
	if who := r.personalColumn(h.cells); who != "" {
		return nil, r.refusePersonal(records[at].line, who)
	}
	p := &Proposal{File: f.Name, Line: records[at].line, Missing: []locale.Text{}}
	rows := records[at+1:]
	taken := map[string]bool{}
	byWord := LookupPlatform("spreadsheet")
	if len(o.Currency) == 3 {
		p.Currency = o.Currency
	}
	for i, header := range h.cells {
		c := ProposedColumn{Header: header, As: "unused", Values: []string{}}
		var cells []string
		for _, rec := range rows {
			if i < len(rec.cells) && strings.TrimSpace(rec.cells[i]) != "" {
				cells = append(cells, rec.cells[i])
			}
		}
		for _, v := range cells[:min(3, len(cells))] {
			c.Values = append(c.Values, shorten(v))
		}
		if h.currencies[i] != "" && p.Currency == "" {
			if code := currenciesOf(h.currencies[i]); len(code) == 1 {
				p.Currency = code[0]
			}
		}
		c.As, c.Why = guess(byWord, h.names[i], h.names, cells)
		if r.dropped(h.names[i]) {
			c.As, c.Why = "unused", locale.Text{EN: "declared as data about people: not read", FR: "déclarée comme donnée personnelle\u00a0: non lue"}
		}
		if c.As != "unused" && taken[c.As] {
			c.Why = say("%s is taken from another column already", "%s vient déjà d’une autre colonne", c.As)
			c.As = "unused"
		}
		taken[c.As] = true
		p.Columns = append(p.Columns, c)
	}
	p.missing(taken)
	return p, nil
}

// Proposals is Propose for each export in a file of several, an archive or a
// text with one table under the other, that nothing recognises. Exports of the
// same columns have one proposal, and those of which none can be made are told
// by a *Refusal each. Of any other file several is false: Propose is for it.
func Proposals(f File, o Options) (list []*Proposal, refused []*Refusal, several bool, err error) {
	propose := func(f File) error {
		p, err := Propose(f, o)
		var refusal *Refusal
		switch {
		case errors.As(err, &refusal):
			refused = append(refused, refusal)
		case err != nil:
			return err
		default:
			list = append(list, p)
			if m := p.Mapping(p.File); len(p.Missing) == 0 && m.Err() == nil {
				o.Mappings = append(slices.Clone(o.Mappings), m) // read from now on
			}
		}
		return nil
	}
	// unknown proposes what the file holds; archived says that the file is a
	// member of an archive.
	unknown := func(f File, archived bool) error {
		stack, err := stackOf(f, o)
		if err == nil && len(stack) > 1 {
			several = true
			for _, t := range stack {
				if _, err = t.look(f, o); err == nil && t.r.layout == nil && len(t.rows) > 1 {
					text := t.text()
					err = propose(File{Name: f.Name + "/" + nameOf(t.header), Size: int64(len(text)), ModTime: f.ModTime, R: bytes.NewReader(text)})
				}
				if err != nil {
					break
				}
			}
		} else if err == nil && archived {
			r, open := Open(f, o)
			var refusal *Refusal
			switch {
			case open == nil:
				r.Close()
			case errors.As(open, &refusal):
				err = propose(f)
			default:
				err = open
			}
		}
		var refusal *Refusal
		if errors.As(err, &refusal) {
			refused, err = append(refused, refusal), nil
		}
		return err
	}
	members, err := Members(f, o.Zone)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return nil, []*Refusal{refusal}, true, nil
	}
	if err != nil || members == nil {
		if err == nil {
			err = unknown(f, false)
		}
		return list, refused, several, err
	}
	several = true
	for _, m := range members {
		err := m.unpacked(o.TempDir, func(f File) error { return unknown(f, true) })
		if errors.As(err, &refusal) {
			refused, err = append(refused, refusal), nil
		}
		if err != nil {
			return nil, nil, true, err
		}
	}
	return list, refused, true, nil
}

// missing notes what no column was found for.
func (p *Proposal) missing(taken map[string]bool) {
	dated := taken["first_day"] && taken["last_day"]
	for _, period := range periods {
		dated = dated || taken[period]
	}
	if !dated {
		p.Missing = append(p.Missing, locale.Text{
			EN: "a column of dates: day, week or month, or first_day and last_day",
			FR: "une colonne de dates\u00a0: day, week ou month, ou first_day et last_day",
		})
	}
	figures := false
	for _, m := range Measures {
		figures = figures || taken[m.ID]
	}
	if !figures {
		p.Missing = append(p.Missing, locale.Text{
			EN: "a column of figures: impressions, clicks, spend, conversions…",
			FR: "une colonne de chiffres\u00a0: impressions, clicks, spend, conversions…",
		})
	}
}

// guess says what a column seems to mean: by its whole header, by a word of it,
// or by its values.
func guess(words *Platform, name string, names, cells []string) (as string, why locale.Text) {
	if a, ok := meaning(words.headers[name], names); ok {
		return a.As, locale.Text{EN: "its header", FR: "son en-tête"}
	}
	kind := kindOf(cells)
	if kind == "dates" && mondays(cells) {
		return "week", locale.Text{EN: "its values are dates, all of them Mondays", FR: "ses valeurs sont des dates, toutes des lundis"}
	}
	if kind == "dates" {
		return "day", locale.Text{EN: "its values are dates", FR: "ses valeurs sont des dates"}
	}
	for _, p := range platforms {
		if a, ok := meaning(p.headers[name], names); ok {
			return a.As, say("its header, as %s writes it", "son en-tête, tel que l’écrit %s", p.Label)
		}
	}
	best, most := "", 0
	parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
	for key, all := range words.headers {
		a, ok := meaning(all, names)
		if !ok {
			continue
		}
		n := 0
		for _, w := range strings.Fields(key) {
			if len(w) > 2 && slices.Contains(parts, w) {
				n += len(w)
			} else {
				n = -100
			}
		}
		_, figure := LookupMeasure(a.As)
		if n > most && (figure == (kind == "numbers")) && a.As != "unused" || n > 0 && n == most && a.As < best {
			best, most = a.As, n
		}
	}
	if best != "" {
		return best, locale.Text{EN: "a word of its header", FR: "un mot de son en-tête"}
	}
	switch {
	case len(cells) == 0:
		return "unused", locale.Text{EN: "it is empty", FR: "elle est vide"}
	case kind == "numbers":
		return "unused", locale.Text{EN: "figures whose meaning its header does not say", FR: "des chiffres dont l’en-tête ne dit pas le sens"}
	}
	return "unused", locale.Text{EN: "a text whose meaning its header does not say", FR: "un texte dont l’en-tête ne dit pas le sens"}
}

// mondays reports dates that are all Mondays, of more than one week.
func mondays(cells []string) bool {
	seen := map[locale.Day]bool{}
	for _, c := range cells {
		day, _, ok := parseDate(strings.TrimSpace(clean(c)), "dmy")
		if !ok || day.Weekday() != 0 {
			return false
		}
		seen[day] = true
	}
	return len(seen) > 1
}

// kindOf tells columns of dates and of numbers from texts, by nine cells in ten.
func kindOf(cells []string) string {
	dates, figures := 0, 0
	for _, c := range cells {
		c := strings.TrimSpace(clean(c))
		_, _, dmy := parseDate(c, "dmy")
		_, _, mdy := parseDate(c, "mdy")
		n := numbers{decimal: ',', loose: true}
		_, _, comma := n.read([]byte(c), false, nil)
		n = numbers{decimal: '.', loose: true}
		_, _, point := n.read([]byte(c), false, nil)
		switch {
		case dmy || mdy:
			dates++
		case comma == fine || point == fine || comma == missing || strings.HasSuffix(c, "%"):
			figures++
		}
	}
	switch {
	case len(cells) == 0:
		return ""
	case dates*10 >= len(cells)*9:
		return "dates"
	case figures*10 >= len(cells)*9:
		return "numbers"
	}
	return "words"
}

// headerAmong is the record that names the columns of a table: the first one
// with as many words as any, none of them a number; -1 where there is none.
func headerAmong(records []headRecord) int {
	best, most := -1, 1
	for i, rec := range records {
		words := 0
		for _, c := range rec.cells {
			c = strings.TrimSpace(clean(c))
			if c == "" {
				continue
			}
			if kind := kindOf([]string{c}); kind != "words" || !strings.ContainsFunc(c, unicode.IsLetter) {
				words = -1
				break
			}
			words++
		}
		if words > most && i+1 < len(records) {
			best, most = i, words
		}
	}
	return best
}

// proposable reports records that a proposal could be made of.
func (r *Reader) proposable(records []headRecord) bool {
	return headerAmong(records) >= 0
}

// openUnknown reads the first records of a file without asking that anything
// recognises them.
func openUnknown(f File, o Options) (*Reader, []headRecord, error) {
	r, err := newReader(f, o)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	if err := r.find(); r.widest == nil && err != nil {
		return nil, nil, r.refusal(err)
	}
	return r, r.widest, nil
}
