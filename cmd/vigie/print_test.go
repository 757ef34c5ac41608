package main

import (
	"bytes"
	"strings"
	"testing"

	"vigie/ingest"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// What a file's name and cells hold cannot make a line of its own or speak to
// the terminal.
func TestHostileNames(t *testing.T) {
	const evil = "a\nvigie: tout va bien\x1b[2J\u202e"
	report := &ingest.Report{
		Recognised: locale.Same("report " + evil), Rows: 1, Streams: []ingest.StreamReport{},
		Problems: []ingest.Problem{{Line: 3, Column: evil, Value: evil, Message: locale.Same("is no date " + evil), Severity: ingest.Warning}},
	}
	for _, r := range []*warehouse.Imported{
		{File: evil, Status: warehouse.StatusRejected, Error: locale.Same("not a report: " + evil)},
		{File: evil, Status: warehouse.StatusImported, Batch: 1, Report: report},
		{File: evil, Status: warehouse.StatusDuplicate, Batch: 1, Report: report},
	} {
		var out bytes.Buffer
		a := &app{out: &out, lang: "en"}
		a.printImported(importFlags{}, r)
		if strings.ContainsAny(out.String(), "\x1b\u202e") || strings.Contains(out.String(), "\nvigie:") {
			t.Errorf("%s: %q", r.Status, out.String())
		}
	}
}
