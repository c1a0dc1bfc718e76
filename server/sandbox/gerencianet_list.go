package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// longestWindow is the distance that begin_date and end_date may have, in
// calendar days.
const longestWindow = 31

// chargeQuery is the checked query of GET /v1/charges.
type chargeQuery struct {
	account, chargeType, begin, end, dateOf string
	status, document, customID              string
	value                                   *int64
	limit, page                             int
}

// listParameters are the names that the list knows. The real service ignores
// offset, so it is known and ignored.
var listParameters = []string{
	"charge_type", "begin_date", "end_date", "date_of", "status",
	"customer_document", "custom_id", "value", "limit", "page", "offset",
}

// listCharges is GET /v1/charges.
func (g *gerencianet) listCharges(e *exchange) answer {
	query, refused := parseChargeQuery(e.request.URL.Query())
	if refused != nil {
		return refusedProperty(codeSchema, refused.Property, refused.Message)
	}
	query.account = e.account
	found := g.findCharges(query)
	if len(found) == 0 && g.settings.EmptyListIs404 {
		return refusal(http.StatusNotFound, codeNotFound, "not_found", "Nenhuma cobrança encontrada.")
	}
	rows := []map[string]any{}
	for _, c := range pageOf(found, query.limit, query.page) {
		rows = append(rows, g.listRow(e, c))
	}
	return jsonAnswer(http.StatusOK, map[string]any{"code": http.StatusOK, "data": rows, "params": map[string]any{
		"begin_date": query.begin, "end_date": query.end,
		"pagination": map[string]any{"limit": query.limit, "offset": (query.page - 1) * query.limit, "page": query.page},
	}})
}

// parseChargeQuery checks every parameter.
func parseChargeQuery(values url.Values) (chargeQuery, *violation) {
	for _, name := range sortedKeys(values) {
		if !slices.Contains(listParameters, name) {
			return chargeQuery{}, &violation{"/" + name, "Propriedades adicionais não são permitidas: " + name + "."}
		}
	}
	query := chargeQuery{
		chargeType: values.Get("charge_type"), begin: values.Get("begin_date"), end: values.Get("end_date"),
		dateOf: values.Get("date_of"), status: values.Get("status"),
		document: digitsOf(values.Get("customer_document")), customID: values.Get("custom_id"),
		limit: 100, page: 1,
	}
	if refused := query.checkChoices(); refused != nil {
		return query, refused
	}
	if refused := query.checkWindow(); refused != nil {
		return query, refused
	}
	return query, query.parseNumbers(values)
}

// checkChoices checks the parameters of a closed list.
func (q *chargeQuery) checkChoices() *violation {
	types := choice{"billet", "card", "carnet", "subscription"}
	if refused := types.check("/charge_type", q.chargeType); refused != nil {
		return refused
	}
	if q.dateOf == "" {
		q.dateOf = "creation"
	}
	if refused := (choice{"creation", "payment", "expired"}).check("/date_of", q.dateOf); refused != nil {
		return refused
	}
	statuses := choice{
		"", statusNew, statusWaiting, statusLink, statusPaid, statusUnpaid,
		statusCanceled, statusIdentified, statusSettled, statusExpired,
	}
	return statuses.check("/status", q.status)
}

// checkWindow checks the mandatory dates.
func (q *chargeQuery) checkWindow() *violation {
	if refused := (date{}).check("/begin_date", q.begin); refused != nil {
		return refused
	}
	if refused := (date{}).check("/end_date", q.end); refused != nil {
		return refused
	}
	switch days := daysBetween(q.begin, q.end); {
	case days < 0:
		return &violation{"/end_date", "A data final deve ser igual ou posterior à data inicial."}
	case days > longestWindow:
		return &violation{"/end_date", "O período máximo de consulta é de 31 dias."}
	}
	return nil
}

// parseNumbers reads value, limit and page.
func (q *chargeQuery) parseNumbers(values url.Values) *violation {
	if raw := values.Get("value"); raw != "" {
		value, err := strconv.ParseInt(raw, 10, 64)
		if err != nil {
			return &violation{"/value", "Tipo inválido: string (esperado: integer)."}
		}
		q.value = &value
	}
	for name, target := range map[string]*int{"limit": &q.limit, "page": &q.page} {
		raw := values.Get(name)
		if raw == "" {
			continue
		}
		number, err := strconv.Atoi(raw)
		if err != nil || number < 1 {
			return &violation{"/" + name, "O valor deve ser um inteiro maior que zero."}
		}
		*target = number
	}
	q.limit = min(q.limit, 100)
	return nil
}

// findCharges returns what the query matches, oldest first. A new charge has
// neither method nor customer, so that no charge_type finds it.
func (g *gerencianet) findCharges(query chargeQuery) []*charge {
	var found []*charge
	now := g.sandbox.clock.real()
	for _, id := range g.chargeIDs {
		c := g.charges[id]
		if c.Account == query.account && !c.ListedAt.After(now) && query.matches(c) {
			found = append(found, c)
		}
	}
	return found
}

// methodsByType are the methods that the list calls by another name. Types
// whose nouns are not simulated have none.
var methodsByType = map[string]string{"billet": methodBillet, "card": methodCard, "carnet": methodCarnet}

// hasType says whether the charge is of a charge_type. A link that nobody has
// paid yet is of those types by which it may be paid.
func (c *charge) hasType(chargeType string) bool {
	method := methodsByType[chargeType]
	if c.Method == "" && c.Link != nil {
		return c.Link.accepts(method)
	}
	return c.Method != "" && c.Method == method
}

// matches applies every filter to one charge.
func (q chargeQuery) matches(c *charge) bool {
	if !c.hasType(q.chargeType) {
		return false
	}
	day := c.dateOf(q.dateOf)
	if day == "" || day < q.begin || day > q.end {
		return false
	}
	return (q.status == "" || q.status == c.Status) &&
		(q.document == "" || q.document == c.Customer.document()) &&
		(q.customID == "" || c.CustomID != nil && q.customID == *c.CustomID) &&
		(q.value == nil || *q.value == c.Total)
}

// dateOf is the day that the list filters by, or "" when there is none.
func (c *charge) dateOf(kind string) string {
	switch {
	case kind == "expired":
		return c.ExpireAt
	case kind == "creation":
		return c.CreatedAt[:len(dateLayout)]
	case c.PaidAt == "":
		return ""
	default:
		return c.PaidAt[:len(dateLayout)]
	}
}

// listRow is one charge of the list, whose names differ from those of GET:
// id for charge_id, payment_method for method.
func (g *gerencianet) listRow(e *exchange, c *charge) map[string]any {
	row := map[string]any{
		"id": c.ID, "total": c.Total, "status": c.Status, "custom_id": c.CustomID,
		"created_at": c.CreatedAt, "customer": c.Customer.listed(),
	}
	if c.Link != nil {
		row["link"] = c.Link.wire(e)
	}
	if c.Method != "" {
		row["payment"] = g.listPayment(e, c)
	}
	return row
}

// listPayment is the payment of a row; paid_at is there even when it is null.
func (g *gerencianet) listPayment(e *exchange, c *charge) map[string]any {
	payment := map[string]any{"payment_method": c.Method, "paid_at": nil}
	g.addMethod(payment, e, c)
	if c.PaidAt != "" {
		payment["paid_at"], payment["paid_value"] = c.PaidAt, c.PaidValue
	}
	if c.ReceivedByBankAt != "" {
		payment["received_by_bank_at"] = c.ReceivedByBankAt
	}
	return payment
}

// listed is the payer of a row: either a person or a company, with no more
// than name, document and phone. A link has none before it is paid.
func (c *customer) listed() map[string]any {
	switch {
	case c == nil:
		return nil
	case c.CNPJ != nil:
		return map[string]any{"corporate_name": c.CorporateName, "cnpj": c.CNPJ, "phone_number": c.Phone}
	}
	return map[string]any{"name": c.Name, "cpf": c.CPF, "phone_number": c.Phone}
}

// pageOf cuts one page, counted from 1.
func pageOf[T any](rows []T, limit, page int) []T {
	start := min((page-1)*limit, len(rows))
	return rows[start:min(start+limit, len(rows))]
}

// sortedIDs makes a walk over records repeatable, oldest first.
func sortedIDs[V any](records map[int64]V) []int64 {
	ids := make([]int64, 0, len(records))
	for id := range records {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
