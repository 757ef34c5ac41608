package columns_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	_ "github.com/marcboeker/go-duckdb"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/columns"
)

func ptr[T any](v T) *T { return &v }

// frame has each kind of column, nulls in each, and names that a spreadsheet
// would run.
func frame() *metrics.Frame {
	f := &metrics.Frame{
		From: locale.Date(2026, 9, 7), To: locale.Date(2026, 9, 20), Currency: "EUR", Compare: metrics.ComparePrevious,
		By: []string{"week", "channel", "platform_campaign"}, KPIs: []string{"spend", "cpa"},
	}
	row := func(day, channel, label string, cpa metrics.Value) metrics.Row {
		return metrics.Row{
			Keys: []string{day, channel, "7"}, Labels: []string{day, "Levier " + channel, label}, Days: 7,
			KPIs: map[string]metrics.Value{"spend": {Value: ptr(1234.5), Num: ptr(1234.5), Volume: metrics.VolumeEnough}, "cpa": cpa},
		}
	}
	f.Rows = []metrics.Row{
		row("2026-09-07", "search", "=HYPERLINK(\"http://x\")", metrics.Value{Value: ptr(12.25), Num: ptr(1234.5), Den: ptr(100.775510204), Low: ptr(10.0), High: ptr(15.0), Volume: metrics.VolumeEnough}),
		row("2026-09-14", "meta", locale.Dash, metrics.Value{Num: ptr(1234.5), Den: ptr(0.0), Volume: metrics.VolumeNone}),
	}
	f.Rows[0].Previous = map[string]metrics.Change{"cpa": {Value: metrics.Value{Value: ptr(10.0)}, Change: ptr(0.225), ChangeLow: ptr(-0.1), ChangeHigh: ptr(0.6)}}
	f.Rows[1].Partial = &metrics.Partial{Days: 3, Of: 7}
	f.Rows[1].Missing, f.Rows[1].Young = 1, 2
	return f
}

func aimed() *metrics.Frame {
	f := frame()
	f.By, f.Compare = []string{}, metrics.CompareTarget
	f.Total = f.Rows[0]
	f.Total.Keys, f.Total.Labels, f.Total.Previous = nil, nil, nil
	f.Total.Aims = map[string][]metrics.Aim{"cpa": {
		{Bound: "value", Aim: ptr(11.0), Distance: ptr(0.1136), Holds: ptr(true), State: metrics.InNoise},
		{Bound: "max", Aim: ptr(20.0), Distance: ptr(-0.3875), Holds: ptr(false), State: metrics.Reached},
	}}
	f.Rows = []metrics.Row{}
	return f
}

// want is the frame's columns by name, each with its values as text.
func want(t *testing.T, list []*columns.Column) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, c := range list {
		for i := range c.Len() {
			v := "null"
			if !c.Null[i] {
				switch c.Kind {
				case columns.Text:
					v = c.Texts[i]
				case columns.Date:
					v = c.Days[i].String()
				case columns.Whole:
					v = fmt.Sprint(c.Wholes[i])
				case columns.Number:
					v = fmt.Sprint(c.Numbers[i])
				case columns.Bool:
					v = fmt.Sprint(c.Bools[i])
				}
			}
			out[c.Name] = append(out[c.Name], v)
		}
	}
	return out
}

func same(t *testing.T, what string, got, want map[string][]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d columns, want %d", what, len(got), len(want))
	}
	for name, values := range want {
		if !slices.Equal(got[name], values) {
			t.Errorf("%s: %s is %q, want %q", what, name, got[name], values)
		}
	}
}

func TestReadBack(t *testing.T) {
	notes := []columns.Note{{Key: "currency", Value: "EUR"}, {Key: "note 1", Value: "à savoir"}}
	for name, f := range map[string]*metrics.Frame{"previous": frame(), "target": aimed(), "empty": {By: []string{"day"}, KPIs: []string{"spend"}}} {
		list, err := columns.Of(f)
		if err != nil {
			t.Fatal(err)
		}
		wanted := want(t, list)
		// Arrow, with the library's own reader.
		var b bytes.Buffer
		if err := columns.Arrow(&b, list, notes); err != nil {
			t.Fatal(err)
		}
		r, err := ipc.NewFileReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := r.Schema().Metadata().GetValue("note 1"); !ok || v != "à savoir" {
			t.Errorf("arrow, %s: the notes are %v", name, r.Schema().Metadata())
		}
		got := map[string][]string{}
		for i := range r.NumRecords() {
			rec, err := r.Record(i)
			if err != nil {
				t.Fatal(err)
			}
			for j, col := range rec.Columns() {
				for k := range col.Len() {
					v := "null"
					if !col.IsNull(k) {
						v = col.ValueStr(k)
						if d, ok := col.(*array.Date32); ok {
							v = d.Value(k).ToTime().Format("2006-01-02")
						}
						if d, ok := col.(*array.Float64); ok {
							v = fmt.Sprint(d.Value(k))
						}
					}
					got[rec.ColumnName(j)] = append(got[rec.ColumnName(j)], v)
				}
			}
		}
		same(t, "arrow, "+name, got, wanted)
		if name == "previous" && r.Schema().Field(0).Type.ID() != arrow.DATE32 {
			t.Error("arrow: a week is", r.Schema().Field(0).Type)
		}
		// Parquet, with another program's reader.
		path := filepath.Join(t.TempDir(), "f.parquet")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := columns.Parquet(file, list, notes); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("duckdb", "")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		got = map[string][]string{}
		rows, err := db.Query("select * from read_parquet('" + path + "')")
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		types, err := rows.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range list {
			if types[i].DatabaseTypeName() != map[columns.Kind]string{columns.Text: "VARCHAR", columns.Date: "DATE", columns.Whole: "INTEGER", columns.Number: "DOUBLE", columns.Bool: "BOOLEAN"}[c.Kind] {
				t.Errorf("parquet: %s is %s", c.Name, types[i].DatabaseTypeName())
			}
		}
		for rows.Next() {
			values := make([]any, len(names))
			dest := make([]any, len(names))
			for i := range values {
				dest[i] = &values[i]
			}
			if err := rows.Scan(dest...); err != nil {
				t.Fatal(err)
			}
			for i, v := range values {
				text := fmt.Sprint(v)
				switch x := v.(type) {
				case nil:
					text = "null"
				case interface{ Format(string) string }:
					text = x.Format("2006-01-02")
				}
				got[names[i]] = append(got[names[i]], text)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if name != "empty" {
			same(t, "parquet, "+name, got, wanted)
		}
		var kept string
		if err := db.QueryRow("select value::varchar from parquet_kv_metadata('" + path + "') where key::varchar = 'currency'").Scan(&kept); err != nil || kept != "EUR" {
			t.Errorf("parquet, %s: the currency is %q, %v", name, kept, err)
		}
	}
}

// The same figures as the frame's own JSON.
func TestLikeJSON(t *testing.T) {
	f := frame()
	list, err := columns.Of(f)
	if err != nil {
		t.Fatal(err)
	}
	wanted := want(t, list)
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Rows []struct {
			KPIs     map[string]map[string]any `json:"kpis"`
			Previous map[string]map[string]any `json:"previous"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(b, &read); err != nil {
		t.Fatal(err)
	}
	for i, r := range read.Rows {
		for _, id := range f.KPIs {
			for column, v := range map[string]any{
				id: r.KPIs[id]["value"], id + "_low": r.KPIs[id]["low"], id + "_high": r.KPIs[id]["high"], id + "_num": r.KPIs[id]["num"], id + "_den": r.KPIs[id]["den"],
				id + "_previous": r.Previous[id]["value"], id + "_change": r.Previous[id]["change"], id + "_change_low": r.Previous[id]["change_low"],
			} {
				text := "null"
				if v != nil {
					text = fmt.Sprint(v)
				}
				if wanted[column][i] != text {
					t.Errorf("row %d: %s is %s, in JSON %s", i, column, wanted[column][i], text)
				}
			}
		}
	}
}

func TestCSV(t *testing.T) {
	list, err := columns.Of(frame())
	if err != nil {
		t.Fatal(err)
	}
	for l, parts := range map[locale.Lang][]string{
		locale.FR: {"\uFEFFweek;channel;channel_name;platform_campaign;spend;", "\r\n2026-09-07;search;Levier search;\"'=HYPERLINK(\"\"http://x\"\")\";1234,5;;;", ";-0,1;0,6;", "\r\n2026-09-14;meta;Levier meta;;1234,5;"},
		locale.EN: {"\uFEFFweek,channel,channel_name,platform_campaign,spend,", "\r\n2026-09-07,search,Levier search,\"'=HYPERLINK(\"\"http://x\"\")\",1234.5,,,", ",-0.1,0.6,", "\r\n2026-09-14,meta,Levier meta,,1234.5,"},
	} {
		var b strings.Builder
		if err := columns.CSV(&b, list, l); err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			if !strings.Contains(b.String(), p) {
				t.Errorf("%s: no %q in\n%s", l, p, b.String())
			}
		}
	}
}
