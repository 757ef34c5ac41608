package ingest

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	parquetfile "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"github.com/pierrec/lz4/v4"
)

func isParquet(start []byte) bool { return bytes.HasPrefix(start, []byte("PAR1")) }

// boundedCodec unpacks no more of a Parquet page than the page says it holds.
type boundedCodec struct{ compress.Codec }

func (c boundedCodec) Decode(dst, src []byte) []byte {
	r := c.NewReader(bytes.NewReader(src))
	defer r.Close()
	if _, err := io.ReadFull(r, dst); err != nil {
		panic(err) // as the codecs do
	}
	return dst
}

// lz4Raw is a codec that the library lacks.
type lz4Raw struct{ compress.Codec }

func (lz4Raw) Decode(dst, src []byte) []byte {
	n, err := lz4.UncompressBlock(src, dst)
	if err != nil {
		panic(err)
	}
	return dst[:n]
}

// The codecs that unpack to any size by themselves, and the one that is missing.
var _ = func() bool {
	const raw = 7 // its number in the format
	compress.RegisterCodec(raw, lz4Raw{})
	for _, name := range []compress.Compression{compress.Codecs.Zstd, compress.Codecs.Brotli} {
		if c, err := compress.GetCodec(name); err == nil {
			compress.RegisterCodec(name, boundedCodec{c})
		}
	}
	return true
}()

// openParquet reads the columns themselves: the library's reader of whole rows
// starts goroutines, whose panics nobody could catch, and links a network stack.
func (r *Reader) openParquet() error {
	r.container = "parquet"
	return r.openColumns(func(b *budget) (c columns, err error) {
		props := parquet.NewReaderProperties(b)
		props.BufferedStreamEnabled = true // pages, not whole columns
		props.BufferSize = 64 << 10
		f, err := parquetfile.NewParquetReader(io.NewSectionReader(r.disk, 0, r.file.Size), parquetfile.WithReadProps(props))
		if err != nil {
			return c, err
		}
		zones := zonesOf(f)
		var leaves []int
		for i := range f.MetaData().Schema.NumColumns() {
			col := f.MetaData().Schema.Column(i)
			name := col.ColumnPath()[0]
			if len(col.ColumnPath()) > 1 || col.MaxRepetitionLevel() > 0 || !readableLeaf(col) {
				if n := len(c.unread); n == 0 || c.unread[n-1] != name {
					c.unread = append(c.unread, name)
				}
				continue
			}
			c.names, leaves = append(c.names, name), append(leaves, i)
		}
		var (
			group int
			left  int64 // rows of the present group
			fills []func(n int) (values, error)
		)
		c.batch = func() ([]values, int, error) {
			for left == 0 {
				if group == f.NumRowGroups() {
					return nil, 0, io.EOF
				}
				rows := f.RowGroup(group)
				group++
				left, fills = rows.NumRows(), fills[:0]
				for _, i := range leaves {
					chunk, err := rows.Column(i)
					if err != nil {
						return nil, 0, err
					}
					fills = append(fills, leaf(chunk, zones[chunk.Descriptor().Name()]))
				}
			}
			n := int(min(left, columnarRows))
			if n < 0 {
				return nil, 0, errors.New("a negative number of rows")
			}
			var list []values
			for _, fill := range fills {
				v, err := fill(n)
				if err != nil {
					return nil, 0, err
				}
				list = append(list, v)
			}
			left -= int64(n)
			return list, n, nil
		}
		c.close = func() { f.Close() }
		return c, nil
	})
}

// zonesOf are the time zones of columns, which Parquet itself does not keep: it
// holds instants. Programs of the Arrow family put their own schema beside.
func zonesOf(f *parquetfile.Reader) map[string]*time.Location {
	zones := map[string]*time.Location{}
	said := f.MetaData().KeyValueMetadata().FindValue("ARROW:schema")
	if said == nil {
		return zones
	}
	raw, err := base64.StdEncoding.DecodeString(*said)
	if err != nil {
		return zones
	}
	s, err := ipc.NewReader(bytes.NewReader(raw))
	if err != nil {
		return zones
	}
	defer s.Release()
	for _, field := range s.Schema().Fields() {
		if t, ok := field.Type.(*arrow.TimestampType); ok && t.TimeZone != "" {
			if zone, err := t.GetZone(); err == nil {
				zones[field.Name] = zone
			}
		}
	}
	return zones
}

// readableLeaf reports a column of values that have a text.
func readableLeaf(c *schema.Column) bool {
	switch c.LogicalType().(type) {
	case schema.UUIDLogicalType, schema.IntervalLogicalType, schema.BSONLogicalType, *schema.UUIDLogicalType, *schema.IntervalLogicalType, *schema.BSONLogicalType:
		return false
	}
	if c.PhysicalType() == parquet.Types.FixedLenByteArray {
		_, decimal := c.LogicalType().(*schema.DecimalLogicalType)
		_, half := c.LogicalType().(schema.Float16LogicalType)
		return decimal || half
	}
	return true
}

// leaf reads the values of one column of a row group. Instants are read by the
// clock of a zone, nil for UTC.
func leaf(c parquetfile.ColumnChunkReader, zone *time.Location) func(n int) (values, error) {
	d := c.Descriptor()
	integer := func(b []byte, v int64, bits int) []byte {
		switch t := d.LogicalType().(type) {
		case *schema.DecimalLogicalType:
			return appendDecimal(b, big.NewInt(v), int(t.Scale()))
		case schema.DateLogicalType:
			return appendDay(b, time.Unix(v*86_400, 0).UTC())
		case *schema.TimestampLogicalType:
			return appendInstant(b, instant(v, t.TimeUnit()), zone)
		case *schema.TimeLogicalType:
			return instant(v, t.TimeUnit()).UTC().AppendFormat(b, timeOfDay)
		case *schema.IntLogicalType:
			if !t.IsSigned() && bits == 32 {
				return strconv.AppendUint(b, uint64(uint32(v)), 10)
			} else if !t.IsSigned() {
				return strconv.AppendUint(b, uint64(v), 10)
			}
		}
		return strconv.AppendInt(b, v, 10)
	}
	bytesOf := func(b, v []byte) []byte {
		switch t := d.LogicalType().(type) {
		case *schema.DecimalLogicalType:
			return appendDecimal(b, bigEndian(v), int(t.Scale()))
		case schema.Float16LogicalType:
			return appendFloat(b, float64(float16.FromLEBytes(v).Float32()), 32)
		}
		return append(b, v...)
	}
	switch c := c.(type) {
	case *parquetfile.BooleanColumnChunkReader:
		return fill(d, c.Err, c.ReadBatch, appendBool)
	case *parquetfile.Int32ColumnChunkReader:
		return fill(d, c.Err, c.ReadBatch, func(b []byte, v int32) []byte { return integer(b, int64(v), 32) })
	case *parquetfile.Int64ColumnChunkReader:
		return fill(d, c.Err, c.ReadBatch, func(b []byte, v int64) []byte { return integer(b, v, 64) })
	case *parquetfile.Int96ColumnChunkReader: // how old programs wrote instants
		return fill(d, c.Err, c.ReadBatch, func(b []byte, v parquet.Int96) []byte { return appendInstant(b, v.ToTime(), zone) })
	case *parquetfile.Float32ColumnChunkReader:
		return fill(d, c.Err, c.ReadBatch, func(b []byte, v float32) []byte { return appendFloat(b, float64(v), 32) })
	case *parquetfile.Float64ColumnChunkReader:
		return fill(d, c.Err, c.ReadBatch, func(b []byte, v float64) []byte { return appendFloat(b, v, 64) })
	case *parquetfile.ByteArrayColumnChunkReader:
		return fill(d, c.Err, c.ReadBatch, func(b []byte, v parquet.ByteArray) []byte { return bytesOf(b, v) })
	case *parquetfile.FixedLenByteArrayColumnChunkReader:
		return fill(d, c.Err, c.ReadBatch, func(b []byte, v parquet.FixedLenByteArray) []byte { return bytesOf(b, v) })
	}
	panic("a column of no known type")
}

// fill reads the next rows of a column with the reader of its type. Missing
// values are left out in the file: at says where that of each row is.
func fill[T any](d *schema.Column, failed func() error, read func(n int64, vals []T, defs, reps []int16) (int64, int, error), put func(b []byte, v T) []byte) func(n int) (values, error) {
	var (
		vals = make([]T, columnarRows)
		defs = make([]int16, columnarRows)
		at   = make([]int, columnarRows) // -1 where there is none
		most = d.MaxDefinitionLevel()
	)
	numeric := false
	switch d.PhysicalType() {
	case parquet.Types.Int32, parquet.Types.Int64, parquet.Types.Float, parquet.Types.Double:
		numeric = true
	}
	switch d.LogicalType().(type) {
	case *schema.DecimalLogicalType, schema.Float16LogicalType:
		numeric = true
	case schema.DateLogicalType, *schema.TimestampLogicalType, *schema.TimeLogicalType:
		numeric = false
	}
	return func(n int) (values, error) {
		rows, there := 0, 0
		for rows < n {
			got, filled, err := read(int64(n-rows), vals[there:n], defs[rows:n], nil)
			if err != nil {
				return values{}, err
			}
			if got == 0 {
				return values{}, cmp.Or(failed(), errors.New("the column "+strconv.Quote(d.Name())+" ends early"))
			}
			rows, there = rows+int(got), there+filled
		}
		next := 0
		for i := range n {
			if at[i] = -1; most == 0 || defs[i] == most {
				at[i] = next
				next++
			}
		}
		if next != there {
			return values{}, errors.New("the column " + strconv.Quote(d.Name()) + " has too few values")
		}
		return values{
			valid: func(i int) bool { return at[i] >= 0 },
			put:   func(b []byte, i int) []byte { return put(b, vals[at[i]]) },
			kind:  kind{number: numeric},
		}, nil
	}
}

// instant is a number of units since 1970.
func instant(v int64, unit schema.TimeUnitType) time.Time {
	switch unit {
	case schema.TimeUnitMillis:
		return time.UnixMilli(v)
	case schema.TimeUnitMicros:
		return time.UnixMicro(v)
	}
	return time.Unix(v/1e9, v%1e9)
}

// bigEndian is a number in two's complement, the first byte the highest.
func bigEndian(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}
