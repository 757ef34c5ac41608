package agency

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"vigie/internal/locale"
)

// place is a problem without words: where something stands.
func (d *doc) place(n ast.Node) Problem {
	d.fail(n, locale.Text{})
	last := len(d.problems) - 1
	p := d.problems[last]
	d.problems = d.problems[:last]
	return p
}

// told is the place with words, as an error.
func (p Problem) told(m locale.Text) Problem {
	p.Message = m
	return p
}

// claims warns of accounts that two clients have, and of briefs of one client
// that take the same platform campaigns on the same days, as far as the files
// alone can tell. Overlaps tells it of what the exports hold.
func (a *Agency) claims() {
	type claim struct {
		client *Client
		at     Problem
	}
	of := map[string]claim{} // the first, by platform and account
	for _, c := range a.Clients {
		see := func(platform, account string, at Problem) {
			key := platform + " " + bareAccount(account)
			first, ok := of[key]
			if !ok {
				of[key] = claim{c, at}
				return
			}
			if first.client != c {
				at.Warning = true
				a.Problems = append(a.Problems, at.told(say("account %s of %s is one of client %s as well (%s:%d): what it spends would count for both",
					"le compte %s de %s est aussi au commanditaire %s (%s:%d)\u00a0: ses dépenses compteraient pour les deux", q(account), platform, first.client.ID, first.at.File, first.at.Line)))
			}
		}
		for _, x := range c.accountsAt {
			see(x.platform, x.account, x.at)
		}
		for _, k := range c.Campaigns {
			for _, ch := range k.Channels {
				if ch.Account != "" {
					see(ch.Platform, ch.Account, ch.at)
				}
			}
		}
		for i, k := range c.Campaigns {
			for _, ch := range k.Channels {
				for _, other := range c.Campaigns[:i] {
					if a.sameCampaigns(other, k, ch) {
						break
					}
				}
			}
		}
	}
}

// sameCampaigns warns of a channel of y where one of x takes, by its patterns,
// whatever it takes, or the other way round.
func (a *Agency) sameCampaigns(x, y *Campaign, cy Channel) (warned bool) {
	first, last := max(x.Flight.Start, y.Flight.Start), min(x.Flight.End, y.Flight.End)
	i := slices.IndexFunc(x.Channels, func(cx Channel) bool {
		return cx.Platform == cy.Platform && (cx.Account == "" || sameAccount(cy.Account, cx.Account)) && (covers(cx.Match, cy.Match) || covers(cy.Match, cx.Match))
	})
	if i < 0 || first > last {
		return false
	}
	cx, at := x.Channels[i], cy.at
	at.Warning = true
	a.Problems = append(a.Problems, at.told(say("channel %s takes platform campaigns that channel %s of %s takes too (%s:%d), on the same days, %s to %s: they would count in both briefs. Narrow one of the two with match",
		"le levier %s prend des campagnes plateforme que prend aussi le levier %s de %s (%s:%d), les mêmes jours, du %s au %s\u00a0: elles compteraient dans les deux. Resserrez l’un des deux par match",
		q(cy.ID), q(cx.ID), x.ID, cx.at.File, cx.at.Line, first, last)))
	return true
}

// covers reports patterns that take whatever others take, names and ids alike.
func covers(wide, narrow []string) bool {
	part := func(patterns []string) (positive, not []string) {
		for _, p := range patterns {
			if rest, ok := strings.CutPrefix(p, "!"); ok {
				not = append(not, fold(rest))
			} else {
				positive = append(positive, fold(p))
			}
		}
		return positive, not
	}
	in, out := part(wide)
	names, not := part(narrow)
	if len(names) == 0 {
		names = []string{"*"}
	}
	for _, p := range out {
		if !slices.Contains(not, p) && slices.ContainsFunc(names, func(n string) bool { return meet([]rune(p), []rune(n)) }) {
			return false
		}
	}
	return len(in) == 0 || !slices.ContainsFunc(names, func(n string) bool {
		return !slices.ContainsFunc(in, func(p string) bool { return p == n || p == "*" || wider([]rune(p), []rune(n)) })
	})
}

// wider reports a pattern that covers all names that another covers. An id is
// covered by itself alone.
func wider(wide, narrow []rune) bool {
	if strings.HasPrefix(string(wide), "id:") || strings.HasPrefix(string(narrow), "id:") {
		return false
	}
	// A ? covers one character, never the any number that a * stands for.
	return like(wide, narrow) && !(slices.Contains(wide, '?') && slices.Contains(narrow, '*'))
}

// meet reports patterns that may have a name in common. An id may be that of
// any name.
func meet(a, b []rune) bool {
	if strings.HasPrefix(string(a), "id:") || strings.HasPrefix(string(b), "id:") {
		return true
	}
	// row[j]: the rests of a, from where the loop is, and of b from j meet.
	row := make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		next := slices.Clone(row) // of a from i+1
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a) && j == len(b):
				row[j] = true
			case i < len(a) && a[i] == '*':
				row[j] = next[j] || j < len(b) && row[j+1]
			case j < len(b) && b[j] == '*':
				row[j] = row[j+1] || i < len(a) && next[j]
			default:
				row[j] = i < len(a) && j < len(b) && (a[i] == b[j] || a[i] == '?' || b[j] == '?') && next[j+1]
			}
		}
	}
	return row[0]
}
