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
// The result is one entry, or, of a file that holds several exports, one for
// each of them: each is a batch of its own. An archive is not kept, what is in
// it is; a text with several tables is kept once, and its batches are known by
// its SHA-256 and the line of their table. A file that is refused is no error,
// its entry says so; it is not kept in the archive, so the caller's copy is the
// only one. On an error, what was taken in before it stays.
func TakeIn(ctx context.Context, wh *warehouse.Warehouse, client *agency.Client, options ingest.Options, accept, strict bool, name string, modTime time.Time, body io.Reader) ([]*warehouse.Imported, error) {
	options = Known(client, options)
	take := func(name string, modTime time.Time, kept *warehouse.Archived) ([]*warehouse.Imported, error) {
		taken, personal := false, false
		defer func() {
			if !taken || personal { // also when the import panics
				kept.Forget()
			}
		}()
		f, err := kept.Open()
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return tables(ingest.File{Name: name, Size: kept.Size, ModTime: modTime, R: f}, kept, options, func(f ingest.File, part *warehouse.Archived, o ingest.Options) (*warehouse.Imported, error) {
			r, err := wh.Import(ctx, warehouse.Import{
				Client: client.ID, Accounts: client.Accounts, Name: f.Name, ModTime: f.ModTime, File: part,
				Options: o, Accept: accept, Strict: strict, Flights: Flights(client),
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
			taken = true
			// The archive keeps nothing about people, nor a table of them that is left.
			personal = personal || report != nil && len(report.Dropped) > 0 || part != kept && len(o.Drop) > 0
			return r, nil
		})
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
		return take(name, modTime, kept)
	}
	defer kept.Forget()
	if err != nil { // its entry says which file it is
		if err := kept.Arrive(); err != nil {
			return nil, err
		}
	}
	return each(members, err, &warehouse.Imported{File: name, SHA256: kept.SHA256}, func(m ingest.Member, body io.Reader) ([]*warehouse.Imported, error) {
		kept, err := wh.Archive(body)
		if err != nil {
			return nil, err
		}
		return take(m.Name, m.ModTime, kept)
	})
}

// Preview says how a file, or each export in one that holds several, would be
// read, and keeps nothing.
func Preview(ctx context.Context, options ingest.Options, name string, modTime time.Time, body io.Reader) ([]*warehouse.Imported, error) {
	return look(options, name, modTime, body, func(f ingest.File, kept *warehouse.Archived, o ingest.Options) (*warehouse.Imported, error) {
		return warehouse.DryRun(ctx, f, kept.SHA256, o)
	})
}

// Rehearse does all that TakeIn would do, and takes it back.
func Rehearse(ctx context.Context, wh *warehouse.Warehouse, client *agency.Client, options ingest.Options, accept, strict bool, name string, modTime time.Time, body io.Reader) ([]*warehouse.Imported, error) {
	return look(Known(client, options), name, modTime, body, func(f ingest.File, kept *warehouse.Archived, o ingest.Options) (*warehouse.Imported, error) {
		return wh.Import(ctx, warehouse.Import{
			Client: client.ID, Accounts: client.Accounts, Name: f.Name, ModTime: f.ModTime, File: kept,
			Options: o, Accept: accept, Strict: strict, DryRun: true, Flights: Flights(client),
		})
	})
}

// see does something with one export.
type see func(f ingest.File, kept *warehouse.Archived, o ingest.Options) (*warehouse.Imported, error)

// look copies a file, and each export in one that holds several, so that see
// can read it as often as it needs.
func look(options ingest.Options, name string, modTime time.Time, body io.Reader, see see) ([]*warehouse.Imported, error) {
	f, err := temporary(name, modTime, body)
	if err != nil {
		return nil, err
	}
	defer f.close()
	members, err := ingest.Members(f.File, options.Zone)
	if members == nil && err == nil {
		return tables(f.File, f.kept, options, see)
	}
	return each(members, err, &warehouse.Imported{File: name, SHA256: f.kept.SHA256}, func(m ingest.Member, body io.Reader) ([]*warehouse.Imported, error) {
		f, err := temporary(m.Name, m.ModTime, body)
		if err != nil {
			return nil, err
		}
		defer f.close()
		return tables(f.File, f.kept, options, see)
	})
}

// tables sees a file, or each table in a text of several.
func tables(f ingest.File, kept *warehouse.Archived, o ingest.Options, see see) ([]*warehouse.Imported, error) {
	list, err := ingest.Tables(f, o)
	if list == nil && err == nil {
		return one(see(f, kept, o))
	}
	if err := kept.Arrive(); err != nil { // tables are known by its SHA-256
		return nil, err
	}
	return each(list, err, &warehouse.Imported{File: f.Name, SHA256: kept.SHA256}, func(m ingest.Member, body io.Reader) ([]*warehouse.Imported, error) {
		t, err := temporary(m.Name, m.ModTime, body)
		if err != nil {
			return nil, err
		}
		defer t.close()
		t.kept.SHA256 = m.Table(kept.SHA256)
		o := o
		o.Beside = m.Beside
		return one(see(t.File, t.kept, o))
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

// each works through the exports in a file of several, or refuses it whole where
// they could not be listed.
func each(members []ingest.Member, err error, archive *warehouse.Imported, take func(ingest.Member, io.Reader) ([]*warehouse.Imported, error)) ([]*warehouse.Imported, error) {
	if err != nil {
		return one(refusedOr(archive, err))
	}
	var list []*warehouse.Imported
	for _, m := range members {
		var results []*warehouse.Imported
		body, err := m.Open()
		if err == nil {
			results, err = take(m, body)
			body.Close()
		}
		if err != nil {
			refused, err := refusedOr(&warehouse.Imported{File: m.Name}, err)
			if err != nil {
				return append(list, results...), err
			}
			results = append(results, refused)
		}
		list = append(list, results...)
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
