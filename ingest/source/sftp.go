package source

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"vigie/internal/locale"
)

// SFTP is a folder on a server, where a tool or a colleague puts exports.
//
// The server must show the key that stands in a known_hosts file: whoever
// answers in its place is refused. A file is fetched when its size and its time
// have not moved between two looks, and again when they have moved since. The
// server may stand in the own network; its key says who it is.
type SFTP struct {
	Host   string
	Port   int
	User   string
	Folder string
	Takes  func(name string) bool // by name
	// KnownHosts is the path of the file of host keys, as OpenSSH writes it, and
	// KnownHostsName what messages call it.
	KnownHosts, KnownHostsName string

	Password   string
	Key        []byte // private key, PEM; nil: the password alone
	Passphrase string // of the key
	// Secrets says where the login comes from, for messages.
	Secrets locale.Text
}

// settle is the time between the two looks at a folder.
const settle = 3 * time.Second

func (s SFTP) fetch(ctx context.Context, d Desk, got *Got) error {
	addr := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	auth, err := s.auth()
	if err != nil {
		return err
	}
	keys, err := s.hostKeys(addr)
	if err != nil {
		return err
	}
	raw, err := d.dial(ctx, addr, false)
	if err != nil {
		return explain(ctx, s.Host, err)
	}
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	conn, channels, requests, err := ssh.NewClientConn(raw, addr, &ssh.ClientConfig{
		User: s.User, Auth: auth, HostKeyCallback: keys.check, HostKeyAlgorithms: keys.algorithms, ClientVersion: "SSH-2.0-vigie",
	})
	switch {
	case keys.refusal != nil:
		return keys.refusal
	case err != nil && strings.Contains(err.Error(), "unable to authenticate"): // the library has no type for it
		return final("%s refuses the login of %s: look at user, and at %s", "%s refuse la connexion de %s\u00a0: vérifiez user, et %s", s.Host, s.User, s.Secrets)
	case err != nil:
		return raw.explain(ctx, s.Host, err)
	}
	client := ssh.NewClient(conn, channels, requests)
	defer client.Close()
	files, err := sftp.NewClient(client)
	if err != nil {
		return raw.explain(ctx, s.Host, err)
	}
	defer files.Close()
	return raw.explain(ctx, s.Host, s.folder(ctx, d, files, got))
}

// auth are the ways to log in: the key first.
func (s SFTP) auth() (list []ssh.AuthMethod, err error) {
	if s.Key != nil {
		var signer ssh.Signer
		if s.Passphrase != "" {
			signer, err = ssh.ParsePrivateKeyWithPassphrase(s.Key, []byte(s.Passphrase))
		} else {
			signer, err = ssh.ParsePrivateKey(s.Key)
		}
		if err != nil {
			return nil, final("the private key cannot be used (%v): look at %s", "la clé privée est inutilisable (%v)\u00a0: vérifiez %s", err, s.Secrets)
		}
		list = append(list, ssh.PublicKeys(signer))
	}
	if s.Password != "" {
		// Servers ask for a password in one of two ways.
		list = append(list, ssh.Password(s.Password), ssh.KeyboardInteractive(func(_, _ string, questions []string, echo []bool) ([]string, error) {
			answers := make([]string, len(questions))
			for i := range questions {
				if echo[i] {
					return nil, final("%s asks %s for more than a password", "%s demande plus qu’un mot de passe à %s", s.Host, s.User)
				}
				answers[i] = s.Password
			}
			return answers, nil
		}))
	}
	if list == nil {
		return nil, final("%s: no password and no key for %s: write %s", "%s\u00a0: ni mot de passe ni clé pour %s\u00a0: écrivez %s", s.Host, s.User, s.Secrets)
	}
	return list, nil
}

// hostKeys holds a server's key against those that are known.
type hostKeys struct {
	check      ssh.HostKeyCallback
	algorithms []string // that the known keys are of, so that the server shows one of them
	refusal    *Error
}

func (s SFTP) hostKeys(addr string) (*hostKeys, error) {
	known, err := knownhosts.New(s.KnownHosts)
	if errors.Is(err, fs.ErrNotExist) {
		known, err = knownhosts.New()
	}
	if err != nil {
		return nil, final("%s cannot be read: %v", "%s est illisible\u00a0: %v", s.KnownHostsName, strings.ReplaceAll(err.Error(), s.KnownHosts, s.KnownHostsName))
	}
	k := &hostKeys{}
	// Asked about a key that is nobody's, the library tells the keys it knows.
	nobody, err := ssh.NewPublicKey(ed25519.PublicKey(make([]byte, ed25519.PublicKeySize)))
	if err != nil {
		return nil, err
	}
	var want *knownhosts.KeyError
	if errors.As(known(addr, &net.TCPAddr{}, nobody), &want) {
		for _, x := range want.Want {
			if x.Key.Type() == ssh.KeyAlgoRSA {
				k.algorithms = append(k.algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
			} else {
				k.algorithms = append(k.algorithms, x.Key.Type())
			}
		}
	}
	k.check = func(host string, remote net.Addr, key ssh.PublicKey) error {
		err := known(host, remote, key)
		k.refusal = s.stranger(addr, key, err)
		return err
	}
	return k, nil
}

// stranger says what to do about a key that is not the one that is known; nil
// where it is.
func (s SFTP) stranger(addr string, key ssh.PublicKey, err error) *Error {
	var wrong *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	print, line := ssh.FingerprintSHA256(key), knownhosts.Line([]string{addr}, key)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &revoked):
		return final("%s shows a key that line %d of %s has withdrawn (%s): nothing is fetched. Ask whoever runs the server",
			"%s présente une clé que la ligne %d de %s a révoquée (%s)\u00a0: rien n’est relevé. Demandez à qui tient le serveur", s.Host, revoked.Revoked.Line, s.KnownHostsName, print)
	case errors.As(err, &wrong) && len(wrong.Want) > 0:
		return final("%s shows ANOTHER key than line %d of %s: somebody may be answering in its place. Nothing was sent. Ask whoever runs the server whether its key is now %s; only then replace that line by: %s",
			"%s présente une AUTRE clé que la ligne %d de %s\u00a0: quelqu’un répond peut-être à sa place. Rien n’a été envoyé. Demandez à qui tient le serveur si sa clé est maintenant %s\u00a0; alors seulement, remplacez cette ligne par\u00a0: %s",
			s.Host, wrong.Want[0].Line, s.KnownHostsName, print, line)
	case errors.As(err, &wrong):
		return final("%s is not in %s, so nobody has checked its key yet. Ask whoever runs the server whether its key is %s; then add this line: %s",
			"%s n’est pas dans %s\u00a0: personne n’a encore vérifié sa clé. Demandez à qui tient le serveur si sa clé est %s\u00a0; puis ajoutez cette ligne\u00a0: %s", s.Host, s.KnownHostsName, print, line)
	}
	return final("%s: its key cannot be checked: %v", "%s\u00a0: sa clé ne peut pas être vérifiée\u00a0: %v", s.Host, err)
}

// folder fetches the files of the folder that are new and have come to rest,
// oldest first. One that cannot be had does not keep the others.
func (s SFTP) folder(ctx context.Context, d Desk, c *sftp.Client, got *Got) error {
	first, err := s.look(ctx, d, c, got)
	if err != nil || len(first) == 0 {
		return err
	}
	select {
	case <-time.After(d.hooks.settleOr(settle)):
	case <-ctx.Done():
		return ctx.Err()
	}
	second, err := s.look(ctx, d, c, &Got{})
	if err != nil {
		return err
	}
	var wrong *Error
	for n, info := range second {
		if !slices.ContainsFunc(first, func(x fs.FileInfo) bool { return x.Name() == info.Name() && state(x) == state(info) }) {
			got.moving(info)
			continue
		}
		if n == maxItems || got.size()+info.Size() > maxFetch {
			got.note("%d files are left there: they come with the next fetch", "%d fichiers restent là-bas\u00a0: ils viendront avec la prochaine relève", len(second)-n)
			break
		}
		item, err := s.file(d, c, info)
		var answer *sftp.StatusError
		switch {
		case errors.Is(err, errMoving):
			got.moving(info)
		case errors.As(err, &answer), errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
			if wrong == nil {
				wrong = &Error{Text: say("%s: %s: %v", "%s\u00a0: %s\u00a0: %v", s.Host, clean(info.Name(), "?"), err), Err: err}
			}
		case err != nil:
			return err
		default:
			got.Items = append(got.Items, item)
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

func (g *Got) moving(info fs.FileInfo) {
	g.note("%s: still being written, left for the next fetch", "%s\u00a0: en cours d’écriture, laissé pour la prochaine relève", clean(info.Name(), "?"))
}

// state is what of a file must not move.
func state(info fs.FileInfo) string {
	return fmt.Sprintf("%d %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339))
}

func (s SFTP) key(info fs.FileInfo) string { return path.Join(s.Folder, info.Name()) }

// look lists the files of the folder that are wanted and not known.
func (s SFTP) look(ctx context.Context, d Desk, c *sftp.Client, got *Got) ([]fs.FileInfo, error) {
	entries, err := c.ReadDirContext(ctx, s.Folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, final("%s has no folder %q for %s", "%s n’a pas de dossier %q pour %s", s.Host, s.Folder, s.User)
	case errors.Is(err, fs.ErrPermission):
		return nil, final("%s: %s may not read the folder %q", "%s\u00a0: %s n’a pas le droit de lire le dossier %q", s.Host, s.User, s.Folder)
	case err != nil:
		return nil, err
	}
	limit := d.hooks.limitOr(maxFile)
	var list []fs.FileInfo
	for _, info := range entries {
		name := info.Name()
		// A link is left alone: where it leads is not part of the folder.
		if !info.Mode().IsRegular() || strings.ContainsAny(name, "/\\") || Unfinished(name) || !s.Takes(name) || info.Size() == 0 {
			continue
		}
		if tag, ok := d.Known(s.key(info)); ok && tag == state(info) {
			continue
		}
		if info.Size() > limit {
			got.note("%s: larger than %s, not taken", "%s\u00a0: plus de %s, pas pris", clean(name, "?"), megabytes(limit))
			continue
		}
		list = append(list, info)
	}
	slices.SortFunc(list, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	return list, nil
}

// errMoving is what a file fails with that changed while it was read.
var errMoving = errors.New("still being written")

// file fetches one file.
func (s SFTP) file(d Desk, c *sftp.Client, info fs.FileInfo) (item Item, err error) {
	f, err := c.Open(s.key(info))
	if err != nil {
		return item, err
	}
	defer f.Close()
	file := File{Name: clean(info.Name(), "export"), ModTime: info.ModTime()}
	file.Path, file.Size, err = d.keep(info.Size()+1, func(w io.Writer) error {
		_, err := f.WriteTo(w)
		return err
	})
	if errors.Is(err, errTooLarge) {
		return item, errMoving
	}
	if err != nil {
		return item, err
	}
	after, err := c.Lstat(s.key(info))
	if err == nil && (state(after) != state(info) || file.Size != info.Size()) {
		err = errMoving
	}
	if err != nil {
		os.Remove(file.Path)
		return item, err
	}
	return Item{Key: s.key(info), Tag: state(info), Files: []File{file}}, nil
}
