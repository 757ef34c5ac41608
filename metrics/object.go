package metrics

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/locale"
)

// The levels of a Object, named as the dimensions of a Question.
const (
	CampaignLevel = "platform_campaign"
	AdGroupLevel  = "ad_group"
	AdLevel       = "ad"
	KeywordLevel  = "keyword"
)

// objectLevels are the levels from the widest to the finest.
var objectLevels = []string{CampaignLevel, AdGroupLevel, AdLevel, KeywordLevel}

// Object is the daily history of an object within a channel: a platform campaign,
// an ad group, an ad or a keyword. Its days are those of its channel's Series,
// in the same order; a day is Known where an export speaks of its level.
type Object struct {
	ID      string `json:"id"` // channel/campaign/ad group/ad or keyword, by their names
	Channel string `json:"channel"`
	Level   string `json:"level"`
	Parent  string `json:"parent"` // ID of the object above, or of the channel
	Name    string `json:"name"`
	Days    []Day  `json:"days"`
}

// Objects is the history of the objects of a scope, level by level, those of one
// channel together and the largest spend first. Channels are their histories
// over the same days, as Daily gives them. Objects that never had a row are
// not there; a day without a row is one without delivery where its campaign
// has others at that level, or had no delivery itself.
func Objects(ctx context.Context, db *sql.DB, s *Scope, channels []Series, from, to locale.Day, asOf time.Time) ([]Object, error) {
	names, err := entityNames(ctx, db, s.Client)
	if err != nil {
		return nil, err
	}
	var all []Object
	// What campaigns did on each day, to tell a day without delivery from one
	// that was not exported at a finer level.
	delivered := map[int64]map[locale.Day]bool{}
	for _, level := range objectLevels {
		objects, err := s.objects(ctx, db, level, channels, names, delivered, from, to, asOf)
		if err != nil {
			return nil, fmt.Errorf("objects by %s: %w", level, err)
		}
		all = append(all, objects...)
	}
	return all, nil
}

type objectKey struct {
	channel               int
	campaign, adGroup, ad int64 // of a keyword, ad is its own key
}

func (s *Scope) objects(ctx context.Context, db *sql.DB, level string, channels []Series,
	names map[string]string, delivered map[int64]map[locale.Day]bool, from, to locale.Day, asOf time.Time) ([]Object, error) {
	source, adGroup, ad := rollup, "r.ad_group", "r.ad"
	switch {
	case level == CampaignLevel && asOf.IsZero():
	case level == CampaignLevel:
		source = factsSource(s, asOf, 0, "", from, to)
	case level == AdGroupLevel:
		source = factsSource(s, asOf, 2, "", from, to)
	case level == AdLevel:
		source = factsSource(s, asOf, 3, "", from, to)
	case level == KeywordLevel:
		source = factsOf("keywords", s, asOf, 0, "", from, to)
	}
	switch level {
	case CampaignLevel:
		adGroup, ad = "0", "0"
	case AdGroupLevel:
		ad = "0"
	}
	source, args, _, err := s.convert(ctx, db, source, from, to)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, fill(query("object_days"),
		"take", takeSQL, "source", source, "ad_group", adGroup, "ad", ad,
		"conversions", conversionsSQL, "value", valueSQL, "from", date(from), "to", date(to)), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	at := map[objectKey]int{}
	var objects []Object
	var campaigns []int64
	seen := map[int64]map[locale.Day]bool{} // days that the level has rows of, by campaign
	for rows.Next() {
		var k objectKey
		var day time.Time
		var d Day
		if err := rows.Scan(&k.channel, &k.campaign, &k.adGroup, &k.ad, &day,
			&d.Impressions, &d.Clicks, &d.Spend, &d.Conversions, &d.ConversionValue, &d.Eligible, &d.LostBudget); err != nil {
			return nil, err
		}
		d.Day = locale.DayOf(day)
		if seen[k.campaign] == nil {
			seen[k.campaign] = map[locale.Day]bool{}
		}
		seen[k.campaign][d.Day] = true
		if level == CampaignLevel && d.Impressions+d.Clicks+d.Spend > 0 {
			if delivered[k.campaign] == nil {
				delivered[k.campaign] = map[locale.Day]bool{}
			}
			delivered[k.campaign][d.Day] = true
		}
		i, ok := at[k]
		if !ok {
			i = len(objects)
			at[k] = i
			u := k.object(level, channels[k.channel].ID, names)
			u.Days = make([]Day, to-from+1)
			for j := range u.Days {
				u.Days[j].Day = from + locale.Day(j)
			}
			objects, campaigns = append(objects, u), append(campaigns, k.campaign)
		}
		objects[i].Days[d.Day-from] = d
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rank := map[string]int{}
	for i, c := range channels {
		rank[c.ID] = i
	}
	spend := map[string]int64{}
	for i := range objects {
		u, campaign := &objects[i], campaigns[i]
		channel := channels[rank[u.Channel]]
		for j := range u.Days {
			d := &u.Days[j]
			c := channel.Days[j]
			d.Known = c.Known && (level == CampaignLevel || seen[campaign][d.Day] || !delivered[campaign][d.Day])
			d.Complete, d.Mature, d.Settled = d.Known && c.Complete, d.Known && c.Mature, d.Known && c.Settled
			spend[u.ID] += d.Spend
		}
	}
	slices.SortFunc(objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(rank[a.Channel], rank[b.Channel]), cmp.Compare(spend[b.ID], spend[a.ID]), strings.Compare(a.ID, b.ID))
	})
	return objects, nil
}

// object is an object’s place and name.
func (k objectKey) object(level, channel string, names map[string]string) Object {
	name := func(key int64) string {
		if n, ok := names[strconv.FormatInt(key, 10)]; ok {
			return n
		}
		return locale.Dash
	}
	u := Object{Channel: channel, Level: level, Parent: channel, Name: name(k.campaign)}
	below := func(name string) {
		u.Parent += "/" + u.Name
		u.Name = name
	}
	if level != CampaignLevel {
		below(name(k.adGroup))
	}
	if level == AdLevel || level == KeywordLevel {
		below(name(k.ad))
	}
	u.ID = u.Parent + "/" + u.Name
	return u
}
