package metrics

import "vigie/internal/locale"

// Micro is the number of stored units in one unit of money or of a fractional
// count.
const Micro = 1_000_000

// Day is one day of one series: sums of measures in stored units (money and
// conversions in millionths).
type Day struct {
	Day locale.Day `json:"day"`
	// Known: an export covers the day. A day that is not known holds no zeros:
	// it is drawn as a gap and left out of every computation.
	Known bool `json:"known"`
	// Complete: the export was made after the day had ended.
	Complete bool `json:"complete"`
	// Mature: the day is old enough for most of its conversions to have come in,
	// and is compared. Settled: its platform changes it no more. See MaturityDays.
	Mature  bool `json:"mature"`
	Settled bool `json:"settled"`

	Impressions     int64 `json:"impressions"`
	Clicks          int64 `json:"clicks"`
	Spend           int64 `json:"spend"`
	Conversions     int64 `json:"conversions"` // of the channel's chosen definition
	ConversionValue int64 `json:"conversion_value"`
	// Eligible are the impressions that could have been had, LostBudget those of
	// them that the budget did not allow, where the platform says so of all that
	// ran; 0 where it does not.
	Eligible   int64 `json:"eligible,omitempty"`
	LostBudget int64 `json:"lost_budget,omitempty"`
}

// Series is the daily history of a channel, or of the whole brief: one Day for
// each day from the start of the flight to the last day asked for, in order.
type Series struct {
	ID       string `json:"id"` // channel id; empty for the whole
	Label    string `json:"label"`
	Platform string `json:"platform,omitempty"`
	Days     []Day  `json:"days"`
	// Conversion is how amounts of several currencies came into one; of the
	// whole only.
	Conversion *Conversion `json:"conversion,omitempty"`
}
