package metrics

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"vigie/internal/locale"
)

// Daily is the history of each channel of a scope and of the whole, one Day
// for each day from first to last. A day that no export covers is there, not
// known. The whole knows a day when every account does that has had data by
// then: a channel that names nothing on a day its account reports on adds
// nothing to it.
func Daily(ctx context.Context, db *sql.DB, s *Scope, from, to locale.Day, asOf time.Time) (whole Series, channels []Series, err error) {
	channels = make([]Series, len(s.Channels))
	blank := func(series *Series) {
		for d := from; d <= to; d++ {
			series.Days = append(series.Days, Day{Day: d})
		}
	}
	for i, c := range s.Channels {
		channels[i] = Series{ID: c.ID, Label: c.Label, Platform: c.Platform}
		blank(&channels[i])
	}
	blank(&whole)
	source := rollup
	if !asOf.IsZero() {
		source = factsSource(s, asOf, 0, "", from, to)
	}
	source, args, conversion, err := s.convert(ctx, db, source, from, to)
	if err != nil {
		return whole, nil, err
	}
	whole.Conversion = JoinConversions(conversion)
	text := func(name string) string {
		return fill(query(name),
			"take", takeSQL, "source", source,
			"conversions", conversionsSQL, "value", valueSQL,
			"as_of", instant(asOf), "from", date(from), "to", date(to),
			"accounts", s.accountList(), "days", s.cells(asOf, from, to))
	}
	rows, err := db.QueryContext(ctx, text("daily"), args...)
	if err != nil {
		return whole, nil, fmt.Errorf("daily: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var channel int
		var day, known time.Time
		var d Day
		if err := rows.Scan(&channel, &day, &known, &d.Impressions, &d.Clicks, &d.Spend, &d.Conversions, &d.ConversionValue, &d.Eligible, &d.LostBudget); err != nil {
			return whole, nil, err
		}
		d.Day, d.Known = locale.DayOf(day), true
		d.Complete, d.Mature, d.Settled = s.age(d.Day, known, s.Channels[channel].Maturity)
		channels[channel].Days[d.Day-from] = d
		w := &whole.Days[d.Day-from]
		w.Impressions += d.Impressions
		w.Clicks += d.Clicks
		w.Spend += d.Spend
		w.Conversions += d.Conversions
		w.ConversionValue += d.ConversionValue
	}
	if err := rows.Err(); err != nil {
		return whole, nil, err
	}
	return whole, channels, s.knownDays(ctx, db, text("known"), from, whole.Days)
}

// knownDays marks the days of the whole.
func (s *Scope) knownDays(ctx context.Context, db *sql.DB, text string, from locale.Day, days []Day) error {
	rows, err := db.QueryContext(ctx, text, s.plan())
	if err != nil {
		return fmt.Errorf("known days: %w", err)
	}
	defer rows.Close()
	accounts := map[int]map[locale.Day]time.Time{}
	for rows.Next() {
		var account int
		var day, known time.Time
		if err := rows.Scan(&account, &day, &known); err != nil {
			return err
		}
		if accounts[account] == nil {
			accounts[account] = map[locale.Day]time.Time{}
		}
		accounts[account][locale.DayOf(day)] = known
	}
	if err := rows.Err(); err != nil {
		return err
	}
	window := map[int]int{} // the longest of an account's channels
	for _, t := range s.takes {
		window[int(t.Account)] = max(window[int(t.Account)], s.Channels[t.Channel].Maturity)
	}
	started := map[int]bool{}
	for i := range days {
		d := &days[i]
		d.Known, d.Complete, d.Mature, d.Settled = true, true, true, true
		for account, known := range accounts {
			when, ok := known[d.Day]
			started[account] = started[account] || ok
			if !started[account] {
				continue
			}
			complete, mature, settled := s.age(d.Day, when, window[account])
			d.Known = d.Known && ok
			d.Complete = d.Complete && ok && complete
			d.Mature = d.Mature && ok && mature
			d.Settled = d.Settled && ok && settled
		}
		if len(started) == 0 || !anyTrue(started) {
			d.Known, d.Complete, d.Mature, d.Settled = false, false, false, false
		}
	}
	return nil
}

func anyTrue(m map[int]bool) bool {
	for _, v := range m {
		if v {
			return true
		}
	}
	return false
}

// Freshness is what is known of a scope's data at an instant.
type Freshness struct {
	LastDay   locale.Day `json:"last_day,omitzero"` // last complete day with data
	KnownAsOf time.Time  `json:"known_as_of"`       // of the newest file
	Imported  time.Time  `json:"imported_at"`
	Days      int        `json:"days"`     // days with data since the start
	Expected  int        `json:"expected"` // days from the start to the last day expected
}

// Fresh tells how fresh and how complete the days of a series are, from the
// start of its flight to the last day that could be known.
func Fresh(whole Series, expectedTo locale.Day) Freshness {
	var f Freshness
	for _, d := range whole.Days {
		if d.Day > expectedTo {
			break
		}
		f.Expected++
		if d.Known {
			f.Days++
			if d.Complete {
				f.LastDay = d.Day
			}
		}
	}
	return f
}

// LastComplete is the last day that every channel with data knows completely;
// zero where there is none.
func LastComplete(whole Series) locale.Day {
	for i := len(whole.Days) - 1; i >= 0; i-- {
		if d := whole.Days[i]; d.Known && d.Complete {
			return d.Day
		}
	}
	return 0
}
