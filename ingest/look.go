package ingest

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"vigie/internal/locale"
)

// look is what the rows of a file show together, for the checks that no single
// row can make. It keeps a little for each day, and what each campaign
// delivered on each day; neither grows with the rows.
type look struct {
	lead      int       // place of the measure that tells which row of a day is the largest; -1
	counts    []float64 // by place, what one of it is stored as; 0 for what is no count
	clicks    int       // the measure of clicks that the file has; -1
	converts  []int
	viewed    int // conversions after a view that it counts apart; -1
	days      map[locale.Day]*dayLook
	today     *dayLook // of the last row: rows come by day more often than not
	at        locale.Day
	moreDays  bool       // there are more than maxDays
	rest      dayLook    // of those beyond
	keys      duplicates // rows that have their day and all their names in common
	campaigns map[campaignKey]*campaignDays
	recent    [64]*campaignDays // of the last rows, by the end of their key
	cells     int               // kept, over all campaigns
	bits      int               // leading zeros that a campaign's hash must have to be kept
}

// dayLook is the rows of one day, or of the file.
type dayLook struct {
	rows   int64
	byDay  int64   // of those, rows of one day
	mark   uint64  // the same for days with the same objects and the same counts
	n      int64   // counts that are not zero
	size   float64 // their sum, in units
	sums   []int64
	seen   []bool
	object uint64 // of the first row
	mixed  bool   // other rows are of others
	// The largest row.
	top      []int64
	topSeen  []bool
	topLine  int
	topWhere int32 // its campaign
}

type campaignKey struct{ stream, campaign int32 }

// campaignDays is what a campaign delivered, by day from the first on.
type campaignDays struct {
	key   campaignKey
	first locale.Day
	days  []Cell
}

// maxCells days of campaigns are kept. Where a file has more, half of the
// campaigns are let go, again and again: what the others show holds for all.
const maxCells = 1 << 17

// conversionMeasures count what a click may lead to.
var conversionMeasures = []string{"conversions", "leads", "purchases", "registrations"}

func newLook(p *parser) look {
	k := look{lead: p.impr, clicks: p.clicks, counts: make([]float64, len(p.l.measures)), viewed: p.l.measure("view_conversions"), days: map[locale.Day]*dayLook{}, campaigns: map[campaignKey]*campaignDays{}}
	for _, id := range []string{"clicks_all", "interactions"} {
		if k.clicks < 0 {
			k.clicks = p.l.measure(id)
		}
	}
	for i, m := range p.l.measures {
		if !m.Additive {
			continue
		}
		if m.Unit != Money {
			k.counts[i] = float64(m.Unit.Scale())
		}
		if slices.Contains(conversionMeasures, m.ID) {
			k.converts = append(k.converts, i)
		}
		if k.lead < 0 {
			k.lead = i
		}
	}
	return k
}

// row looks at a row that is kept.
func (k *look) row(p *parser, st *stream, where *place, first, last locale.Day) {
	k.single(p, where, first, last)
	if where.hash == 0 {
		for _, key := range []int32{where.campaign, where.adGroup, where.ad, where.object, where.breakdown} {
			where.hash = mixInt(where.hash, int64(key))
		}
	}
	h := mixInt(where.hash, int64(st.Key))
	if p.delivered() {
		k.keys.see(mixInt(mixInt(h, int64(first)), int64(last)), p.line)
	}
	if k.today == nil || k.at != first {
		if k.today = k.days[first]; k.today == nil && len(k.days) < maxDays {
			k.today = &dayLook{}
			k.days[first] = k.today
		}
		k.moreDays = k.moreDays || k.today == nil
		k.at = first
	}
	if k.today != nil {
		k.today.add(p, k, where, h)
	} else {
		k.rest.add(p, k, where, h)
	}
	if first == last {
		if k.today != nil {
			k.today.byDay++
		} else {
			k.rest.byDay++
		}
		if k.clicks >= 0 && p.spend >= 0 && p.impr >= 0 {
			k.deliver(campaignKey{st.Key, where.campaign}, Cell{first, p.values[p.impr], p.values[k.clicks], p.values[p.spend]})
		}
	}
}

// single looks at what the row alone shows.
func (k *look) single(p *parser, where *place, first, last locale.Day) {
	note := func(kind int) {
		t := &p.tallies[kind]
		t.note(p.line, "")
		t.cover(first, last)
		if where.campaign != 0 && len(t.campaigns) < MaxObjects && !slices.Contains(t.campaigns, where.campaign) {
			t.campaigns = append(t.campaigns, where.campaign)
		}
	}
	if p.impr >= 0 && p.has[p.impr] {
		if p.clicks >= 0 && p.has[p.clicks] && p.values[p.clicks] > p.values[p.impr] {
			note(tallyClicks)
		}
		if p.spend >= 0 && p.has[p.spend] && p.values[p.spend] > 0 && p.values[p.impr] == 0 {
			note(tallyUnseen)
		}
	}
	if k.clicks < 0 || !p.has[k.clicks] {
		return
	}
	for _, i := range k.converts {
		v := p.values[i]
		if k.viewed >= 0 && p.has[k.viewed] {
			v -= p.values[k.viewed]
		}
		// One or two after a view are no reason to speak up.
		if p.has[i] && v >= 3_000_000 && v > p.values[k.clicks]*1_000_000 {
			note(tallyConverts)
			return
		}
	}
}

// cover adds days to those of a tally.
func (t *tally) cover(first, last locale.Day) {
	if t.first == 0 || first < t.first {
		t.first = first
	}
	t.last = max(t.last, last)
}

// add adds the present row.
func (d *dayLook) add(p *parser, k *look, where *place, object uint64) {
	if d.sums == nil {
		n := len(p.l.measures)
		d.sums, d.seen, d.top, d.topSeen = make([]int64, n), make([]bool, n), make([]int64, n), make([]bool, n)
	}
	if d.rows == 0 {
		d.object = object
	}
	d.mixed = d.mixed || object != d.object
	d.rows++
	mark := object
	for i := range d.sums {
		if !p.has[i] {
			continue
		}
		v := p.values[i]
		d.sums[i] += v
		d.seen[i] = true
		if scale := k.counts[i]; scale > 0 {
			mark = mixInt(mark, v)
			if v != 0 {
				d.n++
				d.size += float64(v) / scale
			}
		}
	}
	d.mark += mark // whatever the order of the rows
	if k.lead >= 0 && p.has[k.lead] && (d.topLine == 0 || p.values[k.lead] > d.top[k.lead]) {
		copy(d.top, p.values)
		copy(d.topSeen, p.has)
		d.topLine, d.topWhere = p.line, where.campaign
	}
}

// deliver adds what a campaign delivered on a day.
func (k *look) deliver(key campaignKey, x Cell) {
	c := k.recent[uint32(key.campaign)%uint32(len(k.recent))]
	if c == nil || c.key != key {
		if !k.keeps(key) {
			return
		}
		if c = k.campaigns[key]; c == nil {
			c = &campaignDays{key: key, first: x.Day}
			k.campaigns[key] = c
		}
		k.recent[uint32(key.campaign)%uint32(len(k.recent))] = c
	}
	if before := int(c.first - x.Day); before > 0 {
		// Doubled, so that days in falling order do not cost their square.
		n := max(before, min(len(c.days), maxDays))
		c.days = append(make([]Cell, n, n+len(c.days)), c.days...)
		c.first -= locale.Day(n)
		k.cells += n
	}
	for int(x.Day-c.first) >= len(c.days) {
		c.days = append(c.days, Cell{})
		k.cells++
	}
	d := &c.days[x.Day-c.first]
	d.Day = x.Day
	d.Impressions += x.Impressions
	d.Clicks += x.Clicks
	d.Spend += x.Spend
	for k.cells > maxCells && k.bits < 64 {
		k.bits++
		k.cells, k.recent = 0, [64]*campaignDays{}
		for key, c := range k.campaigns {
			if !k.keeps(key) {
				delete(k.campaigns, key)
				continue
			}
			k.cells += len(c.days)
		}
	}
}

func (k *look) keeps(key campaignKey) bool {
	return k.bits == 0 || bits.LeadingZeros64(mixInt(mixInt(0, int64(key.stream)), int64(key.campaign))) >= k.bits
}

// mixInt mixes a number into a hash, the same everywhere.
func mixInt(h uint64, v int64) uint64 {
	hi, lo := bits.Mul64(h^uint64(v)^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return hi ^ lo
}

// whole is all rows of the file.
func (k *look) whole() *dayLook {
	all := k.rest
	all.sums, all.seen = slices.Clone(all.sums), slices.Clone(all.seen)
	for _, day := range k.sortedDays() {
		d := k.days[day]
		if all.sums == nil {
			all.object, all.sums, all.seen = d.object, make([]int64, len(d.sums)), make([]bool, len(d.seen))
		}
		all.rows += d.rows
		all.byDay += d.byDay
		all.mixed = all.mixed || d.mixed || d.object != all.object
		for i, v := range d.sums {
			all.sums[i] += v
			all.seen[i] = all.seen[i] || d.seen[i]
		}
		if d.topLine != 0 && (all.topLine == 0 || d.top[k.lead] > all.top[k.lead]) {
			all.top, all.topSeen, all.topLine, all.topWhere = d.top, d.topSeen, d.topLine, d.topWhere
		}
	}
	return &all
}

// together says what the rows show together.
func (p *parser) together() {
	k := &p.look
	p.sumAmongRows()
	for _, st := range p.streams {
		if x, ok := p.steps(st); ok {
			p.problem(x)
		}
	}
	p.sameDays()
	p.missingDays()
	if again, exact := k.keys.estimate(); again > 0 {
		same, _ := p.dups.estimate()
		// Rows that repeat word for word have their own problem. An estimate has to
		// be clearly larger to be another one.
		if n := again - same; n > 0 && (exact || n > again/10) {
			about := locale.Text{}
			if !exact {
				about = locale.Text{EN: "about ", FR: "environ "}
			}
			x := Found("key-twice", say("%s%s with the day and the names of another row, and other figures (line %s and line %s first); all are added up",
				"%s%s ayant le jour et les noms d’une autre, avec d’autres chiffres (d’abord les lignes %s et %s)\u00a0; toutes sont additionnées",
				about, countOf(n, "row", "rows", "ligne", "lignes"), fmt.Sprint(k.keys.firstLine), fmt.Sprint(k.keys.firstCopy)))
			x.Line, x.Rows = k.keys.firstCopy, n
			p.problem(x)
		}
	}
}

// steps looks for a change of the unit of a stream's amounts.
func (p *parser) steps(st *stream) (Problem, bool) {
	k := &p.look
	var list []*campaignDays
	for _, c := range k.campaigns {
		if c.key.stream == st.Key {
			list = append(list, c)
		}
	}
	// Sums of floating-point numbers depend on their order, and that of a map is none.
	slices.SortFunc(list, func(a, b *campaignDays) int { return cmp.Compare(a.key.campaign, b.key.campaign) })
	var cells [][]Cell
	var campaigns []int32
	for _, c := range list {
		cells, campaigns = append(cells, c.days), append(campaigns, c.key.campaign)
	}
	step, ok := FindStep(cells)
	if !ok {
		return Problem{}, false
	}
	x := step.Problem()
	x.LastDay, x.Objects = st.LastDay, p.objects(campaigns)
	for day, d := range k.days {
		if day >= step.Day {
			x.Rows += d.rows
		}
	}
	return x, true
}

// sumAmongRows looks for a row that is the sum of all others, of each day or of
// the file. One day of three rows can be so by chance where figures are small;
// nearly every day cannot.
func (p *parser) sumAmongRows() {
	k := &p.look
	days := k.sortedDays()
	var of, hit int
	var where []int32
	var first *dayLook
	var firstDay, lastDay locale.Day
	large := 0.0
	for _, day := range days {
		d := k.days[day]
		if d.rows < 2 || !d.mixed {
			continue
		}
		of++
		if !p.isSum(d) {
			continue
		}
		hit++
		large += float64(d.top[k.lead]) / float64(p.l.measures[k.lead].Unit.Scale())
		if first == nil || d.rows > 2 && first.rows == 2 {
			first = d
		}
		if firstDay == 0 {
			firstDay = day
		}
		lastDay = day
		if !slices.Contains(where, d.topWhere) {
			where = append(where, d.topWhere)
		}
	}
	all, x := k.whole(), Problem{}
	switch {
	case hit >= 3 && hit*5 >= of*4 && large/float64(hit) > 20 && len(where) <= 2:
		x = Found("sum-among-rows", say("on %s a row is the sum of the other rows of its day (line %s first): it would be counted twice",
			"sur %s, une ligne est la somme des autres lignes de son jour (d’abord la ligne %s)\u00a0: elle serait comptée deux fois",
			countOf(int64(hit), "day", "days", "jour", "jours"), fmt.Sprint(first.topLine)))
		x.Line, x.Rows, x.FirstDay, x.LastDay = first.topLine, int64(hit), firstDay, lastDay
	case all.rows > 2 && all.mixed && p.isSum(all) && p.strong(all):
		where = []int32{all.topWhere}
		x = Found("sum-among-rows", say("line %s is the sum of the %s other rows: it would be counted twice",
			"la ligne %s est la somme des %s autres lignes\u00a0: elle serait comptée deux fois",
			fmt.Sprint(all.topLine), fmt.Sprint(all.rows-1)))
		x.Line, x.Rows, x.FirstDay, x.LastDay = all.topLine, 1, p.firstSeen, p.lastSeen
	default:
		return
	}
	x.Objects = p.objects(where)
	p.problem(x)
}

// isSum reports whether the largest of some rows is the sum of the others.
func (p *parser) isSum(d *dayLook) bool {
	slack := max(20_000, 10_000*d.rows/2)
	any := false
	for i, m := range p.l.measures {
		if !m.Additive || !d.seen[i] {
			continue
		}
		if !d.topSeen[i] {
			return false // a total has a figure wherever the others have one
		}
		tolerance := slack
		if m.Unit == Count {
			tolerance = 0
		}
		if diff := 2*d.top[i] - d.sums[i]; diff > tolerance || -diff > tolerance {
			return false
		}
		any = any || d.top[i] > 0
	}
	return any
}

// strong reports figures that agree by chance in one file of ten thousand at
// most: two of them above 100.
func (p *parser) strong(d *dayLook) bool {
	n := 0
	for i, m := range p.l.measures {
		if m.Additive && d.topSeen[i] && d.top[i] > 100*m.Unit.Scale() {
			n++
		}
	}
	return n >= 2
}

// sameDays looks for days that have the same objects with the same counts.
func (p *parser) sameDays() {
	k := &p.look
	firsts := map[uint64]locale.Day{}
	var pairs [][2]locale.Day
	rows := int64(0)
	for _, day := range k.sortedDays() {
		d := k.days[day]
		if d.byDay != d.rows || d.n < 3 || d.size <= 20*float64(d.n) {
			continue
		}
		if like, ok := firsts[d.mark]; ok {
			pairs = append(pairs, [2]locale.Day{like, day})
			rows += d.rows
			continue
		}
		firsts[d.mark] = day
	}
	if len(pairs) == 0 {
		return
	}
	a, b := pairs[0][0], pairs[0][1]
	x := Found("day-twice", say("%s with the very figures of another day (%s and %s first): was a day copied under another date?",
		"%s avec exactement les chiffres d’un autre jour (d’abord le %s et le %s)\u00a0: un jour a-t-il été recopié sous une autre date\u00a0?",
		countOf(int64(len(pairs)), "day", "days", "jour", "jours"),
		locale.Text{EN: locale.EN.DayText(a), FR: locale.FR.DayText(a)}, locale.Text{EN: locale.EN.DayText(b), FR: locale.FR.DayText(b)}))
	x.Rows, x.FirstDay, x.LastDay = rows, a, b
	for _, q := range pairs {
		x.FirstDay, x.LastDay = min(x.FirstDay, q[0]), max(x.LastDay, q[1])
	}
	p.problem(x)
}

// missingDays looks for days without rows in a report by day.
func (p *parser) missingDays() {
	k := &p.look
	if all := k.whole(); all.byDay != all.rows || k.moreDays || p.impr < 0 && p.spend < 0 {
		return // days without an order or an e-mail are as they should be
	}
	days := k.sortedDays()
	var gaps [][2]locale.Day
	missing := 0
	for i := 1; i < len(days); i++ {
		if days[i] > days[i-1]+1 {
			gaps = append(gaps, [2]locale.Day{days[i-1] + 1, days[i] - 1})
			missing += int(days[i] - days[i-1] - 1)
		}
	}
	if missing == 0 {
		return
	}
	which := locale.Text{EN: listDays(locale.EN, gaps), FR: listDays(locale.FR, gaps)}
	n := countOf(int64(missing), "day", "days", "jour", "jours")
	text := say("no row for %s between the first and the last: %s", "aucune ligne pour %s entre le premier et le dernier\u00a0: %s", n, which)
	if p.complete() {
		text = say("no row for %s between the first and the last: %s; the file holds the whole account, so nothing was delivered then",
			"aucune ligne pour %s entre le premier et le dernier\u00a0: %s\u00a0; le fichier contient tout le compte, rien n’a donc été diffusé alors", n, which)
	}
	x := Found("days-missing", text)
	x.FirstDay, x.LastDay = gaps[0][0], gaps[len(gaps)-1][1]
	p.problem(x)
}

// listDays writes runs of days, the first three of them.
func listDays(l locale.Lang, runs [][2]locale.Day) string {
	var out []string
	for i, r := range runs {
		if i == 3 {
			return l.Join(append(out, locale.Text{EN: "others", FR: "d’autres"}.In(l)))
		}
		out = append(out, l.PeriodShort(r[0], r[1]))
	}
	return l.Join(out)
}

func (k *look) sortedDays() []locale.Day {
	days := make([]locale.Day, 0, len(k.days))
	for d := range k.days {
		days = append(days, d)
	}
	slices.Sort(days)
	return days
}

// objects are the names of the first few campaigns of a list.
func (p *parser) objects(campaigns []int32) []string {
	var names []string
	for _, key := range campaigns {
		if e, ok := p.keys.Known(key); ok && len(names) < MaxObjects {
			names = append(names, shorten(cmp.Or(e.Name, e.ExtID)))
		}
	}
	return names
}
