package ingest

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/compress"
)

// Numbers become text without loss, or so that nobody takes them for exact.
func TestColumnNumbers(t *testing.T) {
	check := func(got []byte, want string) {
		t.Helper()
		if string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	check(appendFloat(nil, 0.1, 64), "0.1")
	check(appendFloat(nil, float64(float32(0.1)), 32), "0.1")
	check(appendFloat(nil, 12345678901, 64), "12345678901")
	check(appendFloat(nil, 1.20253e17, 64), "1.20253E+17") // rounded: no id
	check(appendFloat(nil, math.NaN(), 64), "")
	check(appendFloat(nil, math.Inf(1), 64), "+Inf")
	check(appendDecimal(nil, big.NewInt(125000), 4), "12.5000")
	check(appendDecimal(nil, big.NewInt(-5), 2), "-0.05")
	check(appendDecimal(nil, big.NewInt(0), 2), "0.00")
	check(appendDecimal(nil, big.NewInt(7), 0), "7")
	check(appendDecimal(nil, big.NewInt(7), -3), "7000")
	huge, _ := new(big.Int).SetString("99999999999999999999999999999999999999", 10)
	check(appendDecimal(nil, huge, 2), "999999999999999999999999999999999999.99")
	for _, v := range []int64{0, 1, -1, 127, -128, 1 << 40, -(1 << 40)} {
		b := make([]byte, 16)
		x := new(big.Int).And(big.NewInt(v), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1)))
		if got := bigEndian(x.FillBytes(b)); got.Int64() != v {
			t.Errorf("%d is read as %s", v, got)
		}
	}
}

// Files that are cut off or damaged anywhere are refused in words, or read as if
// the damage were not there; nothing panics.
func TestDamagedColumns(t *testing.T) {
	const table = "Day:date,Campaign,Currency code,Impr.:int64,Cost:decimal\n2026-09-01,A,EUR,1200,12.5\n2026-09-01,,EUR,,0.1\n2026-09-03,B,EUR,3,\n"
	for name, data := range map[string][]byte{
		"parquet": makeParquet(t, table), "file": makeArrow(t, table, false), "stream": makeArrow(t, table, true),
	} {
		for n := 8; n < len(data); n += 5 {
			harmed := bytes.Clone(data)
			harmed[n] ^= 0xff
			for _, b := range [][]byte{data[:n], harmed} {
				r, err := Open(File{Name: name, Size: int64(len(b)), R: bytes.NewReader(b)}, Options{Now: testNow})
				if err == nil {
					rows := r.Read(NewKeys(1))
					for rows.Next() {
					}
					err = rows.Err()
					r.Close()
				}
				var refusal *Refusal
				if err != nil && !errors.As(err, &refusal) {
					t.Fatalf("%s, byte %d: %v", name, n, err)
				}
			}
		}
	}
}

// Small files that stand for a great deal are refused before it is read.
func TestColumnLimits(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "Day", Type: arrow.FixedWidthTypes.Date32}, {Name: "Campaign", Type: arrow.BinaryTypes.String}, {Name: "Impr.", Type: arrow.Null}, {Name: "Cost", Type: arrow.Null}}, nil)
	write := func(rows int, name string) []byte {
		var out bytes.Buffer
		w := ipc.NewWriter(&out, ipc.WithSchema(schema), ipc.WithZstd())
		days := array.NewDate32Builder(memory.DefaultAllocator)
		days.AppendValues(make([]arrow.Date32, rows), nil)
		names := array.NewStringBuilder(memory.DefaultAllocator)
		for range rows {
			names.Append(name)
		}
		rec := array.NewRecord(schema, []arrow.Array{days.NewArray(), names.NewArray(), array.NewNull(rows), array.NewNull(rows)}, int64(rows))
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
		w.Close()
		return out.Bytes()
	}
	check := func(data []byte, want string) {
		t.Helper()
		_, _, _, err := readAll(File{Name: "in.arrows", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow})
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "" {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	data := write(1_000_000, "")
	if len(data) > 5000 {
		t.Fatalf("%d bytes", len(data))
	}
	check(data, "rows, which no report of its size has")
	check(write(1, strings.Repeat("x", maxRecord+1)), "row 1 is longer than any row")
	b := &budget{}
	if err := b.safely(func() error { b.Allocate(columnarBudget + 1); return nil }); err == nil || !strings.Contains(err.Error(), "more than 1024 MB of memory") {
		t.Error(err)
	}
	if err := b.safely(func() error { b.Allocate(-1); return nil }); err == nil {
		t.Error("a negative size is given")
	}
	for _, name := range []compress.Compression{compress.Codecs.Zstd, compress.Codecs.Brotli} {
		c, err := compress.GetCodec(name)
		if err != nil {
			t.Fatal(err)
		}
		bomb := c.Encode(make([]byte, c.CompressBound(16<<20)), make([]byte, 16<<20))
		if got := c.Decode(make([]byte, 10), bomb); len(got) != 10 || cap(got) > 10 {
			t.Errorf("%s unpacks %d bytes of 10", name, len(got))
		}
	}
}
