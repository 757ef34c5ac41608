package ingest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	parquetfile "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"vigie/internal/locale"
)

// makeODS builds an OpenDocument spreadsheet from the same text as makeXLSX,
// with what the real ones have around it: equal cells and rows side by side
// stand once, notes hang on cells, and the last row stands for a million.
func makeODS(t *testing.T, text string) []byte {
	t.Helper()
	esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "  ", ` <text:s text:c="1"/>`, "\n", "</text:p><text:p>").Replace
	cellOf := func(cell string) string {
		euros, isEuros := strings.CutPrefix(cell, "€")
		date, isDate := strings.CutPrefix(cell, "@")
		_, err := strconv.ParseFloat(cell, 64)
		switch {
		case cell == "":
			return `<table:table-cell%s/>`
		case isDate:
			return `<table:table-cell%s office:value-type="date" office:date-value="` + date + `" calcext:value-type="date"><text:p>the day</text:p></table:table-cell>`
		case isEuros:
			return `<table:table-cell%s office:value-type="currency" office:currency="EUR" office:value="` + euros + `"><text:p>` + euros + ` €</text:p></table:table-cell>`
		case err == nil:
			return `<table:table-cell%s office:value-type="float" office:value="` + cell + `" calcext:value-type="float"><text:p>about ` + cell + `</text:p></table:table-cell>`
		}
		return `<table:table-cell%s office:value-type="string" calcext:value-type="string"><office:annotation><text:p>a note</text:p></office:annotation><text:p>` +
			esc(cell) + `</text:p></table:table-cell>`
	}
	// runs writes equal neighbours once; %s is where the number goes.
	runs := func(list []string, attr string) string {
		var b strings.Builder
		for i := 0; i < len(list); {
			n := i
			for n < len(list) && list[n] == list[i] {
				n++
			}
			times := ""
			if n-i > 1 {
				times = fmt.Sprintf(` table:%s="%d"`, attr, n-i)
			}
			b.WriteString(strings.Replace(list[i], "%s", times, 1))
			i = n
		}
		return b.String()
	}
	var sheets strings.Builder
	for _, part := range strings.Split("\n"+text, "\n== ") {
		name, body, _ := strings.Cut(part, "\n")
		if strings.TrimSpace(body) == "" {
			continue
		}
		r := csv.NewReader(strings.NewReader(body))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, rec := range records {
			cells := make([]string, len(rec))
			for i, c := range rec {
				cells[i] = cellOf(c)
			}
			rows = append(rows, `<table:table-row%s>`+runs(cells, "number-columns-repeated")+`<table:table-cell table:number-columns-repeated="16000"/></table:table-row>`)
		}
		style := "ta1"
		if rest, ok := strings.CutPrefix(name, "(hidden) "); ok {
			name, style = rest, "ta2"
		}
		fmt.Fprintf(&sheets, `<table:table table:name="%s" table:style-name="%s"><table:shapes><draw:frame><text:p>drawn</text:p></draw:frame></table:shapes>`+
			`<table:table-column table:number-columns-repeated="16384"/>%s`+
			`<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>`,
			esc(name), style, runs(rows, "number-rows-repeated"))
	}
	return zipOf(t, map[string]string{
		"mimetype": "application/vnd.oasis.opendocument.spreadsheet",
		"content.xml": `<?xml version="1.0" encoding="UTF-8"?><office:document-content><office:automatic-styles>` +
			`<style:style style:name="ta1"><style:table-properties table:display="true"/></style:style>` +
			`<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style></office:automatic-styles>` +
			`<office:body><office:spreadsheet>` + sheets.String() + `</office:spreadsheet></office:body></office:document-content>`,
	})
}

// typedColumn is a column of a case for files with types: its header ends in
// ":" and a type, without one it holds texts.
type typedColumn struct {
	name, typ string
	cells     []string // "" is null
}

func typedColumns(t *testing.T, text string) (list []typedColumn) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, header := range records[0] {
		c := typedColumn{name: header}
		if at := strings.LastIndexByte(header, ':'); at >= 0 {
			c.name, c.typ = header[:at], header[at+1:]
		}
		for _, rec := range records[1:] {
			c.cells = append(c.cells, rec[i])
		}
		list = append(list, c)
	}
	return list
}

// arrowTypes are the types that a case can ask for.
var arrowTypes = map[string]arrow.DataType{
	"": arrow.BinaryTypes.String, "large": arrow.BinaryTypes.LargeString, "bytes": arrow.BinaryTypes.Binary,
	"dict": &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
	"int8": arrow.PrimitiveTypes.Int8, "int16": arrow.PrimitiveTypes.Int16, "int32": arrow.PrimitiveTypes.Int32, "int64": arrow.PrimitiveTypes.Int64,
	"uint8": arrow.PrimitiveTypes.Uint8, "uint16": arrow.PrimitiveTypes.Uint16, "uint32": arrow.PrimitiveTypes.Uint32, "uint64": arrow.PrimitiveTypes.Uint64,
	"half": arrow.FixedWidthTypes.Float16, "float": arrow.PrimitiveTypes.Float32, "double": arrow.PrimitiveTypes.Float64, "bool": arrow.FixedWidthTypes.Boolean,
	"decimal": &arrow.Decimal128Type{Precision: 20, Scale: 4}, "decimal256": &arrow.Decimal256Type{Precision: 40, Scale: 2},
	"date": arrow.FixedWidthTypes.Date32, "date64": arrow.FixedWidthTypes.Date64, "time": arrow.FixedWidthTypes.Time32s, "null": arrow.Null,
	"instant": &arrow.TimestampType{Unit: arrow.Microsecond}, "instant@Paris": &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "Europe/Paris"},
	"list": arrow.ListOf(arrow.PrimitiveTypes.Int64), "duration": arrow.FixedWidthTypes.Duration_s,
}

// seekable is a file in memory that is only written on.
type seekable struct{ *bytes.Buffer }

func (s seekable) Seek(int64, int) (int64, error) { return int64(s.Len()), nil }

// makeArrow builds an Arrow file, or stream, of two record batches.
func makeArrow(t *testing.T, text string, stream bool) []byte {
	t.Helper()
	list := typedColumns(t, text)
	var fields []arrow.Field
	for _, c := range list {
		typ := arrowTypes[c.typ]
		if typ == nil {
			t.Fatalf("no type %q", c.typ)
		}
		fields = append(fields, arrow.Field{Name: c.name, Type: typ, Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	var out bytes.Buffer
	var w interface {
		Write(arrow.Record) error
		Close() error
	}
	var err error
	if stream {
		w = ipc.NewWriter(&out, ipc.WithSchema(schema), ipc.WithZstd())
	} else if w, err = ipc.NewFileWriter(seekable{&out}, ipc.WithSchema(schema), ipc.WithLZ4()); err != nil {
		t.Fatal(err)
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	rows := len(list[0].cells)
	for i := range rows {
		for n, c := range list {
			switch f := b.Field(n).(type) {
			case *array.ListBuilder:
				f.Append(true)
				f.ValueBuilder().(*array.Int64Builder).Append(7)
			case *array.DurationBuilder:
				f.Append(60)
			default:
				if c.cells[i] == "" {
					f.AppendNull()
				} else if err := f.AppendValueFromString(c.cells[i]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if i == rows/2 || i == rows-1 {
			rec := b.NewRecord()
			if err := w.Write(rec); err != nil {
				t.Fatal(err)
			}
			rec.Release()
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// makeParquet builds a Parquet file of two groups of rows.
func makeParquet(t *testing.T, text string) []byte {
	t.Helper()
	list := typedColumns(t, text)
	var nodes []schema.Node
	var fields []arrow.Field
	for _, c := range list {
		physical, length, logical := parquet.Types.ByteArray, -1, schema.LogicalType(schema.StringLogicalType{})
		repetition := parquet.Repetitions.Optional
		switch c.typ {
		case "", "dict":
		case "bytes":
			logical = schema.NoLogicalType{}
		case "int32":
			physical, logical = parquet.Types.Int32, schema.NoLogicalType{}
		case "int64":
			physical, logical = parquet.Types.Int64, schema.NoLogicalType{}
		case "uint32":
			physical, logical = parquet.Types.Int32, schema.NewIntLogicalType(32, false)
		case "uint64":
			physical, logical = parquet.Types.Int64, schema.NewIntLogicalType(64, false)
		case "float":
			physical, logical = parquet.Types.Float, schema.NoLogicalType{}
		case "double":
			physical, logical = parquet.Types.Double, schema.NoLogicalType{}
		case "bool":
			physical, logical = parquet.Types.Boolean, schema.NoLogicalType{}
		case "decimal":
			physical, logical = parquet.Types.Int64, schema.NewDecimalLogicalType(18, 4)
		case "decimal256":
			physical, length, logical = parquet.Types.FixedLenByteArray, 16, schema.NewDecimalLogicalType(38, 2)
		case "date":
			physical, logical = parquet.Types.Int32, schema.DateLogicalType{}
		case "instant":
			physical, logical = parquet.Types.Int64, schema.NewTimestampLogicalType(false, schema.TimeUnitMicros)
		case "instant@Paris":
			physical, logical = parquet.Types.Int64, schema.NewTimestampLogicalType(true, schema.TimeUnitMillis)
		case "int96":
			physical, logical = parquet.Types.Int96, schema.NoLogicalType{}
		case "uuid":
			physical, length, logical = parquet.Types.FixedLenByteArray, 16, schema.UUIDLogicalType{}
		case "list":
			physical, logical, repetition = parquet.Types.Int64, schema.NoLogicalType{}, parquet.Repetitions.Repeated
		default:
			t.Fatalf("no type %q", c.typ)
		}
		node, err := schema.NewPrimitiveNodeLogical(c.name, repetition, logical, physical, length, -1)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, node)
		typ := arrowTypes[c.typ]
		if typ == nil {
			typ = arrow.Null
		}
		fields = append(fields, arrow.Field{Name: c.name, Type: typ, Nullable: true})
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
	if err != nil {
		t.Fatal(err)
	}
	var own bytes.Buffer // the schema that programs of the Arrow family put beside
	if err := ipc.NewWriter(&own, ipc.WithSchema(arrow.NewSchema(fields, nil))).Close(); err != nil {
		t.Fatal(err)
	}
	meta := metadata.NewKeyValueMetadata()
	if err := meta.Append("ARROW:schema", base64.StdEncoding.EncodeToString(own.Bytes())); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := parquetfile.NewParquetWriter(&out, root, parquetfile.WithWriteMetadata(meta), parquetfile.WithWriterProps(parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd))))
	rows := len(list[0].cells)
	for _, part := range [][2]int{{0, rows / 2}, {rows / 2, rows}} {
		group := w.AppendRowGroup()
		for _, c := range list {
			column, err := group.NextColumn()
			if err != nil {
				t.Fatal(err)
			}
			writeParquet(t, column, c.cells[part[0]:part[1]])
			if err := column.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := group.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// writeParquet writes cells into a column of a group.
func writeParquet(t *testing.T, column parquetfile.ColumnChunkWriter, cells []string) {
	t.Helper()
	d := column.Descr()
	defs := make([]int16, len(cells))
	var there []string
	for i, c := range cells {
		if c != "" {
			defs[i] = 1
			there = append(there, c)
		}
	}
	whole := func(s string) int64 {
		switch l := d.LogicalType().(type) {
		case schema.DateLogicalType:
			day, err := locale.ParseDay(s)
			if err != nil {
				t.Fatal(err)
			}
			return int64(day)
		case *schema.TimestampLogicalType:
			at, err := time.Parse("2006-01-02T15:04:05Z07:00", s)
			if err != nil {
				t.Fatal(err)
			}
			if l.TimeUnit() == schema.TimeUnitMillis {
				return at.UnixMilli()
			}
			return at.UnixMicro()
		case *schema.DecimalLogicalType:
			v, ok := new(big.Rat).SetString(s)
			if !ok {
				t.Fatal(s)
			}
			return v.Mul(v, big.NewRat(int64(math.Pow10(int(l.Scale()))), 1)).Num().Int64()
		case *schema.IntLogicalType:
			v, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return int64(v)
		}
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	float := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var err error
	switch w := column.(type) {
	case *parquetfile.ByteArrayColumnChunkWriter:
		_, err = w.WriteBatch(mapped(there, func(s string) parquet.ByteArray { return []byte(s) }), defs, nil)
	case *parquetfile.FixedLenByteArrayColumnChunkWriter:
		_, err = w.WriteBatch(mapped(there, func(s string) parquet.FixedLenByteArray {
			b := make([]byte, 16)
			if _, ok := d.LogicalType().(*schema.DecimalLogicalType); ok {
				v := whole(s)
				if v < 0 {
					b = bytes.Repeat([]byte{0xff}, 16)
				}
				binary.BigEndian.PutUint64(b[8:], uint64(v))
			}
			return b
		}), defs, nil)
	case *parquetfile.Int32ColumnChunkWriter:
		_, err = w.WriteBatch(mapped(there, func(s string) int32 { return int32(whole(s)) }), defs, nil)
	case *parquetfile.Int64ColumnChunkWriter:
		if d.MaxRepetitionLevel() > 0 {
			_, err = w.WriteBatch(make([]int64, len(there)), defs, make([]int16, len(defs)))
			break
		}
		_, err = w.WriteBatch(mapped(there, whole), defs, nil)
	case *parquetfile.Int96ColumnChunkWriter:
		_, err = w.WriteBatch(mapped(there, func(s string) parquet.Int96 {
			at, err := time.Parse("2006-01-02T15:04:05", s)
			if err != nil {
				t.Fatal(err)
			}
			return arrowInt96(at)
		}), defs, nil)
	case *parquetfile.Float32ColumnChunkWriter:
		_, err = w.WriteBatch(mapped(there, func(s string) float32 { return float32(float(s)) }), defs, nil)
	case *parquetfile.Float64ColumnChunkWriter:
		_, err = w.WriteBatch(mapped(there, float), defs, nil)
	case *parquetfile.BooleanColumnChunkWriter:
		_, err = w.WriteBatch(mapped(there, func(s string) bool { return s == "true" }), defs, nil)
	default:
		t.Fatalf("%T", column)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func mapped[T any](list []string, f func(string) T) []T {
	out := make([]T, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

// arrowInt96 is an instant as old programs wrote it: nanoseconds of the day, and
// the day by Julius Caesar's count.
func arrowInt96(at time.Time) (v parquet.Int96) {
	day := at.Unix() / 86_400
	binary.LittleEndian.PutUint64(v[:], uint64(at.Unix()-day*86_400)*1e9)
	binary.LittleEndian.PutUint32(v[8:], uint32(day+2440588))
	return v
}

func gzipOf(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
