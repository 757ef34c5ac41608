package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vigie/internal/locale"
)

// Every command and every flag has its manual in both languages, and the French
// one has its no-break spaces.
func TestManuals(t *testing.T) {
	a := &app{clock: func() time.Time { return time.Unix(0, 0) }}
	check := func(where, s string) {
		t.Helper()
		en, fr, ok := strings.Cut(s, between)
		if !ok || en == "" || fr == "" {
			t.Errorf("%s: %q is not in both languages", where, s)
		}
		if m := loose.FindString(strings.ReplaceAll(fr, "\n", " ")); m != "" {
			t.Errorf("%s: %q wants a no-break space in %q", where, m, fr)
		}
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		check(c.CommandPath(), c.Short)
		if c.Long != "" {
			check(c.CommandPath(), c.Long)
		}
		for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) { check(c.CommandPath()+" --"+f.Name, f.Usage) })
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	root := a.root()
	walk(root)
	for _, l := range locale.Langs {
		var commands func(c *cobra.Command, path []string)
		commands = func(c *cobra.Command, path []string) {
			var out bytes.Buffer
			run := &app{clock: a.clock, out: &out, err: &out, env: map[string]string{"VIGIE_LANG": string(l)}}
			if code := run.run(context.Background(), append(path, "--help")); code != 0 {
				t.Errorf("%v --help ended with %d", path, code)
			}
			for _, word := range map[locale.Lang][]string{
				locale.FR: {between, "Usage:", "Flags", "Global", "Available", "(default", "Use \""},
				locale.EN: {between, "Utilisation", "défaut", "Exemples"},
			}[l] {
				if strings.Contains(out.String(), word) {
					t.Errorf("%v --help in %s has %q", path, l, word)
				}
			}
			for _, sub := range c.Commands() {
				if sub.IsAvailableCommand() {
					commands(sub, append(path[:len(path):len(path)], sub.Name()))
				}
			}
		}
		commands(root, nil)
	}
}
