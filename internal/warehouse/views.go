package warehouse

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"

	"vigie/ingest"
)

// Views are the tables that people read with SQL: names instead of keys, and
// units instead of millionths. The help page on SQL describes them.
var views = map[string]string{
	// A row for each day of a platform's campaign that answers: the roll-up.
	"daily": `
select
    r.day, s.client, s.platform,
    case when a.name = '' then a.ext_id else a.name end as account,
    case when r.campaign = 0 then null when c.name = '' then c.ext_id else c.name end as campaign,
    nullif(c.ext_id, '') as campaign_id, nullif(s.currency, '') as currency, ` + unitColumns() + `,
    r.batch as export
from rollup r
join stream s on s.stream = r.stream
left join entity a on a.entity = r.account
left join entity c on c.entity = r.campaign`,
	// The platforms' campaigns, and the days that are known of each.
	"campaigns": `
select
    c.client, c.platform,
    case when a.name = '' then a.ext_id else a.name end as account,
    case when c.name = '' then c.ext_id else c.name end as campaign,
    nullif(c.ext_id, '') as campaign_id, min(r.day) as first_day, max(r.day) as last_day, count(distinct r.day) as days
from entity c
left join entity a on a.entity = c.account
left join rollup r on r.campaign = c.entity
where c.level = 'campaign'
group by all`,
	// The files that were taken in.
	"exports": `
select
    batch as export, client, file, platform, level, first_day, last_day, known_as_of, known_from, imported_at, rows, skipped as skipped_rows,
    control, withheld, undone_at is not null as undone, sha256
from batch`,
}

// unitColumns are the measures of the roll-up in units. What is stored in
// millionths becomes a decimal: its sums are exact.
func unitColumns() string {
	var list []string
	for _, m := range ingest.Measures {
		if m.Unit.Scale() == 1 {
			list = append(list, "r."+m.ID)
			continue
		}
		list = append(list, fmt.Sprintf("(r.%s * 0.000001::decimal(7, 6))::decimal(26, 6) as %s", m.ID, m.ID))
	}
	return strings.Join(list, ", ")
}

// readable makes the views, where they are not what this program says.
func (w *Warehouse) readable(ctx context.Context) error {
	var text []string
	for _, name := range []string{"daily", "campaigns", "exports"} {
		text = append(text, "create or replace view "+name+" as "+views[name])
	}
	all := strings.Join(text, ";\n")
	sum := sha256.Sum256([]byte(all))
	mark := "views " + hex.EncodeToString(sum[:8])
	var done int
	if err := w.db.QueryRowContext(ctx, "select count(*) from migration where name = ?", mark).Scan(&done); err != nil || done > 0 {
		return err
	}
	return w.tx(ctx, func(tx *sql.Tx) error {
		for _, q := range append(text, "delete from migration where name like 'views %'") {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return fmt.Errorf("views: %w", err)
			}
		}
		_, err := tx.ExecContext(ctx, "insert into migration values (?)", mark)
		return err
	})
}
