package ingest

import (
	"encoding/json"
	"math/big"
	"strings"

	"vigie/internal/locale"
)

// Unit says what a stored integer of a measure counts.
type Unit uint8

// The units. Money and fractional counts are kept in millionths, so that sums
// are exact and do not depend on their order.
const (
	Count    Unit = iota // a whole number of things
	Fraction             // a count that a platform may split, in millionths
	Money                // an amount of the account's currency, in millionths
)

// Scale is the number of stored units in one: 1 or a million.
func (u Unit) Scale() int64 {
	if u == Count {
		return 1
	}
	return 1_000_000
}

// Measure is one number that an export can hold.
type Measure struct {
	ID       string // column name in Arrow, in the warehouse and in JSON
	Unit     Unit
	Additive bool // may be summed over days and objects of one definition
	Label    locale.Text
}

// Signed reports a measure that may be below zero: the refunds of a day may
// exceed its sales.
func (m Measure) Signed() bool { return m.ID == "revenue" }

// Measures is the table of all measures: it makes the Arrow schema and is what
// the warehouse's columns are checked against. A new measure is one entry here
// and one migration.
var Measures = []Measure{
	{"impressions", Count, true, locale.Text{EN: "Impressions", FR: "Impressions"}},
	{"clicks", Count, true, locale.Text{EN: "Clicks to the site", FR: "Clics vers le site"}},
	{"clicks_all", Count, true, locale.Text{EN: "Clicks (all)", FR: "Clics (tous)"}},
	{"interactions", Count, true, locale.Text{EN: "Interactions", FR: "Interactions"}},
	{"spend", Money, true, locale.Text{EN: "Media spend", FR: "Dépenses média"}},
	{"conversions", Fraction, true, locale.Text{EN: "Conversions", FR: "Conversions"}},
	{"conversion_value", Money, true, locale.Text{EN: "Conversion value", FR: "Valeur de conversion"}},
	{"all_conversions", Fraction, true, locale.Text{EN: "All conversions", FR: "Toutes les conversions"}},
	{"view_conversions", Fraction, true, locale.Text{EN: "View-through conversions", FR: "Conversions après affichage"}},
	{"leads", Fraction, true, locale.Text{EN: "Leads", FR: "Prospects"}},
	{"purchases", Fraction, true, locale.Text{EN: "Purchases", FR: "Achats"}},
	{"purchase_value", Money, true, locale.Text{EN: "Purchase value", FR: "Valeur des achats"}},
	{"add_to_cart", Fraction, true, locale.Text{EN: "Adds to cart", FR: "Ajouts au panier"}},
	{"checkouts", Fraction, true, locale.Text{EN: "Checkouts initiated", FR: "Paiements initiés"}},
	{"registrations", Fraction, true, locale.Text{EN: "Registrations", FR: "Inscriptions"}},
	{"landing_page_views", Count, true, locale.Text{EN: "Landing page views", FR: "Vues de la page de destination"}},
	{"messages", Count, true, locale.Text{EN: "Messaging conversations", FR: "Conversations par messages"}},
	{"engagements", Count, true, locale.Text{EN: "Engagements", FR: "Interactions avec la publication"}},
	{"video_views", Count, true, locale.Text{EN: "Video views", FR: "Vues de vidéo"}},
	{"video_25", Count, true, locale.Text{EN: "Video played to 25%", FR: "Vidéo vue à 25 %"}},
	{"video_50", Count, true, locale.Text{EN: "Video played to 50%", FR: "Vidéo vue à 50 %"}},
	{"video_75", Count, true, locale.Text{EN: "Video played to 75%", FR: "Vidéo vue à 75 %"}},
	{"video_100", Count, true, locale.Text{EN: "Video played to 100%", FR: "Vidéo vue à 100 %"}},
	{"thruplays", Count, true, locale.Text{EN: "ThruPlays", FR: "ThruPlays"}},
	{"viewable_impressions", Count, true, locale.Text{EN: "Viewable impressions", FR: "Impressions visibles"}},
	{"measurable_impressions", Count, true, locale.Text{EN: "Measurable impressions", FR: "Impressions mesurables"}},
	{"sessions", Count, true, locale.Text{EN: "Sessions", FR: "Sessions"}},
	{"engaged_sessions", Count, true, locale.Text{EN: "Engaged sessions", FR: "Sessions avec engagement"}},
	{"sends", Count, true, locale.Text{EN: "E-mails sent", FR: "E-mails envoyés"}},
	{"delivered", Count, true, locale.Text{EN: "E-mails delivered", FR: "E-mails délivrés"}},
	{"opens", Count, true, locale.Text{EN: "Opens", FR: "Ouvertures"}},
	{"unique_opens", Count, false, locale.Text{EN: "Unique opens", FR: "Ouvreurs uniques"}},
	{"unsubscribes", Count, true, locale.Text{EN: "Unsubscribes", FR: "Désabonnements"}},
	{"orders", Count, true, locale.Text{EN: "Orders", FR: "Commandes"}},
	{"revenue", Money, true, locale.Text{EN: "Revenue", FR: "Chiffre d’affaires"}},
	{"bids", Count, true, locale.Text{EN: "Bids", FR: "Enchères"}},
	{"reach", Count, false, locale.Text{EN: "Reach", FR: "Couverture"}},
	{"eligible_impressions", Count, true, locale.Text{EN: "Eligible impressions", FR: "Impressions éligibles"}},
	{"lost_budget_impressions", Count, true, locale.Text{EN: "Impressions lost to budget", FR: "Impressions perdues (budget)"}},
	{"lost_rank_impressions", Count, true, locale.Text{EN: "Impressions lost to rank", FR: "Impressions perdues (classement)"}},
	{"bounded_impressions", Count, true, locale.Text{EN: "Impressions whose share is a bound", FR: "Impressions dont la part est une borne"}},
}

// index is the position of each measure in Measures.
var index = func() map[string]int {
	m := make(map[string]int, len(Measures))
	for i, x := range Measures {
		if _, twice := m[x.ID]; twice {
			panic("ingest: measure " + x.ID + " is declared twice")
		}
		m[x.ID] = i
	}
	return m
}()

// LookupMeasure finds a measure by id.
func LookupMeasure(id string) (Measure, bool) {
	i, ok := index[id]
	if !ok {
		return Measure{}, false
	}
	return Measures[i], true
}

// Sums are sums of measures by id, in stored units; a measure that was never
// seen is absent, which is not the same as 0.
type Sums map[string]int64

// Decimal writes a stored value in units, exactly: 12500000 of money is 12.50,
// and counts have no decimals. Money has at least two.
func (m Measure) Decimal(v int64) string {
	if m.Unit == Count {
		return big.NewInt(v).String()
	}
	whole, frac, _ := strings.Cut(big.NewRat(v, m.Unit.Scale()).FloatString(6), ".")
	frac = strings.TrimRight(frac, "0")
	for m.Unit == Money && len(frac) < 2 {
		frac += "0"
	}
	if frac == "" {
		return whole
	}
	return whole + "." + frac
}

// MarshalJSON writes money as a decimal string in units of the currency and
// counts as numbers.
func (s Sums) MarshalJSON() ([]byte, error) {
	out := make(map[string]any, len(s))
	for id, v := range s {
		m, ok := LookupMeasure(id)
		switch {
		case !ok || m.Unit == Count:
			out[id] = v
		case m.Unit == Money:
			out[id] = m.Decimal(v)
		default:
			out[id] = json.Number(m.Decimal(v))
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Sums) UnmarshalJSON(b []byte) error {
	var raw map[string]json.Number
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	if err := dec.Decode(&raw); err != nil {
		return err
	}
	*s = make(Sums, len(raw))
	for id, n := range raw {
		scale := int64(1)
		if m, ok := LookupMeasure(id); ok {
			scale = m.Unit.Scale()
		}
		r, ok := new(big.Rat).SetString(n.String())
		if !ok {
			continue
		}
		r.Mul(r, big.NewRat(scale, 1))
		(*s)[id] = new(big.Int).Quo(r.Num(), r.Denom()).Int64()
	}
	return nil
}
