// Package evidence gathers what was recorded of a campaign's work: the chain from
// a finding to the decision that answers it and to its outcome, and, competency
// by competency, what shows that the work was done, by whom and when.
//
// It decides nothing and gives no mark: it collects and shows, and people award.
// Nothing is stored here; all of it is read where it was recorded.
package evidence

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/reports"
)

// Link is a finding with what was decided about it.
type Link struct {
	jobs.Finding
	State     string             `json:"state"` // new, still or gone since an instant
	Decisions []reports.Decision `json:"decisions"`
}

// Chain are the findings of a campaign with their history, the decisions that
// answer them and what came of those: those that are there first. Their state is
// told since an instant, that of the report before, say; what had gone by then is
// left out unless all are asked for, and then it is gone.
func Chain(ctx context.Context, src reports.Source, since time.Time, all bool) ([]Link, error) {
	c := src.Campaign
	found, err := jobs.Findings(ctx, src.DB, c.Client.ID, c.ID)
	if err != nil {
		return nil, err
	}
	decided, err := reports.Decisions(ctx, src)
	if err != nil {
		return nil, err
	}
	list := []Link{}
	for _, f := range found {
		x := Link{Finding: f, State: f.State(since), Decisions: []reports.Decision{}}
		if x.State == "" {
			if !all {
				continue
			}
			x.State = jobs.FindingGone
		}
		for _, d := range decided {
			if slices.ContainsFunc(d.Findings, func(id string) bool { return Same(f, id) }) {
				x.Decisions = append(x.Decisions, d)
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// Same reports whether an id, as people wrote it down, is that of a finding: the
// one that it had when it was first seen, or that of a later report, whose window
// began on another of its days.
func Same(f jobs.Finding, id string) bool {
	if id == f.ID {
		return true
	}
	name, day, ok := strings.Cut(id, "#")
	own, onset, _ := strings.Cut(f.ID, "#")
	if !ok || name != own {
		return false
	}
	at, err := locale.ParseDay(day)
	first, err2 := locale.ParseDay(onset)
	return err == nil && err2 == nil && at >= min(first, f.From) && at <= f.To
}
