package jobs

import (
	"context"
	"io"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/warehouse"
)

// TakeIn archives an export and imports it for a client: what the inbox, the
// command and an upload have in common. What the options leave open comes from
// the client's file: accounts, currency, the agency's zone; options.Now must be
// set. accept lets a file through that a check stops or withholds, strict
// refuses one that a check would withhold. A file that is refused is no error,
// the result says so; it is not kept in the archive, so the caller's copy is
// the only one.
func TakeIn(ctx context.Context, wh *warehouse.Warehouse, client *agency.Client, options ingest.Options, accept, strict bool, name string, modTime time.Time, body io.Reader) (*warehouse.Imported, error) {
	options = Known(client, options)
	kept, err := wh.Archive(body)
	if err != nil {
		return nil, err
	}
	taken := false
	defer func() {
		if !taken { // also when the import panics
			kept.Forget()
		}
	}()
	r, err := wh.Import(ctx, warehouse.Import{
		Client: client.ID, Accounts: client.Accounts, Name: name, ModTime: modTime, File: kept,
		Options: options, Accept: accept, Strict: strict, Flights: Flights(client),
	})
	taken = err == nil && r.Status != warehouse.StatusRejected
	if taken && r.Report != nil && len(r.Dropped) > 0 {
		taken = false // the archive keeps nothing about people
	}
	return r, err
}

// Mappings are what the workspace says of tables that no platform wrote.
func Mappings(a *agency.Agency) []ingest.Mapping {
	var list []ingest.Mapping
	for _, m := range a.Mappings {
		list = append(list, ingest.Mapping{Name: m.File, Platform: m.Platform, Columns: m.Columns, Decimal: m.Decimal, Dates: m.Dates, Currency: m.Currency})
	}
	return list
}

// Known fills what the options of an import leave open from what is known of
// the client and of its agency's tables.
func Known(client *agency.Client, options ingest.Options) ingest.Options {
	if options.Currency == "" {
		options.Currency = client.Currency
	}
	if options.Zone == nil {
		options.Zone = client.Agency.Zone
	}
	options.Mappings = Mappings(client.Agency)
	return options
}

// Flights finds the briefs of a client that take a campaign of a platform; nil
// where the client has no brief.
func Flights(client *agency.Client) func(platform, account, accountID, campaign, id string) []warehouse.Flight {
	if len(client.Campaigns) == 0 {
		return nil
	}
	return func(platform, account, accountID, campaign, id string) (list []warehouse.Flight) {
		for _, c := range client.Campaigns {
			_, ok := c.Channel(platform, account, campaign, id)
			if !ok && accountID != "" {
				_, ok = c.Channel(platform, accountID, campaign, id)
			}
			if ok {
				list = append(list, warehouse.Flight{Name: c.Name, From: c.Flight.Start, To: c.Flight.End})
			}
		}
		return list
	}
}
