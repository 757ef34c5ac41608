package ingest

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// place is where rows with the same names belong: the keys of their objects.
// It is looked up by the bytes of those cells, so that a row costs one lookup.
type place struct {
	// What every row needs stands first and close together: of thousands of
	// places, most are not in the processor's cache.
	campaign, adGroup, ad, object, breakdown int32
	result                                   int32  // the measure mixed results go to; resultTaken or resultUnknown
	hash                                     uint64 // of its objects and breakdown; 0: not worked out yet
	usual                                    placeStream
	currency                                 string        // of its column; "" where it says none
	problem                                  *placeProblem // with its names: rows that have it are left out
	others                                   []placeStream

	account                int32
	accountName, accountID string
	splits                 []string
	indicator              string // of mixed results
}

type placeProblem struct {
	text          locale.Text
	column, value string
}

// placeStream is the stream of a place's rows of one grain and currency.
type placeStream struct {
	stream   *stream
	sums     *sums
	currency string
	span     bool
}

const (
	resultTaken   = -1 // has a column of its own
	resultUnknown = -2
)

// stream is one account, currency and grain of the file.
type stream struct {
	StreamReport
	account int32
	groups  map[int32]*group // by breakdown
	rest    *sums            // of the breakdowns beyond maxGroups
}

// group is the rows of a stream with the same values of the breakdowns.
type group struct {
	sums
	splits []string // in the order of layout.splits
}

// sums adds up the measures of rows.
type sums struct {
	values []int64
	seen   []bool
	rows   int64
}

func newSums(n int) *sums { return &sums{values: make([]int64, n), seen: make([]bool, n)} }

// overflow is a sum that does not fit.
type overflow struct{ measure Measure }

func (e *overflow) Error() string { return "the sum of " + e.measure.ID + " is too large" }

// add adds a row. Non-additive measures only show that they are there.
func (s *sums) add(values []int64, has []bool, measures []boundMeasure) error {
	s.rows++
	for i := range measures {
		if !has[i] {
			continue
		}
		s.seen[i] = true
		if !measures[i].Additive {
			continue
		}
		v, ok := add(s.values[i], values[i])
		if !ok {
			return &overflow{measures[i].Measure}
		}
		s.values[i] = v
	}
	return nil
}

func (s *sums) clone() *sums {
	return &sums{slices.Clone(s.values), slices.Clone(s.seen), s.rows}
}

// merge adds the sums of other rows.
func (s *sums) merge(o *sums, measures []boundMeasure) error {
	rows := s.rows + o.rows
	err := s.add(o.values, o.seen, measures)
	s.rows = rows
	return err
}

// byID lists the sums of the additive measures that some row had.
func (s *sums) byID(measures []boundMeasure) Sums {
	out := Sums{}
	for i, m := range measures {
		if s.seen[i] && m.Additive {
			out[m.ID] = s.values[i]
		}
	}
	return out
}

// spelling stands for keyed cells as a line has them. Two hashes of seeds drawn
// for each reading make one of 128 bits: nobody can write a file in which two
// spellings share it, and chance will not. Holding the cells against those of
// the place itself would wait for memory in every row.
type spelling [2]uint64

// place finds where a row belongs: by how its keyed cells are spelled, and where
// that is new, by reading them.
func (p *parser) place(rec *record, day locale.Day) *place {
	cells, ok := p.keyedCells(rec)
	if !ok {
		return p.readPlace(rec, day)
	}
	name := spelling{maphash.Bytes(p.seeds[0], cells), maphash.Bytes(p.seeds[1], cells)}
	at := p.spellings[name]
	if at == nil {
		at = p.readPlace(rec, day)
		if len(p.spellings) >= maxPlaces {
			clear(p.spellings)
		}
		p.spellings[name] = at
	}
	return at
}

// keyedCells is the part of a line with the keyed cells; ok is false where they
// do not stand together.
func (p *parser) keyedCells(rec *record) (cells []byte, ok bool) {
	last := p.keyedFrom + len(p.keyed) - 1
	if p.keyedFrom < 0 || last >= len(rec.ends) {
		return nil, false
	}
	start := 0
	if p.keyedFrom > 0 {
		start = rec.ends[p.keyedFrom-1] + 1
	}
	return rec.raw[start:rec.ends[last]], true
}

// readPlace finds where a row belongs by the contents of its keyed cells.
func (p *parser) readPlace(rec *record, day locale.Day) *place {
	b := p.keyBuf[:0]
	for _, at := range p.keyed {
		c := cell(rec, at)
		b = append(b, c...)
		b = append(b, byte(len(c)), byte(len(c)>>8), byte(len(c)>>16))
	}
	p.keyBuf = b
	if at, ok := p.places[string(b)]; ok {
		return at
	}
	at := p.newPlace(rec, day)
	if len(p.places) >= maxPlaces {
		clear(p.places) // Keys still knows them
		clear(p.spellings)
	}
	p.places[string(b)] = at
	return at
}

// name reads the name in a column; "" where the cell is empty or says so.
func (p *parser) name(rec *record, column int) string {
	c := trim(cell(rec, column))
	if isNull(c, p.l.platform.Nulls) {
		return ""
	}
	return strings.Join(strings.Fields(clean(string(c))), " ")
}

// id reads an id, a text whatever it looks like. Spreadsheets keep fifteen
// digits of a number: an id of more that went through one, as 1.20253E+17,
// could be any of many, so it is none.
func (p *parser) id(rec *record, column int) string {
	s := p.name(rec, column)
	if column >= 0 && column < len(rec.kinds) && rec.kinds[column].number {
		s = strings.TrimSuffix(s, ".0")
	}
	number, _, cut := strings.Cut(s, "E+")
	if cut && strings.Trim(number, "0123456789.,") == "" {
		p.tallies[tallyIDs].note(p.line, s)
		return ""
	}
	return s
}

// newPlace gives keys to the objects that a row names.
func (p *parser) newPlace(rec *record, day locale.Day) *place {
	w := &place{result: resultTaken}
	for _, at := range p.keyed {
		if len(cell(rec, at)) > maxName {
			text := say("is longer than any name (%s characters)", "est plus long que n’importe quel nom (%s caractères)", fmt.Sprint(len(cell(rec, at))))
			w.problem = &placeProblem{text, p.header(at), p.text(rec, at)}
			return w
		}
	}
	role := func(r string) string { return p.name(rec, p.l.cell(r)) }
	if code := role("currency"); code != "" {
		c := currenciesOf(code)
		if len(c) != 1 {
			text := locale.Text{EN: "is no currency code: want EUR, USD…", FR: "n’est pas un code de devise\u00a0: attendu EUR, USD…"}
			w.problem = &placeProblem{text, p.header(p.l.cell("currency")), code}
			return w
		}
		w.currency = c[0]
	}
	id := func(r string) string { return p.id(rec, p.l.cell(r)) }
	w.accountName, w.accountID = role("account"), id("account_id")
	if w.accountName == "" && w.accountID == "" {
		w.accountName, w.accountID = accountOf(p.r.head.account)
	}
	if w.accountName == "" && w.accountID == "" {
		w.accountName, w.accountID = accountOf(p.r.opts.Account)
	}
	w.account = p.keys.Entity(LevelAccount, 0, 0, w.accountID, w.accountName, day)
	parent := w.account
	entity := func(level Level, id, name string) int32 {
		if id == "" && name == "" {
			return 0
		}
		parent = p.keys.Entity(level, w.account, parent, id, name, day)
		return parent
	}
	w.campaign = entity(LevelCampaign, id("campaign_id"), role("campaign"))
	w.adGroup = entity(LevelAdGroup, id("ad_group_id"), role("ad_group"))
	w.ad = entity(LevelAd, id("ad_id"), role("ad"))
	if object, level := p.l.object(); object != "" {
		name := role(object)
		if level == LevelKeyword {
			name = p.l.platform.markKeyword(name, role("match_type"))
		}
		w.object = entity(level, "", name)
	}
	var pairs []string
	for _, s := range p.l.splits {
		value := p.name(rec, s.cell)
		w.splits = append(w.splits, value)
		pairs = append(pairs, s.name+"="+value)
	}
	w.breakdown = p.keys.Breakdown(pairs)
	if p.result >= 0 {
		w.indicator = role("result_kind")
		w.result = int32(p.l.resultOf(w.indicator))
	}
	return w
}

// accountOf tells an account's id from its name.
func accountOf(s string) (name, id string) {
	if s != "" && strings.Trim(strings.TrimPrefix(s, "act_"), "0123456789-") == "" {
		return "", s
	}
	return s, ""
}

// markKeyword writes a keyword's match type in the platform's notation, as
// [exact], unless the export already did.
func (p *Platform) markKeyword(name, match string) string {
	for _, m := range p.KeywordMarks {
		if listed(m.Match, match) && !strings.HasPrefix(name, m.Open) {
			return m.Open + name + m.Close
		}
	}
	return name
}

// resultOf is the measure that results of a kind go to.
func (l *layout) resultOf(indicator string) int {
	id, ok := l.platform.Results[indicator]
	if !ok {
		return resultUnknown
	}
	at := l.measure(id)
	if at >= 0 && l.measures[at].cell < 0 {
		return at
	}
	return resultTaken
}

// takeResult moves the row's mixed result to its measure; false where it has
// decimals that the measure cannot hold.
func (p *parser) takeResult(w *place) bool {
	v := p.values[p.result]
	switch w.result {
	case resultTaken:
	case resultUnknown:
		if v == 0 {
			break
		}
		t := p.indicators[w.indicator]
		if t == nil && len(p.indicators) < 100 {
			t = &tally{}
			p.indicators[w.indicator] = t
		}
		if t != nil {
			t.note(p.line, w.indicator)
		}
	default:
		if p.l.measures[w.result].Unit == Count {
			if v%1_000_000 != 0 {
				return false
			}
			v /= 1_000_000
		}
		p.values[w.result], p.has[w.result] = v, true
	}
	return true
}

// stream finds the stream of the present row, and the sums it adds to.
func (p *parser) stream(w *place, span bool) (*stream, *sums) {
	currency := w.currency
	if currency == "" {
		currency = p.rowCurrency()
	}
	if currency == "" && p.spend >= 0 && p.has[p.spend] && p.values[p.spend] > 0 {
		p.tallies[tallyNoMoney].note(p.line, "")
	}
	if s := &w.usual; s.stream != nil && s.span == span && s.currency == currency {
		return s.stream, s.sums
	}
	for _, s := range w.others {
		if s.span == span && s.currency == currency {
			return s.stream, s.sums
		}
	}
	grain := GrainDay
	if span {
		grain = GrainSpan
	}
	st := p.streamOf(w, grain, currency)
	g := st.groups[w.breakdown]
	switch {
	case g != nil:
	case p.groups < maxGroups:
		p.groups++
		g = &group{*newSums(len(p.l.measures)), w.splits}
		st.groups[w.breakdown] = g
	case st.rest == nil:
		st.rest = newSums(len(p.l.measures))
	}
	s := placeStream{st, st.rest, currency, span}
	if g != nil {
		s.sums = &g.sums
	}
	if w.usual.stream == nil {
		w.usual = s
	} else {
		w.others = append(w.others, s)
	}
	return st, s.sums
}

// rowCurrency is the currency of a row whose columns name none: that of the
// headers of amounts, or of the sign in the cells, else the account's.
func (p *parser) rowCurrency() string {
	mark := p.l.suffix
	if mark == "" {
		mark = p.mark
	}
	account := cmp.Or(p.l.platform.mapped().Currency, p.r.opts.Currency)
	if mark == "" {
		return account
	}
	code, ok := settle(mark, account)
	if !ok {
		p.tallies[tallyMark].note(p.line, mark)
	}
	return code
}

func (p *parser) streamOf(w *place, grain, currency string) *stream {
	for _, st := range p.streams {
		if st.account == w.account && st.Grain == grain && st.Currency == currency {
			return st
		}
	}
	level, names := p.l.level(), p.l.breakdown()
	st := &stream{account: w.account, groups: map[int32]*group{}}
	st.StreamReport = StreamReport{
		Account: w.accountName, AccountID: w.accountID, Currency: currency,
		Level: level, Breakdown: names, Grain: grain,
	}
	st.Key = p.keys.Stream(Stream{Account: w.account, Level: level, Breakdown: strings.Join(names, ","), Grain: grain, Currency: currency})
	p.streams = append(p.streams, st)
	return st
}

func (p *parser) tooLarge(err error) error {
	return p.r.refuse(p.line, "%s: the figures of this file cannot be true", "%s\u00a0: les chiffres de ce fichier ne peuvent pas être vrais", err.Error())
}
