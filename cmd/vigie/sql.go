package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics/columns"
)

// maxSQL bounds a query's text, in bytes.
const maxSQL = 1 << 20

func (a *app) sqlCmd() *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   both("sql QUERY", "sql REQUÊTE"),
		Short: both("Ask the warehouse a question in SQL, without changing it", "Interroger l’entrepôt en SQL, sans rien y changer"),
		Long: both(fmt.Sprintf("One SELECT in DuckDB’s SQL; - reads it from standard input. Nothing can be written, set or\n"+
			"read from a file; a query ends after %d seconds, and its answer after %d rows. The tables are\n"+
			"daily, campaigns and exports: see “vigie help sql”.", int(warehouse.SQLTime.Seconds()), warehouse.SQLRows),
			fmt.Sprintf("Un SELECT dans le SQL de DuckDB\u00a0; - le lit sur l’entrée standard. Rien ne peut être écrit,\n"+
				"réglé ni lu dans un fichier\u00a0; une requête s’arrête après %d\u00a0secondes, et sa réponse après\n"+
				"%d lignes. Les tables sont daily, campaigns et exports\u00a0: voir «\u00a0vigie help sql\u00a0».", int(warehouse.SQLTime.Seconds()), warehouse.SQLRows)),
		Example: both("  vigie sql \"select platform, sum(spend) from daily group by all\"\n  vigie sql --format csv - < question.sql > answer.csv",
			"  vigie sql \"select platform, sum(spend) from daily group by all\"\n  vigie sql --format csv - < question.sql > reponse.csv"),
		Args: a.arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.json {
				format = "json"
			}
			if format != "table" && format != "csv" && format != "json" {
				return fail(exitUsage, "--format %s: want table, csv or json", "--format %s\u00a0: table, csv ou json attendu", quoted(format))
			}
			if err := a.divert(out, false); err != nil {
				return err
			}
			text := args[0]
			if text == "-" {
				a.fileArgs = args
			}
			if err := a.openWarehouse(cmd.Context(), "vigie sql"); err != nil {
				return err
			}
			if text == "-" {
				f, err := a.files.open(cmd.Context(), "-")
				if err != nil {
					return err
				}
				defer f.Close()
				b, err := io.ReadAll(io.LimitReader(f, maxSQL+1))
				if err != nil {
					return err
				}
				if text = string(b); len(b) > maxSQL {
					return fail(exitUsage, "the query is longer than %d bytes", "la requête dépasse %d\u00a0octets", maxSQL)
				}
			}
			answer, err := a.wh.Query(cmd.Context(), text)
			if err != nil {
				return err
			}
			switch format {
			case "json":
				err = a.printJSON(map[string]any{"columns": answer.Columns, "rows": answer.Rows, "more": answer.More})
			case "csv":
				err = a.csvAnswer(answer)
			default:
				err = a.printAnswer(answer)
			}
			if err == nil && answer.More {
				fmt.Fprintf(a.err, a.say("only the first %s rows are shown\n", "seules les %s premières lignes sont affichées\n"), a.language().Int(warehouse.SQLRows))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", both("table, csv or json", "table, csv ou json"))
	cmd.Flags().StringVar(&out, "out", "", both("write into this file instead of standard output", "écrire dans ce fichier, et non sur la sortie standard"))
	return cmd
}

// printAnswer writes an answer for a terminal.
func (a *app) printAnswer(answer *warehouse.Answer) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i, c := range answer.Columns {
		if i > 0 {
			fmt.Fprint(w, "\t")
		}
		fmt.Fprint(w, locale.OneLine(c.Name))
	}
	fmt.Fprintln(w)
	for _, row := range answer.Rows {
		for i, v := range row {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, a.cell(v, locale.Dash))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// cell is a value as people read it: numbers with all their digits and the
// language's decimal sign.
func (a *app) cell(v any, null string) string {
	switch v := v.(type) {
	case nil:
		return null
	case json.Number:
		if a.language() == locale.FR {
			return strings.Replace(v.String(), ".", ",", 1)
		}
		return v.String()
	case string:
		return locale.OneLine(v)
	}
	return fmt.Sprint(v)
}

// csvAnswer writes an answer as a spreadsheet reads it in the language.
func (a *app) csvAnswer(answer *warehouse.Answer) error {
	if _, err := io.WriteString(a.out, "\uFEFF"); err != nil {
		return err
	}
	w := csv.NewWriter(a.out)
	w.UseCRLF = true
	if a.language() == locale.FR {
		w.Comma = ';'
	}
	record := make([]string, len(answer.Columns))
	for i, c := range answer.Columns {
		record[i] = columns.Disarm(c.Name)
	}
	w.Write(record)
	for _, row := range answer.Rows {
		for i, v := range row {
			if s, ok := v.(string); ok {
				record[i] = columns.Disarm(s)
				continue
			}
			record[i] = a.cell(v, "")
		}
		w.Write(record)
	}
	w.Flush()
	return w.Error()
}
