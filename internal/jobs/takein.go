package jobs

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/warehouse"
)

// TakeIn archives an export and imports it for a client: what the inbox, the
// command and an upload have in common. What the options leave open comes from
// the client's file: accounts, currency, the agency's zone; options.Now must be
// set. accept lets a file through that a check stops or withholds, strict
// refuses one that a check would withhold.
//
// The result is one entry, or, of an archive of exports, one for each of them:
// each is a batch of its own, and the archive itself is not kept. A file that
// is refused is no error, its entry says so; it is not kept in the archive, so
// the caller's copy is the only one. On an error, what was taken in before it
// stays.
func TakeIn(ctx context.Context, wh *warehouse.Warehouse, client *agency.Client, options ingest.Options, accept, strict bool, name string, modTime time.Time, body io.Reader) ([]*warehouse.Imported, error) {
	options = Known(client, options)
	take := func(name string, modTime time.Time, kept *warehouse.Archived) (*warehouse.Imported, error) {
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
		if err != nil || r.Status == warehouse.StatusRejected {
			return r, err
		}
		report := r.Report
		if r.Status == warehouse.StatusDuplicate {
			b, err := wh.Batch(ctx, r.Batch)
			if err != nil {
				return nil, err
			}
			report = b.Report
		}
		taken = report == nil || len(report.Dropped) == 0 // the archive keeps nothing about people
		return r, nil
	}
	kept, err := wh.Archive(body)
	if err != nil {
		return nil, err
	}
	f, err := kept.Open()
	if err != nil {
		kept.Forget()
		return nil, err
	}
	defer f.Close()
	members, err := ingest.Members(ingest.File{Name: name, Size: kept.Size, ModTime: modTime, R: f}, options.Zone)
	if members == nil && err == nil {
		return one(take(name, modTime, kept))
	}
	defer kept.Forget()
	if err != nil { // its entry says which file it is
		if err := kept.Arrive(); err != nil {
			return nil, err
		}
	}
	return each(members, err, &warehouse.Imported{File: name, SHA256: kept.SHA256}, func(m ingest.Member, body io.Reader) (*warehouse.Imported, error) {
		kept, err := wh.Archive(body)
		if err != nil {
			return nil, err
		}
		return take(m.Name, m.ModTime, kept)
	})
}

// Preview says how a file, or each export in an archive of them, would be read,
// and keeps nothing.
func Preview(ctx context.Context, options ingest.Options, name string, modTime time.Time, body io.Reader) ([]*warehouse.Imported, error) {
	return look(options, name, modTime, body, func(f *temporaryFile) (*warehouse.Imported, error) {
		return warehouse.DryRun(ctx, f.File, f.kept.SHA256, options)
	})
}

// Rehearse does all that TakeIn would do, and takes it back.
func Rehearse(ctx context.Context, wh *warehouse.Warehouse, client *agency.Client, options ingest.Options, accept, strict bool, name string, modTime time.Time, body io.Reader) ([]*warehouse.Imported, error) {
	options = Known(client, options)
	return look(options, name, modTime, body, func(f *temporaryFile) (*warehouse.Imported, error) {
		return wh.Import(ctx, warehouse.Import{
			Client: client.ID, Accounts: client.Accounts, Name: f.Name, ModTime: f.ModTime, File: f.kept,
			Options: options, Accept: accept, Strict: strict, DryRun: true, Flights: Flights(client),
		})
	})
}

// look copies a file, or each export in an archive of them, so that see can read
// it as often as it needs.
func look(options ingest.Options, name string, modTime time.Time, body io.Reader, see func(*temporaryFile) (*warehouse.Imported, error)) ([]*warehouse.Imported, error) {
	f, err := temporary(name, modTime, body)
	if err != nil {
		return nil, err
	}
	defer f.close()
	members, err := ingest.Members(f.File, options.Zone)
	if members == nil && err == nil {
		return one(see(f))
	}
	return each(members, err, &warehouse.Imported{File: name, SHA256: f.kept.SHA256}, func(m ingest.Member, body io.Reader) (*warehouse.Imported, error) {
		f, err := temporary(m.Name, m.ModTime, body)
		if err != nil {
			return nil, err
		}
		defer f.close()
		return see(f)
	})
}

// temporaryFile is a file that is only looked at.
type temporaryFile struct {
	ingest.File
	kept *warehouse.Archived
	disk *os.File
}

// temporary copies a file to disk, until it is closed.
func temporary(name string, modTime time.Time, body io.Reader) (*temporaryFile, error) {
	disk, err := os.CreateTemp("", "vigie-preview-*")
	if err != nil {
		return nil, err
	}
	f := &temporaryFile{disk: disk}
	sum, size, err := warehouse.CopyHash(disk, body)
	if err != nil {
		f.close()
		return nil, err
	}
	f.File = ingest.File{Name: name, Size: size, ModTime: modTime, R: disk}
	f.kept = &warehouse.Archived{SHA256: sum, Path: disk.Name(), Size: size}
	return f, nil
}

func (f *temporaryFile) close() {
	f.disk.Close()
	os.Remove(f.disk.Name())
}

// each works through the members of an archive, or refuses it whole where it
// could not be listed.
func each(members []ingest.Member, err error, archive *warehouse.Imported, take func(ingest.Member, io.Reader) (*warehouse.Imported, error)) ([]*warehouse.Imported, error) {
	if err != nil {
		return one(refusedOr(archive, err))
	}
	var list []*warehouse.Imported
	for _, m := range members {
		r := &warehouse.Imported{File: m.Name}
		body, err := m.Open()
		if err == nil {
			r, err = take(m, body)
			body.Close()
		}
		if err != nil {
			if r, err = refusedOr(&warehouse.Imported{File: m.Name}, err); err != nil {
				return list, err
			}
		}
		list = append(list, r)
	}
	return list, nil
}

func one(r *warehouse.Imported, err error) ([]*warehouse.Imported, error) {
	if err != nil {
		return nil, err
	}
	return []*warehouse.Imported{r}, nil
}

// refusedOr makes a result of a refusal; any other error stays one.
func refusedOr(r *warehouse.Imported, err error) (*warehouse.Imported, error) {
	var refusal *ingest.Refusal
	if !errors.As(err, &refusal) {
		return nil, err
	}
	r.Status, r.Error = warehouse.StatusRejected, refusal.Message
	return r, nil
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
