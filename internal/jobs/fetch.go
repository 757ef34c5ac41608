package jobs

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vigie/ingest"
	"vigie/ingest/source"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// Fetched is what became of a source when it was asked.
type Fetched struct {
	Source string // its id; Inbox for the folder
	Kind   string // empty for the inbox
	Client string // empty for the inbox
	Files  []*warehouse.Imported
	Notes  []locale.Text // what was left there, and why
	// Why says why it could not be fetched from, or not all of it; empty where
	// it could.
	Why  locale.Text
	Away bool // the server or the way to it is the trouble

	dry     bool // nothing was kept
	final   bool
	wait    time.Duration
	refused string // slash path of the folder of refused files
}

func fetched(src *agency.Source) Fetched {
	return Fetched{
		Source: src.ID, Kind: src.Kind, Client: src.Client.ID,
		refused: path.Join(inboxName, src.Client.ID, refusedName.In(src.Client.Agency.Language)),
	}
}

// Names in the workspace and in its data folder.
const (
	knownHostsName = "sources/known_hosts"
	incomingName   = "incoming"
)

// take is what is done with a file that has been fetched whole; of an archive of
// exports it has a result for each. A file that is refused is no error.
type take func(ctx context.Context, src *agency.Source, f source.File, o ingest.Options) ([]*warehouse.Imported, error)

// fetch asks one source and takes in what is new there. With again, all that is
// there is new. What is remembered of it is up to keep: a dry run keeps nothing.
//
// What was taken in is remembered at once, so that a process that is killed
// goes on where it was; a file that it took in and does not remember is a
// duplicate the next time.
func (s *Scheduler) fetch(ctx context.Context, src *agency.Source, again, keep bool, take take) (out Fetched) {
	out = fetched(src)
	fail := func(err error) Fetched {
		var e *source.Error
		var problems agency.Problems
		switch {
		case errors.As(err, &e):
			out.Why, out.Away, out.final, out.wait = e.Text, e.Away, e.Final, e.Wait
		case errors.As(err, &problems):
			out.Why, out.final = locale.Text{EN: problems.In(locale.EN), FR: problems.In(locale.FR)}, true
		default:
			out.Why = locale.Text{EN: err.Error(), FR: err.Error()}
		}
		return out
	}
	dir, err := s.incoming()
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	spec, err := s.spec(src)
	if err != nil {
		return fail(err)
	}
	settings := settingsOf(src)
	known := map[string]string{}
	if !again {
		if known, err = s.known(ctx, src.ID, settings); err != nil {
			return fail(err)
		}
	}
	listed := map[string]bool{} // a source asks about all that is there
	got, err := s.get(ctx, spec, source.Desk{Dir: dir, Known: func(key string) (string, bool) {
		listed[key] = true
		tag, ok := known[key]
		return tag, ok
	}})
	out.Notes = got.Notes
	if err != nil {
		fail(err)
	}
	whole := err == nil
	options := ingest.Options{Platform: src.Platform, Account: src.Account, Currency: src.Currency, Decimal: src.Decimal, Dates: src.Dates, Now: s.Clock()}
	// What has come is taken in also when the scheduler is being stopped.
	ctx = context.WithoutCancel(ctx)
	for _, item := range got.Items {
		for _, f := range item.Files {
			list, err := take(ctx, src, f, options)
			out.Files = append(out.Files, list...)
			if err != nil {
				s.Log.Error("fetched export not taken in", "source", src.ID, "file", f.Name, "error", err)
				return fail(fmt.Errorf("%s: %w", f.Name, err))
			}
		}
		if !keep {
			continue
		}
		if err := s.remember(ctx, src.ID, settings, item, options.Now); err != nil {
			return fail(err)
		}
	}
	if keep && whole {
		if err := s.prune(ctx, src.ID, settings, slices.Sorted(maps.Keys(listed)), options.Now); err != nil {
			return fail(err)
		}
	}
	return out
}

// incoming is an empty folder for files that are being fetched. One source is
// asked at a time, so what lies there was left by a process that is dead.
func (s *Scheduler) incoming() (string, error) {
	if s.Warehouse.Dir() == "" {
		return os.MkdirTemp("", "vigie-incoming-*")
	}
	dir := filepath.Join(s.Warehouse.Dir(), incomingName)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o700)
}

// maxKey bounds the file of a private key, in bytes.
const maxKey = 64 << 10

// spec is a source as it is asked, with its secrets.
func (s *Scheduler) spec(src *agency.Source) (source.Source, error) {
	secrets, err := agency.ReadSecrets(s.Warehouse.Dir())
	if err != nil {
		return nil, err
	}
	missing := func(en, fr string) error {
		return &source.Error{Text: locale.Text{EN: en, FR: fr}, Final: true}
	}
	password := src.Variable("PASSWORD")
	switch src.Kind {
	case agency.HTTPS:
		link := src.URL
		if link == "" {
			if link = secrets.Lookup(src.Variable("URL")); link == "" {
				return nil, missing(fmt.Sprintf("no link: write url in %s or, where it is a secret, %s=… in .vigie/secrets.env", src.File, src.Variable("URL")),
					fmt.Sprintf("pas de lien\u00a0: écrivez url dans %s ou, s’il est secret, %s=… dans .vigie/secrets.env", src.File, src.Variable("URL")))
			}
		}
		return source.HTTPS{URL: link, Hosts: src.Hosts}, nil
	case agency.SFTP:
		out := source.SFTP{
			Host: src.Host, Port: src.Port, User: src.User, Folder: src.Folder, Takes: src.Takes,
			KnownHosts: filepath.Join(src.Client.Agency.Dir, filepath.FromSlash(knownHostsName)), KnownHostsName: knownHostsName,
			Password: secrets.Lookup(password), Passphrase: secrets.Lookup(src.Variable("PASSPHRASE")),
			Secrets: locale.Text{EN: password + " or " + src.Variable("KEY") + " in .vigie/secrets.env", FR: password + " ou " + src.Variable("KEY") + " dans .vigie/secrets.env"},
		}
		if name := secrets.Lookup(src.Variable("KEY")); name != "" {
			file := name
			if !filepath.IsAbs(file) {
				file = filepath.Join(s.Warehouse.Dir(), file)
			}
			info, err := os.Stat(file)
			switch {
			case err != nil:
				return nil, missing(fmt.Sprintf("the private key that %s names: %v", src.Variable("KEY"), err), fmt.Sprintf("la clé privée que %s désigne\u00a0: %v", src.Variable("KEY"), err))
			case !info.Mode().IsRegular() || info.Size() > maxKey:
				return nil, missing(file+" is no private key", file+" n’est pas une clé privée")
			case info.Mode().Perm()&0o077 != 0:
				return nil, missing("others may read the private key: chmod 600 "+file, "d’autres peuvent lire la clé privée\u00a0: chmod 600 "+file)
			}
			if out.Key, err = os.ReadFile(file); err != nil {
				return nil, err
			}
		}
		return out, nil
	case agency.Mailbox:
		return source.Mailbox{
			Host: src.Host, Port: src.Port, User: src.User, Folder: src.Folder, Senders: src.Senders, Takes: src.Takes,
			Password: secrets.Lookup(password),
			Secrets:  locale.Text{EN: password + " in .vigie/secrets.env", FR: password + " dans .vigie/secrets.env"},
		}, nil
	}
	return nil, fmt.Errorf("%s: kind %q", src.File, src.Kind)
}

// settingsOf tells one state of a source's file from another, its schedule
// aside: after a change, what was refused or left is looked at again.
func settingsOf(src *agency.Source) string {
	x := *src
	x.Client, x.When = nil, agency.Schedule{}
	b, err := json.Marshal(struct {
		Client string
		Source agency.Source
	}{src.Client.ID, x})
	if err != nil {
		panic(err) // plain data
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// known is what has been fetched from a source, with its tags.
func (s *Scheduler) known(ctx context.Context, id, settings string) (map[string]string, error) {
	rows, err := s.Warehouse.DB().QueryContext(ctx, "select item, tag from fetched where source = ? and settings = ?", id, settings)
	if err != nil {
		return nil, fmt.Errorf("what has been fetched: %w", err)
	}
	defer rows.Close()
	known := map[string]string{}
	for rows.Next() {
		var item, tag string
		if err := rows.Scan(&item, &tag); err != nil {
			return nil, fmt.Errorf("what has been fetched: %w", err)
		}
		known[item] = tag
	}
	return known, rows.Err()
}

func (s *Scheduler) remember(ctx context.Context, id, settings string, item source.Item, now time.Time) error {
	return s.Warehouse.Small(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into fetched (source, item, settings, tag, at) values (?, ?, ?, ?, ?)
			on conflict (source, item) do update set settings = excluded.settings, tag = excluded.tag, at = excluded.at`,
			id, item.Key, settings, item.Tag, now.UTC())
		if err != nil {
			return fmt.Errorf("what has been fetched: %w", err)
		}
		return nil
	})
}

// unlisted is for how long what has been fetched is remembered after a source
// has ceased to list it: a folder may be away for a while, and what comes back
// would be fetched again.
const unlisted = 60 * 24 * time.Hour

// prune notes what a source still lists, and forgets what it has not listed for
// long, as messages that were deleted.
func (s *Scheduler) prune(ctx context.Context, id, settings string, listed []string, now time.Time) error {
	items, err := json.Marshal(listed)
	if err != nil {
		return err
	}
	return s.Warehouse.Small(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `update fetched set at = ? where source = ? and settings = ?
			and item in (select unnest(from_json(?::json, '["varchar"]')))`, now.UTC(), id, settings, string(items))
		if err == nil {
			_, err = tx.ExecContext(ctx, "delete from fetched where source = ? and at < ?", id, now.Add(-unlisted).UTC())
		}
		if err != nil {
			return fmt.Errorf("what has been fetched: %w", err)
		}
		return nil
	})
}

// takeFetched takes a file in; one that is refused or withheld is put into the
// client's folder of the inbox, beside those that people dropped, with a note.
func (s *Scheduler) takeFetched(ctx context.Context, src *agency.Source, f source.File, o ingest.Options) (list []*warehouse.Imported, err error) {
	err = s.guard(func() error {
		body, err := os.Open(f.Path)
		if err != nil {
			return err
		}
		defer body.Close()
		limited, cancel := work(ctx, importTimeout)
		defer cancel()
		list, err = TakeIn(limited, s.Warehouse, src.Client, o, false, false, f.Name, f.ModTime, body)
		return err
	})
	if err != nil {
		return list, err
	}
	aside := false
	for _, r := range list {
		said := []any{"source", src.ID, "client", src.Client.ID, "file", r.File, "status", r.Status}
		if putAside(r) {
			aside = true
			s.Log.Warn("fetched export put aside", append(said, "why", reasons(r)[0].text.EN)...)
			continue
		}
		s.Log.Info("export fetched", append(said, "batch", r.Batch)...)
	}
	if aside {
		err = setAside(src.Client, f, refusal{client: src.Client.ID, name: f.Name, results: list}.text)
	}
	return list, err
}

// setAside puts a copy of a fetched file into the folder of refused files, with
// a note beside it.
func setAside(client *agency.Client, f source.File, note func(file string) string) error {
	workspace, err := os.OpenRoot(client.Agency.Dir)
	if err != nil {
		return err
	}
	defer workspace.Close()
	root := workspace
	for _, name := range []string{inboxName, client.ID, refusedName.In(client.Agency.Language)} {
		if err := root.Mkdir(name, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		sub, err := openFolder(root, name)
		if err != nil {
			return err
		}
		defer sub.Close()
		root = sub
	}
	free, err := freeName(root, f.Name)
	if err != nil {
		return err
	}
	from, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := root.OpenFile(free, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		root.Remove(free)
		return err
	}
	text := note(path.Join(refusedName.In(client.Agency.Language), free))
	return root.WriteFile(free+".txt", []byte(text), 0o666)
}

// Summary says what came of a source in a sentence. trouble: people should
// look.
func (f Fetched) Summary() (text locale.Text, trouble bool) {
	var in, old, refused, withheld int
	for _, r := range f.Files {
		switch {
		case r.Status == warehouse.StatusRejected:
			refused++
		case r.Gate:
			withheld++
		case r.Status == warehouse.StatusDuplicate:
			old++
		default:
			in++
		}
	}
	side := func(l locale.Lang) string {
		var parts []string
		say := func(n int, one, many locale.Text) {
			if n > 0 {
				parts = append(parts, fmt.Sprintf(l.Plural(float64(n), one.In(l), many.In(l)), n))
			}
		}
		one, many := locale.Text{EN: "%d file taken in", FR: "%d fichier importé"}, locale.Text{EN: "%d files taken in", FR: "%d fichiers importés"}
		if f.dry {
			one, many = locale.Text{EN: "%d file would be taken in", FR: "%d fichier serait importé"}, locale.Text{EN: "%d files would be taken in", FR: "%d fichiers seraient importés"}
		}
		say(in, one, many)
		say(old, locale.Text{EN: "%d already there", FR: "%d déjà là"}, locale.Text{EN: "%d already there", FR: "%d déjà là"})
		say(refused, locale.Text{EN: "%d refused", FR: "%d refusé"}, locale.Text{EN: "%d refused", FR: "%d refusés"})
		say(withheld, locale.Text{EN: "%d withheld by a check", FR: "%d écarté par un contrôle"}, locale.Text{EN: "%d withheld by a check", FR: "%d écartés par un contrôle"})
		text := strings.Join(parts, ", ")
		if f.Why != (locale.Text{}) {
			if text != "" {
				text += locale.Text{EN: "; then: ", FR: "\u00a0; puis\u00a0: "}.In(l)
			}
			return text + f.Why.In(l)
		}
		if text == "" {
			text = locale.Text{EN: "nothing new", FR: "rien de nouveau"}.In(l)
		}
		return text
	}
	text = locale.Text{EN: side(locale.EN), FR: side(locale.FR)}
	if refused+withheld > 0 && !f.dry {
		text.EN += " (" + f.refused + " says why)"
		text.FR += " (" + f.refused + " dit pourquoi)"
	}
	return text, f.Why != (locale.Text{}) || refused+withheld > 0
}
