package warehouse

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/locale"
)

// random is a maker of exports: of campaigns that are renamed, that share names,
// that have ids or not; by day or over a period, at several levels, complete or
// not, and now and then with a total that withholds them.
type random struct {
	rng   *rand.Rand
	now   time.Time
	ids   bool // every file has ids and none changes its account: identities are certain
	files int
	named bool // some file has named its account
}

var september = locale.Date(2026, time.September, 1)

func (r *random) chance(percent int) bool { return r.rng.IntN(100) < percent }

// export is a random file and how it is imported.
func (r *random) export() Import {
	r.files++
	r.now = r.now.Add(time.Hour)
	first := september + locale.Day(r.rng.IntN(6))
	days := 1 + r.rng.IntN(5)
	last := first + locale.Day(days-1)
	level, ids, device, span := r.rng.IntN(3), r.ids || r.chance(60), r.chance(20), r.chance(20)
	account := ""
	if !r.ids && r.chance(10) {
		account, r.named = []string{"Durand", "Autre"}[r.rng.IntN(2)], true
	}
	currency := "EUR"
	if r.chance(10) {
		currency = "USD"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "Campaign report\n\"%s - %s\"\n", first.Time().Format("January 2, 2006"), last.Time().Format("January 2, 2006"))
	head := []string{"Campaign"}
	if ids {
		head = append(head, "Campaign ID")
	}
	if level > 0 {
		head = append(head, "Ad group")
	}
	if level > 1 {
		head = append(head, "Ad ID")
	}
	if device {
		head = append(head, "Device")
	}
	if account != "" {
		head = append(head, "Account")
	}
	if !span {
		head = append([]string{"Day"}, head...)
	}
	fmt.Fprintf(&b, "%s,Currency code,Impr.,Clicks,Cost\n", strings.Join(head, ","))
	var impressions, clicks, cost int
	names := map[int]string{}
	for d := first; d <= last; d++ {
		for c := range 4 {
			if !r.chance(70) {
				continue
			}
			if names[c] == "" {
				names[c] = []string{"Brand", "Brand", "Generic", "Sale", "Sale 2"}[(c+r.rng.IntN(2))%5]
			}
			for part := range 1 + min(level, 1) {
				cells := []string{names[c]}
				if ids {
					cells = append(cells, fmt.Sprint(100+c))
				}
				if level > 0 {
					cells = append(cells, fmt.Sprintf("Group %d", part))
				}
				if level > 1 {
					cells = append(cells, fmt.Sprint(9000+10*c+part))
				}
				if device {
					cells = append(cells, []string{"Computers", "Mobile phones"}[part%2])
				}
				if account != "" {
					cells = append(cells, account)
				}
				if !span {
					cells = append([]string{d.String()}, cells...)
				}
				i, k, s := 50+r.rng.IntN(900), r.rng.IntN(40), 100+r.rng.IntN(900)
				impressions, clicks, cost = impressions+i, clicks+k, cost+s
				fmt.Fprintf(&b, "%s,%s,%d,%d,%d.%02d\n", strings.Join(cells, ","), currency, i, k, s/100, s%100)
			}
		}
		if span {
			break
		}
	}
	if r.chance(50) { // complete, or withheld because its sum is wrong
		if r.chance(20) {
			cost += 100
		}
		blank := strings.Repeat(",", len(head)-1)
		fmt.Fprintf(&b, "Total: Account%s,%s,%d,%d,%d.%02d\n", blank, currency, impressions, clicks, cost/100, cost%100)
	}
	in := Import{Client: "durand", Name: fmt.Sprintf("file%d.csv", r.files), Accept: r.chance(50), Options: ingest.Options{
		Zone: time.UTC, Now: r.now, AsOf: last + locale.Day(r.rng.IntN(8)),
	}}
	if r.named && account == "" && r.chance(80) {
		in.Options.Account = "Durand"
	}
	in.File = &Archived{Path: b.String()} // written by put
	return in
}

// put takes a random file in.
func (r *random) put(t *testing.T, w *Warehouse, in Import) *Imported {
	t.Helper()
	kept, err := w.Archive(strings.NewReader(in.File.Path))
	if err != nil {
		t.Fatal(err)
	}
	in.File = kept
	out, err := w.Import(context.Background(), in)
	if err != nil {
		t.Fatalf("%s: %v", in.Name, err)
	}
	return out
}

// state is all that questions can be answered from: what is rolled up, what
// answers at several dates, levels and splits, the objects with their names, and
// which batches are there. Keys are left out: names say the same.
func state(t *testing.T, w *Warehouse) string {
	t.Helper()
	c := &caseRun{t: t, w: w}
	const object = `coalesce(a.name || '#' || a.ext_id, '?'), coalesce(e.name || '#' || e.ext_id, '-')`
	fmt.Fprintln(&c.out, "rolled up")
	c.query(`select r.day, ` + object + `, s.level, s.breakdown, s.currency, b.file, r.impressions, r.clicks, r.spend
		from rollup r join stream s using (stream) join batch b on b.batch = r.batch
		left join entity a on a.entity = r.account left join entity e on e.entity = r.campaign order by all`)
	for _, ask := range []string{
		"9999-12-31, 0, ''", "9999-12-31, 2, ''", "9999-12-31, 3, ''", "9999-12-31, 0, 'device'", "2026-09-04 23:59:59, 0, ''", "2026-09-09 23:59:59, 0, ''",
	} {
		asOf, rest, _ := strings.Cut(ask, ", ")
		fmt.Fprintln(&c.out, "as of", ask)
		c.query(`select v.day, ` + object + `, s.level, s.breakdown, b.file, v.absent
			from served(timestamp '` + asOf + `', date '2026-08-01', date '2026-10-31',
				(select coalesce(string_agg(entity::varchar, ','), '0') from entity where level = 'account'), ` + rest + `) v
			join stream s using (stream) join batch b on b.batch = v.batch
			left join entity a on a.entity = v.account left join entity e on e.entity = v.campaign order by all`)
	}
	fmt.Fprintln(&c.out, "objects")
	c.query(`select e.level, e.name, e.ext_id, p.name, a.name from entity e left join entity p on p.entity = e.parent join entity a on a.entity = e.account order by all`)
	fmt.Fprintln(&c.out, "batches")
	c.query(`select file, withheld from batch where undone_at is null order by all`)
	fmt.Fprintln(&c.out, "periods")
	c.query(`select p.first_day, p.last_day, e.name, b.file from span p join batch b using (batch) left join entity e on e.entity = p.campaign where b.undone_at is null order by all`)
	c.query(`select k.first_day, k.last_day, a.name, b.file from covered k join batch b using (batch) left join entity a on a.entity = k.account where b.undone_at is null order by all`)
	return c.out.String()
}

func memory(t *testing.T) *Warehouse {
	t.Helper()
	w, err := OpenMemory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// Taking a batch out gives back exactly the state before it came, whatever it
// replaced, renamed, adopted or withheld; and a file that is refused changes
// nothing.
func TestUndo(t *testing.T) {
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		w, r := memory(t), &random{rng: rand.New(rand.NewPCG(seed, 3)), now: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
		type step struct {
			batch  int
			before string
		}
		var stack []step
		undo := func() {
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if err := w.Undo(context.Background(), last.batch, r.now); err != nil {
				t.Fatal(err)
			}
			if got := state(t, w); got != last.before {
				t.Fatalf("seed %d: undoing batch %d leaves\n%s", seed, last.batch, differing(last.before, got))
			}
		}
		for range 14 {
			if len(stack) > 0 && r.chance(25) {
				undo()
				continue
			}
			in := r.export()
			before := state(t, w)
			out := r.put(t, w, in)
			switch after := state(t, w); {
			case out.Status == StatusImported:
				stack = append(stack, step{out.Batch, before})
				if in.Accept || !out.Gate {
					continue
				}
				// Accepted later, it is as if it had been at once; undone all the same.
				if r.chance(50) {
					in.Accept = true
					r.put(t, w, in)
				}
			case after != before:
				t.Fatalf("seed %d: %s was %s and yet changed\n%s", seed, in.Name, out.Status, differing(before, after))
			}
		}
		for len(stack) > 0 {
			undo()
		}
	}
}

// Where objects have ids, a batch that is taken out from among others leaves
// what the others alone would have made.
func TestUndoAmong(t *testing.T) {
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		w, r := memory(t), &random{rng: rand.New(rand.NewPCG(seed, 5)), now: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), ids: true}
		var files []Import
		var batches []int
		for range 7 {
			in := r.export()
			in.Accept = true // what one file lowers depends on the others
			if out := r.put(t, w, in); out.Status == StatusImported {
				files, batches = append(files, in), append(batches, out.Batch)
			}
		}
		alone := memory(t)
		for i, in := range files {
			if i%2 == 1 {
				if err := w.Undo(context.Background(), batches[i], r.now); err != nil {
					t.Fatal(err)
				}
				continue
			}
			r.put(t, alone, in)
		}
		if got, want := state(t, w), state(t, alone); got != want {
			t.Errorf("seed %d: without every second batch\n%s", seed, differing(want, got))
		}
	}
}

// Of two currencies that an accepted file gives the same campaigns and days in,
// the one that was known first answers, as it does again when a newer batch is
// taken out.
func TestUndoTwoCurrencies(t *testing.T) {
	w := memory(t)
	file := func(currencies ...string) (body []byte) {
		body = []byte("Day,Campaign,Ad group,Currency code,Impr.,Clicks,Cost\n")
		for i := range 400 {
			body = fmt.Appendf(body, "%s,Campaign %d,Group %d,%s,%d,10,1.00\n", september+locale.Day(i/40), i/8%5, i%8, currencies[i%len(currencies)], 100+i)
		}
		return body
	}
	take := func(name string, body []byte) *Imported {
		kept, err := w.Archive(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Import(context.Background(), Import{Client: "durand", Name: name, File: kept, Accept: true, Options: ingest.Options{
			Now: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
		}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	take("both.csv", file("EUR", "USD"))
	if n := count(t, w, "select count(*) from rollup join stream using (stream) where currency = 'EUR'"); n != 50 || n != count(t, w, "select count(*) from rollup") {
		t.Errorf("euros answer for %d cells, want all 50", n)
	}
	before := state(t, w)
	newer := take("euros.csv", file("EUR"))
	if err := w.Undo(context.Background(), newer.Batch, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := state(t, w); got != before {
		t.Errorf("undoing leaves\n%s", differing(before, got))
	}
}

// differing are the lines that one of two texts has and the other does not.
func differing(want, got string) string {
	var b strings.Builder
	side := func(mark, of, in string) {
		have := map[string]int{}
		for line := range strings.Lines(in) {
			have[line]++
		}
		for line := range strings.Lines(of) {
			if have[line]--; have[line] < 0 {
				b.WriteString(mark + line)
			}
		}
	}
	side("- ", want, got)
	side("+ ", got, want)
	return b.String()
}
