package dashboards

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A campaign with an account in dollars and one in euros: refused in words
// while the workspace has no rates, shown once it has, and with other figures
// once they change, without a restart.
func TestCurrencies(t *testing.T) {
	dir := filepath.Join(scratch, "currencies")
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("vigie.yaml", "name: Estran\nlanguage: fr\ntime_zone: Europe/Paris\ncurrency: EUR\ntoday: 2026-10-19\n")
	write("clients/durand/client.yaml", "name: Durand\n")
	write("clients/durand/rentree/campaign.yaml", `name: Rentrée
flight: {start: 2026-09-07, end: 2026-10-18}
budget: {total: 600}
channels:
  - {id: search, name: Search, platform: googleads}
  - {id: meta, name: Meta, platform: metaads}
`)
	write("inbox/durand/google.csv", `Campaign report
"October 12, 2026 - October 13, 2026"
Day,Campaign,Currency code,Impr.,Clicks,Cost,Conversions
2026-10-12,Brand,USD,1000,50,25.00,4.00
2026-10-13,Brand,USD,1000,50,50.00,5.00
Total: Campaigns, --,USD,"2,000",100,75.00,9.00
`)
	write("inbox/durand/meta.csv", `"Reporting starts","Reporting ends","Campaign name",Day,Impressions,"Link clicks",Results,"Result indicator","Amount spent (EUR)"
2026-10-12,2026-10-13,Prospecting,2026-10-12,9000,40,2,actions:lead,10.00
2026-10-12,2026-10-13,Prospecting,2026-10-13,9000,40,2,actions:lead,10.00
`)
	w, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	const path = "/c/durand/rentree"
	holds := func(path string, status int, texts ...string) {
		t.Helper()
		body := w.text(t, path, status)
		for _, want := range texts {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
	holds(path, 500, "Des montants en EUR et en USD ne s’additionnent pas sans cours datés", "www.ecb.europa.eu/stats/eurofxref")
	holds("/", 200, "Des montants en EUR et en USD ne s’additionnent pas sans cours datés")

	// 20.00 + 50 ÷ 1.25 + 25 ÷ 1.25 = 80.00
	write("rates/eurofxref-hist.csv", "Date,USD,\n2026-10-12,1.25,\n2026-10-13,1.25,\n")
	holds(path+"?period=start", 200, "80,00\u00a0€", "Les montants en USD sont convertis en EUR", "1\u00a0EUR = 1,25\u00a0USD le 12\u00a0octobre 2026")
	// The week shown by default has none of these amounts, the pace since the start has.
	holds(path, 200, "Les montants en USD sont convertis en EUR")
	holds(path+"/data?lang=en", 200, "Amounts in USD are converted into EUR", "media spend $75.00")

	// 20.00 + 50 ÷ 2 + 25 ÷ 1.25 = 65.00
	write("rates/eurofxref-hist.csv", "Date,USD,\n2026-10-12,1.25,\n2026-10-13,2,\n")
	holds(path+"?period=start", 200, "65,00\u00a0€", "à 2\u00a0USD le 13\u00a0octobre 2026")

	write("rates/eurofxref-hist.csv", "Date,USD,\n2026-10-12,1.25,\n2026-10-13,two,\n")
	holds(path, 500, "rates/eurofxref-hist.csv:3:12: colonne USD, valeur «\u00a0two\u00a0»")
}
