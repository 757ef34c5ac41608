package metrics

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/locale"
)

// label turns keys into what people read: the names of channels and platform
// objects.
func (a *asking) label(rows []Row) error {
	names := map[string]string{}
	if slices.ContainsFunc(a.q.By, func(d string) bool {
		return d == "account" || d == "platform_campaign" || d == "ad_group" || d == "ad"
	}) {
		var err error
		if names, err = entityNames(a.ctx, a.db, a.q.Scope.Client); err != nil {
			return err
		}
	}
	for i := range rows {
		r := &rows[i]
		r.Labels = slices.Clone(r.Keys)
		for j, d := range a.q.By {
			switch d {
			case "channel":
				n, err := strconv.Atoi(r.Keys[j])
				if err != nil || n < 0 || n >= len(a.q.Scope.Channels) {
					return fmt.Errorf("channel %q is not in the plan", r.Keys[j])
				}
				c := a.q.Scope.Channels[n]
				r.Keys[j], r.Labels[j] = c.ID, c.Label
			case "account", "platform_campaign", "ad_group", "ad":
				if name, ok := names[r.Keys[j]]; ok {
					r.Labels[j] = name
				} else if r.Keys[j] == "0" {
					r.Labels[j] = locale.Dash
				}
			}
			if r.Labels[j] == "" {
				r.Labels[j] = locale.Dash
			}
		}
	}
	return nil
}

// entityNames are the names of a client's platform objects by their keys.
func entityNames(ctx context.Context, db *sql.DB, client string) (map[string]string, error) {
	list, err := db.QueryContext(ctx, "select entity, name, ext_id, count(*) over (partition by level, parent, name) as namesakes from entity where client = ?", client)
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	defer list.Close()
	names := map[string]string{}
	for list.Next() {
		var key, namesakes int
		var name, id string
		if err := list.Scan(&key, &name, &id, &namesakes); err != nil {
			return nil, err
		}
		switch {
		case name == "":
			name = id
		case namesakes > 1 && len(id) > 4:
			// Two objects of one name: the end of the platform's id tells them apart.
			name += " (…" + id[len(id)-4:] + ")"
		}
		names[strconv.Itoa(key)] = name
	}
	return names, list.Err()
}

// sort puts rows in an order that does not depend on the database: time first
// to last, channels in the plan's order, others by spend, largest first.
func (a *asking) sort(rows []Row) {
	rank := map[string]int{}
	for i, c := range a.q.Scope.Channels {
		rank[c.ID] = i
	}
	type place struct { // rows are large: they move once
		*Row
		spend float64
	}
	order := make([]place, len(rows))
	for i := range order {
		order[i] = place{&rows[i], -1}
		if v := rows[i].KPIs["spend"].Value; v != nil {
			order[i].spend = *v
		}
	}
	slices.SortFunc(order, func(x, y place) int {
		for j, d := range a.q.By {
			var c int
			switch d {
			case "day", "week", "month", "quarter", "year":
				c = strings.Compare(x.Keys[j], y.Keys[j])
			case "channel":
				c = cmp.Compare(rank[x.Keys[j]], rank[y.Keys[j]])
			case "platform":
				c = strings.Compare(x.Keys[j], y.Keys[j])
			default:
				continue
			}
			if c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(y.spend, x.spend), slices.Compare(x.Labels, y.Labels), slices.Compare(x.Keys, y.Keys))
	})
	sorted := make([]Row, len(rows))
	for i, p := range order {
		sorted[i] = *p.Row
	}
	copy(rows, sorted)
}
