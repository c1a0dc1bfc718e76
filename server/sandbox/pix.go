package sandbox

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pix is the simulated Pix API (gerencianet.md, 7). Its fields are guarded by
// the sandbox's lock; the methods that handle requests are called with it held,
// but for the registration of a webhook, which calls out.
type pix struct {
	*provider
	accounts     []GerencianetAccount
	certificates *Certificates
	autoPay      bool // what the setting of that name begins with
	settings     pixSettings
	tokens       map[string]accessToken
	charges      map[string]*pixCharge
	locations    map[int64]*pixLocation
	webhooks     map[string]*pixWebhook
	lastLocation int64
	calls        map[string]int
	bursts       map[string]burst
	callbacks    *pixCallbacks
}

// pixSettings are the switches of the control API.
type pixSettings struct {
	// TokenSeconds is the life of an access token.
	TokenSeconds int `json:"tokenSeconds"`
	// RequireCertificate hangs up on who shows no client certificate of the
	// account's environment.
	RequireCertificate bool `json:"requireCertificate"`
	// AutoPay pays charges of up to R$ 10,00 by itself, as the real test
	// environment does, AutoPayMs after their creation, and rejects refunds of
	// one cent.
	AutoPay   bool `json:"autoPay"`
	AutoPayMs int  `json:"autoPayMs"`
	// FeeCents is the provider's fee on a received Pix.
	FeeCents int64 `json:"feeCents"`
	// ShowFee tells the fee in GET /v2/pix and in callbacks.
	ShowFee bool `json:"showFee"`
	// FeeInCharges tells it also in the pix of a charge, where the vendor's
	// response schemas do not allow it.
	FeeInCharges bool `json:"feeInCharges"`
	// RefundMs is how long a refund is EM_PROCESSAMENTO.
	RefundMs int `json:"refundMs"`
	// RefundFails ends refunds as NAO_REALIZADO.
	RefundFails bool `json:"refundFails"`
	// Keys are the account's Pix keys. None means that every well-formed key
	// is taken for one.
	Keys []string `json:"keys"`
	// Scopes are what the application may do.
	Scopes []string `json:"scopes"`
	// DailyLimit is the number of calls of one route and account in a day, and
	// RateLimit that of issued cobs in a second. 0 is no limit.
	DailyLimit int `json:"dailyLimit"`
	RateLimit  int `json:"rateLimit"`
}

func defaultPixSettings(autoPay bool) pixSettings {
	return pixSettings{
		TokenSeconds: 3600, RequireCertificate: true, AutoPay: autoPay, AutoPayMs: 500,
		FeeCents: 119, ShowFee: true, RefundMs: 200, Keys: []string{}, Scopes: allScopes(),
		DailyLimit: 15000, RateLimit: 500,
	}
}

// newPix builds the service without any charge.
func newPix(s *Sandbox, options Options) *pix {
	p := &pix{accounts: options.GerencianetAccounts, certificates: options.Certificates, autoPay: options.PixAutoPay}
	p.callbacks = newPixCallbacks(s, p, options.RetryBase)
	p.provider = &provider{
		name: "pix", sandbox: s, faults: &faultList{},
		serve: p.serve, describe: p.describe,
		failure: func(e *exchange, status int) answer { return pixFailure(e.route.path, status) },
	}
	p.routes = p.table()
	p.reset()
	return p
}

// reset empties the service, without touching the journal. The certificates
// stay: clients hold them.
func (p *pix) reset() {
	p.settings = defaultPixSettings(p.autoPay)
	p.tokens = map[string]accessToken{}
	p.charges = map[string]*pixCharge{}
	p.locations = map[int64]*pixLocation{}
	p.webhooks = map[string]*pixWebhook{}
	p.lastLocation = 100
	p.calls = map[string]int{}
	p.bursts = map[string]burst{}
	p.faults.clear()
	p.callbacks.reset()
}

// Pix serves the simulated Pix API. It expects the provider's paths, /v2/…
// and /oauth/token. Serve it with [Certificates.TLSConfig]: without a client
// certificate of the right environment it hangs up.
func (s *Sandbox) Pix() http.Handler { return http.HandlerFunc(s.pix.receive) }

// Certificates are those that the Pix API and its webhooks work with.
func (s *Sandbox) Certificates() *Certificates { return s.pix.certificates }

// table is every route of the API, by noun.
func (p *pix) table() []route {
	return slices.Concat(
		[]route{{method: "POST", path: pixTokenPath, handle: p.authorize, open: true}},
		p.cobRoutes(),
		p.cobvRoutes(),
		p.locationRoutes(),
		p.receivedRoutes(),
		p.webhookRoutes(),
	)
}

// serve admits a call and handles it.
func (p *pix) serve(e *exchange) answer {
	if refused := p.admit(e); refused != nil {
		return *refused
	}
	if e.route.label() == configWebhookRoute {
		return p.configureWebhook(e)
	}
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	return e.route.handle(e)
}

// admit authenticates a call, checks its scope and counts it.
func (p *pix) admit(e *exchange) *answer {
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	if e.route.open {
		return nil
	}
	account, known := p.bearer(e.request)
	if !known {
		return refuse(pixFailure(e.route.path, http.StatusUnauthorized))
	}
	e.account = account
	switch {
	case e.route.path == "":
		return refuse(pixRefusal(http.StatusNotFound, "rota_nao_encontrada", "A rota solicitada não existe."))
	case !slices.Contains(p.settings.Scopes, scopeOf(e.route)):
		return refuse(accessDenied())
	case p.overLimit(e):
		return refuse(pixFailure(e.route.path, http.StatusTooManyRequests))
	}
	return nil
}

// refuse makes an optional answer of an answer.
func refuse(a answer) *answer { return &a }

// burst counts the calls of one second.
type burst struct {
	second int64
	count  int
}

// overLimit counts a call and says whether it is one too many.
func (p *pix) overLimit(e *exchange) bool {
	day := p.sandbox.clock.today() + " " + e.account + " " + e.route.label()
	p.calls[day]++
	if limit := p.settings.DailyLimit; limit > 0 && p.calls[day] > limit {
		return true
	}
	if !slices.Contains([]string{"PUT " + cobPath, "POST /v2/cob"}, e.route.label()) {
		return false
	}
	now := p.sandbox.clock.real().Unix()
	current := p.bursts[e.account]
	if current.second != now {
		current = burst{second: now}
	}
	current.count++
	p.bursts[e.account] = current
	return p.settings.RateLimit > 0 && current.count > p.settings.RateLimit
}

// describe names the charge that a request is about: our txid and the
// provider's end-to-end id.
func (p *pix) describe(e *exchange) (customID, id string) {
	return cmp.Or(e.params["txid"], e.request.URL.Query().Get("txid")), e.params["e2eId"]
}

// pixNow is the virtual moment as the API prints it.
func (p *pix) pixNow() time.Time { return p.sandbox.clock.now().UTC().Truncate(time.Millisecond) }

// pixMoment prints a moment as the API does.
func pixMoment(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// later does something after a while of real time, under the lock, unless the
// sandbox closes before. It is called with the lock held.
func (p *pix) later(milliseconds int, work func()) {
	if p.sandbox.closed {
		return
	}
	p.sandbox.workers.Go(func() {
		if p.sandbox.pause(time.Duration(milliseconds) * time.Millisecond) {
			p.sandbox.mu.Lock()
			defer p.sandbox.mu.Unlock()
			work()
		}
	})
}

// pixProblem is one wrong field of a request, in the provider's own form.
type pixProblem struct {
	Key     string `json:"chave"`
	Path    string `json:"caminho"`
	Message string `json:"mensagem"`
}

// pixRefusal is an error in the provider's own form (gerencianet.md, 7.8).
func pixRefusal(status int, name, message string, problems ...pixProblem) answer {
	body := map[string]any{"nome": name, "mensagem": message}
	if len(problems) > 0 {
		body["erros"] = problems
	}
	return jsonAnswer(status, body)
}

// invalidValue is the refusal of a value that the schema cannot judge.
func invalidValue(message string) answer {
	return pixRefusal(http.StatusBadRequest, "valor_invalido", message)
}

// bankRefusal is an error in the central bank's form, which is what the
// charges with a due date answer with.
func bankRefusal(status int, kind, title, detail string, violations ...map[string]string) answer {
	body := map[string]any{
		"type":  "https://pix.bcb.gov.br/api/v2/error/" + kind,
		"title": title, "status": status, "detail": detail,
	}
	if len(violations) > 0 {
		body["violacoes"] = violations
	}
	return jsonAnswer(status, body)
}

// accessDenied is the refusal of an application without the scope.
func accessDenied() answer {
	return bankRefusal(http.StatusForbidden, "AcessoNegado", "Acesso Negado",
		"Requisição de participante autenticado que viola alguma regra de autorização.")
}

// pixFailure is a bare failure of the transport.
func pixFailure(path string, status int) answer {
	switch {
	case status == http.StatusUnauthorized && path == pixTokenPath:
		return jsonAnswer(status, map[string]any{"error": "invalid_client", "error_description": "Invalid or inactive credentials"})
	case status == http.StatusUnauthorized:
		return jsonAnswer(status, map[string]any{"error": "invalid_token", "error_description": "Invalid or expired token"})
	case status == http.StatusTooManyRequests:
		return pixRefusal(status, "limite_requisicoes", "O limite de requisições foi excedido.")
	}
	return pixRefusal(status, "erro_aplicacao", "Ocorreu um erro interno no servidor.")
}

// pixKinds are the kinds of journal records that belong here.
var pixKinds = []string{"pix_settings", "pix_certificates", "pix_charge", "pix_location", "pix_webhook", "pix_callback"}

// owns says whether a kind of journal record belongs here.
func (p *pix) owns(kind string) bool { return slices.Contains(pixKinds, kind) }

// restore puts one journalled record back.
func (p *pix) restore(entry journalEntry) error {
	switch entry.Kind {
	case "pix_settings":
		return json.Unmarshal(entry.Value, &p.settings)
	case "pix_certificates":
		return p.restoreCertificates(entry.Value)
	case "pix_charge":
		return restoreInto(entry.Value, func(c *pixCharge) { p.charges[c.id()] = c })
	case "pix_location":
		return restoreInto(entry.Value, func(l *pixLocation) {
			p.locations[l.ID] = l
			p.lastLocation = max(p.lastLocation, l.ID)
		})
	case "pix_webhook":
		return restoreInto(entry.Value, func(h *pixWebhook) {
			if !h.Deleted {
				p.webhooks[h.id()] = h
			}
		})
	default:
		return restoreInto(entry.Value, p.callbacks.restore)
	}
}

// restoreInto decodes a record and keeps it.
func restoreInto[T any](content json.RawMessage, keep func(*T)) error {
	record := new(T)
	if err := json.Unmarshal(content, record); err != nil {
		return err
	}
	keep(record)
	return nil
}

// restoreCertificates prefers those of the options, which whoever gave them
// knows.
func (p *pix) restoreCertificates(content json.RawMessage) error {
	if p.certificates != nil {
		return nil
	}
	read := &Certificates{}
	if err := json.Unmarshal(content, read); err != nil {
		return err
	}
	p.certificates = read
	return nil
}

// open makes the certificates if none were restored, and continues what a
// restart has interrupted.
func (p *pix) open() error {
	if p.certificates == nil {
		made, err := NewCertificates()
		if err != nil {
			return err
		}
		p.certificates = made
	}
	p.keepCertificates()
	p.callbacks.open()
	for _, id := range sortedKeys(p.charges) {
		p.resumeRefunds(p.charges[id])
	}
	return nil
}

// keepCertificates journals them.
func (p *pix) keepCertificates() {
	p.sandbox.record("pix_certificates", "certificates", p.certificates)
}

// saveCharge journals a charge with everything that was paid.
func (p *pix) saveCharge(c *pixCharge) { p.sandbox.record("pix_charge", c.id(), c) }

// saveLocation journals a location.
func (p *pix) saveLocation(l *pixLocation) {
	p.sandbox.record("pix_location", strconv.FormatInt(l.ID, 10), l)
}

// scopeOf is what an application needs for a route.
func scopeOf(r route) string {
	noun := strings.Split(strings.TrimPrefix(strings.TrimPrefix(r.path, "/v2/"), "gn/"), "/")[0]
	if noun == "loc" {
		noun = "payloadlocation"
	}
	if r.method == http.MethodGet {
		return noun + ".read"
	}
	return noun + ".write"
}

// allScopes is what an application with every box ticked may do.
func allScopes() []string {
	var scopes []string
	for _, noun := range []string{"cob", "cobv", "payloadlocation", "pix", "webhook"} {
		scopes = append(scopes, noun+".write", noun+".read")
	}
	return scopes
}
