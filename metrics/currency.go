package metrics

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// ErrCurrencies: the amounts of a scope cannot be brought into one currency.
// Its text, for people, says what is missing and where to get it.
type ErrCurrencies struct{ locale.Text }

func (e *ErrCurrencies) Error() string { return e.EN }

// exchange brings the amounts of a scope into one currency.
type exchange struct {
	into  string // ISO code
	rates *agency.Rates
}

// Conversion says at which rates amounts of several currencies came into one.
//
// A day's amounts take the rate of that day, those of an export that gives no
// days the mean of the rates published in its period; from one currency to
// another the way leads through the euro. Each row of the warehouse (a day of a
// platform campaign) is multiplied by the exact fraction of the published
// decimals and rounded once, half away from zero, to a millionth: whatever is
// then made of the rows, by day, by channel or in all, adds up to one total.
type Conversion struct {
	Into  string      `json:"into"`
	Files []string    `json:"files"` // slash paths inside the workspace
	Rates []DatedRate `json:"rates"` // by currency, then day
}

// DatedRate is what amounts were multiplied by: Into ÷ From.
type DatedRate struct {
	Currency  string     `json:"currency"` // of the amounts
	First     locale.Day `json:"first_day"`
	Last      locale.Day `json:"last_day"`  // of the amounts; a day's amounts: the same
	Published locale.Day `json:"published"` // the day of the rate; of a mean, its last
	// Mean is on how many published days the rate is the mean; 0 for a rate of
	// one day.
	Mean int `json:"mean,omitempty"`
	// From and Into are what one euro was worth in the currency of the amounts
	// and in that of the answer; means are shown with six decimals.
	From agency.PerEuro `json:"from_per_euro"`
	Into agency.PerEuro `json:"into_per_euro"`
	// Early: the files end before a working day, whose amounts take the last
	// rate for now. A newer file will change them.
	Early bool `json:"early,omitempty"`
}

// moneyColumns are the columns of facts that hold amounts.
func moneyColumns() []string { return append([]string{"spend"}, valueColumns...) }

// convert is the SQL of a source whose amounts are in the scope's currency,
// with the parameters of a query that takes the plan first, and the rates of
// the days that have amounts. Where all accounts are in one currency it is the
// source itself.
func (s *Scope) convert(ctx context.Context, db *sql.DB, source string, from, to locale.Day) (text string, args []any, c *Conversion, err error) {
	args = []any{s.plan()}
	if s.exchange == nil {
		return source, args, nil, nil
	}
	var amounts []string
	for _, m := range moneyColumns() {
		amounts = append(amounts, "r."+m+" <> 0")
	}
	rows, err := db.QueryContext(ctx, fill(query("foreign"),
		"take", takeSQL, "source", source, "from", date(from), "to", date(to),
		"amounts", strings.Join(amounts, " or ")), s.plan(), s.exchange.into)
	if err != nil {
		return "", nil, nil, fmt.Errorf("amounts in other currencies: %w", err)
	}
	defer rows.Close()
	c = s.exchange.conversion()
	for rows.Next() {
		var currency string
		var day time.Time
		if err := rows.Scan(&currency, &day); err != nil {
			return "", nil, nil, err
		}
		r, err := s.exchange.on(currency, locale.DayOf(day))
		if err != nil {
			return "", nil, nil, err
		}
		c.Rates = append(c.Rates, r)
	}
	if err := rows.Err(); err != nil {
		return "", nil, nil, err
	}
	type line struct {
		Currency string     `json:"currency"`
		Day      locale.Day `json:"day"`
		Num      int64      `json:"num"`
		Den      int64      `json:"den"`
		Most     int64      `json:"most"` // the largest amount that 64 bits suffice for
	}
	lines := []line{}
	for _, r := range c.Rates {
		num, den := lowest(int64(r.Into), int64(r.From))
		lines = append(lines, line{r.Currency, r.First, num, den, (math.MaxInt64 - den) / 2 / num})
	}
	b, err := json.Marshal(lines)
	if err != nil {
		panic(err) // integers, days and codes
	}
	return s.exchange.source(source, from, to), append(args, string(b)), c, nil
}

// lowest is a fraction of positive numbers in lowest terms.
func lowest(num, den int64) (int64, int64) {
	a, b := num, den
	for b != 0 {
		a, b = b, a%b
	}
	return num / a, den / a
}

// source is the SQL of the converted rows. A row that came in after its days
// were looked at has no rate and stops the query: it never counts as nothing.
// The database divides 128 bits six times as slowly as 64, which hold nearly
// every amount.
func (e *exchange) source(source string, from, to locale.Day) string {
	columns := slices.Concat(countedColumns(), []string{"day", "account", "campaign", "stream", "batch"})
	if source != rollup {
		columns = append(columns, "ad_group", "ad", "breakdown")
	}
	for i, c := range columns {
		columns[i] = "r." + c
	}
	var amounts []string
	for _, m := range moneyColumns() {
		amounts = append(amounts, fill(`case
            when coalesce(r.{{m}}, 0) = 0 or c.currency = '{{into}}' then r.{{m}}
            when r.day not between {{from}} and {{to}} then null
            when x.den is null then error('no rate of ' || c.currency || ' on ' || r.day)
            when abs(r.{{m}}) <= x.most then sign(r.{{m}}) * ((2 * abs(r.{{m}}) * x.num + x.den) // (2 * x.den))
            else (sign(r.{{m}}) * ((2 * abs(r.{{m}}::hugeint) * x.num + x.den) // (2 * x.den)))::bigint
        end as {{m}}`, "m", m, "into", e.into, "from", date(from), "to", date(to)))
	}
	return fill(query("converted"), "columns", strings.Join(columns, ", "), "amounts", strings.Join(amounts, ",\n        "), "source", source)
}

func (e *exchange) conversion() *Conversion {
	return &Conversion{Into: e.into, Files: e.rates.Files, Rates: []DatedRate{}}
}

// on is the rate of a day's amounts.
func (e *exchange) on(currency string, day locale.Day) (DatedRate, error) {
	q, ok := e.rates.On(day, currency, e.into)
	if !ok {
		return DatedRate{}, e.missing(currency, day)
	}
	r := DatedRate{Currency: currency, First: day, Last: day, Published: q.Day, From: q.Euro[0], Into: q.Euro[1]}
	for d := q.Day + 1; d <= day; d++ {
		r.Early = r.Early || d.Weekday() < 5
	}
	r.Early = r.Early && len(e.rates.Published(day+1, day+agency.MaxRateAge, currency, e.into)) == 0
	return r, nil
}

// over is the mean of the rates published from one day to another, as an exact
// fraction too. Every one of the days must have a rate.
func (e *exchange) over(currency string, first, last locale.Day) (r DatedRate, num, den *big.Int, err error) {
	for d := first; d <= last; d++ {
		if r, err = e.on(currency, d); err != nil {
			return r, nil, nil, err
		}
	}
	early := r.Early
	num, den = big.NewInt(int64(r.Into)), big.NewInt(int64(r.From))
	quotes := e.rates.Published(first, last, currency, e.into)
	if len(quotes) == 0 { // a weekend
		r.First = first
		return r, num, den, nil
	}
	num.SetInt64(0)
	den.SetInt64(0)
	for _, q := range quotes {
		den.Add(den, big.NewInt(int64(q.Euro[0])))
		num.Add(num, big.NewInt(int64(q.Euro[1])))
	}
	mean := func(sum *big.Int) agency.PerEuro {
		const shown = 100 // hundred-millionths in a millionth
		v, _ := scaled(1, sum, big.NewInt(int64(len(quotes))*shown))
		return agency.PerEuro(v * shown)
	}
	return DatedRate{Currency: currency, First: first, Last: last, Published: quotes[len(quotes)-1].Day, Mean: len(quotes), From: mean(den), Into: mean(num), Early: early}, num, den, nil
}

// scaled is x × num ÷ den, rounded half away from zero; ok is false beyond 64
// bits. Num and den are positive.
func scaled(x int64, num, den *big.Int) (v int64, ok bool) {
	n := new(big.Int).Mul(big.NewInt(x), num)
	sign := n.Sign()
	n.Abs(n).Lsh(n, 1).Add(n, den)
	n.Quo(n, new(big.Int).Lsh(den, 1))
	if sign < 0 {
		n.Neg(n)
	}
	return n.Int64(), n.IsInt64()
}

// span is a span with its amounts in the scope's currency, and the rate they
// were converted at; nil where there was nothing to convert.
func (e *exchange) span(p spanRow) (spanRow, *DatedRate, error) {
	if p.currency == e.into || !slices.ContainsFunc(moneyMeasures(), func(i int) bool { return p.sums[i] != 0 }) {
		return p, nil, nil
	}
	r, num, den, err := e.over(p.currency, p.first, p.last)
	if err != nil {
		return p, nil, err
	}
	p.sums = slices.Clone(p.sums)
	for _, i := range moneyMeasures() {
		v, ok := scaled(p.sums[i], num, den)
		if !ok {
			return p, nil, fmt.Errorf("%s of %s to %s in %s: the amount is too large", measures[i].id, p.first, p.last, e.into)
		}
		p.sums[i] = v
	}
	return p, &r, nil
}

// bank is where the rates come from.
var bank = locale.Text{
	EN: "download the euro foreign exchange reference rates of the European Central Bank (eurofxref-hist.zip, from www.ecb.europa.eu/stats/eurofxref) and put the file into the folder rates of the workspace",
	FR: "téléchargez les cours de change de référence de l’euro publiés par la Banque centrale européenne (eurofxref-hist.zip, sur www.ecb.europa.eu/stats/eurofxref) et placez le fichier dans le dossier rates de l’espace de travail",
}

// noRates refuses amounts in several currencies in a workspace without rates.
func noRates(currencies []string) *ErrCurrencies {
	return &ErrCurrencies{locale.Text{
		EN: fmt.Sprintf("amounts in %s cannot be added up without dated rates: %s", locale.EN.Join(currencies), bank.EN),
		FR: fmt.Sprintf("des montants en %s ne s’additionnent pas sans cours datés\u00a0: %s", strings.Join(currencies, " et en "), bank.FR),
	}}
}

// missing says why a day's amounts cannot be converted.
func (e *exchange) missing(currency string, day locale.Day) *ErrCurrencies {
	if currency == "" {
		return &ErrCurrencies{locale.Text{
			EN: fmt.Sprintf("amounts of %s have no currency, and others are in %s: take that export back (vigie batches undo) and import it again with --currency", locale.EN.DayLong(day), e.into),
			FR: fmt.Sprintf("des montants du %s n’ont pas de devise, et d’autres sont en %s\u00a0: retirez cet export (vigie batches undo) et réimportez-le avec --currency", locale.FR.DayLong(day), e.into),
		}}
	}
	for _, c := range []string{currency, e.into} {
		if _, ok := e.rates.On(day, c); ok {
			continue
		}
		first, last, ok := e.rates.Range(c)
		if !ok && c != "EUR" {
			return &ErrCurrencies{locale.Text{
				EN: fmt.Sprintf("amounts in %s cannot be converted into %s: %s has no rate of %s", currency, e.into, strings.Join(e.rates.Files, ", "), c),
				FR: fmt.Sprintf("des montants en %s ne peuvent pas être convertis en %s\u00a0: %s n’a pas de cours du %s", currency, e.into, strings.Join(e.rates.Files, ", "), c),
			}}
		}
		return &ErrCurrencies{locale.Text{
			EN: fmt.Sprintf("no rate of %s for %s: %s has rates from %s to %s, and a day without one takes the last before it, at most %d days older; for other days, %s", c, locale.EN.DayLong(day), strings.Join(e.rates.Files, ", "), locale.EN.DayLong(first), locale.EN.DayLong(last), agency.MaxRateAge, bank.EN),
			FR: fmt.Sprintf("pas de cours du %s pour le %s\u00a0: %s en a du %s au %s, et un jour sans cours prend le dernier qui le précède, de %d jours au plus\u00a0; pour d’autres jours, %s", c, locale.FR.DayLong(day), strings.Join(e.rates.Files, ", "), locale.FR.DayLong(first), locale.FR.DayLong(last), agency.MaxRateAge, bank.FR),
		}}
	}
	return &ErrCurrencies{locale.Text{
		EN: fmt.Sprintf("no day up to %s, %d days back at most, has a rate of both %s and %s in %s", locale.EN.DayLong(day), agency.MaxRateAge, currency, e.into, strings.Join(e.rates.Files, ", ")),
		FR: fmt.Sprintf("aucun jour jusqu’au %s, en remontant d’au plus %d jours, n’a de cours à la fois du %s et du %s dans %s", locale.FR.DayLong(day), agency.MaxRateAge, currency, e.into, strings.Join(e.rates.Files, ", ")),
	}}
}

// JoinConversions is what several answers of one scope were converted at; nil
// where nothing was.
func JoinConversions(list ...*Conversion) *Conversion {
	var all *Conversion
	for _, c := range list {
		switch {
		case c == nil || len(c.Rates) == 0:
		case all == nil:
			x := *c
			x.Rates = slices.Clone(c.Rates)
			all = &x
		default:
			all.Rates = append(all.Rates, c.Rates...)
		}
	}
	if all != nil {
		slices.SortFunc(all.Rates, func(x, y DatedRate) int {
			return cmp.Or(strings.Compare(x.Currency, y.Currency), cmp.Compare(x.First, y.First), cmp.Compare(x.Last, y.Last))
		})
		all.Rates = slices.Compact(all.Rates)
	}
	return all
}

// Notes say in words what was converted, at which rates and from which file.
func (c *Conversion) Notes() []locale.Text {
	if c == nil || len(c.Rates) == 0 {
		return nil
	}
	var daily, means []DatedRate
	var early []DatedRate
	for _, r := range c.Rates {
		if r.Mean > 0 {
			means = append(means, r)
		} else {
			daily = append(daily, r)
		}
		if r.Early {
			early = append(early, r)
		}
	}
	var notes []locale.Text
	if len(daily) > 0 {
		notes = append(notes, c.note(daily, locale.Text{
			EN: "Amounts in %s are converted into %s at the European Central Bank’s reference rate of each day (%s), file %s",
			FR: "Les montants en %s sont convertis en %s au cours de référence de la Banque centrale européenne de chaque jour (%s), fichier %s",
		}))
	}
	if len(means) > 0 {
		notes = append(notes, c.note(means, locale.Text{
			EN: "Amounts in %s that no export gives by day are converted into %s at the mean of the European Central Bank’s reference rates published in their period (%s), file %s",
			FR: "Les montants en %s qu’aucun export ne donne par jour sont convertis en %s à la moyenne des cours de référence de la Banque centrale européenne publiés pendant leur période (%s), fichier %s",
		}))
	}
	if len(early) > 0 {
		last := early[len(early)-1]
		notes = append(notes, locale.Text{
			EN: fmt.Sprintf("%s has no rate after %s yet: later amounts in %s take that day’s for now, and will change with a newer file", c.names(), locale.EN.DayLong(last.Published), locale.EN.Join(currencies(early))),
			FR: fmt.Sprintf("%s n’a pas encore de cours après le %s\u00a0: les montants plus récents en %s prennent ceux de ce jour en attendant, et changeront avec un fichier plus récent", c.names(), locale.FR.DayLong(last.Published), locale.FR.Join(currencies(early))),
		})
	}
	return notes
}

// Currencies are those of the amounts that were converted.
func (c *Conversion) Currencies() []string { return currencies(c.Rates) }

func currencies(rates []DatedRate) []string {
	var list []string
	for _, r := range rates {
		if !slices.Contains(list, r.Currency) {
			list = append(list, r.Currency)
		}
	}
	return list
}

func (c *Conversion) names() string { return strings.Join(c.Files, ", ") }

// note fills a note with the currencies, their lowest and highest rates and the
// files.
func (c *Conversion) note(rates []DatedRate, text locale.Text) locale.Text {
	from := currencies(rates)
	say := func(l locale.Lang) string {
		var worth []string
		for _, currency := range append(slices.Clone(from), c.Into) {
			if currency == "EUR" {
				continue
			}
			euro := func(r DatedRate) agency.PerEuro {
				if currency == c.Into {
					return r.Into
				}
				return r.From
			}
			var low, high *DatedRate
			for i, r := range rates {
				if r.Currency != currency && currency != c.Into {
					continue
				}
				if low == nil || euro(r) < euro(*low) {
					low = &rates[i]
				}
				if high == nil || euro(r) > euro(*high) {
					high = &rates[i]
				}
			}
			one := func(r *DatedRate) string {
				when := locale.Text{EN: "on ", FR: "le "}.In(l) + l.DayLong(r.Published)
				if r.Mean > 0 {
					when = locale.Text{EN: "over ", FR: "sur la période "}.In(l) + l.Period(r.First, r.Last)
				}
				return euro(*r).In(l) + locale.NBSP + currency + " " + when
			}
			words := "1" + locale.NBSP + "EUR = " + one(low)
			if euro(*low) != euro(*high) {
				words += locale.Text{EN: " to ", FR: " à "}.In(l) + one(high)
			}
			worth = append(worth, words)
		}
		return text.F(l, l.Join(from), c.Into, strings.Join(worth, locale.Text{EN: "; ", FR: "\u00a0; "}.In(l)), c.names())
	}
	return locale.Text{EN: say(locale.EN), FR: say(locale.FR)}
}
