package jobs

import (
	"fmt"
	"path"
	"strings"

	"vigie/ingest"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// refusal is why a file of the inbox was put aside.
type refusal struct {
	client  string
	name    string                // as it was dropped
	results []*warehouse.Imported // of the file, or of the exports in it; nil where something else is wrong
	trouble error
}

// The most reasons that a note lists for a file, and for one of several.
const (
	maxReasons       = 20
	maxMemberReasons = 3
)

// putAside reports a result that somebody has to look at.
func putAside(r *warehouse.Imported) bool {
	return r.Status == warehouse.StatusRejected || r.Gate
}

// text is the note that lies beside a file that was put aside, in both
// languages; file is its path inside the client's inbox.
func (r refusal) text(file string) string {
	var parts []string
	for _, l := range []locale.Lang{locale.FR, locale.EN} {
		parts = append(parts, r.in(l, path.Join(inboxName, r.client, file)))
	}
	return strings.Join(parts, "\n"+noteRule+"\n\n")
}

func (r refusal) in(l locale.Lang, file string) string {
	say := func(en, fr string) string { return locale.Text{EN: en, FR: fr}.In(l) }
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	name := l.Quote(locale.OneLine(path.Base(file)))
	if r.results == nil {
		line("%s", say(name+" was not taken in: Vigie met a trouble that does not come from the file.",
			name+" n’a pas été importé\u00a0: Vigie a rencontré un problème qui ne vient pas du fichier."))
		line("")
		line("  %s", locale.OneLine(r.trouble.Error()))
		line("")
		line("%s", say("When it is settled, move the file back into its client's folder of the inbox.",
			"Quand il sera réglé, remettez le fichier dans le dossier de son client, dans la boîte de dépôt."))
		return b.String()
	}
	var aside []*warehouse.Imported
	gate, bad := false, false
	for _, x := range r.results {
		if putAside(x) {
			aside, gate, bad = append(aside, x), gate || x.Gate, bad || !x.Gate
		}
	}
	again := say("Export it again as the message says, and drop the new file into the inbox.",
		"Exportez-le de nouveau comme l’indique le message, et déposez le nouveau fichier dans la boîte de dépôt.")
	accept := say("If the file is right all the same, in the folder of the workspace:",
		"Si le fichier est juste malgré tout, dans le dossier de l’espace de travail\u00a0:")
	if one := r.results[0]; one.File == r.name {
		line("%s", becameOf(one, name).In(l))
		line("")
		for _, reason := range reasons(one) {
			line("  %s", locale.OneLine(reason.text.In(l)))
			if reason.do != (locale.Text{}) {
				line("    %s", reason.do.In(l))
			}
		}
	} else {
		again = say("Export what was refused again as the message says, and drop the new file into the inbox.",
			"Exportez de nouveau, comme l’indique le message, ce qui est refusé, et déposez le nouveau fichier dans la boîte de dépôt.")
		accept = say("If what a check stopped is right all the same, in the folder of the workspace:",
			"Si ce qu’un contrôle arrête est juste malgré tout, dans le dossier de l’espace de travail\u00a0:")
		if kept := len(r.results) - len(aside); kept > 0 {
			line("%s", say(fmt.Sprintf("%s was taken in only in part (files kept: %d of %d). The others:", name, kept, len(r.results)),
				fmt.Sprintf("%s n’a été importé qu’en partie (fichiers gardés\u00a0: %d sur %d). Les autres\u00a0:", name, kept, len(r.results))))
		} else {
			line("%s", say("No file in "+name+" is used:", "Aucun fichier de "+name+" n’est utilisé\u00a0:"))
		}
		for _, x := range aside {
			line("")
			line("  %s", becameOf(x, l.Quote(locale.OneLine(strings.TrimPrefix(x.File, r.name+"/")))).In(l))
			for i, reason := range reasons(x) {
				if i == maxMemberReasons {
					line("    …")
					break
				}
				line("    %s", locale.OneLine(reason.text.In(l)))
				if reason.do != (locale.Text{}) {
					line("      %s", reason.do.In(l))
				}
			}
		}
	}
	if bad {
		line("")
		line("%s", again)
	}
	if gate {
		line("")
		line("%s", accept)
		line("")
		line("  vigie import --client %s --accept %s", r.client, shell(file))
	}
	return b.String()
}

// becameOf says what became of a file that was put aside.
func becameOf(x *warehouse.Imported, name string) locale.Text {
	switch {
	case !x.Gate:
		return locale.Text{EN: name + " was not taken in. Nothing of it was kept.", FR: name + " n’a pas été importé. Rien n’en a été gardé."}
	case x.Status == warehouse.StatusRejected:
		return locale.Text{EN: name + " was stopped by a check. Nothing of it was kept.", FR: name + " a été arrêté par un contrôle. Rien n’en a été gardé."}
	}
	return locale.Text{
		EN: fmt.Sprintf("%s was read (batch %d), but a check withholds it: no figure uses it.", name, x.Batch),
		FR: fmt.Sprintf("%s a été lu (lot %d), mais un contrôle l’écarte\u00a0: aucun chiffre ne l’utilise.", name, x.Batch),
	}
}

// reason is a sentence that says what is wrong with a file, and one that says
// what to do about it.
type reason struct{ text, do locale.Text }

// reasons say what is wrong with a file, at least one.
func reasons(x *warehouse.Imported) []reason {
	var list []reason
	if x.Error != (locale.Text{}) {
		r := reason{text: x.Error}
		if c, ok := ingest.LookupCheck(x.Check); ok {
			r.do = c.Do
		}
		list = append(list, r)
	}
	if x.Report == nil {
		if len(list) == 0 {
			list = append(list, reason{text: locale.Text{
				EN: fmt.Sprintf("it was taken in before, as batch %d, which is withheld", x.Batch),
				FR: fmt.Sprintf("il a déjà été importé, c’est le lot %d, qui est écarté", x.Batch),
			}})
		}
		return list
	}
	for _, p := range x.Problems {
		if p.Severity != ingest.Critical {
			continue
		}
		if len(list) == maxReasons {
			break
		}
		t := p.Message
		if p.Line > 0 {
			t = locale.Text{EN: fmt.Sprintf("line %d: %s", p.Line, t.EN), FR: fmt.Sprintf("ligne %d\u00a0: %s", p.Line, t.FR)}
		}
		list = append(list, reason{t, p.Do})
	}
	if x.Control.Status == ingest.ControlMismatch {
		list = append(list, reason{text: locale.Text{
			EN: "the sums of its rows disagree with the totals that it prints",
			FR: "les sommes de ses lignes ne concordent pas avec les totaux qu’il imprime",
		}})
	}
	return list
}

// shell writes a path so that a shell reads it as one word.
func shell(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
