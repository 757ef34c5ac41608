package ingest

import (
	"fmt"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// Platform describes the exports of one advertising platform. It is data: what
// it says in words of the platform, the readers do.
type Platform struct {
	ID    string
	Label string
	// Export says which report to download, after "download": it ends the
	// message about a file that cannot be read.
	Export locale.Text
	// Maturity is for how many days the platform may still change the conversions
	// of a day: its attribution window, or how far back programs that fetch its
	// reports read them again. 0: nobody knows; then a week is assumed.
	Maturity int
	// Unconfirmed says what of this entry nobody has seen in a real file, built
	// from the best evidence there is; empty where all was seen.
	Unconfirmed locale.Text

	// Signature lists the headers that tell this platform's reports from all
	// others, each as names joined by " + ": one of them has to be there whole.
	Signature []string
	// Rivals are the ids of platforms whose tables may bear this one's signature
	// too: where one of them understands all headers that this one does, and
	// more, people are asked whose table it is.
	Rivals []string
	// RangeSignature is enough where a line before the header is a range of
	// dates, which others do not print.
	RangeSignature []string
	// Above is what stands alone on the line above the header, where the
	// platform prints one ("Report Fields"): it tells its reports whatever
	// columns they have.
	Above string
	// RangeInName: some tables say their range in the file's name alone, as
	// Devices(2026.02.05-2026.02.10).csv. They are recognised by that, where
	// every header is the platform's.
	RangeInName bool
	// Columns says what each header means.
	Columns []Header
	// APISignature and API are the same for tables that a program fetched from
	// the platform (a connector, a script, BigQuery): all their headers are
	// identifiers, as cost_micros. Only EN is used.
	APISignature []string
	API          []Header
	// Preamble says what the labelled lines before the header mean, and those
	// after the rows where the platform has Footer ("Date Generated: …"):
	// title, first_day, last_day, range (both), known_as_of, account, rows (how many
	// the file says to hold), incomplete (whether it says to be) or aggregation
	// (daily, weekly, monthly: what the column of days holds). A range of days
	// or a title on a line of its own needs no entry.
	Preamble []Header
	// Footer lists what the first line after the table begins with, separated
	// by " | ": nothing from there on is a row.
	Footer string
	// AllTime is what the platform prints where its range has no bounds.
	AllTime string
	// Nulls are its words for a missing value, beside the usual ones.
	Nulls []string
	// Decimal is the sign before the decimals in each language, Dates the
	// order of day and month in dates written with digits alone (dmy, mdy):
	// priors, which cells can refute. A language that is not there has none.
	Decimal map[locale.Lang]byte
	Dates   map[locale.Lang]string
	// Totals says how the platform prints sums among its rows.
	Totals Totals
	// Results says which measure a column of mixed results holds, by the
	// indicator that stands beside it.
	Results map[string]string
	// KeywordMarks are the signs around a keyword that say its match type in
	// the platform's own notation, by what the match type column says.
	KeywordMarks []Mark
	// SpendFromCPM: the CPM has enough decimals to derive a missing spend.
	SpendFromCPM bool
	// DayIsRangeStart: without a split by day every row is dated on the first
	// day of the range.
	DayIsRangeStart bool
	// Personal are headers of data about people in this platform's files, which
	// mean something else in others.
	Personal string
	// Void are the words by which the column of status says that an order does
	// not count.
	Void string
	// ByHand: no platform wrote the table. It is taken where nothing else
	// claims it; years may be left out of its dates and thousands out of its
	// amounts (k€).
	ByHand bool
	// NoData is the sentence that stands in place of rows in an empty export.
	NoData string

	mapping                        *Mapping // of the team, that this stands for; nil: none
	footers                        []string
	headers, api                   map[string][]alias // by normalised name
	signatures, ranges, signedAPIs [][]string         // normalised
}

// Header is what one column means. EN and FR are its headers in each language,
// separated by " | ", the one to prefer first where a file has several; FR is
// empty where nobody knows it yet. Of several entries with one meaning, which
// have a note each, the earlier is preferred.
//
// As is the id of a measure or a role:
//
//   - day, week, month, quarter, year: what the row's dates are; a cell may also hold a
//     range of dates. first_day and last_day: the two ends of it;
//   - account, campaign, ad_group, ad, keyword, search_term, asset, placement,
//     product, audience: the name of an object; account_id, campaign_id,
//     ad_group_id, ad_id: its id;
//   - match_type: of a keyword;
//   - currency: an ISO code;
//   - nth_day: how many days after the first day of the range;
//   - order, lead: names what each row is one of: it is counted, an order where
//     the row has an amount; status: whether it counts, see Void;
//   - known_as_of: when the row was fetched;
//   - breakdown:NAME: a split of the rows;
//   - result and result_kind: a count of mixed events, and which;
//   - check:MEASURE: what one of the measure cost (a thousand of them for
//     impressions), only used to verify the reading;
//   - share:MEASURE: the part of the eligible impressions that were had (of
//     eligible_impressions) or lost (of lost_budget_impressions and
//     lost_rank_impressions), kept as the impressions it stands for;
//   - unused: understood, and not taken.
type Header struct {
	As, EN, FR string
	// Beside: the meaning holds only where the header also has this column, or
	// one of these.
	Beside string
	// Micros: the amounts are in millionths of the currency's unit.
	Micros bool
	// Note says what people should know about these figures: which clicks or
	// conversions the platform counts here, why a column is not taken.
	Note locale.Text
}

// Totals says how a platform prints sums among its rows.
type Totals struct {
	// Labels are what the label of a totals row begins with; it stands in one
	// of the first three cells, and all other names in the row are empty.
	Labels []string
	// Scopes are the words after the label that are no name of a campaign;
	// those of Account cover the whole account.
	Scopes, Account string
	// Beyond: a row with one cell more than the header, which holds one of these
	// words, is the sum of the others.
	Beyond string
	// Anywhere: totals and subtotals, by whatever people call them, stand
	// anywhere among the rows. Each is the sum of all rows above it, or of those
	// since the one before it.
	Anywhere bool
	// Blank: a row whose names and splits are all empty is the sum of the
	// others, of its own day where it has one.
	Blank bool
}

// Mark is a notation around a keyword, as [exact].
type Mark struct {
	Match       string // what the match type's cell says, separated by " | "
	Open, Close string
}

// alias is one meaning of a normalised header.
type alias struct {
	*Header
	lang   locale.Lang // "" where both languages share it
	rank   int         // place among the headers of the same meaning
	beside []string    // normalised
}

var platforms []*Platform

// register adds a platform at start. A platform that contradicts itself is a
// mistake of its author: it panics.
func register(p Platform) *Platform {
	if LookupPlatform(p.ID) != nil {
		panic("ingest: platform " + p.ID + " is registered twice")
	}
	if p.Footer != "" {
		p.footers = strings.Split(p.Footer, " | ")
	}
	p.headers, p.api = aliases(p.ID, p.Columns), aliases(p.ID, p.API)
	p.signatures, p.ranges, p.signedAPIs = signatures(p.Signature), signatures(p.RangeSignature), signatures(p.APISignature)
	platforms = append(platforms, &p)
	slices.SortFunc(platforms, func(a, b *Platform) int { return strings.Compare(a.ID, b.ID) })
	return &p
}

// signatures splits and normalises sets of headers.
func signatures(list []string) [][]string {
	var all [][]string
	for _, s := range list {
		var names []string
		for _, h := range strings.Split(s, " + ") {
			name, _ := normalise(h)
			names = append(names, name)
		}
		all = append(all, names)
	}
	return all
}

// mapped is the team's mapping behind the platform, or an empty one.
func (p *Platform) mapped() Mapping {
	if p.mapping == nil {
		return Mapping{}
	}
	return *p.mapping
}

// Platforms are all platforms, in order of their id.
func Platforms() []*Platform { return platforms }

// LookupPlatform finds a platform by id; nil where there is none.
func LookupPlatform(id string) *Platform {
	for _, p := range platforms {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// aliases indexes a table of headers by their normalised names.
func aliases(id string, table []Header) map[string][]alias {
	m := map[string][]alias{}
	ranks := map[string]int{} // of the next header, by meaning
	for i := range table {
		h := &table[i]
		if h.EN == "" {
			panic(fmt.Sprintf("ingest: %s: %s has no header", id, h.As))
		}
		if !known(h.As) {
			panic(fmt.Sprintf("ingest: %s: %q is neither a measure nor a role", id, h.As))
		}
		var beside []string
		for _, name := range strings.Split(h.Beside, " | ") {
			if key, _ := normalise(name); key != "" {
				beside = append(beside, key)
			}
		}
		first := ranks[h.As]
		for _, lang := range locale.Langs {
			list := h.FR
			if lang == locale.EN {
				list = h.EN
			}
			names := strings.Split(list, " | ")
			ranks[h.As] = max(ranks[h.As], first+len(names))
			for rank, name := range names {
				key, _ := normalise(name)
				if key == "" {
					continue
				}
				twin := slices.IndexFunc(m[key], func(a alias) bool { return slices.Equal(a.beside, beside) })
				switch {
				case twin < 0:
					m[key] = append(m[key], alias{h, lang, first + rank, beside})
				case m[key][twin].As != h.As:
					panic(fmt.Sprintf("ingest: %s: header %q means both %s and %s", id, name, m[key][twin].As, h.As))
				case m[key][twin].lang != lang:
					m[key][twin].lang = ""
				}
			}
		}
	}
	return m
}

// levelRole is the role of a column that names objects of a level.
type levelRole struct {
	role  string
	level Level
}

// The roles of columns that name objects, coarse to fine, with the level they
// make. Of the last six, which stand below ad groups or beside them, the
// first one that a file has is its object.
var levels = []levelRole{
	{"account", LevelAccount}, {"campaign", LevelCampaign}, {"ad_group", LevelAdGroup}, {"ad", LevelAd},
	{"asset", LevelAsset}, {"search_term", LevelSearchTerm}, {"keyword", LevelKeyword},
	{"placement", LevelPlacement}, {"product", LevelProduct}, {"audience", LevelAudience},
}

// periods are the roles of a date's column, in order of preference.
var periods = []string{"day", "week", "month", "quarter", "year"}

func known(as string) bool {
	if kind, what, ok := strings.Cut(as, ":"); ok {
		_, measure := LookupMeasure(what)
		return kind == "breakdown" && what != "" || kind == "check" && measure || kind == "share" && slices.Contains(shared, what)
	}
	if _, ok := LookupMeasure(as); ok || slices.Contains(periods, as) {
		return true
	}
	for _, l := range levels {
		if as == l.role {
			return true
		}
	}
	switch as {
	case "first_day", "last_day", "known_as_of", "account_id", "campaign_id", "ad_group_id", "ad_id",
		"match_type", "currency", "result", "result_kind", "nth_day", "order", "lead", "status", "unused":
		return true
	}
	return false
}
