package stats

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// calibrateOn is the date that a thorough calibration is run on, which takes
// minutes and writes the table of the help; empty for the quick one of tests.
var calibrateOn = os.Getenv("VIGIE_CALIBRATE")

// thorough is how many runs a calibration makes.
func thorough(quick int) int {
	if calibrateOn != "" {
		return 20 * quick
	}
	return quick
}

// shares are the shares measured, by method and what was counted.
var shares = map[[2]string][]measured{}

type measured struct{ share, low, high float64 }

// calibrated fails where hits out of runs are further than three standard
// errors from the range that is promised. The errors are those of a share that
// is as promised: a method that fails every time has none.
func calibrated(t *testing.T, method, data, what string, hits, runs int, low, high float64) {
	t.Helper()
	p := float64(hits) / float64(max(1, runs))
	slack := func(p float64) float64 { return 3*math.Sqrt(p*(1-p)/float64(max(1, runs))) + 1e-9 }
	t.Logf("%s, %s: %s %.4f of %d", method, data, what, p, runs)
	if runs == 0 || p < low-slack(low) || p > high+slack(high) {
		t.Errorf("%s, %s: %s %.4f of %d, want %.3g to %.3g", method, data, what, p, runs, low, high)
	}
	key := [2]string{method, what}
	shares[key] = append(shares[key], measured{p, low, high})
}

// A promise is a row of the help: what a method is held to, and on which data.
type promise struct {
	method, what string
	says, data   locale.Text
}

// Parts of the help's table.
var (
	fortyTwo    = locale.Text{EN: "42 days of 3, 20 and 200 conversions", FR: "42\u00a0jours de 3, 20 et 200\u00a0conversions"}
	twelve      = locale.Text{EN: "84 days of 7 to 200 conversions, days independent or not", FR: "84\u00a0jours de 7 à 200\u00a0conversions, jours indépendants ou non"}
	twelveUp    = locale.Text{EN: "the same from 20 a day, −35% from the 46th day", FR: "les mêmes dès 20 par jour, −35\u00a0% à partir du 46e\u00a0jour"}
	trendless   = locale.Text{EN: "56 days without a trend, independent or not", FR: "56\u00a0jours sans tendance, indépendants ou non"}
	twoWeeks    = locale.Text{EN: "14 days against 14, nothing changes", FR: "14\u00a0jours contre 14, rien ne change"}
	month28     = locale.Text{EN: "28 days of 2 or 8 conversions, as noisy as chance or 2.5 times more", FR: "28\u00a0jours de 2 ou 8\u00a0conversions, aussi bruyants que le hasard ou 2,5\u00a0fois plus"}
	eight       = locale.Text{EN: "56 days that follow each other (0.4)", FR: "56\u00a0jours qui se ressemblent d’un jour à l’autre (0,4)"}
	withControl = locale.Text{EN: "63 days before, 21 after, a campaign left alone beside it", FR: "63\u00a0jours avant, 21 après, une campagne témoin à côté"}
	tired       = locale.Text{EN: "28 days of 12, 60 and 360 clicks", FR: "28\u00a0jours de 12, 60 et 360\u00a0clics"}
	parts       = locale.Text{EN: "5 parts of the day, 28 days", FR: "5\u00a0tranches horaires, 28\u00a0jours"}
)

// promises are the rows of the help, in their order.
var promises = []promise{
	{"CostPer", "covers", locale.Text{EN: "Cost per conversion: the 90% interval holds the true cost", FR: "Coût par conversion\u00a0: l’intervalle à 90\u00a0% contient le vrai coût"}, month28},
	{"Rate", "covers", locale.Text{EN: "Rate: the 90% interval holds the true rate", FR: "Taux\u00a0: l’intervalle à 90\u00a0% contient le vrai taux"}, month28},
	{"Ratio", "covers", locale.Text{EN: "ROAS: the 90% interval holds the true one", FR: "ROAS\u00a0: l’intervalle à 90\u00a0% contient le vrai"}, month28},
	{"RatioInOrder", "covers", locale.Text{EN: "The same when days follow each other", FR: "De même quand les jours se ressemblent"}, eight},
	{"PoissonExact", "covers (too short)", locale.Text{EN: "For comparison: a textbook interval that takes days for pure chance", FR: "À titre de comparaison\u00a0: l’intervalle de manuel, qui croit au pur hasard"}, locale.Text{EN: "28 days of 8 conversions, 2.5 times noisier than chance", FR: "28\u00a0jours de 8\u00a0conversions, 2,5\u00a0fois plus bruyants que le hasard"}},
	{"PeriodRatio", "p < 0.10", locale.Text{EN: "Period against period: a change is claimed where there is none", FR: "Période contre période\u00a0: un écart est annoncé alors qu’il n’y en a pas"}, twoWeeks},
	{"RateRatio", "p < 0.10", locale.Text{EN: "Arm against arm: a difference is claimed where there is none", FR: "Version contre version\u00a0: une différence est annoncée alors qu’il n’y en a pas"}, twoWeeks},
	{"Difference", "covers", locale.Text{EN: "Difference of two rates: the 90% interval holds the true one", FR: "Différence de deux taux\u00a0: l’intervalle à 90\u00a0% contient la vraie"}, locale.Text{EN: "40 of 1,000 against 40 of 1,000", FR: "40 sur 1\u202f000 contre 40 sur 1\u202f000"}},
	{"Choose", "decided arms that are best", locale.Text{EN: "Choice of an ad: what is decided is the best", FR: "Choix d’une annonce\u00a0: celle qui est retenue est la meilleure"}, locale.Text{EN: "3 ads of 1,500 clicks", FR: "3\u00a0annonces de 1\u202f500\u00a0clics"}},
	{"Shrink", "covers", locale.Text{EN: "Ranking: the 90% interval of each holds its true rate", FR: "Classement\u00a0: l’intervalle à 90\u00a0% de chacun contient son vrai taux"}, locale.Text{EN: "4, 12 and 30 siblings of 20 to 3,000 clicks", FR: "4, 12 et 30\u00a0voisins de 20 à 3\u202f000\u00a0clics"}},
	{"Rank", "first by mean with under 100 clicks", locale.Text{EN: "Ranking: the first rests on under 100 clicks", FR: "Classement\u00a0: le premier repose sur moins de 100\u00a0clics"}, locale.Text{EN: "12 siblings", FR: "12\u00a0voisins"}},
	{"Rank", "first by raw rate with under 100 clicks", locale.Text{EN: "For comparison: the same by raw rates", FR: "À titre de comparaison\u00a0: de même avec les taux bruts"}, locale.Text{EN: "12 siblings", FR: "12\u00a0voisins"}},
	{"ScanDrops at 60 %", "alarms a campaign-week", locale.Text{EN: "Tracking outage: false alarms a campaign and week", FR: "Panne de mesure\u00a0: fausses alertes par campagne et par semaine"}, fortyTwo},
	{"ScanDrops at 60 %", "found", locale.Text{EN: "Tracking outage: found", FR: "Panne de mesure\u00a0: trouvée"}, locale.Text{EN: "the same from 20 a day, 3 days at 15%", FR: "les mêmes dès 20 par jour, 3\u00a0jours à 15\u00a0%"}},
	{"ScanDrops at 40 %", "alarms a campaign-week", locale.Text{EN: "Drop of 40% or more: false alarms a campaign and week", FR: "Chute d’au moins 40\u00a0%\u00a0: fausses alertes par campagne et par semaine"}, fortyTwo},
	{"ScanRises at 40 %", "alarms a campaign-week", locale.Text{EN: "Rise of 40% or more: false alarms a campaign and week", FR: "Hausse d’au moins 40\u00a0%\u00a0: fausses alertes par campagne et par semaine"}, fortyTwo},
	{"CountChanges", "false changes", locale.Text{EN: "Change of level: one is claimed where there is none", FR: "Changement de niveau\u00a0: annoncé alors qu’il n’y en a pas"}, twelve},
	{"CountChanges", "found", locale.Text{EN: "Change of level: found", FR: "Changement de niveau\u00a0: trouvé"}, twelveUp},
	{"CountChanges", "date range covers", locale.Text{EN: "Change of level: the range of dates holds the true one", FR: "Changement de niveau\u00a0: la plage de dates contient la vraie"}, twelveUp},
	{"CountChanges", "effect covers", locale.Text{EN: "Change of level: the 90% interval holds the true effect", FR: "Changement de niveau\u00a0: l’intervalle à 90\u00a0% contient le vrai effet"}, twelveUp},
	{"AmountChanges", "false changes", locale.Text{EN: "Change of level of an amount: claimed where there is none", FR: "Changement de niveau d’un montant\u00a0: annoncé alors qu’il n’y en a pas"}, locale.Text{EN: "84 days, noise of 15%", FR: "84\u00a0jours, bruit de 15\u00a0%"}},
	{"MannKendall of Weekly", "p < 0.05", locale.Text{EN: "Trend of weeks: claimed (5%) where there is none", FR: "Tendance des semaines\u00a0: annoncée (5\u00a0%) alors qu’il n’y en a pas"}, trendless},
	{"MannKendall of Weekly", "slope covers", locale.Text{EN: "Trend of weeks: the 90% interval holds the true slope", FR: "Tendance des semaines\u00a0: l’intervalle à 90\u00a0% contient la vraie pente"}, locale.Text{EN: "70 days, +3% a week", FR: "70\u00a0jours, +3\u00a0% par semaine"}},
	{"SeasonalTrend", "p < 0.05", locale.Text{EN: "Trend of days, weekday by weekday: claimed (5%) where there is none", FR: "Tendance des jours, jour de semaine par jour de semaine\u00a0: annoncée (5\u00a0%) alors qu’il n’y en a pas"}, trendless},
	{"Ahead", "covers", locale.Text{EN: "Spend still to come: the 80% range holds what came", FR: "Dépense à venir\u00a0: la fourchette à 80\u00a0% contient ce qui est venu"}, locale.Text{EN: "10 days ahead after 21 to 70 days", FR: "10\u00a0jours à venir après 21 à 70\u00a0jours"}},
	{"Develop", "covers", locale.Text{EN: "Conversions still to come: the 90% interval holds what came", FR: "Conversions encore à venir\u00a0: l’intervalle à 90\u00a0% contient ce qui est venu"}, locale.Text{EN: "last 7 days of 2, 10 and 50 conversions", FR: "7\u00a0derniers jours de 2, 10 et 50\u00a0conversions"}},
	{"ChainLadder", "covers", locale.Text{EN: "The same by chain ladder, with Mack’s errors", FR: "De même par chain ladder, avec les erreurs de Mack"}, locale.Text{EN: "12 weeks of 200 conversions", FR: "12\u00a0semaines de 200\u00a0conversions"}},
	{"Allocate", "covers", locale.Text{EN: "Budget move: the 90% interval holds the gain it brings", FR: "Mouvement de budget\u00a0: l’intervalle à 90\u00a0% contient le gain obtenu"}, locale.Text{EN: "6 channels, 56 days", FR: "6\u00a0leviers, 56\u00a0jours"}},
	{"Allocate", "loses", locale.Text{EN: "Budget move with nine chances in ten of a gain: loses", FR: "Mouvement de budget annoncé gagnant neuf fois sur dix\u00a0: perd"}, locale.Text{EN: "6 channels, 56 days", FR: "6\u00a0leviers, 56\u00a0jours"}},
	{"ElasticityOf", "covers", locale.Text{EN: "Diminishing returns: the 90% interval holds the true elasticity", FR: "Rendements décroissants\u00a0: l’intervalle à 90\u00a0% contient la vraie élasticité"}, locale.Text{EN: "84 days, spend varied by half", FR: "84\u00a0jours, dépense variée de moitié"}},
	{"Fatigue", "false flags", locale.Text{EN: "Creative fatigue: claimed where there is none", FR: "Usure d’une création\u00a0: annoncée alors qu’il n’y en a pas"}, tired},
	{"Fatigue", "found", locale.Text{EN: "Creative fatigue: found", FR: "Usure d’une création\u00a0: trouvée"}, locale.Text{EN: "28 days of 60 clicks, −40% at the end", FR: "28\u00a0jours de 60\u00a0clics, −40\u00a0% à la fin"}},
	{"Dayparts", "false differences", locale.Text{EN: "Parts of the day: said to differ where they do not", FR: "Tranches horaires\u00a0: dites différentes alors qu’elles ne le sont pas"}, parts},
	{"Dayparts", "found", locale.Text{EN: "Parts of the day: found that one is at half", FR: "Tranches horaires\u00a0: on trouve qu’une tranche rend moitié moins"}, parts},
	{"DiD", "covers", locale.Text{EN: "Before and after, against a control: the 90% interval holds the true effect", FR: "Avant et après, contre un témoin\u00a0: l’intervalle à 90\u00a0% contient le vrai effet"}, withControl},
	{"DiD", "false effects", locale.Text{EN: "Before and after: an effect is claimed where there is none", FR: "Avant et après\u00a0: un effet est annoncé alors qu’il n’y en a pas"}, withControl},
	{"DiD", "effects found", locale.Text{EN: "Before and after: an effect of −25% is found", FR: "Avant et après\u00a0: un effet de −25\u00a0% est trouvé"}, withControl},
	{"Counterfactual", "covers", locale.Text{EN: "The same by regression on the control", FR: "De même par régression sur le témoin"}, withControl},
}

// percents is a range of shares: at most 3%, at least 95%, 86–89%.
func percents(l locale.Lang, low, high float64) string {
	decimals := 0
	if low < .1 && math.Round(100*high) != 100*high {
		decimals = 1
	}
	a, b := l.Number(100*low, decimals), l.Number(100*high, decimals)
	switch {
	case a == b:
		return l.Percent(high, decimals)
	case low == 0:
		return locale.Text{EN: "at most %s", FR: "au plus %s"}.F(l, l.Percent(high, decimals))
	case high == 1:
		return locale.Text{EN: "at least %s", FR: "au moins %s"}.F(l, l.Percent(low, decimals))
	}
	return a + "–" + l.Percent(high, decimals)
}

// helpTable is what the help shows of the promises.
func helpTable(l locale.Lang, on locale.Day) string {
	var b strings.Builder
	b.WriteString(locale.Text{EN: "Simulated on %s; “measured” is how often it came true.\n\n", FR: "Simulé le %s\u00a0; «\u00a0mesuré\u00a0» dit combien de fois cela s’est produit.\n\n"}.F(l, l.DayLong(on)))
	b.WriteString(locale.Text{EN: "| What is promised | Simulated data | Promise | Measured |\n", FR: "| Ce qui est promis | Données simulées | Promesse | Mesuré |\n"}.In(l))
	b.WriteString("|---|---|---|---|\n")
	for _, p := range promises {
		low, high, least, most := math.Inf(1), 0.0, math.Inf(1), 0.0
		for _, s := range shares[[2]string{p.method, p.what}] {
			low, high = min(low, s.low), max(high, s.high)
			least, most = min(least, s.share), max(most, s.share)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.says.In(l), p.data.In(l), percents(l, low, high), percents(l, least, most))
	}
	return b.String()
}

// Every row of the help is measured, and a thorough calibration writes them.
func TestMain(m *testing.M) {
	code := m.Run()
	if code != 0 || calibrateOn == "" {
		os.Exit(code)
	}
	if err := writeTables(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func writeTables() error {
	on, err := locale.ParseDay(calibrateOn)
	if err != nil {
		return fmt.Errorf("VIGIE_CALIBRATE=%s: want the day it is run on, such as 2026-11-24", calibrateOn)
	}
	for _, p := range promises {
		if shares[[2]string{p.method, p.what}] == nil {
			return fmt.Errorf("%s, %s: in the help, and not measured", p.method, p.what)
		}
	}
	place := regexp.MustCompile(`(?s)(<!-- [^\n]*make calibrate -->\n).*?(<!-- (?:fin|end) -->)`)
	for l, file := range map[locale.Lang]string{locale.FR: "methodes.fr.md", locale.EN: "methods.en.md"} {
		file = "../../dashboards/help/" + file
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !place.Match(b) {
			return fmt.Errorf("%s: no place for the table", file)
		}
		b = place.ReplaceAllFunc(b, func(s []byte) []byte {
			m := place.FindSubmatch(s)
			return []byte(string(m[1]) + helpTable(l, on) + string(m[2]))
		})
		if err := os.WriteFile(file, b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
