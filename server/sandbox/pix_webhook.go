package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const (
	webhookPath        = "/v2/webhook/:chave"
	configWebhookRoute = "PUT " + webhookPath
)

// pixWebhook is where the payments of one key are told. A key has one at most.
type pixWebhook struct {
	Account   string    `json:"account"`
	Key       string    `json:"key"`
	URL       string    `json:"url"`
	SkipMTLS  bool      `json:"skipMtls"`
	CreatedAt time.Time `json:"createdAt"`
	// Deleted is only for the journal, which cannot forget.
	Deleted bool `json:"deleted,omitempty"`
}

func (h *pixWebhook) id() string { return h.Account + "/" + h.Key }

// webhookRoutes are the routes of webhooks.
func (p *pix) webhookRoutes() []route {
	return []route{
		{method: "PUT", path: webhookPath, handle: p.configureWebhook},
		{method: "GET", path: webhookPath, handle: p.showWebhook},
		{method: "DELETE", path: webhookPath, handle: p.deleteWebhook},
		{method: "GET", path: "/v2/webhook", handle: p.listWebhooks},
		{method: "POST", path: "/v2/gn/webhook/reenviar", handle: p.resendWebhooks},
	}
}

var webhookSchema = object{fields: []field{{"webhookUrl", text{1, 2000, nil}, true}}}

// configureWebhook is PUT /v2/webhook/:chave. It calls the receiver before it
// answers, and so must be called without the lock.
func (p *pix) configureWebhook(e *exchange) answer {
	var body struct {
		URL string `json:"webhookUrl"`
	}
	if refused := decodePix(e.body, webhookSchema, &body, invalidJSON); refused != nil {
		return *refused
	}
	skip := e.request.Header.Get("x-skip-mtls-checking") == "true"
	if refused := p.checkWebhook(e.params["chave"], body.URL, skip); refused != nil {
		return *refused
	}
	if err := p.callbacks.test(body.URL, skip); err != nil {
		return pixRefusal(http.StatusBadRequest, "webhook_invalido", err.Error())
	}
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	h := &pixWebhook{Account: e.account, Key: e.params["chave"], URL: body.URL, SkipMTLS: skip, CreatedAt: p.pixNow()}
	p.webhooks[h.id()] = h
	p.saveWebhook(h)
	return jsonAnswer(http.StatusCreated, map[string]any{"webhookUrl": h.URL})
}

// checkWebhook refuses what needs no call to be refused. Plain http has no
// mutual TLS; it is let in for receivers on this machine that skip the check.
func (p *pix) checkWebhook(key, address string, skip bool) *answer {
	p.sandbox.mu.Lock()
	known := p.ownsKey(key)
	p.sandbox.mu.Unlock()
	target, err := url.Parse(address)
	switch {
	case !known:
		return refuse(invalidKey())
	case err != nil || target.Host == "":
		return refuse(invalidValue("URL inválida"))
	case target.Scheme != "https" && (target.Scheme != "http" || !skip):
		return refuse(invalidValue("A URL do webhook deve usar o protocolo HTTPS"))
	}
	return nil
}

func (p *pix) saveWebhook(h *pixWebhook) { p.sandbox.record("pix_webhook", h.id(), h) }

// wire is a webhook as the API shows it.
func (h *pixWebhook) wire() map[string]any {
	return map[string]any{"webhookUrl": h.URL, "chave": h.Key, "criacao": pixMoment(h.CreatedAt)}
}

// findWebhook is the webhook of a request's key.
func (p *pix) findWebhook(e *exchange) (*pixWebhook, *answer) {
	if h := p.webhooks[e.account+"/"+e.params["chave"]]; h != nil {
		return h, nil
	}
	return nil, refuse(pixRefusal(http.StatusNotFound, "webhook_nao_encontrado", "Nenhum webhook encontrado para a chave informada"))
}

// showWebhook is GET /v2/webhook/:chave.
func (p *pix) showWebhook(e *exchange) answer {
	h, refused := p.findWebhook(e)
	if refused != nil {
		return *refused
	}
	return jsonAnswer(http.StatusOK, h.wire())
}

// deleteWebhook is DELETE /v2/webhook/:chave.
func (p *pix) deleteWebhook(e *exchange) answer {
	h, refused := p.findWebhook(e)
	if refused != nil {
		return *refused
	}
	delete(p.webhooks, h.id())
	h.Deleted = true
	p.saveWebhook(h)
	return answer{status: http.StatusNoContent, header: http.Header{}}
}

// listWebhooks is GET /v2/webhook.
func (p *pix) listWebhooks(e *exchange) answer {
	query, refused := parsePixQuery(e)
	if refused != nil {
		return *refused
	}
	found := []any{}
	for _, id := range sortedKeys(p.webhooks) {
		if h := p.webhooks[id]; h.Account == e.account && query.covers(h.CreatedAt) {
			found = append(found, h.wire())
		}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"parametros": query.parameters(len(found)), "webhooks": cut(query, found)})
}

var resendSchema = object{fields: []field{
	{"tipo", choice{"PIX_RECEBIDO", "PIX_ENVIADO", "DEVOLUCAO_RECEBIDA", "DEVOLUCAO_ENVIADA"}, true},
	{"e2eids", list{text{1, 32, nil}, 1}, true},
}}

// resendWebhooks is POST /v2/gn/webhook/reenviar: the callbacks of payments or
// of our refunds once more. Ids that are not found are passed over.
func (p *pix) resendWebhooks(e *exchange) answer {
	var body struct {
		Kind   string   `json:"tipo"`
		E2EIDs []string `json:"e2eids"`
	}
	if refused := decodePix(e.body, resendSchema, &body, invalidJSON); refused != nil {
		return *refused
	}
	if !slices.Contains([]string{"PIX_RECEBIDO", "DEVOLUCAO_ENVIADA"}, body.Kind) {
		return answer{status: http.StatusAccepted, header: http.Header{}}
	}
	for _, e2eID := range body.E2EIDs {
		c, received := p.received(e.account, e2eID)
		if received != nil && (body.Kind == "PIX_RECEBIDO" || len(received.Refunds) > 0) {
			p.callbacks.schedule(c, received)
		}
	}
	return answer{status: http.StatusAccepted, header: http.Header{}}
}

// test makes the calls of a registration (gerencianet.md, 7.6): one without
// the provider's certificate, which must be refused, and one with it, which
// must succeed. Who skips the check gets the second one only.
func (b *pixCallbacks) test(address string, skip bool) error {
	body := []byte(fmt.Sprintf(`{"evento":"teste_webhook","data_criacao":%q}`, pixMoment(b.sandbox.clock.now())))
	if !skip {
		if status, err := b.post(b.bare, address, body); err == nil && accepted(status) {
			return errors.New("A autenticação de TLS mútuo não está configurada na URL informada") //nolint:staticcheck // the provider's own sentence
		}
	}
	status, err := b.post(b.client, address, body)
	switch {
	case err != nil && isTimeout(err):
		return errors.New("A URL informada atingiu o tempo limite de resposta") //nolint:staticcheck // the provider's own sentence
	case err != nil:
		return errors.New("A URL informada está inacessível") //nolint:staticcheck // the provider's own sentence
	case !accepted(status):
		return fmt.Errorf("A URL informada respondeu com o código HTTP %d", status) //nolint:staticcheck // the provider's own sentence
	}
	return nil
}

// accepted says whether a receiver took the call.
func accepted(status int) bool { return status >= 200 && status < 300 }

// isTimeout says whether a call failed for want of time.
func isTimeout(err error) bool {
	var failed *url.Error
	return errors.As(err, &failed) && failed.Timeout()
}
