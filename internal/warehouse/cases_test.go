package warehouse

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest"
	"vigie/internal/locale"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

// TestCases runs the steps of each case against a new database, every import
// twice: the second time must change nothing.
//
//	import FILE [--account A] [--currency X] [--as-of DAY] [--complete] [--accept] [--strict] [--dry-run]
//	undo BATCH
//	rollup [DAY]       what answers, as known now or at the end of a day
//	ads                the same at the level of ads
//	batches
//	entities
func TestCases(t *testing.T) { testCases(t) }

// The same where files are too large to be dealt with at once.
func TestCasesInParts(t *testing.T) {
	defer func(n int64, m int) { atOnce, maxCells = n, m }(atOnce, maxCells)
	atOnce, maxCells = 1, 1
	if !*update {
		testCases(t)
	}
}

func testCases(t *testing.T) {
	files, err := filepath.Glob("../../testdata/warehouse/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]*txtar.File{}
			for i := range archive.Files {
				parts[archive.Files[i].Name] = &archive.Files[i]
			}
			c := &caseRun{t: t, w: open(t), parts: parts, now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
			for line := range strings.SplitSeq(strings.TrimSpace(string(parts["steps"].Data)), "\n") {
				fmt.Fprintf(&c.out, "> %s\n", line)
				c.step(strings.Fields(line))
			}
			if *update {
				parts["golden"].Data = c.out.Bytes()
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got, want := c.out.String(), string(parts["golden"].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func open(t testing.TB) *Warehouse {
	t.Helper()
	w, err := Open(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

type caseRun struct {
	t     *testing.T
	w     *Warehouse
	parts map[string]*txtar.File
	out   bytes.Buffer
	now   time.Time
	// imported is called with what became of each file that is imported for the
	// first time.
	imported func(in Import, r *Imported)
}

func (c *caseRun) step(words []string) {
	c.t.Helper()
	ctx := context.Background()
	switch words[0] {
	case "import":
		in := Import{Client: "durand", Name: words[1], Options: ingest.Options{Zone: time.UTC, Currency: "EUR"}}
		for i := 2; i < len(words); i++ {
			switch words[i] {
			case "--account":
				i++
				in.Options.Account = words[i]
			case "--no-currency":
				in.Options.Currency = ""
			case "--currency":
				i++
				in.Options.Currency = words[i]
			case "--as-of":
				i++
				day, err := locale.ParseDay(words[i])
				if err != nil {
					c.t.Fatal(err)
				}
				in.Options.AsOf = day
			case "--complete":
				in.Options.Complete = true
			case "--accept":
				in.Accept = true
			case "--strict":
				in.Strict = true
			case "--dry-run":
				in.DryRun = true
			default:
				c.t.Fatalf("import knows no %s", words[i])
			}
		}
		c.now = c.now.Add(time.Minute)
		in.Options.Now = c.now
		in.Flights = c.flights()
		state := c.state()
		r := c.put(in)
		if after := c.state(); in.DryRun && after != state {
			c.t.Errorf("a dry run of %s changed\n%s\ninto\n%s", in.Name, state, after)
		}
		if c.imported != nil {
			c.imported(in, r)
		}
		fmt.Fprintf(&c.out, "%s", r.Status)
		if r.Batch > 0 {
			fmt.Fprintf(&c.out, " batch %d", r.Batch)
		}
		if r.Gate {
			fmt.Fprint(&c.out, " GATE")
		}
		if r.Released {
			fmt.Fprint(&c.out, " released")
		}
		if r.Redated {
			fmt.Fprint(&c.out, " redated")
		}
		fmt.Fprintln(&c.out)
		if r.Error.EN != "" {
			fmt.Fprintf(&c.out, "  %s\n", r.Error.EN)
		}
		if r.Report != nil && (r.Status == StatusImported || r.Status == StatusDryRun) {
			fmt.Fprintf(&c.out, "  %s, %d rows, control %s, complete %t\n", r.Level, r.Rows, r.Control.Status, r.Complete)
			for _, p := range r.Problems {
				fmt.Fprintf(&c.out, "  %s %d: %s\n", p.Severity, p.Line, p.Message.EN)
			}
		}
		for _, x := range r.Replaces {
			fmt.Fprintf(&c.out, "  replaces batch %d from %s to %s\n", x.Batch, x.FirstDay, x.LastDay)
		}
		for _, x := range r.OutrankedBy {
			fmt.Fprintf(&c.out, "  batch %d answers from %s to %s: known %s, from its %s\n", x.Batch, x.FirstDay, x.LastDay, x.KnownAsOf.Format(time.DateTime), x.KnownFrom)
		}
		if r.Status == StatusImported {
			before := c.rollup("9999-12-31", "0")
			if again := c.put(in); again.Status != StatusDuplicate || again.Batch != r.Batch {
				c.t.Errorf("%s a second time: %s", in.Name, again.Status)
			}
			if after := c.rollup("9999-12-31", "0"); after != before {
				c.t.Errorf("importing %s twice changed\n%s\ninto\n%s", in.Name, before, after)
			}
		}
	case "undo":
		var id int
		fmt.Sscan(words[1], &id)
		if err := c.w.Undo(ctx, id, c.now); err != nil {
			fmt.Fprintln(&c.out, err)
		}
	case "rollup":
		if len(words) > 1 {
			c.out.WriteString(c.rollup(words[1]+" 23:59:59", "0"))
			return
		}
		stored, computed := c.stored(), c.rollup("9999-12-31", "0")
		if stored != computed {
			c.t.Errorf("the roll-up holds\n%s\nbut the facts say\n%s", stored, computed)
		}
		c.out.WriteString(stored)
	case "ads":
		c.out.WriteString(c.rollup("9999-12-31", "3"))
	case "batches":
		list, err := c.w.Batches(ctx, "durand")
		if err != nil {
			c.t.Fatal(err)
		}
		for _, b := range list {
			fmt.Fprintf(&c.out, "%d %s answers %d of %d cells, %d newest, withheld %t, undone %t\n", b.Batch, b.File, b.Current, b.Cells, b.Newest, b.Withheld, b.UndoneAt != nil)
		}
	case "entities":
		c.query("select entity, level, name, ext_id from entity order by entity")
	default:
		c.t.Fatalf("no step is called %s", words[0])
	}
}

// flights are the briefs of the case: a line each, with a name, the beginning of
// the names of the campaigns that it takes, its first and its last day.
func (c *caseRun) flights() func(platform, account, accountID, campaign, id string) []Flight {
	part := c.parts["flights"]
	if part == nil {
		return nil
	}
	return func(platform, account, accountID, campaign, id string) (list []Flight) {
		for line := range strings.SplitSeq(strings.TrimSpace(string(part.Data)), "\n") {
			words := strings.Fields(line)
			from, err := locale.ParseDay(words[2])
			to, err2 := locale.ParseDay(words[3])
			if err != nil || err2 != nil {
				c.t.Fatal(err, err2)
			}
			if strings.HasPrefix(campaign, words[1]) {
				list = append(list, Flight{words[0], from, to})
			}
		}
		return list
	}
}

func (c *caseRun) put(in Import) *Imported {
	c.t.Helper()
	part := c.parts[in.Name]
	if part == nil {
		c.t.Fatalf("the case has no %s", in.Name)
	}
	data := content(c.t, part)
	tables, err := ingest.Tables(ingest.File{Name: in.Name, Size: int64(len(data)), R: bytes.NewReader(data)}, in.Options)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(tables) > 0 { // a case has one that is read
		body, err := tables[0].Open()
		if err != nil {
			c.t.Fatal(err)
		}
		if data, err = io.ReadAll(body); err != nil {
			c.t.Fatal(err)
		}
		in.Options.Beside = tables[0].Beside
	}
	kept, err := c.w.Archive(bytes.NewReader(data))
	if err != nil {
		c.t.Fatal(err)
	}
	in.File = kept
	r, err := c.w.Import(context.Background(), in)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// state is everything that an import may change.
func (c *caseRun) state() string {
	return c.text("select batch, withheld, undone_at, known_as_of, known_from, report from batch order by batch") +
		c.text("from cell order by all") + c.text("from span order by all") + c.text("from covered order by all") + c.text("from entity order by all") +
		c.text("select count(*) from fact") + c.stored()
}

// stored is the roll-up as it stands.
func (c *caseRun) stored() string {
	return c.text(`select r.day, s.level, r.batch, e.name, r.impressions, r.clicks, r.spend
		from rollup r join stream s using (stream) left join entity e on e.entity = r.campaign
		order by r.day, s.level, r.batch, e.name, 5, 6, 7`)
}

// rollup is what the facts say that answers, as known at an instant.
func (c *caseRun) rollup(asOf, depth string) string {
	return c.text(`select v.day, s.level, v.batch, e.name, sum(f.impressions)::bigint, sum(f.clicks)::bigint, sum(f.spend)::bigint
		from served(timestamp '` + asOf + `', date '2020-01-01', date '2030-01-01',
			(select string_agg(entity::varchar, ',') from entity where level = 'account'), ` + depth + `, '') v
		join stream s using (stream)
		join fact f on f.batch = v.batch and f.stream = v.stream and f.campaign = v.campaign and f.first_day = v.day and f.last_day = v.day
		left join entity e on e.entity = v.campaign
		where not v.absent
		group by v.day, s.level, v.batch, v.campaign, e.name
		order by v.day, s.level, v.batch, e.name, 5, 6, 7`)
}

func (c *caseRun) text(sql string) string {
	c.t.Helper()
	start := c.out.Len()
	c.query(sql)
	s := string(c.out.Bytes()[start:])
	c.out.Truncate(start)
	return s
}

func (c *caseRun) query(sql string) {
	c.t.Helper()
	rows, err := c.w.DB().Query(sql)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	vals := make([]any, len(cols))
	for i := range vals {
		vals[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(vals...); err != nil {
			c.t.Fatal(err)
		}
		var words []string
		for _, v := range vals {
			switch v := (*v.(*any)).(type) {
			case nil:
				words = append(words, "-")
			case time.Time:
				words = append(words, v.Format(time.DateOnly))
			case string:
				words = append(words, fmt.Sprintf("%q", v))
			default:
				words = append(words, fmt.Sprint(v))
			}
		}
		fmt.Fprintln(&c.out, strings.Join(words, " "))
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
}

// content is a file as it is imported. Of a workbook the case holds the sheets
// as text, each after a line "== name".
func content(t *testing.T, part *txtar.File) []byte {
	t.Helper()
	if !strings.HasSuffix(part.Name, ".xlsx") {
		return part.Data
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	write := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	book, rels := "<workbook><sheets>", "<Relationships>"
	for i, sheet := range strings.Split("\n"+string(part.Data), "\n== ")[1:] {
		name, rows, _ := strings.Cut(sheet, "\n")
		book += fmt.Sprintf(`<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+1, i+1)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Target="worksheets/sheet%d.xml"/>`, i+1, i+1)
		text := "<worksheet><sheetData>"
		for row := range strings.SplitSeq(strings.TrimSpace(rows), "\n") {
			text += "<row>"
			for cell := range strings.SplitSeq(row, ",") {
				text += `<c t="str"><v>` + cell + "</v></c>"
			}
			text += "</row>"
		}
		write(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), text+"</sheetData></worksheet>")
	}
	write("xl/workbook.xml", book+"</sheets></workbook>")
	write("xl/_rels/workbook.xml.rels", rels+"</Relationships>")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
