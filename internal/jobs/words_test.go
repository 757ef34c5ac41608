package jobs

import (
	"errors"
	"fmt"
	"testing"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
)

// What a report waits for is told in the reader's language, where it is
// something that people can mend.
func TestInWords(t *testing.T) {
	both := locale.Text{EN: "in English", FR: "en français"}
	for _, err := range []error{
		&metrics.ErrQuestion{Text: both},
		&metrics.ErrCurrencies{Text: both},
		&reports.ErrNothing{Text: both},
		fmt.Errorf("durand/rentree: %w", &metrics.ErrCurrencies{Text: both}),
	} {
		if got := inWords(err); got != both {
			t.Errorf("%v: %+v", err, got)
		}
	}
	want := locale.Text{EN: "rates/a.csv: in English", FR: "rates/a.csv: en français"}
	if got := inWords(agency.Problems{{File: "rates/a.csv", Message: both}}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := inWords(errors.New("disk full")); got != locale.Same("disk full") {
		t.Errorf("%+v", got)
	}
	lack := lack{trouble: &metrics.ErrCurrencies{Text: both}}
	if got := lack.awaited(); got.FR != "ses données ne sont pas utilisables\u00a0: en français" || lack.ready(true) {
		t.Errorf("%+v", got)
	}
}
