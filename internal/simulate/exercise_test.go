package simulate

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// played is a data set without its key, which takes longer to write than the data.
func played(t *testing.T, spec Spec) *exercise {
	t.Helper()
	x, err := newExercise(spec)
	if err != nil {
		t.Fatalf("%+v: %v", spec, err)
	}
	return x
}

// twin is the same data set without plants.
func twin(t *testing.T, x *exercise) *exercise {
	t.Helper()
	return played(t, Spec{Seed: x.Seed, Size: x.Size, Kinds: x.Kinds, Null: true})
}

func makeExercise(t *testing.T, spec Spec) *Exercise {
	t.Helper()
	e, err := NewExercise(spec)
	if err != nil {
		t.Fatalf("%+v: %v", spec, err)
	}
	return e
}

// The same seed gives the same bytes, here and on any other machine: the hash of
// everything that is written is in testdata/simulate.
func TestBytes(t *testing.T) {
	const golden = "../../testdata/simulate/trees.golden"
	var got strings.Builder
	for _, spec := range []Spec{
		{Seed: 1, Size: SizeS}, {Seed: 1, Size: SizeS, Null: true}, {Seed: 2, Size: SizeS},
		{Seed: 1, Size: SizeM}, {Seed: 1, Size: SizeM, Kinds: []string{"tracking-outage", "whale-order"}},
	} {
		dir := t.TempDir()
		e := makeExercise(t, spec)
		for range 2 { // a second time changes nothing
			if err := e.Write(filepath.Join(dir, "given"), filepath.Join(dir, "key")); err != nil {
				t.Fatal(err)
			}
		}
		h, n := sha256.New(), 0
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			// Schemas and the key's prose are written by other rooms' words.
			rel, _ := filepath.Rel(dir, path)
			prose, _ := filepath.Match("key/*.md", filepath.ToSlash(rel))
			if err != nil || d.IsDir() || strings.Contains(path, "schemas") || prose {
				return err
			}
			b, err := os.ReadFile(path)
			fmt.Fprintf(h, "%s %d\n%s", filepath.ToSlash(rel), len(b), b)
			n++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "seed %d size %s null %t plants %s: %d files %x\n", spec.Seed, spec.Size, spec.Null, strings.Join(spec.Kinds, ","), n, h.Sum(nil))
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("other bytes than before:\n%swant\n%s", got.String(), want)
	}
}

// forced is a seed with which a kind finds room in a size.
func forced(t *testing.T, size Size, kind string) *exercise {
	t.Helper()
	for seed := int64(1); seed < 10; seed++ {
		if x, err := newExercise(Spec{Seed: seed, Size: size, Kinds: []string{kind}}); err == nil {
			return x
		}
	}
	t.Fatalf("%s finds no room", kind)
	return nil
}

// A data set and its twin without plants differ in the days and entities of the
// plants, and in nothing else. Where clicks are billed, an ad without one leaves its
// spend to the others of its campaign.
func TestTwins(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws")
	}
	check := func(x *exercise) {
		t.Helper()
		twin := twin(t, x)
		if len(twin.plants) != 0 {
			t.Fatal("the twin has plants")
		}
		changed := 0
		per := len(x.entities)
		for n, h := range x.history {
			i := n % per
			touched := false
			for _, p := range x.plants {
				in := append(slices.Clone(p.entities), p.rest...)
				own := slices.ContainsFunc(in, func(j int) bool { return x.entities[j].campaign == h.Campaign })
				touched = touched || h.Day.Day >= p.first && h.Day.Day <= p.last && (slices.Contains(in, i) || own && h.Platform == "googleads")
			}
			same := h.Day == twin.history[n].Day && slices.Equal(h.orders, twin.history[n].orders)
			if !same {
				changed++
				if !touched {
					t.Fatalf("seed %d, %v: %+v became %+v", x.Seed, x.planted(), twin.history[n].Day, h.Day)
				}
			}
		}
		exportsOnly := func(p plant) bool { return p.withheld || p.copied > 0 || p.unit != million || p.fee != nil }
		if changed == 0 && !slices.ContainsFunc(x.plants, exportsOnly) {
			t.Errorf("%v changes nothing", x.planted())
		}
	}
	for _, k := range Kinds() {
		check(forced(t, SizeM, k.ID))
	}
	for seed := int64(1); seed <= 4; seed++ {
		check(played(t, Spec{Seed: seed, Size: SizeM}))
		check(played(t, Spec{Seed: seed, Size: SizeS}))
	}
}

// One export after another tells of at least as many conversions of the same day,
// and of the same spend; the last tells of nearly all.
func TestVintages(t *testing.T) {
	x := played(t, Spec{Seed: 5, Size: SizeM, Null: true})
	var first, last, all int64
	for n := range x.history {
		h := x.history[n]
		all += int64(len(h.orders))
		before := h.asOf(h.Day.Day)
		first += before.Conversions
		for d := h.Day.Day + 1; d <= h.Day.Day+maxDelay; d++ {
			after := h.asOf(d)
			if after.Conversions < before.Conversions || after.Spend != before.Spend {
				t.Fatalf("%+v became %+v", before, after)
			}
			before = after
		}
		last += before.Conversions
	}
	if last != all {
		t.Errorf("%d conversions of %d have come in after %d days", last, all, maxDelay)
	}
	if share := float64(first) / float64(all); math.Abs(share-0.58) > 0.04 {
		t.Errorf("%.3f of the conversions come on the day of the click, want about 0.58", share)
	}
	if n := len(x.vintages); n != 8 || x.vintages[n-1] != exerciseToday {
		t.Errorf("exports of %v", x.vintages)
	}
}

// sumOf adds up what the last exports show of some entities over some days.
func (x *exercise) sumOf(entities []int, from, to locale.Day) (s Day) {
	for d := max(from, x.first); d <= min(to, x.last); d++ {
		for _, i := range entities {
			if row, ok := x.reported(i, d, x.last); ok {
				s = s.plus(row)
			}
		}
	}
	return s
}

// What the key says is in the exports, and what it does not say is not.
func TestKeyAgrees(t *testing.T) {
	of := func(kind string) (*exercise, plant, Plant) {
		x := forced(t, SizeM, kind)
		return x, x.plants[0], x.describe(0, x.plants[0])
	}
	between := func(what string, v, lo, hi float64) {
		t.Helper()
		if v < lo || v > hi {
			t.Errorf("%s: %.3f, want %.2f to %.2f", what, v, lo, hi)
		}
	}
	div := func(a, b int64) float64 { return float64(a) / float64(max(b, 1)) }
	// Rates of the plant's days against those of its twin.
	against := func(x *exercise, p plant) (planted, calm Day) {
		y := twin(t, x)
		return x.sumOf(p.entities, p.first+locale.Day(p.ramp), p.last), y.sumOf(p.entities, p.first+locale.Day(p.ramp), p.last)
	}

	x, p, k := of("tracking-outage")
	a, b := against(x, p)
	between("conversions in the outage", div(a.Conversions, b.Conversions), 0, 0.25)
	between("clicks in the outage", div(a.Clicks, b.Clicks), 1, 1)
	between("what the outage is said to be", k.Magnitude, 0, 0.15)
	if k.Effect.Conversions >= 0 || k.Effect.Spend != 0 || k.End-k.Start > 6 || k.End-k.Start < 1 {
		t.Errorf("the outage is said to be %+v", k)
	}
	if want := float64(b.Conversions - a.Conversions); math.Abs(-k.Effect.Conversions-want) > 4*math.Sqrt(want+1)+3 {
		t.Errorf("the outage is said to lose %.1f conversions, the exports lose %.0f", k.Effect.Conversions, want)
	}

	x, p, k = of("creative-fatigue")
	a, b = against(x, p)
	between("click rate of the tired ad", div(a.Clicks, a.Impressions)/div(b.Clicks, b.Impressions), k.Magnitude-0.2, k.Magnitude+0.2)
	between("its frequency", div(a.Impressions, a.Reach)/div(b.Impressions, b.Reach), 1.1, 2)

	for _, kind := range []string{"cpc-inflation", "competitor"} {
		x, p, k = of(kind)
		a, b = against(x, p)
		between("cost of impressions, "+kind, div(a.Spend, a.Impressions)/div(b.Spend, b.Impressions), k.Magnitude-0.04, k.Magnitude+0.04)
	}

	x, p, k = of("budget-cap")
	a, b = against(x, p)
	between("spend under the cap", div(a.Spend, b.Spend), 0.5, k.Magnitude+0.05)

	for _, kind := range []string{"landing-page", "adjustment-works"} {
		x, p, k = of(kind)
		a, b = against(x, p)
		between("conversion rate, "+kind, div(a.Conversions, a.Clicks)/div(b.Conversions, b.Clicks), k.Magnitude-0.35, k.Magnitude+0.35)
		between("clicks, "+kind, div(a.Clicks, b.Clicks), 1, 1)
	}

	x, p, k = of("dead-audience")
	a, b = against(x, p)
	between("conversions of the dead audience", div(a.Conversions, b.Conversions), 0, 0.4)
	total := x.sumOf(all(x), x.first, x.last)
	between("spend of the dead audience", div(a.Spend, total.Spend), 0.06, 1)

	x, p, k = of("unit-change")
	a, b = against(x, p)
	between("amounts in another unit", div(a.Spend, b.Spend), k.Magnitude*0.999, k.Magnitude*1.001)
	between("what they buy", div(a.Clicks, b.Clicks), 1, 1)

	x, p, _ = of("missing-days")
	if a := x.sumOf(p.entities, p.first, p.last); a != (Day{}) {
		t.Errorf("missing days show %+v", a)
	}
	if a := x.sumOf(p.entities, p.first-1, p.first-1); a.Impressions == 0 {
		t.Error("the day before is missing too")
	}

	x, p, _ = of("repeated-days")
	if a, b := x.sumOf(p.entities, p.first, p.last), x.sumOf(p.entities, p.first-p.copied, p.last-p.copied); a.Impressions != b.Impressions || a.Spend != b.Spend || a.Clicks != b.Clicks {
		t.Errorf("copied days show %+v, their originals %+v", a, b)
	}

	x, p, k = of("mix-shift")
	a, b = against(x, p)
	between("spend of the channel that loses", div(a.Spend, b.Spend), k.Magnitude-0.04, k.Magnitude+0.04)
	y := twin(t, x)
	between("spend in all", div(x.sumOf(all(x), x.first, x.last).Spend, y.sumOf(all(y), y.first, y.last).Spend), 0.99, 1.01)

	x, p, _ = of("lucky-campaign")
	a = x.sumOf(p.entities, x.first, x.last)
	between("clicks of the lucky campaign", float64(a.Clicks), 10, 65)

	x, p, k = of("bot-clicks")
	a, b = against(x, p)
	between("clicks of bots", div(a.Clicks, b.Clicks), k.Magnitude-0.35, k.Magnitude+0.35)
	between("conversions beside them", div(a.Conversions, b.Conversions), 0.4, 1.9)

	x, p, _ = of("double-tagging")
	a, b = against(x, p)
	between("conversions counted twice", div(a.Conversions, b.Conversions), 2, 2)

	x, p, _ = of("whale-order")
	a, b = against(x, p)
	if a.Conversions != b.Conversions+1 || a.Value < b.Value+15*x.entities[p.entities[0]].value {
		t.Errorf("one big order: %+v, without it %+v", a, b)
	}

	x, p, _ = of("lag-shift")
	late := func(x *exercise) (n, all int) {
		for d := p.first; d <= x.last; d++ {
			for _, i := range p.entities {
				for _, o := range x.history[int(d-x.first)*len(x.entities)+i].orders {
					if all++; o.after > 7 {
						n++
					}
				}
			}
		}
		return n, all
	}
	n, m := late(x)
	n0, m0 := late(twin(t, x))
	if m != m0 || n <= n0 {
		t.Errorf("%d of %d conversions come after a week, without the shift %d of %d", n, m, n0, m0)
	}

	x, _, k = of("margin-trap")
	if !strings.Contains(string(x.files()["clients/"+exerciseClient+"/"+exerciseCampaign+"/notes/heures.md"]), " heures ") || !strings.Contains(k.Note.EN, "Margin: -") {
		t.Errorf("the margin trap says %q", k.Note.EN)
	}
}

func all(x *exercise) (list []int) {
	for i := range x.entities {
		list = append(list, i)
	}
	return list
}

// The workspace opens without a word to say, and each platform campaign belongs to
// the channel it was made for.
func TestExerciseOpens(t *testing.T) {
	for _, size := range sizes {
		dir := t.TempDir()
		e := makeExercise(t, Spec{Seed: 3, Size: size})
		files := tree{}
		for name, b := range e.Files() {
			files.add(dir, name, b, made(exerciseToday))
		}
		if err := files.write(); err != nil {
			t.Fatal(err)
		}
		a, err := agency.Open(dir, agency.Known{})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Problems) > 0 {
			t.Errorf("%s: %s", size, a.Problems.In(locale.EN))
		}
		k := a.Clients[0].Campaigns[0]
		if a.Today != exerciseToday || k.Flight.Start != e.Key.First || k.Flight.End != e.Key.End || e.Key.Last+1 != exerciseToday {
			t.Errorf("%s: today %s, flight %v, key %+v", size, a.Today, k.Flight, e.Key)
		}
		for _, o := range e.x.entities {
			if id, _ := k.Channel(o.platform, "", o.campaign, ""); id != o.channel {
				t.Fatalf("%q goes to channel %q, was made for %q", o.campaign, id, o.channel)
			}
		}
		if got := units(k.Budget.Total); got != e.Key.Spend.Budget {
			t.Errorf("%s: budget %v, the key says %v", size, got, e.Key.Spend.Budget)
		}
		// The plan is what the campaigns are about to spend: nobody is behind it.
		var planned int64
		for _, o := range e.x.entities {
			planned += o.daily
		}
		if share := float64(planned) * float64(e.Key.End-e.Key.First+1) / 100 / e.Key.Spend.Budget; share < 0.99 || share > 1 {
			t.Errorf("%s: %.3f of the budget is given to campaigns", size, share)
		}
	}
}

func units(micros int64) float64 { return float64(micros) / million }

// What is written down as true adds up.
func TestTruths(t *testing.T) {
	for seed := int64(1); seed <= 3; seed++ {
		e := makeExercise(t, Spec{Seed: seed, Size: SizeM})
		k := e.Key
		if k.Optimum.Best < k.Optimum.Now {
			t.Errorf("seed %d: the optimum is worse than the plan: %+v", seed, k.Optimum)
		}
		var planned, best float64
		for _, c := range k.Optimum.Channels {
			planned, best = planned+c.Planned, best+c.Best
			if c.Best < 0.79*c.Planned || c.Best > 1.21*c.Planned {
				t.Errorf("seed %d: %+v is beyond a fifth", seed, c)
			}
		}
		if math.Abs(planned-best) > planned/200 {
			t.Errorf("seed %d: %.2f € a day became %.2f", seed, planned, best)
		}
		if s := k.Spend; s.Low > s.Median || s.Median > s.High || s.High > 1.1*s.Budget {
			t.Errorf("seed %d: spend at the end %+v", seed, s)
		}
		// The parts of the change add up to it, and to nothing where nothing changed.
		x := e.x
		half := int(x.last-x.first+1) / 2
		var change, parts float64
		for i := range x.entities {
			for d := range half {
				change += unit(x.expected(i, x.first+locale.Day(half+d), -1, million).conversions - x.expected(i, x.first+locale.Day(d), -1, million).conversions)
			}
		}
		for _, s := range k.Split {
			parts += s.Share
		}
		if math.Abs(change-parts) > 0.05 {
			t.Errorf("seed %d: conversions change by %.3f, the parts add up to %.3f", seed, change, parts)
		}
	}
	null := makeExercise(t, Spec{Seed: 1, Size: SizeS, Null: true}).Key
	if len(null.Plants) != 0 || len(null.Quiet) != 3 || len(null.Quiet[0].Weeks) != 4 {
		t.Errorf("the twin's key: %+v", null)
	}
}

// Over many data sets without plants, the exports have the means of the model: a
// tolerance of three standard errors or more.
func TestExerciseMeans(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws")
	}
	got, want := map[string]outcome{}, map[string]outcome{}
	for seed := int64(1); seed <= 6; seed++ {
		x := played(t, Spec{Seed: seed, Size: SizeM, Null: true})
		for n, h := range x.history {
			e := x.entities[n%len(x.entities)]
			d := h.asOf(h.Day.Day + maxDelay + 30)
			got[e.channel] = got[e.channel].plus(outcome{d.Spend, d.Impressions * million, d.Clicks * million, d.Conversions * million, d.Value})
			want[e.channel] = want[e.channel].plus(x.expected(n%len(x.entities), h.Day.Day, -1, million))
		}
	}
	for _, channel := range slices.Sorted(maps.Keys(got)) {
		for _, kpi := range []string{"spend", "impressions", "clicks", "conversions"} {
			a, _ := got[channel].kpi(kpi)
			b, _ := want[channel].kpi(kpi)
			tolerance := 0.01
			switch kpi {
			case "clicks":
				tolerance = max(tolerance, 3*math.Sqrt(1.5/unit(want[channel].clicks)))
			case "conversions":
				tolerance = 3 * math.Sqrt(1.8/unit(want[channel].conversions))
			}
			if math.Abs(a/b-1) > tolerance {
				t.Errorf("%s of %s: %.4f of what is expected, want 1 within %.3f", kpi, channel, a/b, tolerance)
			}
		}
	}
}

// Every seed of every size makes a data set, with as much planted as belongs to it
// or a little less.
func TestManySeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws")
	}
	planted := map[string]int{}
	for seed := int64(-20); seed < 40; seed++ {
		for _, size := range sizes[:2] {
			x, err := newExercise(Spec{Seed: seed, Size: size})
			if err != nil {
				t.Fatal(err)
			}
			n := sizePlants[size.rank()]
			if got := len(x.plants); got < 2 || got > n[0]+n[1] {
				t.Errorf("seed %d, size %s: %d plants", seed, size, got)
			}
			for i, p := range x.plants {
				planted[p.kind.id]++
				if p.first < x.first || p.first > x.last || p.last < p.first || !slices.IsSorted(p.entities) || !slices.IsSorted(p.rest) {
					t.Errorf("seed %d, size %s: %s from %s to %s on %v", seed, size, p.kind.id, p.first, p.last, p.entities)
				}
				if p.size < p.kind.sizes[slices.Index(severities, p.severity)][0] || p.size > p.kind.sizes[slices.Index(severities, p.severity)][1] {
					t.Errorf("%s: magnitude %d is not %s", p.kind.id, p.size, p.severity)
				}
				for _, q := range x.plants[:i] {
					if q.kind == p.kind {
						t.Errorf("seed %d: %s twice", seed, p.kind.id)
					}
				}
			}
		}
	}
	for _, k := range Kinds() {
		if planted[k.ID] == 0 {
			t.Errorf("%s is planted in none of 120 data sets", k.ID)
		}
	}
}

// What cannot be planted is said in words.
func TestCannotPlant(t *testing.T) {
	for _, c := range []struct {
		size  Size
		kinds string
		want  string
	}{
		{SizeM, "tracking-outtage", "cannot be planted"},
		{SizeS, "mix-shift", "size M or larger"},
		{SizeM, "winner,winner", "named twice"},
		{SizeS, "landing-page,adjustment-works,cpc-inflation", "no room"},
	} {
		_, err := NewExercise(Spec{Seed: 1, Size: c.size, Kinds: strings.Split(c.kinds, ",")})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.kinds, err, c.want)
		}
	}
}

// The help lists what there is; texts exist in both languages.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range kinds {
		if seen[k.id] || k.title.EN == "" || k.title.FR == "" || k.action.EN == "" || k.action.FR == "" || k.visible == 0 {
			t.Errorf("%s is not complete", k.id)
		}
		seen[k.id] = true
		if !k.distractor && len(k.expect) == 0 {
			t.Errorf("nothing is expected to find %s", k.id)
		}
		for _, s := range k.sizes {
			if s[0] > s[1] {
				t.Errorf("%s: %v", k.id, s)
			}
		}
	}
}
