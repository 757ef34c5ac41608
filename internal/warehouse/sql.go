package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/marcboeker/go-duckdb"

	"vigie/internal/locale"
)

// The limits of a query that a person writes.
const (
	SQLTime  = 10 * time.Second
	SQLRows  = 100_000
	SQLBytes = 64 << 20 // of texts in the answer
)

// sqlGrace is how long a query may take to notice that its time is over.
const sqlGrace = time.Second

// ErrSQL is a query that is refused or failed; its text is for people.
type ErrSQL struct{ locale.Text }

func (e *ErrSQL) Error() string { return e.EN }

// Answer is what a query gave: at most SQLRows rows of nil, bool, string and
// json.Number.
type Answer struct {
	Columns []AnswerColumn
	Rows    [][]any
	More    bool // there are rows beyond the limit
}

// AnswerColumn is a column of an answer, with DuckDB's name of its type.
type AnswerColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// tableFunctions are those that a query may read from. All others are refused:
// some reach files, some stop the work of others, some run text that nobody
// looked at.
var tableFunctions = []string{"range", "generate_series", "unnest", "served", "vintage"}

// scalarFunctions are refused: one value of theirs can fill the memory, and
// DuckDB works it out while it plans, when nothing stops it.
var scalarFunctions = []string{"repeat", "lpad", "rpad", "range", "generate_series", "list_resize", "array_resize"}

// Query runs one SELECT that a person wrote, and nothing else: in a transaction
// that cannot write, on a database that reaches no file, for at most SQLTime.
// DuckDB may not notice that its time is over (a cross join does not): the query
// is then left alone with its connection, which holds up no writer, and until it
// ends no other query of this kind starts.
func (w *Warehouse) Query(ctx context.Context, text string) (*Answer, error) {
	if !w.asking.TryLock() {
		return nil, &ErrSQL{locale.Text{
			EN: "another query is still running: wait for it to end",
			FR: "une autre requête est encore en cours\u00a0: attendez qu’elle finisse",
		}}
	}
	return w.within(ctx, SQLTime, sqlGrace, func(ctx context.Context) (*Answer, error) { return w.query(ctx, text) })
}

// within runs a query that holds w.asking for as long as it takes, and leaves it
// alone where it goes on after its time.
func (w *Warehouse) within(ctx context.Context, limit, grace time.Duration, query func(context.Context) (*Answer, error)) (*Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	type result struct {
		answer *Answer
		err    error
	}
	done := make(chan result, 1)
	go func() {
		defer cancel()
		var r result
		func() {
			defer w.asking.Unlock() // before the answer: who has it may ask again
			r.answer, r.err = query(ctx)
		}()
		done <- r
	}()
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		select {
		case r = <-done:
		case <-time.After(grace):
			r.err = ctx.Err()
		}
	}
	if r.err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, &ErrSQL{locale.Text{
			EN: fmt.Sprintf("the query takes longer than %d seconds, and was stopped: choose fewer days, or join by keys", int(limit.Seconds())),
			FR: fmt.Sprintf("la requête dure plus de %d\u00a0secondes et a été arrêtée\u00a0: choisissez moins de jours, ou joignez par des clés", int(limit.Seconds())),
		}}
	}
	return r.answer, r.err
}

func (w *Warehouse) query(ctx context.Context, text string) (*Answer, error) {
	c, err := w.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	parse := func(text string) error {
		var tree string
		if err := c.QueryRowContext(ctx, "select json_serialize_sql(?::varchar)", text).Scan(&tree); err != nil {
			return sqlFailed(err)
		}
		return allowed(tree)
	}
	if err := parse(text); err != nil {
		return nil, err
	}
	// The limit goes around the query as it was written. Where it does not fit
	// around that (a comment after the last semicolon), it goes around the query
	// as DuckDB writes it.
	within := func(text string) string {
		return fmt.Sprintf("select * from (\n%s\n) limit %d", strings.TrimRight(text, "; \t\r\n"), SQLRows+1)
	}
	limited := within(text)
	if parse(limited) != nil {
		var written string
		if err := c.QueryRowContext(ctx, "select json_deserialize_sql(json_serialize_sql(?::varchar))", text).Scan(&written); err != nil {
			return nil, sqlFailed(err)
		}
		limited = within(written)
		if err := parse(limited); err != nil {
			return nil, err
		}
	}
	if _, err := c.ExecContext(ctx, "begin transaction read only"); err != nil {
		return nil, err
	}
	// Also after the time is over; it cannot fail in a way that matters: nothing
	// was written.
	defer c.ExecContext(context.WithoutCancel(ctx), "rollback")
	rows, err := c.QueryContext(ctx, limited)
	if err != nil {
		return nil, sqlFailed(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	a := &Answer{Rows: [][]any{}}
	for _, t := range types {
		a.Columns = append(a.Columns, AnswerColumn{t.Name(), t.DatabaseTypeName()})
	}
	size := 0
	for rows.Next() {
		if len(a.Rows) == SQLRows {
			a.More = true
			break
		}
		row := make([]any, len(types))
		dest := make([]any, len(types))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		for i, v := range row {
			row[i] = plain(v, a.Columns[i].Type)
			if s, ok := row[i].(string); ok {
				size += len(s)
			}
		}
		if size > SQLBytes {
			return nil, &ErrSQL{locale.Text{
				EN: fmt.Sprintf("the answer has more than %d MB of text: choose fewer columns or rows", SQLBytes>>20),
				FR: fmt.Sprintf("la réponse a plus de %d\u00a0Mo de texte\u00a0: choisissez moins de colonnes ou de lignes", SQLBytes>>20),
			}}
		}
		a.Rows = append(a.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, sqlFailed(err)
	}
	return a, nil
}

// plain is a value as people and programs read it: nil, a bool, a text or a
// number with all its digits.
func plain(v any, kind string) any {
	switch v := v.(type) {
	case nil, bool, string:
		return v
	case []byte:
		return fmt.Sprintf("%x", v)
	case float32:
		return plain(float64(v), kind)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64))
	case duckdb.Decimal:
		text := new(big.Rat).SetFrac(v.Value, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Scale)), nil)).FloatString(int(v.Scale))
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return json.Number(text)
	case time.Time:
		if kind == "DATE" {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04:05.999999")
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return json.Number(fmt.Sprint(v))
	}
	if n, ok := v.(*big.Int); ok {
		return json.Number(n.String())
	}
	return fmt.Sprint(v)
}

// sqlFailed is what DuckDB says of a query, which is in English.
func sqlFailed(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	text := locale.OneLine(strings.TrimSpace(err.Error()))
	return &ErrSQL{locale.Text{EN: "the query fails: " + text, FR: "la requête échoue\u00a0: " + text}}
}

// allowed refuses what is not one SELECT from tables and harmless functions, by
// its syntax tree.
func allowed(tree string) error {
	var t struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Statements []any  `json:"statements"`
	}
	dec := json.NewDecoder(strings.NewReader(tree))
	dec.UseNumber()
	if err := dec.Decode(&t); err != nil {
		return fmt.Errorf("syntax tree: %w", err)
	}
	switch {
	case t.Error && t.Type == "not implemented", !t.Error && len(t.Statements) != 1:
		return &ErrSQL{locale.Text{
			EN: "only one SELECT is run, nothing that writes or sets something; vigie help sql shows the tables",
			FR: "une seule requête SELECT est exécutée, rien qui écrive ou règle quelque chose\u00a0; vigie help sql montre les tables",
		}}
	case t.Error:
		return sqlFailed(errors.New(t.Message))
	}
	var refused string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			name, _ := v["function_name"].(string)
			if v["type"] == "TABLE_FUNCTION" {
				f, _ := v["function"].(map[string]any)
				name, _ := f["function_name"].(string)
				if !slices.Contains(tableFunctions, strings.ToLower(name)) {
					refused = name
				}
				walk(f["children"])
			} else if slices.Contains(scalarFunctions, strings.ToLower(name)) {
				refused = name
			}
			for k, x := range v {
				if v["type"] != "TABLE_FUNCTION" || k != "function" {
					walk(x)
				}
			}
		}
	}
	walk(t.Statements)
	if refused != "" {
		return &ErrSQL{locale.Text{
			EN: fmt.Sprintf("%s is not allowed here: a query reads tables, and of functions that give tables %s", locale.EN.Quote(locale.OneLine(refused)), locale.EN.Join(tableFunctions)),
			FR: fmt.Sprintf("%s n’est pas permis ici\u00a0: une requête lit des tables et, parmi les fonctions qui en donnent, %s", locale.FR.Quote(locale.OneLine(refused)), locale.FR.Join(tableFunctions)),
		}}
	}
	return nil
}
