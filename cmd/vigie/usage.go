package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vigie/internal/locale"
)

// The manual of a command stands beside its code in both languages. cobra knows
// plain strings only, so both sides travel in one until the language is known:
// speak keeps the side that is read.
const between = "\x1e"

// both is a text of a command or a flag in both languages.
func both(en, fr string) string { return en + between + fr }

// speak puts a command, its flags and all its subcommands into the language of
// the run.
func (a *app) speak(c *cobra.Command) {
	side := func(s *string) {
		if en, fr, ok := strings.Cut(*s, between); ok {
			*s = a.say(en, fr)
		}
	}
	for _, s := range []*string{&c.Use, &c.Short, &c.Long, &c.Example} {
		side(s)
	}
	for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
		set.VisitAll(func(f *pflag.Flag) { side(&f.Usage) })
	}
	for _, sub := range c.Commands() {
		a.speak(sub)
	}
}

// manual prints the manual of a command.
func (a *app) manual(c *cobra.Command, _ []string) {
	// The flags may not have been read when help is asked for, and the
	// workspace's language counts here too.
	a.environment(c.Flags())
	a.openAgency()
	a.speak(c.Root())
	head := func(en, fr string) { fmt.Fprintf(a.out, "\n%s\n", a.say(en+":", fr+"\u00a0:")) }
	text := c.Long
	if text == "" {
		text = c.Short
	}
	fmt.Fprintf(a.out, "%s\n", text)
	head("Usage", "Utilisation")
	if c.HasSubCommands() {
		fmt.Fprintf(a.out, "  %s %s\n", c.CommandPath(), a.say("COMMAND", "COMMANDE"))
	} else {
		path := strings.TrimSuffix(c.CommandPath(), c.Name())
		fmt.Fprintf(a.out, "  %s%s [%s]\n", path, c.Use, a.say("options", "options"))
	}
	if c.Example != "" {
		head("Examples", "Exemples")
		fmt.Fprintln(a.out, c.Example)
	}
	if c.HasSubCommands() {
		head("Commands", "Commandes")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(a.out, "  %-12s %s\n", sub.Name(), sub.Short)
			}
		}
	}
	if c.HasAvailableLocalFlags() && c.HasParent() {
		head("Options", "Options")
		a.printFlags(c.NonInheritedFlags())
	}
	head("Options of every command", "Options de toute commande")
	a.printFlags(c.Root().PersistentFlags())
	if c.HasSubCommands() {
		fmt.Fprintf(a.out, "\n%s\n", a.say(c.CommandPath()+" COMMAND --help: the manual of a command", c.CommandPath()+" COMMANDE --help\u00a0: le manuel d’une commande"))
	}
}

// values are what a person writes for the types of flags.
var values = map[string]locale.Text{
	"string":      {EN: "TEXT", FR: "TEXTE"},
	"stringSlice": {EN: "A,B", FR: "A,B"},
	"duration":    {EN: "30s", FR: "30s"},
}

// printFlags lists flags, one a line, with their defaults.
func (a *app) printFlags(set *pflag.FlagSet) {
	var names, texts []string
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "    --" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", --" + f.Name
		}
		if v, ok := values[f.Value.Type()]; ok {
			name += " " + v.In(a.language())
		}
		text := f.Usage
		if d := strings.Trim(f.DefValue, "[]"); d != "" && d != "false" {
			text += a.say(" (default: "+d+")", " (par défaut\u00a0: "+d+")")
		}
		names, texts = append(names, name), append(texts, text)
	})
	width := 0
	for _, n := range names {
		width = max(width, utf8.RuneCountInString(n))
	}
	for i, n := range names {
		fmt.Fprintf(a.out, "  %s%s  %s\n", n, strings.Repeat(" ", width-utf8.RuneCountInString(n)), texts[i])
	}
}

// arguments checks how many arguments a command is given; max below 0: any
// number. A word after a command that only has subcommands is none of them.
func (a *app) arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) > 0 && c.HasSubCommands():
			c.SuggestionsMinimumDistance = 2
			f := fail(exitUsage, "unknown command %s", "commande inconnue %s", quoted(args[0]))
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				f = fail(exitUsage, "%s; did you mean %s?", "%s\u00a0; vouliez-vous dire %s\u00a0?", f.text, near[0])
			}
			return fail(exitUsage, "%s See %s --help", "%s Voir %s --help", sentence(f.text), c.CommandPath())
		case len(args) < least:
			a.speak(c)
			return fail(exitUsage, "an argument is missing: %s; see %s --help", "il manque un argument\u00a0: %s\u00a0; voir %s --help", c.Use, c.CommandPath())
		case most >= 0 && len(args) > most:
			return fail(exitUsage, "%s is an argument too many; see %s --help", "%s est un argument de trop\u00a0; voir %s --help", quoted(args[most]), c.CommandPath())
		}
		return nil
	}
}

// sentence ends a text with a full stop, unless it ends by itself.
func sentence(t locale.Text) locale.Text {
	end := func(s string) string {
		if strings.HasSuffix(s, "?") {
			return s
		}
		return s + "."
	}
	return locale.Text{EN: end(t.EN), FR: end(t.FR)}
}

// flagFailure says what is wrong with a flag, and where its manual is.
func flagFailure(where string, err error) *failure {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	dashed := func(name string) string {
		if utf8.RuneCountInString(name) == 1 {
			return "-" + name
		}
		return "--" + name
	}
	f := &failure{code: exitUsage, text: locale.Same(err.Error())}
	switch {
	case errors.As(err, &unknown):
		f = fail(exitUsage, "unknown option %s", "option inconnue %s", locale.OneLine(dashed(unknown.GetSpecifiedName())))
	case errors.As(err, &bare):
		f = fail(exitUsage, "%s needs a value", "%s demande une valeur", dashed(bare.GetSpecifiedName()))
	case errors.As(err, &bad):
		want := locale.Text{EN: "another value is wanted", FR: "une autre valeur est attendue"}
		switch bad.GetFlag().Value.Type() {
		case "duration":
			want = locale.Text{EN: "want a duration, as 30s or 2m", FR: "une durée est attendue, comme 30s ou 2m"}
		case "bool":
			want = locale.Text{EN: "want true or false", FR: "true ou false est attendu"}
		}
		f = fail(exitUsage, "--%s %s: %s", "--%s %s\u00a0: %s", bad.GetFlag().Name, quoted(bad.GetValue()), want)
	case errors.As(err, &syntax):
		f = fail(exitUsage, "%s is no option", "%s n’est pas une option", quoted(syntax.GetSpecifiedFlag()))
	}
	f.err = err
	f.text = locale.Text{EN: f.text.EN + "; see " + where, FR: f.text.FR + "\u00a0; voir " + where}
	return f
}

// completionCmd writes the completions of a shell.
func (a *app) completionCmd(root *cobra.Command) *cobra.Command {
	shells := map[string]func(*bytes.Buffer) error{
		"bash":       func(b *bytes.Buffer) error { return root.GenBashCompletionV2(b, true) },
		"zsh":        func(b *bytes.Buffer) error { return root.GenZshCompletion(b) },
		"fish":       func(b *bytes.Buffer) error { return root.GenFishCompletion(b, true) },
		"powershell": func(b *bytes.Buffer) error { return root.GenPowerShellCompletionWithDesc(b) },
	}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: both("Completion of commands in a shell", "Complétion des commandes dans un shell"),
		Long: both("Print the script that lets a shell complete the commands and options of vigie. In\n"+
			"bash, for the running shell:",
			"Affiche le script qui permet à un shell de compléter les commandes et les options de\n"+
				"vigie. Avec bash, pour le shell en cours\u00a0:"),
		Example: "  source <(vigie completion bash)",
		Args:    a.arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := shells[args[0]]
			if !ok {
				return fail(exitUsage, "shell %s: want bash, zsh, fish or powershell", "shell %s\u00a0: bash, zsh, fish ou powershell attendu", quoted(args[0]))
			}
			var b bytes.Buffer
			if err := write(&b); err != nil {
				return err
			}
			_, err := b.WriteTo(a.out)
			return err
		},
	}
}
