package ingest

import "vigie/internal/locale"

// A client's own results: the sales of its shop by day, its list of orders, its
// leads. They are orders, revenue and qualified leads, never attributed to
// advertising: what a campaign claims is held against them.
//
// Shopify reports by day have gross sales, discounts, returns, net and total
// sales. Net sales are kept as revenue: discounts and returns taken off, without
// taxes and shipping; a day of many returns is below zero. Split by product, an
// order counts under each of its products, so orders are not taken.
//
// A list of orders (Shopify, WooCommerce, PrestaShop) has a row an order, or a
// row an article where only the first has the amounts: an order is a row with an
// amount. Cancelled, failed and refunded orders are left out and counted. Such
// lists are full of data about people, which have to be declared, see
// vigie help tables. Amounts are what the customer paid, taxes included, where
// the list has nothing else.
//
// Leads by day come from a CRM as counts, or as a list with a row a lead.
//
// Not confirmed: WooCommerce, PrestaShop and CRM lists, known from their manuals
// and from plugins; French Shopify reports.
var _ = register(Platform{
	ID:    "sales",
	Label: "Ventes du client",
	Export: locale.Text{
		EN: "sales over time of the shop (Shopify: Analytics, Reports, Total sales over time, by day), or its list of orders, as .csv",
		FR: "les ventes de la boutique par jour (Shopify\u00a0: Analyses, Rapports, Ventes totales au fil du temps), ou sa liste de commandes, au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "lists of WooCommerce, PrestaShop and CRMs; French Shopify reports",
		FR: "les listes de WooCommerce, PrestaShop et des CRM\u00a0; les rapports Shopify en français",
	},
	Signature: []string{
		"Gross sales + Net sales", "Net sales + Orders", "Total sales + Orders + Day", "Ventes brutes + Ventes nettes", "Ventes nettes + Commandes",
		"Financial Status + Total", "Order Number + Order Total Amount", "Order ID + Order Status + Order Total", "Order Date + Order Total Amount",
		"Référence + Paiement + État", "Numéro de commande + Total de la commande", "Référence + Total + État",
		"Qualified leads", "Leads qualifiés", "Prospects qualifiés", "MQL", "SQL + Date", "Lead Status + Create Date", "Statut du lead + Date de création",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.'},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Nulls:   []string{"--"},
	Personal: "Client | Nom du client | Customer | Customer name | Adresse | Address",
	Void: "cancelled | canceled | voided | refunded | failed | expired | wc-cancelled | wc-refunded | wc-failed | trash | annule | annulee | rembourse | remboursee | " +
		"paiement refuse | erreur de paiement | echec | echouee | payment error",
	Columns: []Header{
		{As: "day", EN: "Day | Date | Order Date | Created at | Paid at | Date created | Create Date", FR: "Jour | Date | Date de commande | Date de la commande | Créée le | Date de création"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},
		{As: "currency", EN: "Currency | Order Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign | UTM campaign | UTM Campaign name", FR: "Campagne | Campagne UTM"},
		{As: "breakdown:product", EN: "Product title | Product", FR: "Titre du produit | Produit"},
		{As: "breakdown:channel", EN: "Sales channel | Referrer source | Original Source", FR: "Canal de vente | Source"},

		{As: "order", EN: "Name | Order Number | Order ID", FR: "Numéro de commande | N° de commande | Référence"},
		{As: "lead", EN: "Record ID | Lead Status", FR: "Statut du lead"},
		{As: "status", EN: "Financial Status | Order Status | Status", FR: "Statut de la commande | État | Statut"},

		{As: "orders", EN: "Orders", FR: "Commandes"},
		{As: "unused", EN: "Orders", FR: "Commandes", Beside: "Product title"},
		{As: "unused", EN: "Orders", FR: "Commandes", Beside: "Titre du produit"},
		{As: "revenue", EN: "Net sales | Subtotal | Order Subtotal Amount | Total sales | Order Total Amount | Order Total | Total",
			FR: "Ventes nettes | Sous-total | Ventes totales | Total de la commande | Total HT | Total", Note: locale.Text{
				EN: "the shop’s own sales, whatever brought the customer",
				FR: "ventes de la boutique, quelle que soit l’origine du client",
			}},
		{As: "leads", EN: "Qualified leads | MQL | SQL | Leads", FR: "Leads qualifiés | Prospects qualifiés | Leads"},

		{As: "unused", EN: "Product variant SKU | Net items sold | Gross sales | Discounts | Returns | Taxes | Shipping | Average order value | Fulfillment Status | Accepts Marketing | Shipping Method | Discount Code | Discount Amount | Payment Method | Refunded Amount | Lineitem quantity | Lineitem name | Lineitem price | Vendor | Tags | Risk Level",
			FR: "Ventes brutes | Remises | Réductions | Retours | Taxes | Livraison | Panier moyen | Paiement | Mode de paiement | Articles nets vendus | Livraison gratuite"},
	},
})
