package agency

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"vigie/internal/locale"
)

// Schemas are the JSON schemas of the files by path, schemas/*.json, for
// editors: generated from the structs that the files are read into, their
// descriptions in one language. The same bytes every time.
func Schemas(l locale.Lang) map[string][]byte {
	out := map[string][]byte{}
	r := jsonschema.Reflector{
		Anonymous: true, DoNotReference: true, ExpandedStruct: true,
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true,
		LookupComment: func(t reflect.Type, field string) string {
			return keyHelp[strings.TrimSuffix(t.Name(), "File")+"."+field].In(l)
		},
	}
	for name, kinds := range map[string][]any{
		"vigie": {agencyFile{}}, "client": {clientFile{}}, "campaign": {campaignFile{}}, "kpi": {kpiFile{}},
		"competences": {gridFile{}}, "source": {httpsFile{}, sftpFile{}, mailboxFile{}, mappingFile{}},
	} {
		s := &jsonschema.Schema{Version: jsonschema.Version}
		for _, v := range kinds {
			one := r.Reflect(v)
			restrict(strings.TrimSuffix(reflect.TypeOf(v).Name(), "File"), one)
			if len(kinds) == 1 {
				s = one
				break
			}
			one.Version = ""
			s.OneOf = append(s.OneOf, one)
		}
		b, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			panic(fmt.Sprintf("agency: schema of %s: %v", name, err)) // plain data
		}
		out["schemas/"+name+".json"] = append(b, '\n')
	}
	return out
}

// restrict adds the choices that the checks know and the structs do not.
func restrict(name string, s *jsonschema.Schema) {
	choice := func(words []string, path ...string) {
		at := s
		for _, p := range path {
			if p == "[]" {
				at = at.Items
				continue
			}
			next, ok := at.Properties.Get(p)
			if !ok {
				panic("agency: schema of " + name + " has no " + strings.Join(path, "."))
			}
			at = next
		}
		at.Enum = nil
		for _, w := range words {
			at.Enum = append(at.Enum, w)
		}
	}
	switch name {
	case "agency", "client":
		choice([]string{"fr", "en"}, "language")
		if name == "client" {
			choice([]string{"client", "agency"}, "fees", "media")
		}
	case HTTPS, SFTP, Mailbox:
		choice([]string{name}, "kind")
		choice(Platforms, "platform")
		choice([]string{",", "."}, "decimal")
		choice([]string{"dmy", "mdy"}, "dates")
	case "kpi":
		choice(KPIUnits, "unit")
		choice([]string{"up", "down", "neither"}, "better")
	case "grid":
		choice(EvidenceKinds, "competencies", "[]", "evidence", "[]")
	case "campaign":
		choice([]string{PaceLinear, PaceByChannel, PaceWeights}, "budget", "pace")
		choice([]string{"excluded", "included"}, "budget", "tax")
		choice(Platforms, "channels", "[]", "platform")
		choice([]string{"tracking", "review"}, "reports", "[]", "kind")
		choice([]string{"teacher"}, "reports", "[]", "review")
	}
}

// keyHelp says what each key is for, by struct and field; a test demands an
// entry for each.
var keyHelp = map[string]locale.Text{
	"agency.Name":     {EN: "Name of the agency, as reports show it.", FR: "Nom de l’agence, tel que les rapports le montrent."},
	"agency.Language": {EN: "Language of pages, reports and messages: fr or en.", FR: "Langue des pages, des rapports et des messages\u00a0: fr ou en."},
	"agency.TimeZone": {EN: "Time zone of schedules and of “today”, as Europe/Paris.", FR: "Fuseau des horaires et du jour d’aujourd’hui, comme Europe/Paris."},
	"agency.Currency": {EN: "Currency in three letters; a client or a campaign can have another.", FR: "Devise en trois lettres\u00a0; un client ou une campagne peut en avoir une autre."},
	"agency.Today":    {EN: "Fixed day of a demo or an exercise; leave it out in real work.", FR: "Jour fixé d’une démonstration ou d’un exercice\u00a0; à ôter pour un vrai travail."},
	"agency.Data":     {EN: "Folder of the data in place of .vigie, on a local disk.", FR: "Dossier des données à la place de .vigie, sur un disque local."},

	"agency.Arbitration": {EN: "How the options of a recommendation are compared.", FR: "Comment les solutions d’une préconisation sont comparées."},
	"arbitration.Hour":   {EN: "Cost of an hour of work, 40 where nothing is said.", FR: "Coût d’une heure de travail, 40 si rien n’est dit."},
	"arbitration.Risk":   {EN: "How much what may be lost weighs beside what is expected: 0 not at all, 1 as much; 0.5 where nothing is said.", FR: "Combien pèse ce qui peut être perdu à côté de ce qui est attendu\u00a0: 0 pas du tout, 1 autant\u00a0; 0.5 si rien n’est dit."},

	"client.Name":     {EN: "Name of the client, as reports show it.", FR: "Nom du commanditaire, tel que les rapports le montrent."},
	"client.Language": {EN: "Language of the client's reports; else the agency's.", FR: "Langue des rapports du commanditaire\u00a0; sinon celle de l’agence."},
	"client.Currency": {EN: "Currency of the client's accounts; else the agency's.", FR: "Devise des comptes du commanditaire\u00a0; sinon celle de l’agence."},
	"client.Contacts": {EN: "People at the client's, by the short name that reports use.", FR: "Personnes chez le commanditaire, par le nom court que les rapports utilisent."},
	"client.Accounts": {EN: "Ids or names of the advertising accounts, by platform.", FR: "Identifiants ou noms des comptes publicitaires, par plateforme."},
	"client.Fees":     {EN: "Fees of the agency. Confidential: never in a client edition.", FR: "Honoraires de l’agence. Confidentiel\u00a0: jamais dans une édition pour le client."},

	"client.Brand": {EN: "Names that its brand campaigns go by, as [Martin]; else its own name.", FR: "Noms que portent ses campagnes de marque, comme [Martin]\u00a0; sinon son propre nom."},
	"client.Work":  {EN: "What the agency's work costs it. Confidential, as the fees are.", FR: "Ce que son travail coûte à l’agence. Confidentiel, comme les honoraires."},

	"work.Hour":  {EN: "Cost of an hour of work.", FR: "Coût d’une heure de travail."},
	"work.Hours": {EN: "Hours of work for a campaign, by channel id, as {search: 12}.", FR: "Heures de travail pour une campagne, par levier, comme {search: 12}."},

	"contact.Name":  {EN: "Name, as in a salutation.", FR: "Nom, comme dans une formule d’appel."},
	"contact.Role":  {EN: "What this person does.", FR: "Fonction de la personne."},
	"contact.Email": {EN: "E-mail address; the only place where addresses are written.", FR: "Adresse électronique\u00a0; le seul endroit où l’on écrit des adresses."},

	"fees.PercentOfSpend": {EN: "Share of the media spend, as 12%.", FR: "Part des dépenses média, comme 12%."},
	"fees.Fixed":          {EN: "Fixed amount for a campaign.", FR: "Somme fixe pour une campagne."},
	"fees.PerConversion":  {EN: "Amount for each conversion.", FR: "Somme par conversion."},
	"fees.Media":          {EN: "Who pays the media: client (default), or agency, out of what it is paid.", FR: "Qui paie le média\u00a0: client (par défaut), ou agency, l’agence, sur ce qu’elle reçoit."},

	"campaign.Name":        {EN: "Name of the campaign.", FR: "Nom de la campagne."},
	"campaign.Flight":      {EN: "First and last day; both count.", FR: "Premier et dernier jour\u00a0; les deux comptent."},
	"campaign.Objective":   {EN: "What the campaign is to reach, in a sentence.", FR: "Ce que la campagne doit atteindre, en une phrase."},
	"campaign.TimeZone":    {EN: "Time zone of the campaign; else the agency's.", FR: "Fuseau horaire de la campagne\u00a0; sinon celui de l’agence."},
	"campaign.Currency":    {EN: "Currency of the budget; else the client's.", FR: "Devise du budget\u00a0; sinon celle du commanditaire."},
	"campaign.Budget":      {EN: "Media budget and how it is spread over the flight.", FR: "Budget média et sa répartition sur la campagne."},
	"campaign.Channels":    {EN: "Levers of the media plan; the first that matches takes a platform campaign.", FR: "Leviers du dispositif\u00a0; le premier qui correspond prend la campagne plateforme."},
	"campaign.Conversions": {EN: "Measure that counts as a conversion, by platform or channel id; default holds for the rest.", FR: "Mesure qui compte comme conversion, par plateforme ou par levier\u00a0; default vaut pour le reste."},
	"campaign.GrossMargin": {EN: "Part of the conversion value left to the client after what the goods cost, as 45%: for margin, POAS and ROI.", FR: "Part de la valeur de conversion qui reste au client après le coût des produits, comme 45%\u00a0: pour la marge, le POAS et le retour sur investissement."},
	"campaign.Audience":    {EN: "Whom the campaign is for: for coverage, GRP and cost per point.", FR: "À qui la campagne s’adresse\u00a0: pour la couverture de la cible, les GRP et le coût par point."},
	"campaign.Market":      {EN: "What all advertisers of the market spent in one period: for share of voice.", FR: "Ce qu’ont dépensé tous les annonceurs du marché sur une période\u00a0: pour la part de voix."},
	"campaign.Targets":     {EN: "What the KPIs are to reach.", FR: "Ce que les indicateurs doivent atteindre."},
	"campaign.Reports":     {EN: "Reports that come due by themselves.", FR: "Rapports qui se préparent d’eux-mêmes."},

	"flight.Start": {EN: "First day, as 2026-09-01.", FR: "Premier jour, comme 2026-09-01."},
	"flight.End":   {EN: "Last day, included.", FR: "Dernier jour, compris."},

	"budget.Total":   {EN: "Media budget of the whole flight, without tax unless tax says otherwise.", FR: "Budget média de toute la campagne, hors taxes sauf mention contraire."},
	"budget.Pace":    {EN: "linear: the same every day. by_channel: each channel evenly over its days. weights: by weekday or by week.", FR: "linear\u00a0: pareil chaque jour. by_channel\u00a0: chaque levier également sur ses jours. weights\u00a0: par jour de semaine ou par semaine."},
	"budget.Weights": {EN: "Weights of weekdays ({sat: 0.5}; 1 where nothing is said), or the share of each flight week ([1, 2, 2]).", FR: "Poids des jours ({sam: 0.5}\u00a0; 1 si rien n’est dit), ou part de chaque semaine de la campagne ([1, 2, 2])."},
	"budget.Tax":     {EN: "excluded (default) or included.", FR: "excluded (par défaut, hors taxes) ou included (toutes taxes comprises)."},
	"budget.TaxRate": {EN: "Tax rate to take off where tax is included, as 20%.", FR: "Taux à déduire quand la taxe est comprise, comme 20%."},

	"channel.ID":       {EN: "Short name in lower case, as search-brand.", FR: "Nom court en minuscules, comme search-marque."},
	"channel.Name":     {EN: "Name that reports show; else the id.", FR: "Nom montré dans les rapports\u00a0; sinon l’identifiant."},
	"channel.Platform": {EN: "Platform of the channel.", FR: "Plateforme du levier."},
	"channel.Match":    {EN: "Names of its platform campaigns: * any text, ? one character, ! excludes, id:123 the platform's id. Put patterns in quotes.", FR: "Noms de ses campagnes plateforme\u00a0: * un texte, ? un caractère, ! exclut, id:123 l’identifiant. Mettez les motifs entre guillemets droits."},
	"channel.Account":  {EN: "Id or name of the only account it takes.", FR: "Identifiant ou nom du seul compte qu’il prend."},
	"channel.Budget":   {EN: "Its part of the budget.", FR: "Sa part du budget."},
	"channel.Flight":   {EN: "Its own days, with pace: by_channel.", FR: "Ses propres jours, avec pace: by_channel."},

	"audience.Population": {EN: "Number of people in the target.", FR: "Nombre de personnes dans la cible."},
	"audience.InTarget":   {EN: "Part of the impressions that reach the target, as 70%, from the platform or from a panel.", FR: "Part des impressions qui touchent la cible, comme 70%, d’après la plateforme ou un panel."},
	"audience.Source":     {EN: "Where the figures come from, with their year.", FR: "D’où viennent les chiffres, et de quelle année."},

	"market.Spend":  {EN: "What all advertisers spent, the client included.", FR: "Ce qu’ont dépensé tous les annonceurs, le client compris."},
	"market.From":   {EN: "First day of that period.", FR: "Premier jour de cette période."},
	"market.To":     {EN: "Last day, included.", FR: "Dernier jour, compris."},
	"market.Source": {EN: "Where the figure comes from.", FR: "D’où vient le chiffre."},

	"kpi.Label":      {EN: "Name, as {fr: …, en: …}, or one text for both.", FR: "Nom, comme {fr: …, en: …}, ou un texte pour les deux."},
	"kpi.Definition": {EN: "What it says, in a sentence, in both languages.", FR: "Ce qu’il dit, en une phrase, dans les deux langues."},
	"kpi.Num":        {EN: "Numerator: a measure, or measures with coefficients, as {conversions: 1, messages: 0.5}.", FR: "Numérateur\u00a0: une mesure, ou des mesures avec leurs coefficients, comme {conversions: 1, messages: 0.5}."},
	"kpi.Den":        {EN: "Denominator, written the same way; without it the numerator is the value.", FR: "Dénominateur, écrit de même\u00a0; sans lui, la valeur est le numérateur."},
	"kpi.Scale":      {EN: "What the quotient is multiplied by, as 1000; else 1.", FR: "Ce par quoi multiplier le quotient, comme 1000\u00a0; sinon 1."},
	"kpi.Unit":       {EN: "How it is written: count, money, rate (%), times (×) or ratio (one decimal).", FR: "Comment il s’écrit\u00a0: count (nombre), money (somme), rate (%), times (×) ou ratio (une décimale)."},
	"kpi.Better":     {EN: "Which way is good: up, down or neither.", FR: "Le bon sens\u00a0: up (hausse), down (baisse) ou neither (aucun)."},
	"kpi.Minimum":    {EN: "Denominator below which the value is not judged.", FR: "Dénominateur en dessous duquel la valeur n’est pas jugée."},

	"target.KPI":       {EN: "Id of the KPI, as cpa.", FR: "Identifiant de l’indicateur, comme cpa."},
	"target.Value":     {EN: "Value to reach, as 32 or 3%.", FR: "Valeur à atteindre, comme 32 ou 3%."},
	"target.Min":       {EN: "Value not to fall below.", FR: "Valeur en dessous de laquelle ne pas descendre."},
	"target.Max":       {EN: "Value not to exceed.", FR: "Valeur à ne pas dépasser."},
	"target.Tolerance": {EN: "Miss that still passes, as 10%.", FR: "Écart encore admis, comme 10%."},

	"report.Kind":      {EN: "tracking (of a period) or review (of the whole flight).", FR: "tracking (suivi d’une période) ou review (bilan de toute la campagne)."},
	"report.When":      {EN: "When it is due: monday 08:00, daily 07:30, 1st 08:00.", FR: "Quand il est dû\u00a0: lundi 08:00, tous les jours 07:30, le 1er 08:00."},
	"report.Cron":      {EN: "The same as five cron fields, in place of when.", FR: "La même chose en cinq champs cron, à la place de when."},
	"report.To":        {EN: "Names of contacts in client.yaml; no addresses here.", FR: "Noms de contacts de client.yaml\u00a0; pas d’adresse ici."},
	"mapping.Map":      {EN: "What each column means, by its header: a measure (spend, clicks…), a role (day, campaign…), unused, or drop for data about people.", FR: "Ce que veut dire chaque colonne, par son en-tête\u00a0: une mesure (spend, clicks…), un rôle (day, campaign…), unused, ou drop pour des données personnelles."},
	"mapping.Platform": {EN: "Platform whose figures these are; else a hand-made table.", FR: "Plateforme dont viennent ces chiffres\u00a0; sinon un tableau fait à la main."},
	"mapping.Decimal":  {EN: "Decimal sign of the numbers, \",\" or \".\", in quotes.", FR: "Signe décimal des nombres, \",\" ou \".\", entre guillemets droits."},
	"mapping.Dates":    {EN: "Order of the dates: dmy or mdy.", FR: "Ordre des dates\u00a0: dmy (jour d’abord) ou mdy (mois d’abord)."},
	"mapping.Currency": {EN: "Currency of the amounts, where the table says none.", FR: "Devise des montants, si le tableau ne la dit pas."},

	"source.Kind":     {EN: "https (a link to a file), sftp (a folder on a server) or mailbox (attachments).", FR: "https (un lien vers un fichier), sftp (un dossier sur un serveur) ou mailbox (des pièces jointes)."},
	"source.Client":   {EN: "Client whose exports these are: the name of its folder.", FR: "Commanditaire de ces exports\u00a0: le nom de son dossier."},
	"source.When":     {EN: "When to fetch, as monday 07:00; else daily 06:15.", FR: "Quand relever, comme lundi 07:00\u00a0; sinon tous les jours 06:15."},
	"source.Cron":     {EN: "The same as five cron fields, in place of when.", FR: "La même chose en cinq champs cron, à la place de when."},
	"source.Platform": {EN: "Platform of the exports, where they are not recognised.", FR: "Plateforme des exports, s’ils ne sont pas reconnus."},
	"source.Account":  {EN: "Account of the exports, where they name none.", FR: "Compte des exports, s’ils n’en nomment pas."},
	"source.Currency": {EN: "Currency of the exports, where they say none.", FR: "Devise des exports, s’ils ne la disent pas."},
	"source.Decimal":  {EN: "Decimal sign of their numbers, \",\" or \".\", in quotes.", FR: "Signe décimal de leurs nombres, \",\" ou \".\", entre guillemets droits."},
	"source.Dates":    {EN: "Order of their dates: dmy or mdy.", FR: "Ordre de leurs dates\u00a0: dmy (jour d’abord) ou mdy (mois d’abord)."},

	"https.URL":   {EN: "The link; where it is a secret, leave it out and write it in .vigie/secrets.env.", FR: "Le lien\u00a0; s’il est secret, ôtez-le et écrivez-le dans .vigie/secrets.env."},
	"https.Hosts": {EN: "Hosts to which the link may lead on, as *.googleusercontent.com.", FR: "Hôtes auxquels le lien peut renvoyer, comme *.googleusercontent.com."},

	"sftp.Host":    {EN: "Name of the server. Its key must stand in sources/known_hosts.", FR: "Nom du serveur. Sa clé doit figurer dans sources/known_hosts."},
	"sftp.Port":    {EN: "Port, where it is not 22.", FR: "Port, si ce n’est pas 22."},
	"sftp.User":    {EN: "Name of the account on the server.", FR: "Nom du compte sur le serveur."},
	"sftp.Folder":  {EN: "Folder of the exports; else the one in which the account arrives.", FR: "Dossier des exports\u00a0; sinon celui où le compte arrive."},
	"sftp.Pattern": {EN: "Names of the files to take, as \"*.csv\"; else all.", FR: "Noms des fichiers à prendre, comme \"*.csv\"\u00a0; sinon tous."},

	"mailbox.Host":    {EN: "Name of the IMAP server.", FR: "Nom du serveur IMAP."},
	"mailbox.Port":    {EN: "Port, where it is not 993 (with TLS).", FR: "Port, si ce n’est pas 993 (avec TLS)."},
	"mailbox.User":    {EN: "Name of the account, most often the address.", FR: "Nom du compte, le plus souvent l’adresse."},
	"mailbox.Folder":  {EN: "Folder of the mailbox; else INBOX.", FR: "Dossier de la boîte\u00a0; sinon INBOX."},
	"mailbox.Senders": {EN: "Whole addresses whose attachments are taken.", FR: "Adresses entières dont les pièces jointes sont prises."},
	"mailbox.Pattern": {EN: "Names of the attachments to take, as \"*.csv\"; else all that can be an export.", FR: "Noms des pièces jointes à prendre, comme \"*.csv\"\u00a0; sinon toutes celles qui peuvent être un export."},

	"grid.Title":        {EN: "Title of the grid.", FR: "Titre de la grille."},
	"grid.Competencies": {EN: "What is attested, in the order of the certification.", FR: "Ce qui est attesté, dans l’ordre de la certification."},

	"competency.ID":         {EN: "Short name in lower case.", FR: "Nom court en minuscules."},
	"competency.Name":       {EN: "The competency, as the certification words it.", FR: "La compétence, telle que la certification la formule."},
	"competency.Criterion":  {EN: "What is looked at.", FR: "Ce qui est regardé."},
	"competency.Indicators": {EN: "What one can observe of it.", FR: "Ce que l’on peut en observer."},
	"competency.Weight":     {EN: "Its share, as 20%; together 100%.", FR: "Sa part, comme 20%\u00a0; 100% en tout."},
	"competency.Evidence":   {EN: "What Vigie gathers for it.", FR: "Ce que Vigie rassemble pour elle."},
	"competency.Levels":     {EN: "What each level means, the lowest first. The teacher awards them.", FR: "Ce que veut dire chaque niveau, du plus bas au plus haut. C’est l’enseignant qui les attribue."},

	"report.Review": {EN: "Who approves it before a client sees it.", FR: "Qui l’approuve avant qu’un client le voie."},
}
