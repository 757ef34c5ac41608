package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"text/tabwriter"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// propose shows how a table that nothing recognises would be read, or each one
// in a file of several exports. done is false where that was accepted and kept,
// so that the import can go on.
func (a *app) propose(ctx context.Context, f importFlags, o ingest.Options, args []string) (done bool, err error) {
	if len(args) != 1 {
		return true, fail(exitUsage, "--map takes one file", "--map prend un seul fichier")
	}
	if a.agency != nil {
		o.Zone = a.agency.Zone
		if o.Currency == "" {
			o.Currency = a.agency.Currency
		}
		o.Mappings = jobs.Mappings(a.agency)
	}
	file, err := a.files.open(ctx, args[0])
	if err != nil {
		return true, fail(exitInvalid, "%s: cannot be opened: %s", "%s\u00a0: ne peut pas être ouvert\u00a0: %s", args[0], because(err))
	}
	defer file.Close()
	tmp, err := os.CreateTemp("", "vigie-preview-*")
	if err != nil {
		return true, err
	}
	os.Remove(tmp.Name()) // it lives as long as it is open
	defer func() {
		if done {
			tmp.Close()
		}
	}()
	_, size, err := warehouse.CopyHash(tmp, file)
	if err != nil {
		return true, err
	}
	source := ingest.File{Name: file.Name, Size: size, ModTime: file.ModTime, R: tmp}
	list, refused, several, err := ingest.Proposals(source, o)
	if err == nil && !several {
		var p *ingest.Proposal
		p, err = ingest.Propose(source, o)
		list = []*ingest.Proposal{p}
	}
	if refusal, ok := err.(*ingest.Refusal); ok {
		return true, &failure{code: exitInvalid, text: refusal.Message}
	}
	if err != nil {
		return true, err
	}
	ready := 0
	for _, p := range list {
		if len(p.Missing) == 0 {
			ready++
		}
	}
	if f.accept && (ready > 0 || len(list) == 0) {
		for _, p := range list {
			if len(p.Missing) > 0 {
				continue // refused by the import that follows
			}
			mapping, headers := mappingOf(p)
			name, err := agency.AddMapping(a.agency, path.Base(p.File), mapping, headers)
			if err != nil {
				return true, err
			}
			fmt.Fprintln(a.err, a.say("kept: ", "gardé\u00a0: ")+name)
		}
		a.files = &secondLook{*file, tmp, size} // a file that was sent cannot be read twice
		return false, nil
	}
	switch {
	case a.json && several:
		if list == nil {
			list = []*ingest.Proposal{}
		}
		refusals := []any{}
		for _, r := range refused {
			refusals = append(refusals, map[string]any{"file": r.File, "error": r.Message})
		}
		err = a.printJSON(inOneLanguage(plain(map[string]any{"proposals": list, "refused": refusals}), a.language()))
	case a.json:
		err = a.printJSON(inOneLanguage(plain(list[0]), a.language()))
	default:
		for i, p := range list {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			mapping, headers := mappingOf(p)
			a.printProposal(p, string(agency.MappingText(mapping, headers, a.language())))
		}
		for _, r := range refused {
			fmt.Fprintf(a.out, "%s%s %s\n", locale.OneLine(r.File), a.language().Colon(), locale.OneLine(r.Message.In(a.language())))
		}
		if len(list)+len(refused) == 0 {
			fmt.Fprintln(a.out, a.say(file.Name+": nothing in it needs a mapping", file.Name+"\u00a0: rien de ce qu’il contient ne demande de correspondance"))
		}
	}
	switch {
	case err != nil || ready == len(list) && len(refused) == 0:
		return true, err
	case ready > 0:
		return true, &quietError{exitPartial}
	}
	return true, &quietError{exitInvalid}
}

// mappingOf is a proposal as the file that keeps it, with its headers in order.
func mappingOf(p *ingest.Proposal) (m agency.Mapping, headers []string) {
	for _, c := range p.Columns {
		headers = append(headers, c.Header)
	}
	kept := p.Mapping(p.File)
	return agency.Mapping{Columns: kept.Columns, Decimal: kept.Decimal, Dates: kept.Dates, Currency: kept.Currency}, headers
}

// secondLook gives a file that was read once again, from its copy.
type secondLook struct {
	givenFile
	copy *os.File
	size int64
}

func (s *secondLook) open(context.Context, string) (*givenFile, error) {
	if _, err := s.copy.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	f := s.givenFile
	f.Reader, f.Size, f.close = s.copy, s.size, s.copy.Close
	return &f, nil
}

func (a *app) printProposal(p *ingest.Proposal, file string) {
	l := a.language()
	if p.Line > 0 {
		fmt.Fprintln(a.out, a.say(
			fmt.Sprintf("%s: header in line %d; it would be read so:", p.File, p.Line),
			fmt.Sprintf("%s\u00a0: en-tête en ligne %d\u00a0; il serait lu ainsi\u00a0:", p.File, p.Line)))
	} else { // a program's table, whose columns have names
		fmt.Fprintln(a.out, a.say(p.File+": it would be read so:", p.File+"\u00a0: il serait lu ainsi\u00a0:"))
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, a.say("  column\tvalues\tmeaning\twhy", "  colonne\tvaleurs\tsens\tpourquoi"))
	for _, c := range p.Columns {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", c.Header, strings.Join(c.Values, " · "), c.As, c.Why.In(l))
	}
	w.Flush()
	for _, m := range p.Missing {
		fmt.Fprintln(a.out, "  "+a.say("missing: ", "il manque\u00a0: ")+m.In(l))
	}
	fmt.Fprintln(a.out)
	if len(p.Missing) == 0 {
		fmt.Fprintln(a.out, a.say("If that is right: vigie import --map --accept FILE. If not, correct this and put it into sources/NAME.yaml:",
			"Si c’est juste\u00a0: vigie import --map --accept FICHIER. Sinon, corrigez ceci et mettez-le dans sources/NOM.yaml\u00a0:"))
	} else {
		fmt.Fprintln(a.out, a.say("Give the missing columns their meaning here, and put it into sources/NAME.yaml:",
			"Donnez ici leur sens aux colonnes qui manquent, et mettez ceci dans sources/NOM.yaml\u00a0:"))
	}
	fmt.Fprintln(a.out)
	fmt.Fprint(a.out, file)
}
