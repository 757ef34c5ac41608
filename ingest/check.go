package ingest

import (
	"vigie/internal/locale"
)

// Check is one thing that every file is examined for. Those that a file alone
// can show are made while it is read; those that need what was known before it
// are made by the warehouse, and those that need a brief by whoever has it.
type Check struct {
	ID       string // kebab-case; the name of its case in testdata/checks
	Severity Severity
	Title    locale.Text
	Why      locale.Text // how it is told, and what it does to the figures
	Do       locale.Text
}

// Checks is the table of all checks, in the order of the help page that is
// printed from it. A new check is one entry here, one case in testdata/checks
// that shows it firing and silent, and the code that meets it.
var Checks = []Check{
	{
		"pasted-twice", Critical,
		locale.Text{EN: "The file was pasted twice", FR: "Le fichier a été collé deux fois"},
		locale.Text{EN: "More than half of the rows stand in the file twice, word for word: its sums would be doubled.", FR: "Plus de la moitié des lignes figurent deux fois dans le fichier, mot pour mot\u00a0: ses sommes seraient doublées."},
		locale.Text{EN: "Export it again.", FR: "Exportez-le à nouveau."},
	},
	{
		"printed-total", Critical,
		locale.Text{EN: "A printed total is not the sum of the rows", FR: "Un total imprimé n’est pas la somme des lignes"},
		locale.Text{EN: "Rows were taken out, added or changed since the platform wrote the file, or the file was cut.", FR: "Des lignes ont été retirées, ajoutées ou modifiées depuis que la plateforme a écrit le fichier, ou il a été coupé."},
		locale.Text{EN: "Export it again, without opening it in a spreadsheet.", FR: "Exportez-le à nouveau, sans l’ouvrir dans un tableur."},
	},
	{
		"rows-announced", Critical,
		locale.Text{EN: "Not as many rows as the file announces", FR: "Pas autant de lignes que le fichier en annonce"},
		locale.Text{EN: "The file itself says how many rows it holds, and holds another number: it was cut off or changed.", FR: "Le fichier dit lui-même combien de lignes il contient, et en contient un autre nombre\u00a0: il a été tronqué ou modifié."},
		locale.Text{EN: "Download it again.", FR: "Téléchargez-le à nouveau."},
	},
	{
		"cut-off", Critical,
		locale.Text{EN: "A file that ends in the middle of a line", FR: "Un fichier qui s’arrête au milieu d’une ligne"},
		locale.Text{EN: "The last line has fewer cells than the others and no end: the download was cut off, and rows are missing.", FR: "La dernière ligne a moins de cellules que les autres et pas de fin\u00a0: le téléchargement a été interrompu et des lignes manquent."},
		locale.Text{EN: "Download it again.", FR: "Téléchargez-le à nouveau."},
	},
	{
		"sum-among-rows", Critical,
		locale.Text{EN: "A row that is the sum of the others", FR: "Une ligne qui est la somme des autres"},
		locale.Text{EN: "A row without the label of a total equals the sum of all other rows of its day, or of the file, in every figure: all would be counted twice.", FR: "Une ligne que rien n’annonce comme un total égale, chiffre par chiffre, la somme de toutes les autres de son jour ou du fichier\u00a0: tout serait compté deux fois."},
		locale.Text{EN: "Delete that row, or export the report without totals.", FR: "Supprimez cette ligne, ou exportez le rapport sans totaux."},
	},
	{
		"amounts-scale", Critical,
		locale.Text{EN: "Amounts 10, 100, 1,000 times too large or too small", FR: "Des montants 10, 100, 1\u202f000 fois trop grands ou trop petits"},
		locale.Text{
			EN: "The costs of an impression and of a click both move by a power of ten, inside the file or against what is known of the same campaigns, while the click-through rate stays: decimals were lost, or the amounts are in cents or millionths. For the same days, the amounts are compared one by one (within 3%). A change of budget moves neither cost.",
			FR: "Le coût d’une impression et celui d’un clic sont multipliés ou divisés par une même puissance de dix, dans le fichier ou face à ce que l’on sait des mêmes campagnes, tandis que le taux de clic ne bouge pas\u00a0: des décimales ont été perdues, ou les montants sont en centimes ou en millionièmes. Pour les mêmes jours, les montants sont comparés un à un (à 3\u00a0% près). Un changement de budget ne touche à aucun de ces deux coûts.",
		},
		locale.Text{EN: "Export it again, or state its decimal sign with --decimal. If the earlier file was the wrong one, take that one out (vigie batches undo) and import this one with --accept.", FR: "Exportez-le à nouveau, ou précisez son signe décimal avec --decimal. Si c’est le fichier précédent qui était faux, retirez-le (vigie batches undo) et importez celui-ci avec --accept."},
	},
	{
		"currency-changed", Critical,
		locale.Text{EN: "The account was in another currency", FR: "Le compte était dans une autre devise"},
		locale.Text{EN: "An account has one currency: amounts in another are those of another account, or of an export with another setting.", FR: "Un compte a une seule devise\u00a0: des montants dans une autre sont ceux d’un autre compte, ou d’un export réglé autrement."},
		locale.Text{EN: "Export it in the account’s own currency, or state the right account with --account.", FR: "Exportez-le dans la devise du compte, ou précisez le bon compte avec --account."},
	},
	{
		"currency-sign", Critical,
		locale.Text{EN: "A sign that several currencies share", FR: "Un signe que plusieurs devises partagent"},
		locale.Text{EN: "$ or kr in the cells or in their format, and nothing says whose.", FR: "$ ou kr dans les cellules ou dans leur format, et rien ne dit de quel pays."},
		locale.Text{EN: "State the currency with --currency, or give the account its own in client.yaml.", FR: "Précisez la devise avec --currency, ou donnez la sienne au compte dans client.yaml."},
	},
	{
		"currency-missing", Critical,
		locale.Text{EN: "Amounts without a currency", FR: "Des montants sans devise"},
		locale.Text{EN: "Neither a column, nor a header, nor the cells say in which currency the amounts are.", FR: "Ni colonne, ni en-tête, ni cellule ne dit dans quelle devise sont les montants."},
		locale.Text{EN: "State it with --currency EUR (or another), or in client.yaml.", FR: "Précisez-la avec --currency EUR (ou une autre), ou dans client.yaml."},
	},
	{
		"settled-lowered", Critical,
		locale.Text{EN: "Settled days would fall by more than 20%", FR: "Des jours consolidés baisseraient de plus de 20\u00a0%"},
		locale.Text{EN: "The file would replace days older than three days with a spend, impressions or clicks more than a fifth lower, as a filtered report does. It is stopped at the door and nothing is kept.", FR: "Le fichier remplacerait des jours vieux de plus de trois jours par des dépenses, des impressions ou des clics inférieurs de plus d’un cinquième, comme le fait un rapport filtré. Il est arrêté à la porte et rien n’en est gardé."},
		locale.Text{EN: "Export it without a filter; import it with --accept if the platform did lower its figures.", FR: "Exportez-le sans filtre\u00a0; importez-le avec --accept si la plateforme a bien revu ses chiffres à la baisse."},
	},
	{
		"unit-step", Warning,
		locale.Text{EN: "The amounts change their unit", FR: "Les montants changent d’unité"},
		locale.Text{
			EN: "From one day to the next the costs of an impression and of a click move by the same ratio (more than 8%) in nearly all campaigns, while the click-through rate stays within 5%: another currency, amounts with tax after amounts without, a mark-up. A dearer auction moves in days or weeks, and not everywhere at once.",
			FR: "D’un jour à l’autre, le coût d’une impression et celui d’un clic changent dans la même proportion (plus de 8\u00a0%) dans presque toutes les campagnes, tandis que le taux de clic reste à 5\u00a0% près le même\u00a0: autre devise, montants TTC après des montants HT, marge ajoutée. Une enchère plus chère monte en quelques jours ou semaines, et pas partout à la fois.",
		},
		locale.Text{EN: "Check the currency and the tax of the account on that day, and export all days in the same unit.", FR: "Vérifiez la devise et la taxe du compte à cette date, et exportez tous les jours dans la même unité."},
	},
	{
		"more-clicks-than-impressions", Warning,
		locale.Text{EN: "More clicks than impressions", FR: "Plus de clics que d’impressions"},
		locale.Text{EN: "A click needs an impression: the columns may be swapped, or one of them is filtered.", FR: "Un clic suppose une impression\u00a0: les colonnes sont peut-être interverties, ou l’une d’elles filtrée."},
		locale.Text{EN: "Compare the lines with the platform’s own page.", FR: "Comparez ces lignes avec la page de la plateforme."},
	},
	{
		"more-conversions-than-clicks", Warning,
		locale.Text{EN: "More conversions than clicks", FR: "Plus de conversions que de clics"},
		locale.Text{
			EN: "Rows with at least three conversions, and more of them than clicks. A platform that counts conversions after a mere view, or several for one click, can print this; conversions that the file counts apart as view-through are allowed for.",
			FR: "Des lignes d’au moins trois conversions, et plus de conversions que de clics. Une plateforme qui compte des conversions après simple affichage, ou plusieurs par clic, peut l’imprimer\u00a0; celles que le fichier compte à part comme post-affichage sont déduites.",
		},
		locale.Text{EN: "Look up the attribution setting: if views count, say so beside the conversion rate.", FR: "Regardez le réglage d’attribution\u00a0: si l’affichage compte, dites-le à côté du taux de transformation."},
	},
	{
		"spend-without-impressions", Warning,
		locale.Text{EN: "Spend without impressions", FR: "Une dépense sans impression"},
		locale.Text{EN: "Money was spent on a day without an impression: a correction by the platform, or a filtered column.", FR: "De l’argent a été dépensé un jour sans impression\u00a0: correction de la plateforme, ou colonne filtrée."},
		locale.Text{EN: "Compare the lines with the platform’s own page.", FR: "Comparez ces lignes avec la page de la plateforme."},
	},
	{
		"rows-twice", Warning,
		locale.Text{EN: "Rows found again word for word", FR: "Des lignes retrouvées mot pour mot"},
		locale.Text{EN: "Some exports print a row for each part of an object that they do not name, so rows may repeat: all are added up.", FR: "Certains exports impriment une ligne pour chaque partie d’un objet sans la nommer\u00a0: les lignes peuvent se répéter, toutes sont additionnées."},
		locale.Text{EN: "Compare the sum of a day with the platform’s own page.", FR: "Comparez la somme d’un jour avec la page de la plateforme."},
	},
	{
		"day-twice", Warning,
		locale.Text{EN: "The same figures on two days", FR: "Les mêmes chiffres sur deux jours"},
		locale.Text{EN: "Two days have the same campaigns with the same counts, three of them or more and above 20 on average: chance does not do that. A day was copied under another date.", FR: "Deux jours ont les mêmes campagnes et les mêmes nombres, au moins trois et supérieurs à 20 en moyenne\u00a0: le hasard ne fait pas cela. Un jour a été recopié sous une autre date."},
		locale.Text{EN: "Export these days again.", FR: "Exportez ces jours à nouveau."},
	},
	{
		"days-missing", Warning,
		locale.Text{EN: "Days without rows", FR: "Des jours sans lignes"},
		locale.Text{EN: "A report by day has no row at all for days between its first and its last. Unless it holds the whole account, these days are not known, which is not the same as zero.", FR: "Un rapport par jour n’a aucune ligne pour des jours situés entre son premier et son dernier. Sauf s’il contient tout le compte, ces jours ne sont pas connus, ce qui n’est pas zéro."},
		locale.Text{EN: "If something was delivered then, export the whole range again.", FR: "Si quelque chose a été diffusé ces jours-là, exportez à nouveau toute la période."},
	},
	{
		"outside-range", Warning,
		locale.Text{EN: "Rows outside the report’s range", FR: "Des lignes hors de la période du rapport"},
		locale.Text{EN: "Rows are dated outside the range that the report itself states: dates may be read in the wrong order, or rows were added.", FR: "Des lignes sont datées hors de la période que le rapport annonce\u00a0: les dates sont peut-être lues dans le mauvais ordre, ou des lignes ont été ajoutées."},
		locale.Text{EN: "Look at the lines; --dates dmy or mdy states the order of day and month.", FR: "Regardez ces lignes\u00a0; --dates dmy ou mdy précise l’ordre du jour et du mois."},
	},
	{
		"after-export", Warning,
		locale.Text{EN: "Days later than the file itself", FR: "Des jours postérieurs au fichier"},
		locale.Text{EN: "Rows are dated after the instant at which the file is known to have been made.", FR: "Des lignes sont datées d’après l’instant auquel on sait que le fichier a été fait."},
		locale.Text{EN: "State the day of the export with --as-of, or the order of its dates with --dates.", FR: "Précisez le jour de l’export avec --as-of, ou l’ordre de ses dates avec --dates."},
	},
	{
		"figures-incomplete", Warning,
		locale.Text{EN: "The platform says that its figures are incomplete", FR: "La plateforme dit que ses chiffres sont incomplets"},
		locale.Text{EN: "The report bears the platform’s own remark that data for it were still coming in.", FR: "Le rapport porte la mention de la plateforme selon laquelle des données arrivaient encore."},
		locale.Text{EN: "Download the report again in a day.", FR: "Téléchargez à nouveau le rapport dans un jour."},
	},
	{
		"year-guessed", Warning,
		locale.Text{EN: "Dates without a year", FR: "Des dates sans année"},
		locale.Text{EN: "A table by hand says 3 March and no year: the latest that does not lie after the day of the table is taken.", FR: "Un tableau fait à la main dit 3 mars sans année\u00a0: la plus récente qui ne dépasse pas le jour du tableau est prise."},
		locale.Text{EN: "Write the year if that is wrong.", FR: "Écrivez l’année si c’est faux."},
	},
	{
		"articles-left-out", Warning,
		locale.Text{EN: "Rows of an order without an amount", FR: "Des lignes de commande sans montant"},
		locale.Text{EN: "A list of orders prints the amount on the first article of each order: the rows of the others are left out, so that an order counts once.", FR: "Une liste de commandes imprime le montant sur le premier article de chaque commande\u00a0: les lignes des autres sont laissées de côté, pour qu’une commande compte une fois."},
		locale.Text{EN: "Nothing, if each order has its amount once.", FR: "Rien, si chaque commande a son montant une fois."},
	},
	{
		"orders-void", Warning,
		locale.Text{EN: "Orders that do not count", FR: "Des commandes qui ne comptent pas"},
		locale.Text{EN: "Cancelled, failed and refunded orders are left out of the sales.", FR: "Les commandes annulées, échouées et remboursées ne font pas partie des ventes."},
		locale.Text{EN: "Nothing; export again later for those that are refunded meanwhile.", FR: "Rien\u00a0; exportez à nouveau plus tard pour celles qui seront remboursées d’ici là."},
	},
	{
		"outside-flight", Warning,
		locale.Text{EN: "Delivery outside the campaign’s dates", FR: "De la diffusion hors des dates de la campagne"},
		locale.Text{EN: "A platform campaign that a brief takes delivered before its first or after its last day. The brief counts its own days only.", FR: "Une campagne plateforme qu’un brief prend a diffusé avant son premier ou après son dernier jour. Le brief ne compte que ses propres jours."},
		locale.Text{EN: "Correct the dates in campaign.yaml, or tell the client what was spent outside them.", FR: "Corrigez les dates dans campaign.yaml, ou dites au commanditaire ce qui a été dépensé en dehors."},
	},
	{
		"new-name", Warning,
		locale.Text{EN: "A campaign stops and another takes over", FR: "Une campagne s’arrête et une autre prend le relais"},
		locale.Text{EN: "One campaign of the account ends on a day and one that was never seen starts on the next, at about the same spend and the same cost of an impression: perhaps the same one under a new name. They stay two until somebody says otherwise.", FR: "Une campagne du compte finit un jour et une autre, jamais vue, commence le lendemain, avec à peu près la même dépense et le même coût par impression\u00a0: peut-être la même sous un nouveau nom. Elles restent deux tant que personne n’en décide autrement."},
		locale.Text{EN: "If it is the same, let the channel’s match in campaign.yaml take both names; export with the campaign’s id.", FR: "Si c’est la même, faites prendre les deux noms au levier, dans campaign.yaml (match)\u00a0; exportez avec l’identifiant de la campagne."},
	},
	{
		"same-name", Warning,
		locale.Text{EN: "Two campaigns of the same name", FR: "Deux campagnes du même nom"},
		locale.Text{EN: "The platform’s ids tell them apart, so they are counted apart and shown with the end of their id; a report without ids could not.", FR: "Les identifiants de la plateforme les distinguent\u00a0: elles sont comptées à part et montrées avec la fin de leur identifiant\u00a0; un rapport sans identifiants ne le pourrait pas."},
		locale.Text{EN: "Give one of them another name on the platform.", FR: "Donnez un autre nom à l’une d’elles sur la plateforme."},
	},
	{
		"bad-number", Warning,
		locale.Text{EN: "A cell that is no number, or below zero", FR: "Une cellule qui n’est pas un nombre, ou inférieure à zéro"},
		locale.Text{EN: "Its row is left out and counted; the others are kept.", FR: "Sa ligne est écartée et comptée\u00a0; les autres sont gardées."},
		locale.Text{EN: "Look at the line in the file.", FR: "Regardez la ligne dans le fichier."},
	},
	{
		"row-left-out", Warning,
		locale.Text{EN: "A row that cannot be placed", FR: "Une ligne que rien ne permet de placer"},
		locale.Text{EN: "Its date is none, it has too few or too many cells, or it names nothing. It is left out and counted; the others are kept.", FR: "Sa date n’en est pas une, elle a trop ou trop peu de cellules, ou elle ne nomme rien. Elle est écartée et comptée\u00a0; les autres sont gardées."},
		locale.Text{EN: "Look at the line in the file.", FR: "Regardez la ligne dans le fichier."},
	},
	{
		"header-again", Warning,
		locale.Text{EN: "The header stands in the file again", FR: "L’en-tête figure à nouveau dans le fichier"},
		locale.Text{EN: "Two files were joined. Both are read; days that both hold count twice.", FR: "Deux fichiers ont été réunis. Les deux sont lus\u00a0; les jours que les deux contiennent comptent deux fois."},
		locale.Text{EN: "Import the files one by one, as they were downloaded.", FR: "Importez les fichiers un par un, tels que téléchargés."},
	},
	{
		"price-disagrees", Warning,
		locale.Text{EN: "A printed price does not go with the spend", FR: "Un prix imprimé ne correspond pas à la dépense"},
		locale.Text{EN: "On most rows the printed cost of a click (or of a thousand impressions) times their number is not the spend: the columns may count different clicks.", FR: "Sur la plupart des lignes, le coût par clic (ou pour mille impressions) imprimé, multiplié par leur nombre, n’est pas la dépense\u00a0: les colonnes ne comptent peut-être pas les mêmes clics."},
		locale.Text{EN: "Look up which clicks the price is of.", FR: "Regardez de quels clics ce prix est le coût."},
	},
	{
		"ids-rounded", Warning,
		locale.Text{EN: "Ids that a spreadsheet rounded", FR: "Des identifiants arrondis par un tableur"},
		locale.Text{EN: "A spreadsheet keeps fifteen digits: the ids are not taken, and objects are told apart by their names.", FR: "Un tableur garde quinze chiffres\u00a0: les identifiants ne sont pas pris, et les objets sont distingués par leurs noms."},
		locale.Text{EN: "Import the file as it was downloaded.", FR: "Importez le fichier tel que téléchargé."},
	},
	{
		"other-sheets", Warning,
		locale.Text{EN: "Reports on other sheets", FR: "Des rapports sur d’autres feuilles"},
		locale.Text{EN: "A workbook holds several sheets with a report. Only the first one is read.", FR: "Un classeur contient plusieurs feuilles avec un rapport. Seule la première est lue."},
		locale.Text{EN: "Save each sheet as a file of its own and import it.", FR: "Enregistrez chaque feuille dans un fichier à part et importez-le."},
	},
	{
		"results-unknown", Warning,
		locale.Text{EN: "Results of a kind that has no measure", FR: "Des résultats sans mesure qui leur corresponde"},
		locale.Text{EN: "A column of mixed results holds events that belong to no measure. They are not taken.", FR: "Une colonne de résultats mêlés contient des événements qui n’appartiennent à aucune mesure. Ils ne sont pas pris."},
		locale.Text{EN: "Add a column of these events’ own to the export.", FR: "Ajoutez à l’export une colonne propre à ces événements."},
	},
	{
		"damaged-text", Warning,
		locale.Text{EN: "Damaged characters", FR: "Des caractères abîmés"},
		locale.Text{EN: "Bytes that are no text were met, most often after a program saved the file in another encoding. They show as \ufffd.", FR: "Des octets ne forment pas un texte, le plus souvent parce qu’un programme a enregistré le fichier dans un autre encodage. Ils s’affichent \ufffd."},
		locale.Text{EN: "Import the file as it was downloaded.", FR: "Importez le fichier tel que téléchargé."},
	},
	{
		"totals-left", Warning,
		locale.Text{EN: "Totals that were not compared", FR: "Des totaux qui n’ont pas été comparés"},
		locale.Text{EN: "Totals that nothing could be compared with, as of columns side by side, or those beyond the first thousand.", FR: "Des totaux que rien ne permet de comparer, comme ceux de colonnes côte à côte, ou au-delà des mille premiers."},
		locale.Text{EN: "Nothing, if the others agree.", FR: "Rien, si les autres concordent."},
	},
	{
		"no-rows", Warning,
		locale.Text{EN: "A report without rows", FR: "Un rapport sans lignes"},
		locale.Text{EN: "The header is there and nothing below it.", FR: "L’en-tête est là, et rien dessous."},
		locale.Text{EN: "Widen the range or take the filter off, if something was delivered.", FR: "Élargissez la période ou retirez le filtre, si quelque chose a été diffusé."},
	},
	{
		"other-level", Note,
		locale.Text{EN: "The same days at another level", FR: "Les mêmes jours à un autre niveau"},
		locale.Text{EN: "Campaigns and days of the file are also known from a report at another level, with another breakdown or over a whole period. One of them answers, the other gives detail; nothing is added up twice. A difference of more than 1% between their sums is a warning.", FR: "Des campagnes et des jours du fichier sont aussi connus par un rapport d’un autre niveau, d’une autre ventilation ou d’une période entière. L’un répond, l’autre donne le détail\u00a0; rien n’est additionné deux fois. Un écart de plus de 1\u00a0% entre leurs sommes est signalé."},
		locale.Text{EN: "Nothing while they agree; else look for a filter on one of the two exports.", FR: "Rien tant qu’ils concordent\u00a0; sinon, cherchez un filtre sur l’un des deux exports."},
	},
	{
		"key-twice", Note,
		locale.Text{EN: "Several rows for the same object and day", FR: "Plusieurs lignes pour le même objet et le même jour"},
		locale.Text{EN: "Rows share their day and all the names that are read, with other figures. Some platforms print a row for each ad under the name of its campaign; a column that is not understood may split them too. All are added up.", FR: "Des lignes ont le même jour et tous les mêmes noms, avec d’autres chiffres. Des plateformes impriment une ligne par annonce sous le nom de sa campagne\u00a0; une colonne non comprise peut aussi les ventiler. Toutes sont additionnées."},
		locale.Text{EN: "Nothing, if the sum of a day is that of the platform’s own page; else export without the extra breakdown.", FR: "Rien, si la somme d’un jour est celle de la page de la plateforme\u00a0; sinon, exportez sans la ventilation en trop."},
	},
	{
		"other-tables", Note,
		locale.Text{EN: "Other tables in the same file", FR: "D’autres tableaux dans le même fichier"},
		locale.Text{EN: "Google Analytics stacks several tables in one file. Those with figures that Vigie keeps are read, each as a batch of its own; those of users, averages and others are left, and so are empty ones.", FR: "Google Analytics empile plusieurs tableaux dans un fichier. Ceux dont Vigie garde les chiffres sont lus, chacun comme un lot\u00a0; ceux d’utilisateurs, de moyennes et d’autres sont laissés, de même que ceux qui sont vides."},
		locale.Text{EN: "Nothing, unless one of them is missed: then download a report with Date as dimension and that figure.", FR: "Rien, sauf si l’un d’eux vous manque\u00a0: téléchargez alors un rapport avec Date en dimension et ce chiffre."},
	},
	{
		"renamed", Note,
		locale.Text{EN: "An object has a new name", FR: "Un objet a un nouveau nom"},
		locale.Text{EN: "The platform’s id is the same: it stays the same object, under its new name on all days. A channel that takes campaigns by their old name loses it.", FR: "L’identifiant de la plateforme est le même\u00a0: c’est le même objet, sous son nouveau nom pour tous les jours. Un levier qui prend les campagnes par leur ancien nom la perd."},
		locale.Text{EN: "See that the channels’ match in campaign.yaml still takes it.", FR: "Vérifiez que le levier la prend toujours, dans campaign.yaml (match)."},
	},
}

// LookupCheck finds a check by id.
func LookupCheck(id string) (Check, bool) {
	for _, c := range Checks {
		if c.ID == id {
			return c, true
		}
	}
	return Check{}, false
}

// Found is the problem that a check met, with its severity and what to do.
func Found(check string, message locale.Text) Problem {
	c, ok := LookupCheck(check)
	if !ok {
		panic("ingest: no check " + check) // a mistake of its author
	}
	return Problem{Check: c.ID, Message: message, Severity: c.Severity, Do: c.Do}
}

// MaxObjects is how many objects a problem names.
const MaxObjects = 5
