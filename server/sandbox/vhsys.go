package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// vhsys is the simulated Vhsys API. Its fields are guarded by the sandbox's
// lock; the methods that handle requests are called with it held.
type vhsys struct {
	*provider
	accounts    []VhsysAccount
	settings    vhsysSettings
	customers   *table
	products    *table
	orders      *table
	receivables *table
	// quotes and counterSales are documents that are almost orders.
	quotes, counterSales *document
	stock                *table
	webhooks             *table
	callbacks            *erpCallbacks
	// lists are small nouns without rules of their own, by their paths.
	lists map[string]*table
	// voided are the numbers of invoices that will never be used.
	voided        *table
	orderDocument *document
	invoices      []*invoiceKind
	// situations are the custom statuses, removed ones too.
	situations []situation
	// pending are the transmissions whose outcome is not known yet.
	pending map[transmission]struct{}
	// sequences are the last ids given, so that none is ever given again.
	sequences map[string]int64
	windows   map[string]*rateWindow
}

// vhsysSettings are the switches of the control API.
type vhsysSettings struct {
	// LagMs hides a write from every read for that long.
	LagMs int `json:"lagMs"`
	// RequireUserAgent refuses calls without the documented header.
	RequireUserAgent bool `json:"requireUserAgent"`
	// OrdersPostReceivables makes contas_pedido 1 create receivables from the
	// instalments. Off, it is a mere flag.
	OrdersPostReceivables bool `json:"ordersPostReceivables"`
	// InvoicesPostReceivables makes contas_pedido 1 of an issued invoice create
	// receivables from its instalments.
	InvoicesPostReceivables bool `json:"invoicesPostReceivables"`
	// OrderRefOnInvoices takes id_pedido_ref from the API, which otherwise only
	// an invoice that a person makes from an order has.
	OrderRefOnInvoices bool `json:"orderRefOnInvoices"`
	// IssueMode is how a transmission ends: at once, after IssueMs, or when a
	// person says so.
	IssueMode string `json:"issueMode"`
	IssueMs   int    `json:"issueMs"`
	// RejectionReply is what a rejection at once is answered with: its text, or
	// the refusal of everything.
	RejectionReply string `json:"rejectionReply"`
	// RejectNext rejects transmissions that would be good.
	RejectNext orderedRefusal `json:"rejectNext"`
	// RefuseNext refuses requests as the API does, without a reason.
	RefuseNext orderedRefusal `json:"refuseNext"`
	// GerencianetApp turns on the app that Vhsys sells: it issues boletos and
	// settles receivables itself, so that another integration books twice.
	GerencianetApp bool `json:"gerencianetApp"`
	// WebhooksNeedLogin sends nothing to a new webhook before the account's
	// user has logged in, which POST /vhsys/webhooks/login does.
	WebhooksNeedLogin bool `json:"webhooksNeedLogin"`
	// RetryAfterSeconds is told with a 429; 0 tells nothing.
	RetryAfterSeconds int `json:"retryAfterSeconds"`
	// IssuerTaxID and IssuerState are of the company that issues invoices.
	IssuerTaxID string `json:"issuerTaxId"`
	IssuerState string `json:"issuerState"`
	// RateLimit is the number of calls of one account in a window; 0 blocks
	// every call.
	RateLimit int `json:"rateLimit"`
	// RateWindowSeconds is the length of that window, in real time.
	RateWindowSeconds int `json:"rateWindowSeconds"`
}

func defaultVhsysSettings() vhsysSettings {
	return vhsysSettings{
		RequireUserAgent: true, RateLimit: 10000, RateWindowSeconds: 3600,
		IssueMode: issueAtOnce, IssueMs: 2000, RejectionReply: rejectionAsText,
		IssuerTaxID: "11222333000181", IssuerState: "PR",
	}
}

// orderedRefusal is a refusal that a person asked for, for the next requests.
type orderedRefusal struct {
	// Route is a label, or one with a star at its end; empty is every route.
	Route string `json:"route,omitempty"`
	// Kind of invoice; empty is all of them.
	Kind  string `json:"kind,omitempty"`
	Code  string `json:"code,omitempty"`
	Text  string `json:"text,omitempty"`
	Count int    `json:"count"`
}

// spend uses the refusal up by one and forgets it with the last.
func (o *orderedRefusal) spend() {
	if o.Count--; o.Count <= 0 {
		*o = orderedRefusal{}
	}
}

// rateWindow counts the calls of one account.
type rateWindow struct {
	ends time.Time
	used int
}

// newVhsys builds the service without any record.
func newVhsys(s *Sandbox, options Options) *vhsys {
	v := &vhsys{accounts: options.VhsysAccounts}
	v.provider = &provider{
		name: "vhsys", sandbox: s, faults: &faultList{},
		serve: v.serve, describe: v.describe,
		failure: func(_ *exchange, status int) answer { return vhsysFailure(status) },
	}
	v.callbacks = newERPCallbacks(s, v, options.RetryBase)
	v.makeTables()
	v.reset()
	v.routes = v.routeTable()
	return v
}

// makeTables makes what the routes hold on to.
func (v *vhsys) makeTables() {
	v.customers = newTable(customerNoun)
	v.products = newTable(productNoun)
	v.orders = newTable(orderNoun)
	v.receivables = newTable(receivableNoun)
	v.voided = newTable(voidedNoun)
	v.stock = newTable(stockNoun)
	v.webhooks = newTable(webhookNoun)
	v.makeLists()
	v.makeSales()
	v.orders.compute, v.receivables.compute, v.webhooks.compute = v.computeOrder, computeReceivable, computeWebhook
	v.orderDocument = &document{
		table: v.orders, v: v, path: "/v2/pedidos", label: "o pedido", of: "do pedido",
		parent: "id_pedido", itemKey: "id_ped_produto", items: itemFields,
	}
	v.invoices = v.invoiceKinds()
}

// reset empties the service, without touching the journal.
func (v *vhsys) reset() {
	v.settings = defaultVhsysSettings()
	for _, t := range v.tables() {
		t.clear()
	}
	v.pending = map[transmission]struct{}{}
	v.situations = firstSituations()
	v.callbacks.reset()
	v.sequences = map[string]int64{}
	v.windows = map[string]*rateWindow{}
	v.faults.clear()
}

// tables are the nouns that have records of their own.
func (v *vhsys) tables() []*table {
	tables := []*table{v.customers, v.products, v.receivables, v.stock, v.webhooks, v.voided}
	for _, d := range v.documents() {
		tables = append(tables, d.table)
	}
	for _, t := range v.lists {
		tables = append(tables, t)
	}
	return tables
}

// Vhsys serves the simulated Vhsys API. It expects the provider's paths,
// /v2/…; strip any prefix before it.
func (s *Sandbox) Vhsys() http.Handler { return s.vhsys }

// routeTable is every route of the API, by noun.
func (v *vhsys) routeTable() []route {
	return slices.Concat(
		v.customerRoutes(),
		v.productRoutes(),
		v.stockRoutes(),
		v.orderRoutes(),
		v.saleRoutes(),
		v.invoiceRoutes(),
		v.receivableRoutes(),
		v.webhookRoutes(),
		v.catalogRoutes(),
	)
}

// serve checks the caller and handles the request under the lock.
func (v *vhsys) serve(e *exchange) answer {
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	v.settleDue()
	if e.route.open {
		return e.route.handle(e)
	}
	account, known := v.accountOf(e.request.Header)
	if !known {
		return vhsysFailure(http.StatusUnauthorized)
	}
	e.account = account
	remaining, allowed := v.spend(account)
	result := vhsysFailure(http.StatusTooManyRequests)
	if allowed {
		result = v.handle(e)
	} else if v.settings.RetryAfterSeconds > 0 {
		result.header.Set("Retry-After", strconv.Itoa(v.settings.RetryAfterSeconds))
	}
	result.header.Set("x-ratelimit-limit", strconv.Itoa(v.settings.RateLimit))
	result.header.Set("x-ratelimit-remaining", strconv.Itoa(remaining))
	return result
}

// handle refuses what has no route and what has no name.
func (v *vhsys) handle(e *exchange) answer {
	switch {
	case v.settings.RequireUserAgent && e.request.Header.Get("User-Agent") == "":
		return erpRefused("Informe o cabeçalho User-Agent da sua aplicação!")
	case e.route.path == "":
		return jsonAnswer(http.StatusOK, map[string]any{"code": http.StatusNotFound, "message": "Rota inválida!"})
	case v.settings.RefuseNext.Count > 0 && routeMatches(v.settings.RefuseNext.Route, e.route.label()):
		return v.orderedAnswer()
	}
	return e.route.handle(e)
}

// orderedAnswer spends the setting refuseNext.
func (v *vhsys) orderedAnswer() answer {
	text := cmp.Or(v.settings.RefuseNext.Text, "Erro ao processar a solicitação!")
	v.settings.RefuseNext.spend()
	v.sandbox.record("vhsys_settings", "settings", v.settings)
	return erpRefused(text)
}

// accountOf finds the account of the two static tokens.
func (v *vhsys) accountOf(header http.Header) (string, bool) {
	access, secret := header.Get("access-token"), header.Get("secret-access-token")
	for _, account := range v.accounts {
		if same(account.AccessToken, access) && same(account.SecretAccessToken, secret) {
			return account.Name, true
		}
	}
	return "", false
}

// spend counts a call of the account and says how many remain.
func (v *vhsys) spend(account string) (remaining int, allowed bool) {
	now := v.sandbox.clock.real()
	window := v.windows[account]
	if window == nil || now.After(window.ends) {
		length := time.Duration(v.settings.RateWindowSeconds) * time.Second
		window = &rateWindow{ends: now.Add(length)}
		v.windows[account] = window
	}
	if window.used >= v.settings.RateLimit {
		return 0, false
	}
	window.used++
	return v.settings.RateLimit - window.used, true
}

// describe names the record that a request is about: our marker in an order,
// the document of a receivable or of a customer.
func (v *vhsys) describe(e *exchange) (customID, id string) {
	var body struct {
		Internal string `json:"obs_interno_pedido"`
		Document string `json:"n_documento_rec"`
		TaxID    string `json:"cnpj_cliente"`
	}
	_ = json.Unmarshal(e.body, &body) // arrays and broken bodies name nothing
	return cmp.Or(body.Internal, body.Document, body.TaxID), e.params["id"]
}

// restore puts one journalled record back.
func (v *vhsys) restore(entry journalEntry) error {
	switch entry.Kind {
	case "vhsys_settings":
		return json.Unmarshal(entry.Value, &v.settings)
	case "vhsys_callback":
		return v.callbacks.restore(entry.Value)
	case "vhsys_situations":
		return json.Unmarshal(entry.Value, &v.situations)
	case "vhsys_sequence":
		var last int64
		err := json.Unmarshal(entry.Value, &last)
		v.sequences[entry.ID] = last
		return err
	}
	for _, t := range v.tables() {
		if t.noun.kind == entry.Kind {
			return v.restoreRecord(t, entry)
		}
	}
	return nil // a noun of another version of this program
}

// restoreRecord puts a record back, and its transmission when it has one.
func (v *vhsys) restoreRecord(t *table, entry journalEntry) error {
	if err := t.restore(entry.Value); err != nil {
		return err
	}
	if id, err := strconv.ParseInt(entry.ID, 10, 64); err == nil {
		v.watch(t, id)
	}
	return nil
}

// next gives the following id of a sequence.
func (v *vhsys) next(name string, first int64) int64 {
	v.sequences[name] = max(v.sequences[name]+1, first)
	v.sandbox.record("vhsys_sequence", name, v.sequences[name])
	return v.sequences[name]
}

// save makes a changed record the latest one and journals it. Reads see it
// after the configured lag.
func (v *vhsys) save(t *table, r erpRecord) {
	r.ModifiedAt = v.sandbox.clock.stamp()
	operation := t.operationOf(r)
	now := v.sandbox.clock.real()
	t.put(r, now, now.Add(time.Duration(v.settings.LagMs)*time.Millisecond))
	v.sandbox.record(t.noun.kind, strconv.FormatInt(r.ID, 10), r)
	v.watch(t, r.ID)
	v.announce(t, r, operation)
}

// insert stores a new record of the account.
func (v *vhsys) insert(t *table, account string, fields map[string]any) erpRecord {
	r := erpRecord{
		ID: v.next(t.noun.kind, t.noun.firstID), Account: account,
		CreatedAt: v.sandbox.clock.stamp(), Fields: fields,
	}
	r.ModifiedAt = r.CreatedAt
	v.save(t, r)
	return r
}

// erpSuccess is the usual envelope.
func erpSuccess(data any) answer {
	return jsonAnswer(http.StatusOK, map[string]any{"code": http.StatusOK, "status": "success", "data": data})
}

// erpRefused is the refusal of everything: nothing found, or nothing done,
// without a reason (vhsys.md, 1).
func erpRefused(text string) answer {
	return jsonAnswer(http.StatusForbidden, map[string]any{"code": http.StatusForbidden, "status": "error", "data": text})
}

// vhsysFailure is a failure of the transport.
func vhsysFailure(status int) answer {
	texts := map[int]string{
		http.StatusUnauthorized:    "Access-Token ou Secret-Access-Token inválido!",
		http.StatusTooManyRequests: "Limite de requisições excedido!",
	}
	text := cmp.Or(texts[status], "Ocorreu um erro interno!")
	return jsonAnswer(status, map[string]any{"code": status, "status": "error", "data": text})
}

// decodeObject reads a JSON object with its numbers untouched.
func decodeObject(body []byte) (map[string]any, bool) {
	var content map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	err := decoder.Decode(&content)
	return content, err == nil && content != nil
}

// decodeArray reads a JSON array of at least one object.
func decodeArray(body []byte) ([]map[string]any, bool) {
	var content []map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	err := decoder.Decode(&content)
	return content, err == nil && len(content) > 0 && !slices.ContainsFunc(content, func(o map[string]any) bool { return o == nil })
}

// merged copies a record's fields over others.
func merged(base, over map[string]any) map[string]any {
	result := maps.Clone(base)
	if result == nil {
		result = map[string]any{}
	}
	maps.Copy(result, over)
	return result
}

// doublyEncoded spoils accents the way GET /situacoes does: the bytes of the
// text are taken for letters and encoded once more.
func doublyEncoded(text string) string {
	var spoilt strings.Builder
	for i := range len(text) {
		spoilt.WriteRune(rune(text[i]))
	}
	return spoilt.String()
}
