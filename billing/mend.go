package billing

import (
	"context"
	"slices"
	"strings"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/carnet"
	"ponte/ent/db/charge"
	"ponte/ent/db/invoice"
	"ponte/ent/db/sale"
	"ponte/ent/db/saleitem"
	"ponte/ent/enum"
)

// The pages of the panel on which a failure is mended.
const (
	pageGerencianet = "/integrations/gerencianet"
	pageVhsys       = "/integrations/vhsys"
	pageMethods     = pageVhsys + "?tab=methods"
	pageStatuses    = pageVhsys + "?tab=status"
	pageChannels    = "/channels"
)

// mendedOn leads from one of our own codes to its page. A code that is not here is
// mended where its field is, or else where its subject is.
var mendedOn = map[string]string{
	"mirror.method_unmapped":   pageMethods,
	"mirror.status_unmapped":   pageStatuses,
	"mirror.differs":           "/differences",
	"vhsys.settles_by_itself":  pageVhsys,
	"calls_near_limit":         pageGerencianet,
	"notice.unmatched":         pageGerencianet,
	"mirror.product_unmapped":  productField,
	"invoice.not_asked":        subjectField,
	"channel.dead":             pageChannels,
	"charge.extra_cancelled":   subjectField,
	"webhook.failing":          webhookField,
	"webhook.disabled":         webhookField,
	"webhook.gone":             webhookField,
	"operation.note_uncertain": subjectField,
}

// What a field belongs to. Providers name fields after the form that has them, for
// example payer.address.city or product.ncm.
const (
	customerField = "customer"
	productField  = "product"
	subjectField  = "subject"
	webhookField  = "webhook"
)

// fieldPages leads from the beginning of a field's name to its page.
var fieldPages = []struct{ prefix, page string }{
	{"payer", customerField},
	{"customer", customerField},
	{"product", productField},
	{"items", productField},
	{"sale.items", subjectField},
	{"pix.", subjectField},
	{"pixKey", pageGerencianet},
	{"pixCertificate", pageGerencianet},
	{"webhookURL", pageGerencianet},
	{"integration.methods", pageMethods},
	{"integration.status", pageStatuses},
	{"integration", pageVhsys},
	{"webhook.url", pageVhsys},
	{"status", pageStatuses},
}

// KnownFailure is an explained failure, and the page of the panel that mends it: a
// path in which :id stands for the one that it is about, "" for the page of the
// charge, sale or invoice itself.
type KnownFailure struct {
	provider.Known
	Page string
}

// KnownFailures lists every failure that is explained: our own, then those of the
// providers.
func KnownFailures(ofProviders ...[]provider.Known) []KnownFailure {
	own := provider.KnownIn(ownCode, explanations, func(e explanation) provider.Known {
		return provider.Known{Cause: e.cause, Remedy: e.remedy}
	})
	var list []KnownFailure
	for _, one := range slices.Concat(append([][]provider.Known{own}, ofProviders...)...) {
		list = append(list, KnownFailure{one, knownPage(one)})
	}
	return list
}

func knownPage(known provider.Known) string {
	r := problemReport{code: known.Code, field: known.Field, subjectID: "any"}
	kind := enum.Gerencianet
	if strings.HasPrefix(known.Code, "vhsys.") {
		kind = enum.Vhsys
	}
	if stopsAll(known.Class) {
		r.subjectID, r.integration = "", &kind
	}
	page := mendPage(r)
	switch page {
	case customerField:
		return "/customers/:id"
	case productField:
		return "/products/:id?tab=invoicing"
	case webhookField:
		return "/webhooks/:id"
	case subjectField:
		return ""
	}
	return page
}

// stopsAll tells a problem of the integration as a whole.
func stopsAll(class provider.Class) bool {
	switch class {
	case provider.Unavailable, provider.Auth, provider.Account, provider.Limit:
		return true
	}
	return false
}

// mendPath answers the page of the panel on which a person mends what a report
// tells: a path such as /customers/cus_01…, "" when no page does.
func mendPath(ctx context.Context, tx *db.Tx, r problemReport) (string, error) {
	page := mendPage(r)
	switch page {
	case customerField:
		id, err := customerOf(ctx, tx, r.subjectID)
		if err != nil || id == "" {
			return subjectPage(ctx, tx, r.subjectID, err)
		}
		return "/customers/" + id, nil
	case productField:
		id, err := productOf(ctx, tx, r.subjectID)
		if err != nil || id == "" {
			return subjectPage(ctx, tx, r.subjectID, err)
		}
		return "/products/" + id + "?tab=invoicing", nil
	case webhookField:
		return "/webhooks/" + r.subjectID, nil
	case subjectField:
		return subjectPage(ctx, tx, r.subjectID, nil)
	}
	return page, nil
}

func mendPage(r problemReport) string {
	if page, known := mendedOn[strings.TrimPrefix(r.code, ownCode+".")]; known {
		return page
	}
	for _, one := range fieldPages {
		if strings.HasPrefix(r.field, one.prefix) {
			return one.page
		}
	}
	switch {
	case r.subjectID != "":
		return subjectField
	case r.integration == nil:
		return ""
	case *r.integration == enum.Vhsys:
		return pageVhsys
	}
	return pageGerencianet
}

// subjectPage answers the page of what a failure is about.
func subjectPage(ctx context.Context, tx *db.Tx, id string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	kind, _, _ := strings.Cut(id, "_")
	if kind == "inv" {
		saleID, err := saleOf(ctx, tx, id)
		return "/sales/" + saleID, err
	}
	folder, known := map[string]string{
		"chg": "charges", "crn": "carnets", "sal": "sales", "bat": "batches", "cus": "customers", "prd": "products",
	}[kind]
	if !known {
		return "", nil
	}
	return "/" + folder + "/" + id, nil
}

// saleOf answers the sale that a subject belongs to, "" when it belongs to none.
func saleOf(ctx context.Context, tx *db.Tx, subjectID string) (string, error) {
	switch kind, _, _ := strings.Cut(subjectID, "_"); kind {
	case "sal":
		return subjectID, nil
	case "chg":
		return tx.Charge.Query().Where(charge.ID(subjectID)).Select(charge.FieldSaleID).String(ctx)
	case "crn":
		return tx.Carnet.Query().Where(carnet.ID(subjectID)).Select(carnet.FieldSaleID).String(ctx)
	case "inv":
		return tx.Invoice.Query().Where(invoice.ID(subjectID)).Select(invoice.FieldSaleID).String(ctx)
	}
	return "", nil
}

func customerOf(ctx context.Context, tx *db.Tx, subjectID string) (string, error) {
	saleID, err := saleOf(ctx, tx, subjectID)
	if err != nil || saleID == "" {
		return "", err
	}
	return tx.Sale.Query().Where(sale.ID(saleID)).Select(sale.FieldCustomerID).String(ctx)
}

// productOf answers the product that a sale is about: the first that is not tied to
// Vhsys, or else the only one; "" when it may be any of several.
func productOf(ctx context.Context, tx *db.Tx, subjectID string) (string, error) {
	saleID, err := saleOf(ctx, tx, subjectID)
	if err != nil || saleID == "" {
		return "", err
	}
	items, err := tx.SaleItem.Query().Where(saleitem.SaleID(saleID), saleitem.ProductIDNotNil()).WithProduct().Order(db.Asc(saleitem.FieldPosition)).All(ctx)
	if err != nil {
		return "", err
	}
	only, several := "", false
	for _, item := range items {
		if item.Edges.Product.RemoteProductID == nil {
			return *item.ProductID, nil
		}
		several = several || only != "" && only != *item.ProductID
		only = *item.ProductID
	}
	if several {
		return "", nil
	}
	return only, nil
}
