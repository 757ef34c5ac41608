package metrics

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// Scope is what a question counts: the platform campaigns of one client that a
// brief takes, each with the channel it belongs to and the measures that are
// its conversions; or, without a brief, all of the client's.
type Scope struct {
	Client   string
	Campaign string // id of the brief; empty for the whole client
	Zone     *time.Location
	Currency string     // that answers are in; set by LoadScope, empty where nothing is known yet
	From, To locale.Day // flight; zero without a brief
	Channels []Channel
	takes    []take
	accounts []int32
	// Outside are platform campaigns of the client that the brief does not take.
	Outside []PlatformCampaign
	// exchange is set where accounts are in other currencies than Currency.
	exchange *exchange
	// wider is the scope that this one was narrowed from, nil for a whole one.
	wider *Scope
	// What KPIs take from the workspace: the brief, nil without one, the agency's
	// fees and its own KPIs.
	brief *agency.Campaign
	fees  agency.Fees
	own   []KPI
}

// Channel is one lever of the media plan.
type Channel struct {
	ID          string `json:"id"`
	Label       string `json:"label"`
	Platform    string `json:"platform"`
	Conversions string `json:"conversions,omitempty"` // the measure that counts as its conversion
	Value       string `json:"value,omitempty"`       // and the one that is their value
	// Maturity is for how many days after a day its platform may still change the
	// day's conversions; 0 where nobody knows.
	Maturity int `json:"maturity,omitempty"`
}

// PlatformCampaign is a platform's own campaign.
type PlatformCampaign struct {
	Key         int32  `json:"-"`
	Account     int32  `json:"-"`
	Platform    string `json:"platform"`
	AccountName string `json:"account,omitempty"`
	Name        string `json:"name"`
	ExtID       string `json:"ext_id,omitempty"`
	Channel     string `json:"channel,omitempty"` // of the brief; empty where none takes it
}

// take is one line of the plan that facts are joined with.
type take struct {
	Account     int32
	Campaign    int32 // 0: rows that name no campaign
	Channel     int32 // position in Scope.Channels
	Conversions string
	Value       string
}

// campaignsSQL lists a client's platform campaigns, with a line of campaign 0
// for each account.
const campaignsSQL = `
select c.entity, c.account, c.platform, a.name, a.ext_id, c.name, c.ext_id
from entity c join entity a on a.entity = c.account
where c.client = ? and c.level = 'campaign'
union all
select 0, a.entity, a.platform, a.name, a.ext_id, '', ''
from entity a where a.client = ? and a.level = 'account'
order by 3, 2, 6, 1`

// LoadScope finds what belongs to a brief, or to the whole client where brief
// is nil. Without a brief each platform is a channel of its own, and its
// conversions are those of its measure "conversions".
//
// Accounts in several currencies are answered for in the brief's, else the
// client's, at the dated rates of the workspace; without rates the error is
// *ErrCurrencies, and Problems where their file has mistakes.
func LoadScope(ctx context.Context, db *sql.DB, client *agency.Client, brief *agency.Campaign) (*Scope, error) {
	s := &Scope{Client: client.ID, Zone: time.UTC, brief: brief, fees: client.Fees, own: OwnKPIs(client.Agency)}
	windows, err := maturities(ctx, db)
	if err != nil {
		return nil, err
	}
	position := map[string]int32{}
	channel := func(c Channel) int32 {
		if i, ok := position[c.ID]; ok {
			return i
		}
		c.Maturity = windows[c.Platform]
		position[c.ID] = int32(len(s.Channels))
		s.Channels = append(s.Channels, c)
		return position[c.ID]
	}
	if brief != nil {
		s.Campaign, s.Zone, s.From, s.To = brief.ID, brief.Zone, brief.Flight.Start, brief.Flight.End
		s.Currency = brief.Currency
		for _, c := range brief.Channels {
			conversions, value := brief.ConversionMeasure(c.ID, c.Platform)
			channel(Channel{ID: c.ID, Label: c.Name, Platform: c.Platform, Conversions: conversions, Value: value})
		}
	}
	rows, err := db.QueryContext(ctx, campaignsSQL, client.ID, client.ID)
	if err != nil {
		return nil, fmt.Errorf("campaigns of %s: %w", client.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var p PlatformCampaign
		var accountID string
		if err := rows.Scan(&p.Key, &p.Account, &p.Platform, &p.AccountName, &accountID, &p.Name, &p.ExtID); err != nil {
			return nil, err
		}
		if !slices.Contains(s.accounts, p.Account) {
			s.accounts = append(s.accounts, p.Account)
		}
		var i int32
		switch {
		case brief == nil:
			i = channel(Channel{ID: p.Platform, Label: p.Platform, Platform: p.Platform, Conversions: "conversions", Value: "conversion_value"})
		case p.Key == 0:
			// Rows without a campaign can only belong to a channel that takes
			// the whole account.
			id, ok := wholeAccount(brief, p, accountID)
			if !ok {
				continue
			}
			i = position[id]
		default:
			id, ok := brief.Channel(p.Platform, p.AccountName, p.Name, p.ExtID)
			if !ok && accountID != "" {
				id, ok = brief.Channel(p.Platform, accountID, p.Name, p.ExtID)
			}
			if !ok {
				s.Outside = append(s.Outside, p)
				continue
			}
			i = position[id]
		}
		c := s.Channels[i]
		s.takes = append(s.takes, take{p.Account, p.Key, i, c.Conversions, c.Value})
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return s, s.settleCurrency(ctx, db, client)
}

// Seen are the platform campaigns of a client that have data, with their first
// and last day.
func Seen(ctx context.Context, db *sql.DB, client string) ([]agency.PlatformCampaign, error) {
	rows, err := db.QueryContext(ctx, query("seen"), client)
	if err != nil {
		return nil, fmt.Errorf("campaigns of %s: %w", client, err)
	}
	defer rows.Close()
	var list []agency.PlatformCampaign
	for rows.Next() {
		var p agency.PlatformCampaign
		var first, last time.Time
		if err := rows.Scan(&p.Platform, &p.Account, &p.AccountID, &p.Name, &p.ExtID, &first, &last); err != nil {
			return nil, err
		}
		p.First, p.Last = locale.DayOf(first), locale.DayOf(last)
		list = append(list, p)
	}
	return list, rows.Err()
}

// wholeAccount is the channel that takes everything of an account.
func wholeAccount(brief *agency.Campaign, p PlatformCampaign, accountID string) (string, bool) {
	for _, c := range brief.Channels {
		if c.Platform == p.Platform && len(c.Match) == 0 && (c.Account == "" || c.Account == p.AccountName || c.Account == accountID) {
			return c.ID, true
		}
	}
	return "", false
}

// settleCurrency finds the currency that answers are in, and the rates that
// bring other amounts into it.
func (s *Scope) settleCurrency(ctx context.Context, db *sql.DB, client *agency.Client) error {
	rows, err := db.QueryContext(ctx, `
with take as (`+takeSQL+`)
select distinct s.currency
from (
    select r.stream from rollup r join take t on t.account = r.account and t.campaign = r.campaign
    union
    select p.stream from span p join stream i on i.stream = p.stream
    join batch b on b.batch = p.batch
    join take t on t.account = i.account and t.campaign = p.campaign
    where b.undone_at is null and not b.withheld
) u
join stream s on s.stream = u.stream
where s.currency <> ''
order by 1`, s.plan())
	if err != nil {
		return fmt.Errorf("currencies: %w", err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			return err
		}
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	switch {
	case len(list) == 0:
		return nil
	case len(list) == 1 && (s.Currency == "" || s.Currency == list[0]):
		s.Currency = list[0]
		return nil
	}
	if s.Currency == "" {
		s.Currency = client.Currency
	}
	rates, err := agency.ReadRates(client.Agency.Dir)
	if err != nil {
		return err
	}
	if len(rates.Files) == 0 {
		if !slices.Contains(list, s.Currency) {
			list = append([]string{s.Currency}, list...)
		}
		return noRates(list)
	}
	s.exchange = &exchange{s.Currency, rates}
	return nil
}

// takeSQL turns the plan, passed as JSON in the query's first parameter, into
// rows. A line of the JSON holds all campaigns that are taken alike: every query
// reads it.
const takeSQL = `select x.account, unnest(x.campaigns) as campaign, x.channel, x.conversions, x.value from (select unnest(from_json(?, '[{"account":"INTEGER","campaigns":["INTEGER"],"channel":"INTEGER","conversions":"VARCHAR","value":"VARCHAR"}]')) as x)`

func (s *Scope) plan() string {
	type line struct {
		Account     int32   `json:"account"`
		Campaigns   []int32 `json:"campaigns"`
		Channel     int32   `json:"channel"`
		Conversions string  `json:"conversions"`
		Value       string  `json:"value"`
	}
	lines := []line{}
	at := map[take]int{} // by all but the campaign
	for _, t := range s.takes {
		campaign := t.Campaign
		t.Campaign = 0
		i, ok := at[t]
		if !ok {
			i = len(lines)
			at[t] = i
			lines = append(lines, line{t.Account, nil, t.Channel, t.Conversions, t.Value})
		}
		lines[i].Campaigns = append(lines[i].Campaigns, campaign)
	}
	b, err := json.Marshal(lines)
	if err != nil {
		panic(err) // integers and strings
	}
	return string(b)
}

func (s *Scope) accountList() string {
	list := []string{"0"} // never empty: an empty list does not parse
	for _, a := range s.accounts {
		list = append(list, strconv.Itoa(int(a)))
	}
	return strings.Join(list, ",")
}

// Only is the scope with some of its channels; those it does not have are
// passed over.
func (s *Scope) Only(ids ...string) *Scope {
	out := *s
	out.Channels, out.takes, out.wider = nil, nil, s.unnarrowed()
	at := map[int32]int32{}
	for i, c := range s.Channels {
		if slices.Contains(ids, c.ID) {
			at[int32(i)] = int32(len(out.Channels))
			out.Channels = append(out.Channels, c)
		}
	}
	for _, t := range s.takes {
		if i, ok := at[t.Channel]; ok {
			t.Channel = i
			out.takes = append(out.takes, t)
		}
	}
	return &out
}

// unnarrowed is the scope before any of its channels were left out.
func (s *Scope) unnarrowed() *Scope {
	if s.wider != nil {
		return s.wider
	}
	return s
}
