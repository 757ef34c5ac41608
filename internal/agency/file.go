package agency

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"

	"vigie/internal/locale"
)

// The files as they are written. Their yaml tags are the whole grammar: the
// strict reading and the JSON schemas both come from them, and the words of
// each key are in schema.go.

type agencyFile struct {
	Name     string `yaml:"name" jsonschema:"required"`
	Language string `yaml:"language"`
	TimeZone string `yaml:"time_zone" jsonschema:"required"`
	Currency string `yaml:"currency" jsonschema:"required"`
	Today    day    `yaml:"today"`
	Data     string `yaml:"data"`

	Arbitration arbitrationFile `yaml:"arbitration"`
}

type arbitrationFile struct {
	Hour money  `yaml:"hour"`
	Risk number `yaml:"risk"`
}

type clientFile struct {
	Name     string                 `yaml:"name" jsonschema:"required"`
	Language string                 `yaml:"language"`
	Currency string                 `yaml:"currency"`
	Contacts map[string]contactFile `yaml:"contacts"`
	Accounts map[string][]string    `yaml:"accounts"`
	Brand    []string               `yaml:"brand"`
	Fees     feesFile               `yaml:"fees"`
	Work     workFile               `yaml:"work"`
}

type contactFile struct {
	Name  string `yaml:"name" jsonschema:"required"`
	Role  string `yaml:"role"`
	Email string `yaml:"email" jsonschema:"required"`
}

type feesFile struct {
	PercentOfSpend percent `yaml:"percent_of_spend"`
	Fixed          money   `yaml:"fixed"`
	PerConversion  money   `yaml:"per_conversion"`
	Media          string  `yaml:"media"`
}

type workFile struct {
	Hour  money             `yaml:"hour"`
	Hours map[string]number `yaml:"hours"`
}

type campaignFile struct {
	Name        string            `yaml:"name" jsonschema:"required"`
	Flight      flightFile        `yaml:"flight" jsonschema:"required"`
	Objective   string            `yaml:"objective"`
	TimeZone    string            `yaml:"time_zone"`
	Currency    string            `yaml:"currency"`
	Budget      budgetFile        `yaml:"budget" jsonschema:"required"`
	Channels    []channelFile     `yaml:"channels" jsonschema:"required"`
	Conversions map[string]string `yaml:"conversions"`
	GrossMargin percent           `yaml:"gross_margin"`
	Audience    audienceFile      `yaml:"audience"`
	Market      marketFile        `yaml:"market"`
	Targets     []targetFile      `yaml:"targets"`
	Reports     []reportFile      `yaml:"reports"`
}

type flightFile struct {
	Start day `yaml:"start" jsonschema:"required"`
	End   day `yaml:"end" jsonschema:"required"`
}

type budgetFile struct {
	Total   money   `yaml:"total" jsonschema:"required"`
	Pace    string  `yaml:"pace"`
	Weights weights `yaml:"weights"`
	Tax     string  `yaml:"tax"`
	TaxRate percent `yaml:"tax_rate"`
}

type channelFile struct {
	ID       string     `yaml:"id" jsonschema:"required"`
	Name     string     `yaml:"name"`
	Platform string     `yaml:"platform" jsonschema:"required"`
	Match    patterns   `yaml:"match"`
	Account  string     `yaml:"account"`
	Budget   money      `yaml:"budget"`
	Flight   flightFile `yaml:"flight"`
}

type audienceFile struct {
	Population people  `yaml:"population" jsonschema:"required"`
	InTarget   percent `yaml:"in_target"`
	Source     string  `yaml:"source"`
}

type marketFile struct {
	Spend  money  `yaml:"spend" jsonschema:"required"`
	From   day    `yaml:"from" jsonschema:"required"`
	To     day    `yaml:"to" jsonschema:"required"`
	Source string `yaml:"source" jsonschema:"required"`
}

type targetFile struct {
	KPI       string  `yaml:"kpi" jsonschema:"required"`
	Value     number  `yaml:"value"`
	Min       number  `yaml:"min"`
	Max       number  `yaml:"max"`
	Tolerance percent `yaml:"tolerance"`
}

type reportFile struct {
	Kind   string   `yaml:"kind" jsonschema:"required"`
	When   string   `yaml:"when"`
	Cron   string   `yaml:"cron"`
	To     []string `yaml:"to"`
	Review string   `yaml:"review"`
}

// micro is the number of stored units in one unit of money.
const micro = 1_000_000

// maxMoney bounds an amount, in units, so that products of amounts and weights
// stay inside 128 bits.
const maxMoney = 1_000_000_000

// decimal reads a plain decimal number exactly, in millionths. ok is false
// where it is written in another way or has more than six decimals.
var decimalShape = regexp.MustCompile(`^-?\d{1,12}(\.\d{1,6})?$`)

func decimal(s string) (int64, bool) {
	if !decimalShape.MatchString(s) {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(micro, 1))
	return r.Num().Int64(), r.IsInt() && r.Num().IsInt64()
}

// money is an amount in millionths of the currency's unit, never negative.
type money int64

func (m *money) read(d *doc, n ast.Node) {
	s, ok := d.text(n)
	if !ok {
		return
	}
	v, ok := decimal(s)
	switch {
	case !ok:
		d.fail(n, say("amount %s: want a plain number, as 6000 or 6000.50, without spaces, comma or currency", "montant %s\u00a0: il faut un nombre simple, comme 6000 ou 6000.50, sans espace, virgule ni devise", q(s)))
	case v < 0 || v > maxMoney*micro:
		d.fail(n, say("amount %s: want 0 to 1000000000", "montant %s\u00a0: il faut de 0 à 1000000000", q(s)))
	default:
		*m = money(v)
	}
}

// JSONSchema is the amount in schemas/*.json.
func (money) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "number", Minimum: "0", Maximum: "1000000000"}
}

// percent is a share written with its sign, in millionths of a percent.
type percent int64

// share is the percentage as a part of one: 10% is 0.1.
func (p percent) share() float64 { return float64(p) / (100 * micro) }

func (p *percent) read(d *doc, n ast.Node) {
	s, ok := d.text(n)
	if !ok {
		return
	}
	v, ok := decimal(strings.TrimSpace(strings.TrimSuffix(s, "%")))
	if !ok || !strings.HasSuffix(s, "%") || v < 0 || v > 100*micro {
		d.fail(n, say("share %s: want a percentage from 0%% to 100%%, as 10%% or 7.5%%", "part %s\u00a0: il faut un pourcentage de 0\u00a0%% à 100\u00a0%%, écrit 10%% ou 7.5%%", q(s)))
		return
	}
	*p = percent(v)
}

// JSONSchema is the share in schemas/*.json.
func (percent) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^\d+(\.\d+)? ?%$`}
}

// people is a number of people.
type people int64

func (p *people) read(d *doc, n ast.Node) {
	s, ok := d.text(n)
	if !ok {
		return
	}
	v, ok := decimal(s)
	if !ok || v < micro || v%micro != 0 || v > 10_000_000_000*micro {
		d.fail(n, say("number of people %s: want a whole number without spaces, as 120000", "nombre de personnes %s\u00a0: il faut un nombre entier sans espace, comme 120000", q(s)))
		return
	}
	*p = people(v / micro)
}

// JSONSchema is the number in schemas/*.json.
func (people) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: "1"}
}

// number is the value of a target: a plain number, or a percentage for a rate.
type number struct {
	set bool
	v   float64
}

func (x *number) read(d *doc, n ast.Node) {
	s, ok := d.text(n)
	if !ok {
		return
	}
	bare := strings.TrimSpace(strings.TrimSuffix(s, "%"))
	v, ok := decimal(bare)
	if !ok || v < 0 {
		d.fail(n, say("value %s: want a plain number, as 32 or 4.5, or a percentage, as 3%%", "valeur %s\u00a0: il faut un nombre simple, comme 32 ou 4.5, ou un pourcentage, écrit 3%%", q(s)))
		return
	}
	x.set, x.v = true, float64(v)/micro
	if bare != s {
		x.v = float64(v) / (100 * micro)
	}
}

// JSONSchema is the value in schemas/*.json.
func (number) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "number", Minimum: "0"}, {Type: "string", Pattern: `^\d+(\.\d+)? ?%$`}}}
}

// day is a civil date, written 2026-09-01.
type day locale.Day

// The years a file may speak of; beyond them a date is a typing mistake.
const (
	firstYear = 2000
	lastYear  = 2099
)

func (x *day) read(d *doc, n ast.Node) {
	s, ok := d.text(n)
	if !ok {
		return
	}
	v, err := locale.ParseDay(s)
	if err != nil {
		d.fail(n, say("date %s: want year-month-day of a day that exists, as 2026-09-01", "date %s\u00a0: il faut année-mois-jour d’un jour qui existe, comme 2026-09-01", q(s)))
		return
	}
	if y := v.Time().Year(); y < firstYear || y > lastYear {
		d.fail(n, say("date %s: want a year from %d to %d", "date %s\u00a0: il faut une année de %d à %d", q(s), firstYear, lastYear))
		return
	}
	*x = day(v)
}

// JSONSchema is the date in schemas/*.json.
func (day) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Format: "date"}
}

// patterns are the names a channel takes: one pattern or a list of them.
type patterns []string

func (p *patterns) read(d *doc, n ast.Node) {
	list := []ast.Node{n}
	if seq, ok := n.(*ast.SequenceNode); ok {
		list = seq.Values
		if len(list) == 0 {
			d.fail(n, say("an empty list takes nothing: leave match out to take all campaigns of the platform", "une liste vide ne prend rien\u00a0: ôtez match pour prendre toutes les campagnes de la plateforme"))
		}
	}
	for _, x := range list {
		s, ok := d.text(x)
		if !ok {
			continue
		}
		rest := strings.TrimPrefix(s, "!")
		if rest == "" || strings.TrimSpace(strings.TrimPrefix(rest, "id:")) == "" {
			d.fail(x, say("an empty pattern", "un motif vide"))
			continue
		}
		*p = append(*p, s)
	}
}

// JSONSchema is the pattern or list of patterns in schemas/*.json.
func (patterns) JSONSchema() *jsonschema.Schema {
	one := &jsonschema.Schema{Type: "string"}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{one, {Type: "array", Items: one}}}
}

// weights is how a budget is spread: one number a weekday, or one a flight
// week, in millionths.
type weights struct {
	days  []int64 // Monday first; nil where the weights are of weeks
	weeks []int64
}

// maxWeight bounds a weight, in units: amounts a week fit, and sums stay exact.
const maxWeight = 1_000_000

// weekdays are the names of the days of the week, Monday first, that a file
// may use.
var weekdays = [7][]string{
	{"lun", "lundi", "mon", "monday"},
	{"mar", "mardi", "tue", "tuesday"},
	{"mer", "mercredi", "wed", "wednesday"},
	{"jeu", "jeudi", "thu", "thursday"},
	{"ven", "vendredi", "fri", "friday"},
	{"sam", "samedi", "sat", "saturday"},
	{"dim", "dimanche", "sun", "sunday"},
}

// weekday is the day of the week of a name, Monday 0.
func weekday(name string) (int, bool) {
	i := slices.IndexFunc(weekdays[:], func(names []string) bool { return slices.Contains(names, name) })
	return i, i >= 0
}

func (w *weights) read(d *doc, n ast.Node) {
	one := func(n ast.Node) int64 {
		s, ok := d.text(n)
		if !ok {
			return 0
		}
		v, ok := decimal(s)
		if !ok || v < 0 || v > maxWeight*micro {
			d.fail(n, say("weight %s: want a number from 0 to 1000000", "poids %s\u00a0: il faut un nombre de 0 à 1000000", q(s)))
		}
		return v
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		w.days = []int64{micro, micro, micro, micro, micro, micro, micro}
		seen := [7]bool{}
		d.entries(n, func(key string, x *ast.MappingValueNode) {
			i, ok := weekday(strings.ToLower(key))
			switch {
			case !ok:
				d.fail(x.Key, unknown(say("weekday", "jour"), key, []string{"lun", "mar", "mer", "jeu", "ven", "sam", "dim", "mon", "tue", "wed", "thu", "fri", "sat", "sun"}))
				return
			case seen[i]:
				d.fail(x.Key, say("the day %s is there twice", "le jour %s est écrit deux fois", q(key)))
			}
			seen[i] = true
			w.days[i] = one(x.Value)
		})
	case *ast.SequenceNode:
		for _, x := range n.Values {
			w.weeks = append(w.weeks, one(x))
		}
	default:
		d.fail(n, say("want weights of weekdays, as {sat: 0.5}, or one number a flight week, as [1, 2, 2]", "il faut des poids par jour, comme {sam: 0.5}, ou un nombre par semaine de la campagne, comme [1, 2, 2]"))
	}
}

// JSONSchema is the map of weekdays or the list of weeks in schemas/*.json.
func (weights) JSONSchema() *jsonschema.Schema {
	one := &jsonschema.Schema{Type: "number", Minimum: "0", Maximum: "1000000"}
	days := jsonschema.NewProperties()
	for _, names := range weekdays {
		for _, name := range names {
			days.Set(name, one)
		}
	}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		{Type: "object", Properties: days, AdditionalProperties: jsonschema.FalseSchema},
		{Type: "array", Items: one},
	}}
}

// zone reads the name of a time zone; the machine's own is no name.
func zone(s string) (*time.Location, bool) {
	if s == "" || s == "Local" {
		return nil, false
	}
	z, err := time.LoadLocation(s)
	return z, err == nil
}
