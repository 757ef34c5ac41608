package agency

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"text/template"

	"vigie/internal/locale"
)

//go:embed scaffold
var scaffolds embed.FS

// sampleWeeks is the length of the scaffold's flight, in weeks.
const sampleWeeks = 6

// The folders of the example.
var (
	exampleClient   = locale.Text{EN: "example", FR: "exemple"}
	exampleCampaign = locale.Text{EN: "first-campaign", FR: "premiere-campagne"}
	exampleSource   = locale.Text{EN: "example.yaml", FR: "exemple.yaml"}
	exampleKPI      = locale.Text{EN: "cost_per_contact.yaml", FR: "cout_par_contact.yaml"}
)

// Init makes a workspace in dir: commented files that validate, their JSON
// schemas, an inbox. The example's flight begins on the Monday after today.
// A file that exists is left as it is; where there are clients, sources
// or KPIs already, no example of them is added. It returns the slash paths of the files it wrote.
func Init(dir string, l locale.Lang, today locale.Day) (written []string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("make workspace: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("make workspace: %w", err)
	}
	defer root.Close()

	start := today.Monday() + 7
	values := map[string]string{"Start": start.String(), "End": (start + 7*sampleWeeks - 1).String(), "Client": exampleClient.In(l)}
	files := Schemas(l)
	add := func(to, from string) {
		b, err := fs.ReadFile(scaffolds, path.Join("scaffold", string(l), from))
		if err != nil {
			panic("agency: no scaffold " + from) // embedded
		}
		var out bytes.Buffer
		if err := template.Must(template.New(from).Parse(string(b))).Execute(&out, values); err != nil {
			panic("agency: scaffold " + from + ": " + err.Error())
		}
		files[to] = out.Bytes()
	}
	add(configName, "vigie.yaml")
	add(".gitignore", "gitignore")
	inbox := "inbox"
	if _, err := root.Stat("clients"); errors.Is(err, fs.ErrNotExist) {
		client := path.Join("clients", exampleClient.In(l))
		add(path.Join(client, "client.yaml"), "client.yaml")
		add(path.Join(client, exampleCampaign.In(l), "campaign.yaml"), "campaign.yaml")
		inbox = path.Join(inbox, exampleClient.In(l))
	}
	if _, err := root.Stat(sourcesName); errors.Is(err, fs.ErrNotExist) {
		add(path.Join(sourcesName, exampleSource.In(l)), "source.yaml")
	}
	if _, err := root.Stat(kpisName); errors.Is(err, fs.ErrNotExist) {
		add(path.Join(kpisName, exampleKPI.In(l)), "kpi.yaml")
	}
	add(gridName, "bloc4.yaml")
	if err := root.MkdirAll(inbox, 0o777); err != nil {
		return nil, fmt.Errorf("make workspace: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		made, err := create(root, name, files[name])
		if err != nil {
			return written, fmt.Errorf("make workspace: %w", err)
		}
		if made {
			written = append(written, name)
		}
	}
	return written, nil
}

// create writes a file that does not exist yet, with its folders.
func create(root *os.Root, name string, b []byte) (made bool, err error) {
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return false, err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		return false, err
	}
	return true, f.Close()
}
