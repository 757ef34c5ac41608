package ingest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"vigie/internal/locale"
)

// settle decides at the end of a reading whether its hypotheses may stand.
func (p *parser) settle() error {
	h := p.r.head
	if p.l.platform.DayIsRangeStart && !p.r.spans && p.day >= 0 && p.good > 0 && h.from != 0 && h.to > h.from && !p.notFirst {
		return &refuted{p.line, "all rows are dated on the first day of the range", func(r *Reader) { r.spans = true }}
	}
	if d := &p.dates; d.doubt != "" && !d.proved {
		return p.r.undecidedDates(d.line, d.column, d.doubt)
	}
	if d := &p.dates; p.torn(d.against, d.prior && d.order == p.l.platform.Dates[p.l.language]) {
		return p.r.refuse(0, "some dates have the day first and others the month (%s does not fit the rest): nobody can tell what 03/04 means here. Make them alike, or say --dates dmy or --dates mdy, and the others are left out",
			"des dates commencent par le jour et d’autres par le mois (%s ne va pas avec le reste)\u00a0: on ne peut pas savoir ce que veut dire 03/04 ici. Écrivez-les de la même façon, ou précisez --dates dmy ou --dates mdy, et les autres seront écartées", quoted(d.odd))
	}
	for i := range p.numeric {
		if !p.kept(i) {
			continue // a printed price in doubt only checks nothing
		}
		if err := p.settleNumbers(i); err != nil {
			return err
		}
		if c := &p.numeric[i]; p.torn(c.against, c.prior == c.decimal) {
			return p.r.refuse(0, "in the column %s some numbers have a decimal point and others a comma (%s does not fit the rest): nobody can tell what 1,234 means here. Make them alike, or say --decimal . or --decimal , and the others are left out",
				"dans la colonne %s, des nombres ont un point décimal et d’autres une virgule (%s ne va pas avec le reste)\u00a0: on ne peut pas savoir ce que veut dire 1,234 ici. Écrivez-les de la même façon, ou précisez --decimal . ou --decimal , et les autres seront écartés", quoted(c.header), quoted(c.odd))
		}
	}
	if p.good == 0 && p.skipped > 0 && len(p.problems) > 0 {
		first := p.problems[0]
		return p.r.refuse(first.Line, "none of its %s can be read. The first: %s %s", "aucune de ses %s n’est lisible. La première\u00a0: %s %s",
			countOf(p.skipped, "row", "rows", "ligne", "lignes"), locale.Same(strings.TrimSpace(first.Column+" "+first.Value)), first.Message)
	}
	return nil
}

// torn reports cells that contradict the rest too often to be slips: more than
// one in twenty rows; or one in four where language and platform expect what the
// rest is.
func (p *parser) torn(against int64, expected bool) bool {
	rows := p.good + p.skipped
	if expected {
		return against > 1 && against*4 > rows
	}
	return against*20 > rows
}

// settleNumbers decides on a numeric column some of whose cells have two
// readings while none has only one: printed prices decide, where they agree
// with the spend on twenty rows in one reading and not in the other.
func (p *parser) settleNumbers(i int) error {
	c := &p.numeric[i]
	if c.doubt == "" || c.proved {
		return nil
	}
	sure := func(j int) bool { return j == i || p.numeric[j].doubt == "" || p.numeric[j].proved }
	for _, check := range p.prices {
		if i != check.measure && i != check.price && i != p.spend || !sure(check.measure) || !sure(check.price) || !sure(p.spend) {
			continue
		}
		if check.held >= 20 && check.failed*10 <= check.held {
			return nil
		}
		if check.failed >= 20 && check.held*10 <= check.failed && !c.fixed {
			at, decimal := c.cell, c.other()
			return &refuted{c.line, "decimals of " + c.header, func(r *Reader) { r.decimals[at], r.tried[at] = decimal, true }}
		}
	}
	if c.fixed && !p.r.tried[c.cell] {
		return nil
	}
	read := func(decimal byte) (string, string) {
		a, ok := separate([]byte(c.doubt), decimal)
		if !ok {
			return "?", "?"
		}
		v := float64(a.units) + float64(a.micros)/1e6
		decimals := 0
		if a.micros != 0 {
			decimals = 3
		}
		return locale.EN.Number(v, decimals), locale.FR.Number(v, decimals)
	}
	pointEN, pointFR := read('.')
	commaEN, commaFR := read(',')
	return p.r.refuse(c.line, "%s in the column %s can be %s or %s, and nothing in the file decides: say --decimal . or --decimal ,",
		"%s dans la colonne %s peut valoir %s ou %s, et rien dans le fichier ne tranche\u00a0: précisez --decimal . ou --decimal ,",
		quoted(c.doubt), quoted(c.header), locale.Text{EN: pointEN, FR: pointFR}, locale.Text{EN: commaEN, FR: commaFR})
}

// report is what the reading gave.
func (p *parser) report() *Report {
	r, l, h := p.r, p.l, p.r.head
	rep := &Report{
		Platform: l.platform.ID, Language: string(l.language), Encoding: r.text.encoding, Container: r.container, Title: h.title,
		Level: l.level(), Breakdown: l.breakdown(),
		FirstDay: p.firstSeen, LastDay: p.lastSeen, DeclaredFirst: h.from, DeclaredLast: h.to, Ordered: p.ordered,
		Complete: p.complete(),
		Rows:     p.good, SkippedRows: p.skipped, Columns: slices.Clone(l.columns),
		Changes: p.keys.Changes(),
	}
	if rep.Encoding == "" { // what no text is written in
		rep.Encoding = encUTF8
	}
	rep.Columns = append(rep.Columns, r.unread...)
	if p.rangeFrom != 0 {
		rep.DeclaredFirst, rep.DeclaredLast = p.rangeFrom, p.rangeTo
	}
	rep.Recognised = p.recognised()
	p.sumUp(rep)
	rep.KnownAsOf, rep.KnownFrom = r.knownAsOf(p.lastSeen, p.fetched.newest)
	p.notes(rep)
	p.warnings(rep)
	rep.Problems, rep.MoreProblem = p.problems, p.moreIssues
	if rep.Problems == nil {
		rep.Problems = []Problem{}
	}
	return rep
}

// recognised is what the file was taken for, in a sentence.
func (p *parser) recognised() locale.Text {
	h := p.r.head
	lang := locale.Text{EN: "headers", FR: "en-têtes"}
	switch {
	case p.l.api:
		lang = locale.Text{EN: "headers of its API", FR: "en-têtes de son API"}
	case p.l.language == locale.EN:
		lang = locale.Text{EN: "English headers", FR: "en-têtes anglais"}
	case p.l.language == locale.FR:
		lang = locale.Text{EN: "French headers", FR: "en-têtes français"}
	}
	title := locale.Text{}
	if h.title != "" {
		title = say(", %s", ", %s", quoted(h.title))
	}
	place := say(" in line %s", " en ligne %s", fmt.Sprint(h.records[h.header].line))
	switch {
	case h.records[h.header].line == 0: // the columns have names, which stand on no line
		place = locale.Text{}
	case p.r.sheet != "":
		place = say("%s of the sheet %s", "%s de la feuille %s", place, quoted(p.r.sheet))
	}
	switch m := p.l.platform.mapping; {
	case m != nil:
		return say("table read by the mapping %s%s: header%s", "tableau lu par la correspondance %s%s\u00a0: en-tête%s", quoted(m.Name), title, place)
	case p.l.platform.ByHand:
		return say("hand-made table%s: %s%s", "tableau fait à la main%s\u00a0: %s%s", title, lang, place)
	}
	return say("%s report%s: %s%s", "rapport %s%s\u00a0: %s%s", p.l.platform.Label, title, lang, place)
}

// sumUp adds the streams up and compares them with the printed totals.
func (p *parser) sumUp(rep *Report) {
	all := newSums(len(p.l.measures))
	currencies, accounts, grains := map[string]bool{}, map[int32]bool{}, map[string]bool{}
	rep.Streams = []StreamReport{}
	for _, st := range p.streams {
		s := newSums(len(p.l.measures))
		for _, g := range st.groups {
			s.merge(&g.sums, p.l.measures)
		}
		if st.rest != nil {
			s.merge(st.rest, p.l.measures)
		}
		st.Totals, st.Control = s.byID(p.l.measures), p.control(st)
		rep.Streams = append(rep.Streams, st.StreamReport)
		if all.merge(s, p.l.measures) != nil {
			all = newSums(len(p.l.measures))
		}
		currencies[st.Currency], accounts[st.account], grains[st.Grain] = true, true, true
	}
	rep.Totals, rep.Control = all.byID(p.l.measures), p.control(nil)
	if len(currencies) > 1 { // amounts of several currencies have no sum
		for _, m := range p.l.measures {
			if m.Unit == Money {
				delete(rep.Totals, m.ID)
			}
		}
		rep.Control = Control{Status: ControlAbsent}
		for _, worse := range []ControlStatus{ControlMatch, ControlWider, ControlMismatch} {
			if slices.ContainsFunc(rep.Streams, func(s StreamReport) bool { return s.Control.Status == worse }) {
				rep.Control.Status = worse
			}
		}
	}
	if len(p.streams) > 0 && len(accounts) == 1 {
		if rep.Account = p.streams[0].Account; rep.Account == "" {
			rep.Account = p.streams[0].AccountID
		}
	}
	if len(currencies) == 1 {
		rep.Currency = p.streams[0].Currency
	}
	switch {
	case len(grains) > 1:
		rep.Granularity = "mixed"
	case len(p.streams) > 0:
		rep.Granularity = p.streams[0].Grain
	}
}

// notes says beside each column what became of its cells.
func (p *parser) notes(rep *Report) {
	for i := range p.numeric {
		if c := &p.numeric[i]; c.cell >= 0 && c.bounds > 0 {
			rep.Columns[c.cell].Note = join(rep.Columns[c.cell].Note, say("read as missing: %s such as < 10", "lu comme manquant\u00a0: %s, par exemple < 10",
				countOf(c.bounds, "bound", "bounds", "borne", "bornes")))
		}
	}
	if at := p.l.cell("clicks_all"); at >= 0 && p.clicks < 0 {
		if rep.Columns[at].Note == (locale.Text{}) {
			rep.Columns[at].Note = locale.Text{EN: "counts all clicks, likes and comments among them", FR: "compte tous les clics, y compris les mentions J’aime et commentaires"}
		}
		rep.Columns[at].Note = say("%s: the clicks to the site are not known", "%s\u00a0: les clics vers le site ne sont pas connus", rep.Columns[at].Note)
	}
	if at := p.l.cell("reach"); at >= 0 {
		rep.Columns[at].Note = locale.Text{
			EN: "people are counted once in each row: reach is never added up",
			FR: "les personnes sont comptées une fois par ligne\u00a0: la couverture ne s’additionne jamais",
		}
	}
	for i, c := range rep.Columns {
		if name, _ := normalise(c.Header); p.r.dropped(name) {
			rep.Columns[i] = Column{Header: c.Header, Role: "unused", Note: locale.Text{
				EN: "declared as data about people: not read, and the file is not kept",
				FR: "déclarée comme donnée personnelle\u00a0: non lue, et le fichier n’est pas gardé",
			}}
			rep.Dropped = append(rep.Dropped, c.Header)
		}
	}
	if p.r.noPeriod {
		for _, period := range periods[1:] {
			if at := p.l.cell(period); at >= 0 {
				rep.Columns[at] = Column{Header: rep.Columns[at].Header, Note: locale.Text{
					EN: "holds no dates: not taken, the range of each row is",
					FR: "ne contient pas de dates\u00a0: non prise, la période de chaque ligne l’est",
				}}
			}
		}
	}
	if p.r.spans && p.day >= 0 {
		rep.Columns[p.day].Note = locale.Text{
			EN: "every row bears the first day of the range: the rows are read as sums of the whole range",
			FR: "chaque ligne porte le premier jour de la période\u00a0: les lignes sont lues comme des sommes de toute la période",
		}
	}
	if p.cpm >= 0 {
		at := p.numeric[p.cpm].cell
		for _, check := range p.prices {
			if check.held+check.failed > 0 {
				n := p.l.columns[at].Note
				rep.Columns[at].Note = say("%s; checked against the price of a click on %s rows, equal on %s", "%s\u00a0; vérifiée avec le prix du clic sur %s lignes, égale sur %s",
					n, fmt.Sprint(check.held+check.failed), fmt.Sprint(check.held))
				break
			}
		}
	}
}

// warnings turns what was counted on the way into problems.
func (p *parser) warnings(rep *Report) {
	issue := func(check string, kind int, en, fr string) {
		t := p.tallies[kind]
		if t.rows == 0 {
			return
		}
		var args []any
		if strings.Contains(en, "%s") {
			args = append(args, countOf(t.rows, "row", "rows", "ligne", "lignes"))
		}
		x := Found(check, say(en, fr, args...))
		x.Line, x.Value, x.Rows, x.FirstDay, x.LastDay, x.Objects = t.line, shorten(t.text), t.rows, t.first, t.last, p.objects(t.campaigns)
		p.problem(x)
	}
	issue("currency-sign", tallyMark, "this sign stands for several currencies: say which one with --currency, or give the account its currency",
		"ce signe désigne plusieurs devises\u00a0: précisez laquelle avec --currency, ou donnez sa devise au compte")
	if p.tallies[tallyMark].rows == 0 {
		issue("currency-missing", tallyNoMoney, "the file does not say the currency of its amounts: say --currency EUR (or another), or give the account its currency",
			"le fichier ne dit pas la devise de ses montants\u00a0: précisez --currency EUR (ou une autre), ou donnez sa devise au compte")
	}
	issue("more-clicks-than-impressions", tallyClicks, "%s with more clicks than impressions", "%s avec plus de clics que d’impressions")
	issue("more-conversions-than-clicks", tallyConverts, "%s with more conversions than clicks: are conversions after a view counted?", "%s avec plus de conversions que de clics\u00a0: des conversions après affichage sont-elles comptées\u00a0?")
	issue("spend-without-impressions", tallyUnseen, "%s with spend and no impression", "%s avec une dépense sans impression")
	issue("outside-range", tallyOutside, "%s dated outside the range that the report states", "%s hors de la période que le rapport annonce")
	issue("ids-rounded", tallyIDs, "ids that a spreadsheet rounded are not taken: objects are told apart by their names. Import the file as it was downloaded",
		"des identifiants arrondis par un tableur ne sont pas pris\u00a0: les objets sont distingués par leurs noms. Importez le fichier tel que téléchargé")
	issue("cut-off", tallyCut, "the file ends in the middle of this line: it was cut off, and rows are missing. Download it again",
		"le fichier s’arrête au milieu de cette ligne\u00a0: il a été tronqué et des lignes manquent. Téléchargez-le à nouveau")
	issue("articles-left-out", tallyArticle, "rows without an amount left out, as the other articles of an order: %s", "lignes sans montant laissées de côté, comme les autres articles d’une commande\u00a0: %s")
	issue("orders-void", tallyVoid, "cancelled, failed or refunded orders left out: %s", "commandes annulées, échouées ou remboursées laissées de côté\u00a0: %s")
	issue("damaged-text", tallyDirty, "%s with damaged characters, shown as \ufffd", "%s avec des caractères abîmés, affichés \ufffd")

	if n, exact := p.dups.estimate(); n > 0 {
		check, about := "rows-twice", locale.Text{}
		if !exact {
			about = locale.Text{EN: "about ", FR: "environ "}
		}
		text := say("found again word for word: %s%s (line %s repeats line %s first); all are added up", "retrouvées mot pour mot\u00a0: %s%s (d’abord la ligne %s, qui répète la ligne %s)\u00a0; toutes sont additionnées",
			about, countOf(n, "row", "rows", "ligne", "lignes"), fmt.Sprint(p.dups.firstCopy), fmt.Sprint(p.dups.firstLine))
		if p.dups.most() {
			check = "pasted-twice"
			text = say("most rows stand in the file twice (%s%s; line %s repeats line %s): was it pasted twice? Export it again", "la plupart des lignes figurent deux fois dans le fichier (%s%s\u00a0; la ligne %s répète la ligne %s)\u00a0: a-t-il été collé deux fois\u00a0? Exportez-le à nouveau",
				about, countOf(n, "row", "rows", "ligne", "lignes"), fmt.Sprint(p.dups.firstCopy), fmt.Sprint(p.dups.firstLine))
		}
		x := Found(check, text)
		x.Line, x.Rows, x.FirstDay, x.LastDay = p.dups.firstCopy, n, p.firstSeen, p.lastSeen
		p.problem(x)
	}
	p.together()
	names := make([]string, 0, len(p.indicators))
	for name := range p.indicators {
		names = append(names, name)
	}
	slices.Sort(names)
	column := p.header(p.l.cell("result_kind"))
	for _, name := range names {
		t := *p.indicators[name]
		count := countOf(t.rows, "row", "rows", "ligne", "lignes")
		text := say("results of this kind have no measure: not taken (%s)", "les résultats de ce type n’ont pas de mesure\u00a0: non pris (%s)", count)
		if name == "" {
			text = say("results without an indicator of their kind: not taken (%s)", "résultats dont la nature n’est pas indiquée\u00a0: non pris (%s)", count)
		}
		x := Found("results-unknown", text)
		x.Line, x.Column, x.Value, x.Rows = t.line, column, shorten(name), t.rows
		p.problem(x)
	}
	for _, c := range p.prices {
		if c.failed >= 20 && c.failed > c.held {
			x := Found("price-disagrees", say("the printed price does not go with spend and %s on %s of %s rows", "le prix imprimé ne correspond pas à la dépense et à «\u00a0%s\u00a0» sur %s lignes sur %s",
				p.l.measures[c.measure].Label, fmt.Sprint(c.failed), fmt.Sprint(c.failed+c.held)))
			x.Column, x.Rows = p.numeric[c.price].header, c.failed
			p.problem(x)
		}
	}
	if h := p.r.head; h.rows >= 0 && h.rows != p.good+p.skipped {
		x := Found("rows-announced", say("the file says that it holds %s and has %s: it was cut off or changed. Download it again",
			"le fichier annonce %s et en contient %s\u00a0: il a été tronqué ou modifié. Téléchargez-le à nouveau",
			countOf(h.rows, "row", "rows", "ligne", "lignes"), fmt.Sprint(p.good+p.skipped)))
		x.Rows = max(h.rows-p.good-p.skipped, p.good+p.skipped-h.rows)
		p.problem(x)
	}
	if p.r.head.partial {
		x := Found("figures-incomplete", locale.Text{
			EN: "the platform says that its figures may be incomplete: download the report again in a day",
			FR: "la plateforme signale que ses chiffres peuvent être incomplets\u00a0: téléchargez à nouveau le rapport dans un jour",
		})
		x.FirstDay, x.LastDay = p.firstSeen, p.lastSeen
		p.problem(x)
	}
	if n := p.dates.guessed; n > 0 {
		x := Found("year-guessed", say("%s without a year: read as the latest that does not lie after %s, when the table was made. Write the year if that is wrong",
			"%s sans année\u00a0: lues comme les plus récentes qui ne dépassent pas le %s, date du tableau. Écrivez l’année si c’est faux",
			countOf(n, "date", "dates", "date", "dates"), locale.Text{EN: locale.EN.DayLong(p.dates.near), FR: locale.FR.DayLong(p.dates.near)}))
		x.Rows, x.FirstDay, x.LastDay = n, p.firstSeen, p.lastSeen
		p.problem(x)
	}
	if others := p.r.otherSheets; len(others) > 0 {
		p.problem(Found("other-sheets", say("other sheets hold a report too, and are not read (%s): save each as a file of its own and import it",
			"d’autres feuilles contiennent aussi un rapport et ne sont pas lues (%s)\u00a0: enregistrez chacune dans un fichier à part et importez-le", quoted(strings.Join(others, ", ")))))
	}
	if beside := p.r.opts.Beside; len(beside) > 0 {
		p.problem(Found("other-tables", say("other tables of the file are not read: %s", "d’autres tableaux du fichier ne sont pas lus\u00a0: %s", firstOf(beside))))
	}
	if p.good == 0 && p.skipped == 0 {
		p.problem(Found("no-rows", locale.Text{EN: "the report has no rows", FR: "le rapport n’a aucune ligne"}))
	}
	known := locale.DayOf(rep.KnownAsOf.In(p.r.opts.Zone))
	if p.lastSeen > known && p.good > 0 {
		x := Found("after-export", say("the rows go to %s, later than the file is known to be (%s)", "les lignes vont jusqu’au %s, après la date connue du fichier (%s)",
			locale.Text{EN: locale.EN.DayLong(p.lastSeen), FR: locale.FR.DayLong(p.lastSeen)}, locale.Text{EN: locale.EN.DayLong(known), FR: locale.FR.DayLong(known)}))
		x.FirstDay, x.LastDay = max(known+1, p.firstSeen), p.lastSeen
		p.problem(x)
	}
	for _, s := range rep.Control.Scopes {
		if s.Status == ControlMismatch {
			x := Found("printed-total", locale.Text{EN: "this printed total is not the sum of the rows", FR: "ce total imprimé n’est pas la somme des lignes"})
			x.Line, x.Value = s.Line, shorten(s.Label)
			p.problem(x)
			break
		}
	}
	if p.moreTotals > 0 {
		p.problem(Found("totals-left", say("not compared: %s", "non comparés\u00a0: %s", countOf(p.moreTotals, "more total", "more totals", "autre total", "autres totaux"))))
	}
}

// countOf is a number of things in words of both languages.
func countOf(n int64, one, many, un, plusieurs string) locale.Text {
	return locale.Text{
		EN: locale.EN.Int(n) + " " + locale.EN.Plural(float64(n), one, many),
		FR: locale.FR.Int(n) + locale.NBSP + locale.FR.Plural(float64(n), un, plusieurs),
	}
}

// stamp is a date with a time of day in a file name: what a platform writes
// there when it makes the file. A date alone is as often the report's range,
// and so are two of them.
var stamp = regexp.MustCompile(`(20\d\d)-?([01]\d)-?([0-3]\d)(?:[ _T-]([0-2]\d)[_.:hH-]([0-5]\d)|T([0-2]\d)([0-5]\d))(?:\D|$)`)

// knownAsOf is the instant whose knowledge the file holds, and where that comes
// from: the file, its name, the user, the file's time where it fits, else now.
func (r *Reader) knownAsOf(last locale.Day, fetched time.Time) (at time.Time, from string) {
	if known := r.head.known; !known.IsZero() {
		return known, "file"
	}
	if !fetched.IsZero() && !fetched.After(r.opts.Now) {
		return fetched, "file"
	}
	if m := stamp.FindStringSubmatch(r.file.Name); m != nil {
		if at, err := time.ParseInLocation("200601021504", strings.Join(m[1:], ""), r.opts.Zone); err == nil && !at.After(r.opts.Now) {
			return at, "name"
		}
	}
	if r.opts.AsOf != 0 {
		return (r.opts.AsOf + 1).Start(r.opts.Zone).Add(-time.Second), "flag"
	}
	// On the last day itself the file can only be of that day: an incomplete one.
	if mod := r.file.ModTime; !mod.IsZero() && locale.DayOf(mod.In(r.opts.Zone)) >= last && !mod.After(r.opts.Now) {
		return mod, "mtime"
	}
	return r.opts.Now, "import"
}
