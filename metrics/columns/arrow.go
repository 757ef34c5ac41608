package columns

import (
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Note is a line of what is to be known of a table beside its figures: its
// period, its currency, its notes. Both formats keep them as their metadata.
type Note struct{ Key, Value string }

var arrowTypes = map[Kind]arrow.DataType{
	Text:   arrow.BinaryTypes.String,
	Date:   arrow.FixedWidthTypes.Date32,
	Whole:  arrow.PrimitiveTypes.Int32,
	Number: arrow.PrimitiveTypes.Float64,
	Bool:   arrow.FixedWidthTypes.Boolean,
}

// Arrow writes columns as an Arrow IPC file (Feather version 2).
func Arrow(out io.Writer, list []*Column, notes []Note) error {
	var fields []arrow.Field
	for _, c := range list {
		fields = append(fields, arrow.Field{Name: c.Name, Type: arrowTypes[c.Kind], Nullable: true})
	}
	var keys, values []string
	for _, n := range notes {
		keys, values = append(keys, n.Key), append(values, n.Value)
	}
	meta := arrow.NewMetadata(keys, values)
	s := arrow.NewSchema(fields, &meta)
	b := array.NewRecordBuilder(memory.NewGoAllocator(), s)
	defer b.Release()
	for i, c := range list {
		valid := make([]bool, c.Len())
		for j := range valid {
			valid[j] = !c.Null[j]
		}
		switch f := b.Field(i).(type) {
		case *array.StringBuilder:
			f.AppendValues(c.Texts, valid)
		case *array.Date32Builder:
			days := make([]arrow.Date32, len(c.Days))
			for j, d := range c.Days {
				days[j] = arrow.Date32(d)
			}
			f.AppendValues(days, valid)
		case *array.Int32Builder:
			f.AppendValues(c.Wholes, valid)
		case *array.Float64Builder:
			f.AppendValues(c.Numbers, valid)
		case *array.BooleanBuilder:
			f.AppendValues(c.Bools, valid)
		default:
			return fmt.Errorf("column %s is of no kind", c.Name)
		}
	}
	record := b.NewRecord()
	defer record.Release()
	w, err := ipc.NewFileWriter(&onward{w: out}, ipc.WithSchema(s))
	if err != nil {
		return err
	}
	if err := w.Write(record); err != nil {
		return err
	}
	return w.Close()
}

// onward is a writer that knows where it is: the file's format has offsets, and
// standard output cannot be asked for its own.
type onward struct {
	w io.Writer
	n int64
}

func (o *onward) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	o.n += int64(n)
	return n, err
}

func (o *onward) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, fmt.Errorf("cannot go back")
	}
	return o.n, nil
}

// Parquet writes columns as a Parquet file, compressed with Snappy, which every
// reader knows. It is written column by column, without the library's converter
// from Arrow, which would link a network stack.
func Parquet(out io.Writer, list []*Column, notes []Note) error {
	var fields schema.FieldList
	for _, c := range list {
		var n schema.Node
		var err error
		switch c.Kind {
		case Text:
			n, err = schema.NewPrimitiveNodeLogical(c.Name, parquet.Repetitions.Optional, schema.StringLogicalType{}, parquet.Types.ByteArray, -1, -1)
		case Date:
			n, err = schema.NewPrimitiveNodeLogical(c.Name, parquet.Repetitions.Optional, schema.DateLogicalType{}, parquet.Types.Int32, -1, -1)
		case Whole:
			n = schema.NewInt32Node(c.Name, parquet.Repetitions.Optional, -1)
		case Number:
			n = schema.NewFloat64Node(c.Name, parquet.Repetitions.Optional, -1)
		case Bool:
			n = schema.NewBooleanNode(c.Name, parquet.Repetitions.Optional, -1)
		}
		if err != nil {
			return err
		}
		fields = append(fields, n)
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		return err
	}
	meta := metadata.NewKeyValueMetadata()
	for _, n := range notes {
		if err := meta.Append(n.Key, n.Value); err != nil {
			return err
		}
	}
	// Whoever opened the output closes it: the library would.
	w := file.NewParquetWriter(struct{ io.Writer }{out}, root,
		file.WithWriterProps(parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("vigie"))),
		file.WithWriteMetadata(meta))
	group := w.AppendRowGroup()
	for _, c := range list {
		chunk, err := group.NextColumn()
		if err != nil {
			return err
		}
		levels := make([]int16, c.Len())
		for i := range levels {
			if !c.Null[i] {
				levels[i] = 1
			}
		}
		switch x := chunk.(type) {
		case *file.ByteArrayColumnChunkWriter:
			var values []parquet.ByteArray
			for _, t := range present(c, c.Texts) {
				values = append(values, parquet.ByteArray(t))
			}
			_, err = x.WriteBatch(values, levels, nil)
		case *file.Int32ColumnChunkWriter:
			values := present(c, c.Wholes)
			if c.Kind == Date {
				for _, d := range present(c, c.Days) {
					values = append(values, int32(d))
				}
			}
			_, err = x.WriteBatch(values, levels, nil)
		case *file.Float64ColumnChunkWriter:
			_, err = x.WriteBatch(present(c, c.Numbers), levels, nil)
		case *file.BooleanColumnChunkWriter:
			_, err = x.WriteBatch(present(c, c.Bools), levels, nil)
		default:
			err = fmt.Errorf("column %s is of no kind", c.Name)
		}
		if err != nil {
			return err
		}
		if err := chunk.Close(); err != nil {
			return err
		}
	}
	if err := group.Close(); err != nil {
		return err
	}
	return w.Close()
}

// present are the values of a column without the nulls.
func present[T any](c *Column, values []T) []T {
	var list []T
	for i, v := range values {
		if !c.Null[i] {
			list = append(list, v)
		}
	}
	return list
}
