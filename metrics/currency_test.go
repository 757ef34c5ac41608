package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

var monday = locale.Date(2026, time.September, 7)

// bureau is a client with accounts in some currencies, each with two campaigns,
// in a workspace with a file of rates.
type bureau struct {
	t      *testing.T
	w      *warehouse.Warehouse
	client *agency.Client
}

func openBureau(t *testing.T, into, rates string, currencies ...string) *bureau {
	t.Helper()
	w, err := warehouse.OpenMemory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	dir := t.TempDir()
	if rates != "" {
		if err := os.Mkdir(filepath.Join(dir, agency.RatesFolder), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, agency.RatesFolder, "eurofxref-hist.csv"), []byte(rates), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b := &bureau{t, w, &agency.Client{ID: "c", Currency: into, Agency: &agency.Agency{Dir: dir}}}
	b.exec("insert into batch values (1, 'c', '', 'facts.csv', 'googleads', 'campaign', null, null, null, null, true, 0, 0, timestamp '2026-12-01', 'file', timestamp '2026-12-01', null, 'absent', false, '{}')")
	for i, c := range currencies {
		account := 1 + i
		b.exec("insert into entity values (?, 'c', 'googleads', ?, 'account', 0, '', ?, null)", account, account, fmt.Sprintf("account %d", account))
		b.exec("insert into stream values (?, 'c', 'googleads', ?, 'campaign', 1, '', 0, 'day', ?)", 10+account, account, c)
		for k := range 2 {
			b.exec("insert into entity values (?, 'c', 'googleads', ?, 'campaign', ?, '', ?, null)", 100*account+k, account, account, fmt.Sprintf("campaign %d.%d", account, k))
		}
	}
	return b
}

func (b *bureau) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.w.DB().Exec(sql, args...); err != nil {
		b.t.Fatalf("%s: %v", sql, err)
	}
}

// fact is a day of a campaign (0 or 1) of an account (from 1), its amounts in
// millionths.
type fact struct {
	day               locale.Day
	account, campaign int
	spend, value      int64
}

func (b *bureau) put(f fact) {
	b.t.Helper()
	campaign := 100*f.account + f.campaign
	b.exec("insert into rollup (day, account, campaign, stream, batch, impressions, clicks, conversions, spend, conversion_value) values (?::date, ?, ?, ?, 1, 1000, 50, ?, ?, ?)",
		f.day.String(), f.account, campaign, 10+f.account, 3*Micro, f.spend, f.value)
	b.exec("insert into cell values (?, ?::date, ?, 1, false, age_of(timestamp '2026-12-01', 1))", 10+f.account, f.day.String(), campaign)
}

func (b *bureau) scope() *Scope {
	b.t.Helper()
	s, err := LoadScope(context.Background(), b.w.DB(), b.client, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bureau) ask(by ...string) *Frame {
	b.t.Helper()
	f, err := Ask(context.Background(), b.w.DB(), Question{Scope: b.scope(), From: monday, To: monday + 13, By: by, Compare: "previous"})
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// facts are four weeks of three accounts, the same for a seed.
func facts(seed uint64) []fact {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var list []fact
	for d := monday - 14; d < monday+14; d++ {
		for account := 1; account <= 3; account++ {
			for k := range 2 {
				if rnd.IntN(5) > 0 {
					list = append(list, fact{d, account, k, rnd.Int64N(2_000_000_000), rnd.Int64N(9_000_000_000) - 1_000_000_000})
				}
			}
		}
	}
	return list
}

// history writes a file of rates of the working days around monday.
func history(value func() string, currencies ...string) string {
	var b strings.Builder
	b.WriteString("Date," + strings.Join(currencies, ",") + ",\n")
	for d := monday + 20; d >= monday-20; d-- {
		if d.Weekday() > 4 {
			continue
		}
		b.WriteString(d.String())
		for range currencies {
			b.WriteString("," + value())
		}
		b.WriteString(",\n")
	}
	return b.String()
}

var panels = [][]string{nil, {"day"}, {"week", "account"}, {"month"}, {"platform_campaign"}, {"channel"}, {"day", "platform_campaign"}}

// Where every rate is 1, an answer over several currencies is that over one,
// intervals and changes included. So it is where a rate is 4 and all amounts are
// four times as high.
func TestConstantRate(t *testing.T) {
	for _, rate := range []int64{1, 4} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) { constantRate(t, rate) })
	}
}

func constantRate(t *testing.T, rate int64) {
	one := openBureau(t, "EUR", "", "EUR", "EUR", "EUR")
	many := openBureau(t, "EUR", history(func() string { return fmt.Sprintf("%d.0000", rate) }, "USD", "GBP"), "EUR", "USD", "GBP")
	for _, f := range facts(7) {
		one.put(f)
		if f.account > 1 {
			f.spend, f.value = rate*f.spend, rate*f.value
		}
		many.put(f)
	}
	for _, by := range panels {
		plain, converted := one.ask(by...), many.ask(by...)
		if plain.Conversion != nil || converted.Conversion == nil || len(converted.Notes) != 1 {
			t.Fatalf("by %v: %+v %+v, notes %v", by, plain.Conversion, converted.Conversion, converted.Notes)
		}
		converted.Conversion, converted.Notes = nil, plain.Notes
		a, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(converted)
		if err != nil {
			t.Fatal(err)
		}
		if string(a) != string(b) {
			t.Errorf("by %v:\n%s\nconverted:\n%s", by, a, b)
		}
	}
	daily := func(b *bureau) Series {
		whole, _, err := Daily(context.Background(), b.w.DB(), b.scope(), monday, monday+13, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return whole
	}
	if a, b := daily(one), daily(many); a.Conversion != nil || b.Conversion == nil || !reflect.DeepEqual(a.Days, b.Days) {
		t.Errorf("daily:\n%v\nconverted:\n%v", a.Days, b.Days)
	}
}

// Whatever the rates: every panel adds up to the same total, to the last
// millionth, and so do the days of the series; it is the sum of the rows, each
// multiplied by the fraction of the published decimals and rounded half away
// from zero.
func TestConversionAddsUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	rates := history(func() string { return fmt.Sprintf("%d.%05d", 1+rnd.IntN(200), rnd.IntN(100_000)) }, "USD", "GBP", "JPY")
	for _, into := range []string{"EUR", "USD", "JPY"} {
		b := openBureau(t, into, rates, "USD", "EUR", "GBP")
		table, err := agency.ReadRates(b.client.Agency.Dir)
		if err != nil {
			t.Fatal(err)
		}
		var spend, value int64
		half := func(x int64, num, den agency.PerEuro) int64 { // by another way than the code's
			r := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(x), big.NewInt(int64(num))), big.NewInt(int64(den)))
			v, ok := new(big.Int).SetString(r.FloatString(0), 10)
			if !ok {
				t.Fatal(r)
			}
			return v.Int64()
		}
		for _, f := range facts(11) {
			b.put(f)
			if f.day < monday {
				continue
			}
			q, ok := table.On(f.day, []string{"USD", "EUR", "GBP"}[f.account-1], into)
			if !ok {
				t.Fatal(f)
			}
			spend += half(f.spend, q.Euro[1], q.Euro[0])
			value += half(f.value, q.Euro[1], q.Euro[0])
		}
		stored := func(v Value) int64 {
			if v.Value == nil {
				return 0
			}
			return int64(math.Round(*v.Value * Micro))
		}
		for _, by := range panels {
			f := b.ask(by...)
			if f.Currency != into || stored(f.Total.KPIs["spend"]) != spend || stored(f.Total.KPIs["conversion_value"]) != value {
				t.Errorf("into %s by %v: the total is %d and %d in %s, want %d and %d", into, by, stored(f.Total.KPIs["spend"]), stored(f.Total.KPIs["conversion_value"]), f.Currency, spend, value)
			}
			if by == nil {
				continue
			}
			var sum [2]int64
			for _, r := range f.Rows {
				sum[0] += stored(r.KPIs["spend"])
				sum[1] += stored(r.KPIs["conversion_value"])
			}
			if sum != [2]int64{spend, value} {
				t.Errorf("into %s by %v: the rows add up to %d, want %d and %d", into, by, sum, spend, value)
			}
		}
		whole, channels, err := Daily(context.Background(), b.w.DB(), b.scope(), monday, monday+13, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range append(channels, whole) {
			var sum [2]int64
			for _, d := range s.Days {
				sum[0] += d.Spend
				sum[1] += d.ConversionValue
			}
			if sum != [2]int64{spend, value} {
				t.Errorf("into %s: the days of %q add up to %d, want %d and %d", into, s.ID, sum, spend, value)
			}
		}
	}
}

// The database rounds as Go does, for amounts of any size and sign.
func TestConversionRounding(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 9))
	b := openBureau(t, "EUR", history(func() string { return fmt.Sprintf("%d.%08d", rnd.IntN(2), 1+rnd.IntN(99_999_999)) }, "USD"), "EUR", "USD")
	want := map[int64]int64{}
	table, err := agency.ReadRates(b.client.Agency.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		x := rnd.Int64N(1 << (1 + rnd.IntN(50)))
		if rnd.IntN(2) == 0 {
			x = -x
		}
		day := monday + locale.Day(i%14)
		q, _ := table.On(day, "USD", "EUR")
		v, ok := scaled(x, big.NewInt(int64(q.Euro[1])), big.NewInt(int64(q.Euro[0])))
		if !ok {
			t.Fatal(x, q)
		}
		b.exec("insert into rollup (day, account, campaign, stream, batch, impressions, spend, conversion_value) values (?::date, 2, 200, 12, 1, ?, ?, 0)", day.String(), i, x)
		want[int64(i)] = v
	}
	b.put(fact{monday, 1, 0, 1, 1}) // so that there are two currencies
	source, args, _, err := b.scope().convert(context.Background(), b.w.DB(), rollup, monday, monday+13)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := b.w.DB().Query("with take as ("+takeSQL+") select r.impressions, r.spend, r.conversion_value, r.revenue is null from "+source+" r where r.account = 2 and (select count(*) from take) > 0", args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var i, spend, value int64
		var unknown bool
		if err := rows.Scan(&i, &spend, &value, &unknown); err != nil {
			t.Fatal(err)
		}
		if spend != want[i] || value != 0 || !unknown {
			t.Errorf("row %d: %d, want %d; value %d; an amount that is not known is one: %v", i, spend, want[i], value, !unknown)
		}
	}
	if err := rows.Err(); err != nil || n != len(want) {
		t.Errorf("%d rows, %v", n, err)
	}
}

// From dollars to pounds straight or by way of the euro, and there and back: the
// same but for the rounding in between.
func TestConversionTriangle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for range 10_000 {
		usd, gbp := big.NewInt(1+rnd.Int64N(1e10)), big.NewInt(1+rnd.Int64N(1e10))
		one := big.NewInt(int64(agency.OneEuro))
		x := rnd.Int64N(1e12) - 5e11
		step := func(x int64, num, den *big.Int) int64 {
			v, ok := scaled(x, num, den)
			if !ok {
				t.Fatal(x, num, den)
			}
			return v
		}
		near := func(what string, got, want int64, num, den *big.Int) {
			// Half a millionth before the last step, times its rate, and half after.
			slack := 1 + float64(num.Int64())/float64(den.Int64())
			if math.Abs(float64(got-want)) > slack {
				t.Errorf("%s of %d at %s and %s: %d, want %d ± %g", what, x, usd, gbp, got, want, slack)
			}
		}
		straight := step(x, gbp, usd)
		if straight > 1e15 || straight < -1e15 {
			continue // floats no longer tell millionths apart
		}
		near("by the euro", step(step(x, one, usd), gbp, one), straight, gbp, one)
		near("there and back", step(straight, usd, gbp), x, usd, gbp)
		if step(-x, gbp, usd) != -straight {
			t.Errorf("%d and its opposite are rounded differently at %s and %s", x, usd, gbp)
		}
	}
}

// A row that comes in while a question is answered has no rate: the question
// fails, and the row does not count as nothing.
func TestConversionRace(t *testing.T) {
	b := openBureau(t, "EUR", history(func() string { return "1.25" }, "USD"), "EUR", "USD")
	b.put(fact{monday, 1, 0, Micro, Micro})
	b.put(fact{monday, 2, 0, Micro, Micro})
	s := b.scope()
	source, args, c, err := s.convert(context.Background(), b.w.DB(), rollup, monday, monday+1)
	if err != nil || len(c.Rates) != 1 {
		t.Fatalf("%+v %v", c, err)
	}
	sum := func() (v int64, err error) {
		err = b.w.DB().QueryRow("with take as ("+takeSQL+") select sum(r.spend)::bigint from "+source+" r where r.day >= "+date(monday)+" and (select count(*) from take) > 0", args...).Scan(&v)
		return v, err
	}
	if v, err := sum(); err != nil || v != 1_800_000 {
		t.Fatalf("%d %v, want 1.80", v, err)
	}
	b.put(fact{monday + 1, 2, 1, 0, 0}) // nothing to convert
	b.put(fact{monday + 2, 2, 0, Micro, Micro})
	if v, err := sum(); err != nil || v != 1_800_000 {
		t.Fatalf("with a day that is not asked for: %d %v, want 1.80", v, err)
	}
	b.put(fact{monday + 1, 2, 0, Micro, Micro})
	if v, err := sum(); err == nil || !strings.Contains(err.Error(), "no rate of USD on 2026-09-08") {
		t.Fatalf("a day without a rate: %d %v", v, err)
	}
}

// Amounts that nothing gives a currency are refused where others have several.
func TestConversionWithoutCurrency(t *testing.T) {
	b := openBureau(t, "EUR", history(func() string { return "1.25" }, "USD"), "EUR", "USD", "")
	for account := 1; account <= 3; account++ {
		b.put(fact{monday, account, 0, 0, Micro})
	}
	_, err := Ask(context.Background(), b.w.DB(), Question{Scope: b.scope(), From: monday, To: monday})
	if err == nil || !strings.HasPrefix(err.Error(), "amounts of 7\u00a0September 2026 have no currency") {
		t.Error(err)
	}
}
