package agency

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// secretsName is the file of passwords and the like, in the data folder. It is
// not in git, and nobody but its owner may read it.
const secretsName = "secrets.env"

// Secrets are the passwords that the workspace's files must not hold.
type Secrets struct{ file map[string]string }

var secretLine = regexp.MustCompile(`^([A-Z][A-Z0-9_]*)[ \t]*=(.*)$`)

// ReadSecrets reads secrets.env in the data folder: lines NAME=value, comments
// and empty lines. A file that is not there holds nothing; one that others may
// read is refused. No error shows a value.
func ReadSecrets(dataDir string) (*Secrets, error) {
	path := filepath.Join(dataDir, secretsName)
	s := &Secrets{file: map[string]string{}}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	wrong := Problems{}
	fail := func(line int, m locale.Text) {
		p := Problem{File: secretsName, Line: line, Message: m}
		if line > 0 {
			p.Column = 1
		}
		wrong = append(wrong, p)
	}
	if err != nil {
		fail(0, say("cannot be read: %v", "illisible\u00a0: %v", err))
		return nil, wrong.err()
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		fail(0, say("cannot be read: %v", "illisible\u00a0: %v", err))
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		fail(0, say("is no file of passwords", "n’est pas un fichier de mots de passe"))
	case info.Mode().Perm()&0o077 != 0:
		fail(0, say("others may read it: chmod 600 %s", "d’autres peuvent le lire\u00a0: chmod 600 %s", path))
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		fail(0, say("cannot be read: %v", "illisible\u00a0: %v", err))
		return nil, wrong.err()
	}
	for i, line := range strings.Split(strings.TrimPrefix(string(b), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := secretLine.FindStringSubmatch(line)
		if m == nil {
			fail(i+1, say("want NAME=value, the name in capitals", "il faut NOM=valeur, le nom en capitales"))
			continue
		}
		if _, ok := s.file[m[1]]; ok {
			fail(i+1, say("%s is there twice", "%s est écrit deux fois", m[1]))
		}
		v := strings.TrimSpace(m[2])
		if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
			v = v[1 : len(v)-1]
		}
		s.file[m[1]] = v
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// Lookup is a secret by the name of its variable: the environment's, else the
// file's; empty where there is none.
func (s *Secrets) Lookup(name string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return s.file[name]
}

// secretKey reports whether a key asks for a secret.
func secretKey(key string) bool {
	bare := strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(key))
	for _, word := range []string{"password", "passwd", "passphrase", "motdepasse", "secret", "token", "apikey", "privatekey", "credential"} {
		if strings.Contains(bare, word) {
			return true
		}
	}
	return slices.Contains([]string{"key", "pass", "pwd", "mdp"}, bare)
}

// secretInside is said of a secret in a file that others read.
func (d *doc) secretInside() locale.Text {
	if d.secrets == "" {
		return say("a secret does not belong in this file: it goes into .vigie/secrets.env, which is not shared",
			"un secret n’a pas sa place dans ce fichier\u00a0: il va dans .vigie/secrets.env, qui n’est pas partagé")
	}
	return say("a secret does not belong in this file: write %s=… in .vigie/secrets.env, which is not shared",
		"un secret n’a pas sa place dans ce fichier\u00a0: écrivez %s=… dans .vigie/secrets.env, qui n’est pas partagé", d.secrets)
}
