package jobs

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/reports"
)

// Status is what the scheduler is about, for pages and commands.
type Status struct {
	// Looked is when it last looked; one that is older than a few seconds while
	// Run runs means that a long piece of work is under way, or that it hangs.
	Looked time.Time `json:"looked,omitzero"`
	// Why says why nothing is built by schedule; empty where reports are.
	Why     locale.Text   `json:"why,omitzero"`
	Reports []Report      `json:"reports"`
	Sources []Source      `json:"sources"`
	Notices []locale.Text `json:"notices"` // what people should see to
}

// Report is a report that a campaign asks for.
type Report struct {
	Job      string    `json:"job,omitempty"`
	Client   string    `json:"client"`
	Campaign string    `json:"campaign"`
	Kind     string    `json:"kind"`
	When     string    `json:"when"` // as the campaign's file writes it
	Zone     string    `json:"time_zone"`
	Next     time.Time `json:"next,omitzero"` // when it is due next; zero: see Why
	// Period is that of the next report.
	Period reports.Days `json:"period"`
	Why    locale.Text  `json:"why,omitzero"`
	Last   *Slot        `json:"last,omitempty"` // the newest row of the ledger
}

// fixedDay says that a workspace's day is fixed. Its clock stands still, so
// nothing comes due; the inbox is taken in all the same.
func fixedDay(a *agency.Agency) locale.Text {
	if a.Today.IsZero() {
		return locale.Text{}
	}
	return locale.Text{
		EN: fmt.Sprintf("vigie.yaml fixes the day at %s: no report is built by schedule", locale.EN.DayLong(a.Today)),
		FR: fmt.Sprintf("vigie.yaml fixe la date au %s\u00a0: aucun rapport n’est construit automatiquement", locale.FR.DayLong(a.Today)),
	}
}

var (
	noReview = locale.Text{
		EN: "only tracking reports are built by schedule",
		FR: "seuls les rapports de suivi sont construits automatiquement",
	}
	flightOver = locale.Text{
		EN: "the campaign is over and its last report has been due",
		FR: "la campagne est finie et son dernier rapport est arrivé à échéance",
	}
)

// Status tells which reports are due when, and what became of the last ones.
// It may be asked while a look is under way.
func (s *Scheduler) Status(ctx context.Context) (*Status, error) {
	a, err := s.Agency()
	if err != nil {
		return nil, err
	}
	now := s.Clock()
	out := &Status{Why: fixedDay(a), Reports: []Report{}}
	s.mu.Lock()
	out.Looked, out.Notices = s.looked, append([]locale.Text{}, s.notices...)
	s.mu.Unlock()
	if out.Sources, err = s.sources(ctx, a, now); err != nil {
		return nil, err
	}
	last, err := slots(ctx, s.Warehouse.DB(), "qualify row_number() over (partition by job order by due desc, slot desc) = 1")
	if err != nil {
		return nil, err
	}
	byJob := map[string]*Slot{}
	for i := range last {
		byJob[last[i].Job] = &last[i]
	}
	list, _ := reportJobs(a)
	for _, j := range list {
		r := Report{
			Job: j.name, Client: j.campaign.Client.ID, Campaign: j.campaign.ID, Kind: j.report.Kind,
			When: j.report.When.Words, Zone: j.campaign.Zone.String(), Last: byJob[j.name],
		}
		m, ok := j.upcoming(now)
		switch {
		case !a.Today.IsZero():
			r.Why = out.Why
		case !ok:
			r.Why = flightOver
		default:
			r.Next = m.due
			r.Period.From, r.Period.To = j.schedule.period(m.wall)
		}
		out.Reports = append(out.Reports, r)
	}
	for _, client := range a.Clients {
		for _, c := range client.Campaigns {
			for _, x := range c.Reports {
				if x.Kind != reports.KindTracking {
					out.Reports = append(out.Reports, Report{
						Client: client.ID, Campaign: c.ID, Kind: x.Kind, When: x.When.Words, Zone: c.Zone.String(), Why: noReview,
					})
				}
			}
		}
	}
	return out, nil
}
