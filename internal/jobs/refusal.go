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
	result  *warehouse.Imported // nil where something else than the file is wrong
	trouble error
}

// maxReasons bounds the problems that a note lists.
const maxReasons = 20

// text is the note that lies beside a file that was put aside, in both
// languages; file is its path inside the client's inbox.
func (r refusal) text(file string) string {
	var parts []string
	for _, l := range []locale.Lang{locale.FR, locale.EN} {
		parts = append(parts, r.in(l, path.Join(inboxName, r.client, file)))
	}
	return strings.Join(parts, "\n"+strings.Repeat("-", 72)+"\n\n")
}

func (r refusal) in(l locale.Lang, file string) string {
	say := func(en, fr string) string { return locale.Text{EN: en, FR: fr}.In(l) }
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	name := l.Quote(locale.OneLine(path.Base(file)))
	switch {
	case r.result == nil:
		line("%s", say(name+" was not taken in: Vigie met a trouble that does not come from the file.",
			name+" n’a pas été importé\u00a0: Vigie a rencontré un problème qui ne vient pas du fichier."))
		line("")
		line("  %s", locale.OneLine(r.trouble.Error()))
		line("")
		line("%s", say("When it is settled, move the file back into its client's folder of the inbox.",
			"Quand il sera réglé, remettez le fichier dans le dossier de son client, dans la boîte de dépôt."))
		return b.String()
	case !r.result.Gate:
		line("%s", say(name+" was not taken in. Nothing of it was kept.", name+" n’a pas été importé. Rien n’en a été gardé."))
	case r.result.Status == warehouse.StatusRejected:
		line("%s", say(name+" was stopped by a check. Nothing of it was kept.", name+" a été arrêté par un contrôle. Rien n’en a été gardé."))
	default:
		line("%s", say(fmt.Sprintf("%s was read (batch %d), but a check withholds it: no figure uses it.", name, r.result.Batch),
			fmt.Sprintf("%s a été lu (lot %d), mais un contrôle l’écarte\u00a0: aucun chiffre ne l’utilise.", name, r.result.Batch)))
	}
	line("")
	for _, reason := range r.reasons() {
		line("  %s", locale.OneLine(reason.text.In(l)))
		if reason.do != (locale.Text{}) {
			line("    %s", reason.do.In(l))
		}
	}
	line("")
	if r.result.Gate {
		line("%s", say("If the file is right all the same, in the folder of the workspace:",
			"Si le fichier est juste malgré tout, dans le dossier de l’espace de travail\u00a0:"))
		line("")
		line("  vigie import --client %s --accept %s", r.client, shell(file))
		return b.String()
	}
	line("%s", say("Export it again as the message says, and drop the new file into the inbox.",
		"Exportez-le de nouveau comme l’indique le message, et déposez le nouveau fichier dans la boîte de dépôt."))
	return b.String()
}

// reason is a sentence that says what is wrong with a file, and one that says
// what to do about it.
type reason struct{ text, do locale.Text }

// reasons say what is wrong with the file, at least one.
func (r refusal) reasons() []reason {
	var list []reason
	if r.result.Error != (locale.Text{}) {
		x := reason{text: r.result.Error}
		if c, ok := ingest.LookupCheck(r.result.Check); ok {
			x.do = c.Do
		}
		list = append(list, x)
	}
	if r.result.Report == nil {
		if len(list) == 0 {
			list = append(list, reason{text: locale.Text{
				EN: fmt.Sprintf("it was taken in before, as batch %d, which is withheld", r.result.Batch),
				FR: fmt.Sprintf("il a déjà été importé, c’est le lot %d, qui est écarté", r.result.Batch),
			}})
		}
		return list
	}
	for _, p := range r.result.Problems {
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
	if r.result.Control.Status == ingest.ControlMismatch {
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
