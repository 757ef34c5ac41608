package agency

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// The plan of any pieces of the flight adds up to the budget, to the
// millionth, whatever the pace.
func TestPlannedAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		start := locale.Date(2026, 1, 1) + locale.Day(r.IntN(400))
		c := &Campaign{Flight: Flight{start, start + locale.Day(r.IntN(100))}, Budget: Budget{Total: r.Int64N(maxMoney * micro), Pace: PaceLinear}}
		if r.IntN(50) == 0 {
			c.Flight.End = start + maxFlight - 1
		}
		switch r.IntN(4) {
		case 0:
			c.Budget.Pace = PaceWeights
			c.Budget.Weekdays = make([]int64, 7)
			for i := range c.Budget.Weekdays {
				c.Budget.Weekdays[i] = r.Int64N(maxWeight*micro) + 1
			}
		case 1:
			c.Budget.Pace = PaceWeights
			for range (c.Flight.Days() + 6) / 7 {
				c.Budget.Weeks = append(c.Budget.Weeks, r.Int64N(maxWeight*micro)+1)
			}
		case 2:
			c.Budget.Pace = PaceByChannel
		}
		c.Channels = []Channel{{ID: "a", Budget: c.Budget.Total / 3, Flight: c.Flight}, {ID: "b", Budget: c.Budget.Total - c.Budget.Total/3, Flight: c.Flight}}
		if c.Budget.Pace == PaceByChannel {
			c.Channels[0].Flight.Start += locale.Day(r.IntN(c.Flight.Days()))
		}
		for _, id := range []string{"", "a", "b"} {
			want := c.Budget.Total
			for _, ch := range c.Channels {
				if ch.ID == id {
					want = ch.Budget
				}
			}
			var sum int64
			for d := start - 3; d <= c.Flight.End+3; {
				to := d + locale.Day(r.IntN(9))
				part := c.Planned(id, d, to)
				if part < 0 {
					t.Fatalf("%+v: %d planned from %s to %s", c.Budget, part, d, to)
				}
				sum += part
				d = to + 1
			}
			if sum != want {
				t.Fatalf("%+v, channel %q: planned %d, budget %d", c.Budget, id, sum, want)
			}
		}
	}
	if (&Campaign{}).Planned("none", 1, 2) != 0 {
		t.Error("a channel that is not there has a plan")
	}
}

// FuzzLike holds the matcher against a regular expression made from the same
// pattern.
func FuzzLike(f *testing.F) {
	for _, s := range [][2]string{{"*PROSP*", "FB_PROSP_18-35"}, {"GEN_?", "GEN_é"}, {"a*b*c", "abbbcbc"}, {"**", ""}, {"?*?", "ab"}, {"", ""}, {"[x].*", "[x].\n"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 40 || len(name) > 80 {
			return
		}
		expr := regexp.QuoteMeta(string([]rune(pattern)))
		expr = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(expr)
		want := regexp.MustCompile(`(?s)^` + expr + `$`).MatchString(string([]rune(name)))
		if got := like([]rune(pattern), []rune(name)); got != want {
			t.Errorf("like(%q, %q) = %v, the expression says %v", pattern, name, got, want)
		}
	})
}

// Which campaigns a channel takes: case and spaces do not count, an exclusion
// wins wherever it stands, the first channel of the file wins.
func TestChannel(t *testing.T) {
	c := &Campaign{Channels: []Channel{
		{ID: "brand", Platform: "googleads", Match: []string{"SEA_BRAND*", "id:77"}},
		{ID: "search", Platform: "googleads", Match: []string{"!*test*", "SEA_*"}},
		{ID: "other", Platform: "googleads", Match: []string{"!*TEST*", "!id:99"}, Account: "123-456-7890"},
		{ID: "accents", Platform: "metaads", Match: []string{"*été ?026*"}},
		{ID: "meta", Platform: "metaads"},
	}}
	for _, x := range []struct{ platform, account, name, id, want string }{
		{"googleads", "", "SEA_BRAND | Bloc", "", "brand"},
		{"googleads", "", "sea_brand", "", "brand"},
		{"googleads", "", "renamed", "77", "brand"},
		{"googleads", "", "SEA_GEN", "", "search"},
		{"googleads", "1234567890", "sea_gen Test", "", ""},
		{"googleads", "1234567890", "Display", "", "other"},
		{"googleads", "1234567890", "Display", "99", ""},
		{"googleads", "9", "Display", "", ""},
		{"metaads", "9", "E\u0301te\u0301  2026 | Ados", "", "accents"},
		{"metaads", "", "anything", "", "meta"},
		{"linkedinads", "", "anything", "", ""},
	} {
		got, ok := c.Channel(x.platform, x.account, x.name, x.id)
		if got != x.want || ok != (x.want != "") {
			t.Errorf("%+v: %q, %v", x, got, ok)
		}
	}
}

func TestConversionMeasure(t *testing.T) {
	c := &Campaign{Conversions: map[string]string{"metaads": "leads", "shop": "purchases"}}
	check := func(channel, platform, want string) {
		t.Helper()
		if a, b := c.ConversionMeasure(channel, platform); a+" "+b != want {
			t.Errorf("%s on %s: %s %s, want %s", channel, platform, a, b, want)
		}
	}
	check("shop", "metaads", "purchases purchase_value")
	check("prosp", "metaads", "leads ")
	check("search", "googleads", "conversions conversion_value")
	c.Conversions["default"] = "registrations"
	check("search", "googleads", "registrations ")
}

// A platform campaign that two briefs take counts twice only on the days that
// both flights and the data have in common.
func TestOverlaps(t *testing.T) {
	d := func(day int) locale.Day { return locale.Date(2026, 9, day) }
	brief := func(id string, from, to int, match string) *Campaign {
		return &Campaign{ID: id, Flight: Flight{d(from), d(to)}, Channels: []Channel{{ID: "s", Platform: "googleads", Match: []string{match}, at: Problem{File: id + ".yaml", Line: 3}}}}
	}
	c := &Client{Campaigns: []*Campaign{brief("autumn", 1, 20, "GEN*"), brief("open-day", 15, 30, "*"), brief("late", 21, 30, "GEN*")}}
	seen := []PlatformCampaign{
		{Platform: "googleads", Name: "GEN Angers", First: d(1), Last: d(18)},
		{Platform: "googleads", Name: "GEN Cholet", First: d(1), Last: d(10)},
		{Platform: "metaads", Name: "GEN", First: d(1), Last: d(30)},
	}
	var got []string
	for _, o := range c.Overlaps(seen) {
		got = append(got, o.Problem().In(locale.EN))
	}
	want := `open-day.yaml:3:0: "GEN Angers" (googleads) is taken by channel "s", and by channel "s" of autumn too (autumn.yaml:3), on the same days, 2026-09-15 to 2026-09-18: narrow one of the two with match`
	if strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, "\n"), want)
	}
}

// Every key of the files has words in both languages, and no words are left
// over from a key that is gone; the schemas are the same on every run.
func TestSchemas(t *testing.T) {
	seen := map[string]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Slice, reflect.Map:
			walk(typ.Elem())
		case reflect.Struct:
			if !strings.HasSuffix(typ.Name(), "File") {
				return // a leaf
			}
			for i := range typ.NumField() {
				f := typ.Field(i)
				if f.Anonymous {
					walk(f.Type)
					continue
				}
				key := strings.TrimSuffix(typ.Name(), "File") + "." + f.Name
				seen[key] = true
				if t1 := keyHelp[key]; t1.EN == "" || t1.FR == "" {
					t.Errorf("%s has no words", key)
				}
				walk(f.Type)
			}
		}
	}
	for _, v := range []any{agencyFile{}, clientFile{}, campaignFile{}, httpsFile{}, sftpFile{}, mailboxFile{}, mappingFile{}, kpiFile{}, gridFile{}} {
		walk(reflect.TypeOf(v))
	}
	for key := range keyHelp {
		if !seen[key] {
			t.Errorf("words for %s, which is no key", key)
		}
	}
	for _, l := range locale.Langs {
		a, b := Schemas(l), Schemas(l)
		for name, x := range a {
			if string(x) != string(b[name]) {
				t.Errorf("%s: two runs differ", name)
			}
			type object struct {
				Properties map[string]struct{ Description string }
				Required   []string
				OneOf      []object
			}
			var s object
			if err := json.Unmarshal(x, &s); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if len(s.OneOf) == 0 {
				s.OneOf = []object{s}
			}
			for _, s := range s.OneOf {
				if len(s.Required) == 0 {
					t.Errorf("%s: nothing is required", name)
				}
				for key, p := range s.Properties {
					if p.Description == "" {
						t.Errorf("%s: %s has no description", name, key)
					}
				}
			}
		}
	}
}

// What covers, takes every name that the other takes; what may meet is tried on
// all names of three letters.
func TestCovers(t *testing.T) {
	patterns := []string{"*", "a*", "*b", "a*b", "?*", "a?", "ab", "*a*", "b", "aab", "??", "*?a"}
	var names []string
	for _, x := range []string{"", "a", "b"} {
		for _, y := range []string{"", "a", "b"} {
			for _, z := range []string{"", "a", "b"} {
				names = append(names, x+y+z)
			}
		}
	}
	for _, wide := range patterns {
		for _, narrow := range patterns {
			both := false
			for _, name := range names {
				in, of := takes([]string{wide}, name, ""), takes([]string{narrow}, name, "")
				if covers([]string{wide}, []string{narrow}) && of && !in {
					t.Errorf("%s covers %s, and does not take %q", wide, narrow, name)
				}
				both = both || in && of
			}
			if got := meet([]rune(wide), []rune(narrow)); got != both {
				t.Errorf("%s and %s: meet is %v, and names in common %v", wide, narrow, got, both)
			}
		}
	}
	for _, c := range []struct {
		wide, narrow []string
		want         bool
	}{
		{nil, []string{"a*"}, true},
		{[]string{"a*"}, nil, false},
		{[]string{"sea_*", "!sea_old*"}, []string{"SEA_GEN*"}, true},
		{[]string{"sea_*", "!*angers"}, []string{"SEA_GEN*"}, false},
		{[]string{"!*test*"}, []string{"LK*", "!*test*"}, true},
		{[]string{"*"}, []string{"id:12"}, true},
		{[]string{"id:12"}, []string{"id:12"}, true},
		{[]string{"1*"}, []string{"id:12"}, false},
		{[]string{"*", "!id:7"}, []string{"a*"}, false},
	} {
		if got := covers(c.wide, c.narrow); got != c.want {
			t.Errorf("%q covers %q: %v", c.wide, c.narrow, got)
		}
	}
}
