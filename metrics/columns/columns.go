// Package columns gives frames to other programs: spreadsheets, and what reads
// Arrow and Parquet.
//
// It decides which columns a frame has, of which types; every format has the
// same ones. A row is a group of the frame; a frame without dimensions is one
// row, its total. What is not known is null, never 0.
package columns

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/locale"
	"vigie/metrics"
)

// Kind is what a column holds.
type Kind int

// The kinds.
const (
	Text   Kind = iota
	Date        // a day, without a time zone
	Whole       // a whole number
	Number      // any number, full and not rounded
	Bool
)

// Column is one column. Of Texts, Days and so on the one of its kind is filled,
// with the zero value where Null.
type Column struct {
	Name    string
	Kind    Kind
	Null    []bool
	Texts   []string
	Days    []locale.Day
	Wholes  []int32
	Numbers []float64
	Bools   []bool
}

// Len is the number of rows.
func (c *Column) Len() int { return len(c.Null) }

func (c *Column) text(v string, known bool) {
	c.Texts, c.Null = append(c.Texts, v), append(c.Null, !known)
}

func (c *Column) day(v locale.Day) {
	c.Days, c.Null = append(c.Days, v), append(c.Null, false)
}

func (c *Column) whole(v int, known bool) {
	if !known {
		v = 0
	}
	c.Wholes, c.Null = append(c.Wholes, int32(v)), append(c.Null, !known)
}

func (c *Column) number(v *float64) {
	var x float64
	if v != nil {
		x = *v
	}
	c.Numbers, c.Null = append(c.Numbers, x), append(c.Null, v == nil)
}

func (c *Column) bool(v *bool) {
	c.Bools, c.Null = append(c.Bools, v != nil && *v), append(c.Null, v == nil)
}

// Of are the columns of a frame: its dimensions (days as dates, a channel by its
// id with its name beside it, other objects by their names), for each KPI its
// value, interval, the two sums and the volume, then what it is compared with,
// and last the days behind the row.
func Of(f *metrics.Frame) ([]*Column, error) {
	rows := f.Rows
	if len(f.By) == 0 {
		rows = []metrics.Row{f.Total}
	}
	var list []*Column
	add := func(name string, kind Kind, fill func(c *Column, r metrics.Row)) {
		c := &Column{Name: name, Kind: kind}
		for _, r := range rows {
			fill(c, r)
		}
		list = append(list, c)
	}
	for i, d := range f.By {
		if metrics.IsTime(d) {
			for _, r := range rows {
				if _, err := locale.ParseDay(r.Keys[i]); err != nil {
					return nil, fmt.Errorf("%s %q is no day", d, r.Keys[i])
				}
			}
			add(d, Date, func(c *Column, r metrics.Row) {
				day, _ := locale.ParseDay(r.Keys[i]) // looked at above
				c.day(day)
			})
			continue
		}
		if d == "channel" {
			add(d, Text, func(c *Column, r metrics.Row) { c.text(r.Keys[i], true) })
			d += "_name"
		}
		add(d, Text, func(c *Column, r metrics.Row) { c.text(r.Labels[i], r.Labels[i] != locale.Dash) })
	}
	for _, id := range f.KPIs {
		of := func(name string, get func(v metrics.Value) *float64) {
			add(name, Number, func(c *Column, r metrics.Row) { c.number(get(r.KPIs[id])) })
		}
		of(id, func(v metrics.Value) *float64 { return v.Value })
		of(id+"_low", func(v metrics.Value) *float64 { return v.Low })
		of(id+"_high", func(v metrics.Value) *float64 { return v.High })
		of(id+"_num", func(v metrics.Value) *float64 { return v.Num })
		of(id+"_den", func(v metrics.Value) *float64 { return v.Den })
		add(id+"_volume", Text, func(c *Column, r metrics.Row) {
			c.text(string(r.KPIs[id].Volume), r.KPIs[id].Volume != "")
		})
		switch f.Compare {
		case metrics.ComparePrevious, metrics.CompareYear:
			change := func(name string, get func(x metrics.Change) *float64) {
				add(name, Number, func(c *Column, r metrics.Row) {
					if x, ok := r.Previous[id]; ok {
						c.number(get(x))
						return
					}
					c.number(nil)
				})
			}
			change(id+"_previous", func(x metrics.Change) *float64 { return x.Value.Value })
			change(id+"_change", func(x metrics.Change) *float64 { return x.Change })
			change(id+"_change_low", func(x metrics.Change) *float64 { return x.ChangeLow })
			change(id+"_change_high", func(x metrics.Change) *float64 { return x.ChangeHigh })
		case metrics.ComparePlan, metrics.CompareTarget:
			for _, bound := range bounds(f, id) {
				aim := func(r metrics.Row) (m metrics.Aim) {
					for _, x := range r.Aims[id] {
						if x.Bound == bound {
							m = x
						}
					}
					return m
				}
				name := id + "_" + string(f.Compare)
				if bound != "value" {
					name += "_" + bound
				}
				add(name, Number, func(c *Column, r metrics.Row) { c.number(aim(r).Aim) })
				add(name+"_distance", Number, func(c *Column, r metrics.Row) { c.number(aim(r).Distance) })
				add(name+"_holds", Bool, func(c *Column, r metrics.Row) { c.bool(aim(r).Holds) })
				add(name+"_state", Text, func(c *Column, r metrics.Row) { c.text(aim(r).State, aim(r).State != "") })
			}
		}
	}
	add("days", Whole, func(c *Column, r metrics.Row) { c.whole(r.Days, true) })
	add("partial_days", Whole, func(c *Column, r metrics.Row) {
		if r.Partial == nil {
			c.whole(0, false)
			return
		}
		c.whole(r.Partial.Days, true)
	})
	add("period_days", Whole, func(c *Column, r metrics.Row) {
		if r.Partial == nil {
			c.whole(0, false)
			return
		}
		c.whole(r.Partial.Of, true)
	})
	add("missing_days", Whole, func(c *Column, r metrics.Row) { c.whole(r.Missing, true) })
	add("young_days", Whole, func(c *Column, r metrics.Row) { c.whole(r.Young, true) })
	add("moving_days", Whole, func(c *Column, r metrics.Row) { c.whole(r.Moving, true) })
	return list, nil
}

// bounds are those that the aims of a KPI have in a frame.
func bounds(f *metrics.Frame, id string) []string {
	var list []string
	for _, r := range append(slices.Clone(f.Rows), f.Total) {
		for _, m := range r.Aims[id] {
			if !slices.Contains(list, m.Bound) {
				list = append(list, m.Bound)
			}
		}
	}
	slices.Sort(list)
	return list
}

// CSV writes columns as a spreadsheet reads them in the language: French Excel
// wants semicolons and decimal commas, and both want a BOM. Texts that a
// spreadsheet would run as a formula are disarmed.
func CSV(out io.Writer, list []*Column, l locale.Lang) error {
	fr := l == locale.FR
	if _, err := io.WriteString(out, "\uFEFF"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if fr {
		w.Comma = ';'
	}
	record := make([]string, len(list))
	for i, c := range list {
		record[i] = Disarm(c.Name)
	}
	w.Write(record)
	for row := range rowsOf(list) {
		for i, c := range list {
			record[i] = ""
			if c.Null[row] {
				continue
			}
			switch c.Kind {
			case Text:
				record[i] = Disarm(c.Texts[row])
			case Date:
				record[i] = c.Days[row].String()
			case Whole:
				record[i] = strconv.Itoa(int(c.Wholes[row]))
			case Number:
				record[i] = fmt.Sprintf("%.10g", c.Numbers[row])
				if fr {
					record[i] = strings.ReplaceAll(record[i], ".", ",")
				}
			case Bool:
				record[i] = strconv.FormatBool(c.Bools[row])
			}
		}
		w.Write(record)
	}
	w.Flush()
	return w.Error()
}

func rowsOf(list []*Column) int {
	if len(list) == 0 {
		return 0
	}
	return list[0].Len()
}

// Disarm puts an apostrophe before a text that a spreadsheet would take for a
// formula.
func Disarm(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\x00", rune(s[0])) {
		return "'" + s
	}
	return s
}
