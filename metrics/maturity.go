package metrics

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/locale"
)

// MaturityDays is how many days must lie between a day and the export that
// tells of it for its conversions to be compared, where no earlier exports of
// the same day show how they grow. Platforms book a conversion on the day of its
// click, and a period that ended less than a week before the export is young on
// all of them; one whose own window is shorter is mature when that is over.
//
// Until the end of a longer window (30 days on Google Ads) some more come in.
// Leaving all those days out would leave nothing to compare in a campaign of six
// weeks, and both sides of a comparison lack a little: so these days are
// compared, and shown as days that may still move.
const MaturityDays = 7

// MatureAfter is after how many days a day of a platform is compared.
func MatureAfter(window int) int {
	if window == 0 {
		return MaturityDays
	}
	return min(window, MaturityDays)
}

// Matures reports a KPI that rests on conversions, which come in late.
func (k KPI) Matures() bool {
	return slices.ContainsFunc(slices.Concat(parts(k.Num), parts(k.Den)), func(id string) bool {
		switch id {
		case "conversions", "conversion_value", "valued_conversions", "valued_spend", "gross_margin", "net_margin",
			"ad_leads", "all_conversions", "view_conversions", "purchases", "purchase_value":
			return true
		}
		return false
	})
}

// age says what a file that was made at an instant can know of a day: whether the
// day had ended, whether its conversions are to be compared, and whether its
// platform changes them no more. window is the platform's own, in days.
func (s *Scope) age(day locale.Day, known time.Time, window int) (complete, mature, settled bool) {
	days := int(locale.DayOf(known.In(s.Zone)) - day)
	return !known.Before((day + 1).Start(s.Zone)), days >= MatureAfter(window), days >= max(window, MatureAfter(window))
}

// maturities are the windows of the platforms.
func maturities(ctx context.Context, db *sql.DB) (map[string]int, error) {
	rows, err := db.QueryContext(ctx, "select platform, maturity from platform")
	if err != nil {
		return nil, fmt.Errorf("platforms: %w", err)
	}
	defer rows.Close()
	windows := map[string]int{}
	for rows.Next() {
		var platform string
		var days int
		if err := rows.Scan(&platform, &days); err != nil {
			return nil, err
		}
		windows[platform] = days
	}
	return windows, rows.Err()
}

// ages counts the days of groups whose conversions are still coming in, and of the
// group of all where it is made of the same rows.
func (a *asking) ages(groups, whole map[string]*group, by []string) error {
	known, err := a.knownDays()
	if err != nil || !a.aging {
		return err
	}
	source := rollup
	switch {
	case len(by) > 0 && (a.depth > 1 || len(a.splits) > 0):
		source = a.source(a.depth, strings.Join(a.splits, ","), a.q.From, a.q.To)
	case !a.q.AsOf.IsZero():
		source = fmt.Sprintf("(select day, account, campaign, stream, batch from served(%s, %s, %s, '%s', 0, '') where not absent)",
			instant(a.q.AsOf), date(a.q.From), date(a.q.To), a.q.Scope.accountList())
	}
	exprs, names, keys := a.dims(by)
	total := ""
	if whole != nil {
		total = "union all by name select true as whole, day, bool_or(young) as young, bool_or(moving) as moving from by_day group by day"
	}
	rows, err := a.db.QueryContext(a.ctx, fill(query("ages"),
		"take", takeSQL, "dims", strings.Join(exprs, ", "), "names", strings.Join(names, ", "), "keys", strings.Join(keys, ", "), "total", total, "source", source,
		"from", date(a.q.From), "to", date(a.q.To), "least", fmt.Sprint(MaturityDays)), a.q.Scope.plan(), known)
	if err != nil {
		return fmt.Errorf("ages: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		keys := make([]sql.NullString, len(names))
		var young, moving int
		var all bool
		dest := append(make([]any, 0, len(names)+3), &all)
		for i := range keys {
			dest = append(dest, &keys[i])
		}
		if err := rows.Scan(append(dest, &young, &moving)...); err != nil {
			return err
		}
		var id []string
		in := whole
		if !all {
			in = groups
			for i := range by {
				id = append(id, keys[i].String)
			}
		}
		if g := in[strings.Join(id, "\x1f")]; g != nil {
			g.young, g.moving = young, moving
		}
	}
	return rows.Err()
}

// knownDays are the days on which the client's files were made, in the scope's
// zone, as the parameter of a query; aging is set where one of them is so recent
// that its last days may change.
func (a *asking) knownDays() (string, error) {
	if a.known != nil {
		return *a.known, nil
	}
	rows, err := a.db.QueryContext(a.ctx, "select batch, known_as_of, last_day from batch where client = ? and undone_at is null and not withheld", a.q.Scope.Client)
	if err != nil {
		return "", fmt.Errorf("batches: %w", err)
	}
	defer rows.Close()
	type file struct {
		Batch int        `json:"batch"`
		Day   locale.Day `json:"day"`
	}
	window := MaturityDays
	for _, c := range a.q.Scope.Channels {
		window = max(window, c.Maturity)
	}
	list := []file{}
	for rows.Next() {
		var batch int
		var at time.Time
		var last sql.NullTime
		if err := rows.Scan(&batch, &at, &last); err != nil {
			return "", err
		}
		f := file{batch, locale.DayOf(at.In(a.q.Scope.Zone))}
		list = append(list, f)
		youngest := a.q.To
		if last.Valid {
			youngest = min(youngest, locale.DayOf(last.Time))
		}
		a.aging = a.aging || youngest >= a.q.From && int(f.Day-youngest) < window
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // numbers and days
	}
	text := string(b)
	a.known = &text
	return text, rows.Err()
}
