package metrics

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/locale"
)

// detail are the levels of exports whose rows do not add up to campaigns: they
// answer no total.
var detail = map[string]locale.Text{
	"keyword":     {EN: "keywords", FR: "mots clés"},
	"search_term": {EN: "search terms", FR: "termes de recherche"},
	"placement":   {EN: "placements", FR: "emplacements"},
	"product":     {EN: "products", FR: "produits"},
	"audience":    {EN: "audiences", FR: "audiences"},
	"asset":       {EN: "assets", FR: "composants d’annonces"},
}

// held is a batch of the scope's client as noteNothing needs it.
type held struct {
	batch       int
	file        string
	platform    string
	level       string
	first, last locale.Day // of its rows or of the range that it declares
	known       time.Time
	withheld    bool
}

// holdings are the batches of the client that were not undone, oldest first.
func (a *asking) holdings() ([]held, error) {
	rows, err := a.db.QueryContext(a.ctx, `select batch, file, platform, level, coalesce(least(first_day, declared_first), first_day, declared_first),
			coalesce(greatest(last_day, declared_last), last_day, declared_last), known_as_of, withheld
		from batch where client = ? and undone_at is null order by batch`, a.q.Scope.Client)
	if err != nil {
		return nil, fmt.Errorf("batches: %w", err)
	}
	defer rows.Close()
	var list []held
	for rows.Next() {
		var h held
		var first, last sql.NullTime
		if err := rows.Scan(&h.batch, &h.file, &h.platform, &h.level, &first, &last, &h.known, &h.withheld); err != nil {
			return nil, err
		}
		if first.Valid && last.Valid {
			h.first, h.last = locale.DayOf(first.Time), locale.DayOf(last.Time)
		}
		list = append(list, h)
	}
	return list, rows.Err()
}

// note adds a sentence for people; arguments that are Texts are put in each
// language.
func (a *asking) note(en, fr string, args ...any) {
	t := locale.Text{EN: en, FR: fr}
	a.notes = append(a.notes, locale.Text{EN: t.F(locale.EN, args...), FR: t.F(locale.FR, args...)})
}

// noteNothing says why nothing is known of a period, and what to do; and which
// exports are withheld from it.
func (a *asking) noteNothing(nothing bool) error {
	if !nothing {
		return a.noteWithheld()
	}
	list, err := a.holdings()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		a.note("no export of this client was taken in yet: vigie import FILE", "aucun export de ce client n’a encore été importé\u00a0: vigie import FICHIER")
		return nil
	}
	s := a.q.Scope
	if s.Campaign != "" {
		var platforms, others []string
		for _, c := range s.Channels {
			platforms = append(platforms, c.Platform)
		}
		list = slices.DeleteFunc(list, func(h held) bool {
			foreign := !slices.Contains(platforms, h.platform)
			if foreign {
				others = append(others, h.platform)
			}
			return foreign
		})
		if len(list) == 0 {
			uniq := func(l []string) []string { slices.Sort(l); return slices.Compact(l) }
			a.note("the channels of the brief are on %s, and the exports that were taken in are of %s", "les leviers du brief sont sur %s, et les exports importés viennent de %s",
				join(uniq(platforms)), join(uniq(others)))
			return nil
		}
	}
	if at := a.q.AsOf; !at.IsZero() {
		earliest := list[0].known
		for _, h := range list {
			if h.known.Before(earliest) {
				earliest = h.known
			}
		}
		if list = slices.DeleteFunc(list, func(h held) bool { return h.known.After(at) }); len(list) == 0 {
			earliest = earliest.In(s.Zone)
			a.note("nothing was known yet by then: the first export is of %s", "rien n’était encore connu à cette date\u00a0: le premier export est du %s",
				locale.Text{EN: locale.EN.Instant(earliest), FR: locale.FR.Instant(earliest)})
			return nil
		}
	}
	var inside, finer []held
	var first, last locale.Day
	for _, h := range list {
		touches := h.first != 0 && h.first <= a.q.To && h.last >= a.q.From
		switch _, fine := detail[h.level]; {
		case h.withheld:
			if touches {
				a.withheld(h)
			}
		case fine:
			if touches {
				finer = append(finer, h)
			}
		case touches:
			inside = append(inside, h)
		case h.first != 0:
			if first == 0 || h.first < first {
				first = h.first
			}
			last = max(last, h.last)
		}
	}
	for _, level := range levelsOf(finer) {
		var batches []string
		for _, h := range finer {
			if h.level == level {
				batches = append(batches, fmt.Sprint(h.batch))
			}
		}
		holds := locale.Text{EN: "batch %s holds %s only", FR: "le lot %s ne contient que des %s"}
		if len(batches) > 1 {
			holds = locale.Text{EN: "batches %s hold %s only", FR: "les lots %s ne contiennent que des %s"}
		}
		a.note(holds.EN+", which add up to no total: import the report of campaigns", holds.FR+", qui ne font pas un total\u00a0: importez le rapport des campagnes",
			join(batches), detail[level])
	}
	switch {
	case len(inside) > 0 && s.Campaign != "" && len(s.Outside) > 0:
		a.note("no channel of the brief takes the campaigns of the exports: see match in campaign.yaml", "aucun levier du brief ne prend les campagnes des exports\u00a0: voir match dans campaign.yaml")
	case len(inside) == 0 && len(finer) == 0 && first != 0:
		a.note("the exports hold the days %s, none of the period", "les exports contiennent les jours %s, aucun de la période",
			locale.Text{EN: locale.EN.FromTo(first, last) + yearOf(last), FR: locale.FR.FromTo(first, last) + yearOf(last)})
	case len(inside) > 0 && len(a.notes) == 0:
		a.note("the exports of the period hold no row", "les exports de la période n’ont aucune ligne")
	}
	return nil
}

func yearOf(d locale.Day) string { return fmt.Sprintf(" %d", d.Time().Year()) }

func levelsOf(list []held) []string {
	var levels []string
	for _, h := range list {
		levels = append(levels, h.level)
	}
	slices.Sort(levels)
	return slices.Compact(levels)
}

// join lists words in both languages.
func join(words []string) locale.Text {
	return locale.Text{EN: locale.EN.Join(words), FR: locale.FR.Join(words)}
}

// withheld says that an export counts in nothing, and what to do.
func (a *asking) withheld(h held) {
	file := locale.OneLine(h.file)
	a.note("batch %s (%s) is withheld by a check and counts in nothing: vigie batches show %s says why, importing the file again with --accept uses it",
		"le lot %s (%s) est écarté par un contrôle et ne compte nulle part\u00a0: vigie batches show %s dit pourquoi, réimporter le fichier avec --accept l’utilise",
		fmt.Sprint(h.batch), file, fmt.Sprint(h.batch))
}

// noteWithheld names the exports that are withheld and hold something of the
// period that no other one answers.
func (a *asking) noteWithheld() error {
	var some bool
	err := a.db.QueryRowContext(a.ctx, "select exists (select 1 from batch where client = ? and withheld and undone_at is null)", a.q.Scope.Client).Scan(&some)
	if err != nil || !some {
		return err
	}
	rows, err := a.db.QueryContext(a.ctx, fmt.Sprintf(`
with take as (%s)
select b.batch, b.file
from batch b
where b.client = ? and b.withheld and b.undone_at is null
  and (
      exists (
          select 1 from cell c
          join stream s on s.stream = c.stream
          join take t on t.account = s.account and t.campaign = c.campaign
          where c.batch = b.batch and not c.absent and s.depth is not null and c.day between %s and %s
            and not exists (select 1 from rollup r where r.account = s.account and r.campaign = c.campaign and r.day = c.day)
      )
      or exists (
          select 1 from span p
          join stream s on s.stream = p.stream
          join take t on t.account = s.account and t.campaign = p.campaign
          where p.batch = b.batch and s.depth is not null and p.first_day >= %s and p.last_day <= %s
            and not exists (
                select 1 from rollup r
                where r.account = s.account and r.campaign = p.campaign and r.day between p.first_day and p.last_day
            )
      )
  )
order by b.batch`, takeSQL, date(a.q.From), date(a.q.To), date(a.q.From), date(a.q.To)), a.q.Scope.plan(), a.q.Scope.Client)
	if err != nil {
		return fmt.Errorf("withheld: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var h held
		if err := rows.Scan(&h.batch, &h.file); err != nil {
			return err
		}
		a.withheld(h)
	}
	return rows.Err()
}

// noDimension says why a question cannot be split by a word.
func noDimension(d string) *ErrQuestion {
	if what, ok := detail[strings.ToLower(d)]; ok {
		return &ErrQuestion{locale.Text{
			EN: fmt.Sprintf("nothing is answered by %s: exports of %s are kept, but their rows do not add up to campaigns; ask by platform_campaign or ad_group", d, what.EN),
			FR: fmt.Sprintf("aucune réponse par %s\u00a0: les exports de %s sont gardés, mais leurs lignes ne font pas le total des campagnes\u00a0; demandez par platform_campaign ou ad_group", d, what.FR),
		}}
	}
	return &ErrQuestion{locale.Text{
		EN: fmt.Sprintf("no export has a breakdown called %q; dimensions are %s", d, locale.EN.Join(dimensions)),
		FR: fmt.Sprintf("aucun export n’a de ventilation «\u00a0%s\u00a0»\u00a0; les dimensions sont %s", d, locale.FR.Join(dimensions)),
	}}
}
