package agency

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"vigie/internal/locale"
)

// Platforms are the ids of the platforms that a file may name.
var Platforms = []string{
	"googleads", "metaads", "linkedinads", "tiktokads", "microsoftads", "xads", "pinterestads", "snapchatads",
	"redditads", "amazonads", "appleads", "ga4", "dv360", "cm360", "thetradedesk", "criteo", "mailchimp", "brevo",
	"klaviyo", "sales", "spreadsheet",
}

// Channel is one lever of a campaign's media plan: a platform, and the rule
// that says which of its campaigns belong to it.
type Channel struct {
	ID       string
	Name     string // what people read; the id where the file gives none
	Platform string
	// Match are the patterns on the platform campaign's name: * is any text, ?
	// one character, a leading ! excludes, id:123 is the platform's own id.
	// None: all campaigns of the platform.
	Match   []string
	Account string // id or name of the only account it takes; empty: all
	Budget  int64  // millionths of the currency, without tax; 0: none of its own
	Flight  Flight // its own days, where the budget's pace is by_channel; else the campaign's

	at Problem // where its match stands, or its platform
}

// Channel is the channel that takes a platform campaign: the first in the
// order of the file that matches. account is the account's id or name, name
// and extID are the platform campaign's; extID may be empty.
func (c *Campaign) Channel(platform, account, name, extID string) (id string, ok bool) {
	for _, ch := range c.Channels {
		if ch.Platform == platform && sameAccount(ch.Account, account) && takes(ch.Match, name, extID) {
			return ch.ID, true
		}
	}
	return "", false
}

// sameAccount reports whether a channel that wants one account gets it. The
// hyphens of 123-456-7890 may be missing on either side.
func sameAccount(want, got string) bool {
	return want == "" || strings.EqualFold(want, got) || bareAccount(want) == bareAccount(got)
}

// bareAccount is an account without its hyphens.
func bareAccount(account string) string {
	return strings.NewReplacer("-", "", " ", "").Replace(fold(account))
}

// takes reports whether patterns take a name. An exclusion wins over the
// others wherever it stands; exclusions alone take everything else.
func takes(patterns []string, name, extID string) bool {
	name = fold(name)
	taken, positive := false, false
	for _, p := range patterns {
		rest, exclude := strings.CutPrefix(p, "!")
		var hit bool
		if id, ok := strings.CutPrefix(rest, "id:"); ok {
			hit = extID != "" && strings.TrimSpace(id) == extID
		} else {
			hit = like([]rune(fold(rest)), []rune(name))
		}
		switch {
		case exclude && hit:
			return false
		case !exclude:
			positive = true
			taken = taken || hit
		}
	}
	return taken || !positive
}

// fold makes names comparable: composed characters, one space between words,
// lower case.
func fold(s string) string {
	return strings.ToLower(norm.NFC.String(strings.Join(strings.Fields(s), " ")))
}

// like reports whether a pattern of *, ? and plain characters covers a whole
// name. It goes back to the last * only, so its time is at most the product of
// the two lengths.
func like(pattern, name []rune) bool {
	p, n, star, from := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// valueOf is the money measure that belongs to a conversion measure.
var valueOf = map[string]string{"conversions": "conversion_value", "purchases": "purchase_value"}

// ConversionMeasure is the measure that the brief counts as its conversion on
// a channel, and the measure of its value: the channel's own choice, else its
// platform's, else the default, else conversions. value is empty where the
// platforms give the event none, as for leads.
func (c *Campaign) ConversionMeasure(channelID, platform string) (conversions, value string) {
	for _, key := range []string{channelID, platform, "default"} {
		if m, ok := c.Conversions[key]; ok {
			return m, valueOf[m]
		}
	}
	return "conversions", valueOf["conversions"]
}

// PlatformCampaign is a campaign of a platform as the exports know it, with
// the days they hold.
type PlatformCampaign struct {
	Platform  string
	Account   string // name
	AccountID string // empty where the exports have none, like ExtID
	Name      string
	ExtID     string // the platform's id
	First     locale.Day
	Last      locale.Day
}

// taking is the brief's channel that takes it, by its account's name or id.
func (p PlatformCampaign) taking(c *Campaign) (id string, ok bool) {
	id, ok = c.Channel(p.Platform, p.Account, p.Name, p.ExtID)
	if !ok && p.AccountID != "" {
		id, ok = c.Channel(p.Platform, p.AccountID, p.Name, p.ExtID)
	}
	return id, ok
}

// Overlap is a platform campaign that two briefs take on the same days, so
// that its spend would count twice.
type Overlap struct {
	Platform    PlatformCampaign
	A, B        *Campaign
	ChannelA    string
	ChannelB    string
	First, Last locale.Day // the days in both flights on which it has data
}

// Problem says what overlaps, for validate, where the second brief takes it.
func (o Overlap) Problem() Problem {
	find := func(c *Campaign, id string) Problem {
		i := slices.IndexFunc(c.Channels, func(ch Channel) bool { return ch.ID == id })
		return c.Channels[i].at
	}
	a := find(o.A, o.ChannelA)
	return find(o.B, o.ChannelB).told(say("%s (%s) is taken by channel %s, and by channel %s of %s too (%s:%d), on the same days, %s to %s: narrow one of the two with match",
		"%s (%s) est prise par le levier %s, et aussi par le levier %s de %s (%s:%d), les mêmes jours, du %s au %s\u00a0: resserrez l’un des deux par match",
		q(o.Platform.Name), o.Platform.Platform, q(o.ChannelB), q(o.ChannelA), o.A.ID, a.File, a.Line, o.First, o.Last))
}

// Overlaps are the platform campaigns of the client that two of its briefs
// take on the same days. It needs data, so that reading the files alone cannot
// tell.
func (c *Client) Overlaps(seen []PlatformCampaign) []Overlap {
	var out []Overlap
	for _, p := range seen {
		for i, a := range c.Campaigns {
			ida, ok := p.taking(a)
			if !ok {
				continue
			}
			for _, b := range c.Campaigns[i+1:] {
				idb, ok := p.taking(b)
				first := max(a.Flight.Start, b.Flight.Start, p.First)
				last := min(a.Flight.End, b.Flight.End, p.Last)
				if ok && first <= last {
					out = append(out, Overlap{p, a, b, ida, idb, first, last})
				}
			}
		}
	}
	return out
}
