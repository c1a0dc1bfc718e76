package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Codes of the charges API (gerencianet.md, 8.4).
const (
	codeInternal        = 3500000
	codeNotFound        = 3500010
	codeMethodAlready   = 3500030
	codeSchema          = 3500034
	codeNotBillet       = 3500036
	codeNotUpdatable    = 3500038
	codeInvalidJSON     = 3500042
	codeNotCancelable   = 3500043
	codeNotPayable      = 3500044
	codeNotResendable   = 3500070
	codeDueDatePast     = 4600007
	codeTaxID           = 4600026
	codeBelowMinimum    = 4600111
	codeIdentical       = 4600210
	codeDiscountDate    = 4600521
	codeBelowAfterTerms = 4600523

	codeParcelNotWaiting = 3500066
	codeCarnetNotActive  = 3500068
	codeLinkAlready      = 3500080
	codeNotInStatus      = 3500081
	codeTooManyParcels   = 4600059
)

// minimumCents is the least that a charge may be worth.
const minimumCents = 500

// gerencianet is the simulated charges API. Its fields are guarded by the
// sandbox's lock; the methods that handle requests are called with it held.
type gerencianet struct {
	*provider
	accounts      []GerencianetAccount
	settings      gerencianetSettings
	tokens        map[string]accessToken
	charges       map[int64]*charge
	carnets       map[int64]*carnet
	paymentTokens map[string]*paymentToken
	lastCharge    int64
	lastCarnet    int64
	notifications map[string]*notification
	calls         map[string]int
	callbacks     *callbacks

	// What follows only makes lookups fast; none of it is journalled.
	chargeIDs    []int64 // ascending
	billetsByKey map[string]*charge
	linksByKey   map[string]*charge
	carnetsByKey map[string]*carnet
	identities   map[string]int
	// address is where the latest caller reached the handler.
	address string
}

// gerencianetSettings are the switches of the control API.
type gerencianetSettings struct {
	// Bolix adds a Pix code to every boleto.
	Bolix bool `json:"bolix"`
	// ZeroLines prints the all-zero typeable line of the real test environment.
	ZeroLines bool `json:"zeroLines"`
	// EmptyListIs404 answers an empty list with 404 instead of an empty array.
	EmptyListIs404 bool `json:"emptyListIs404"`
	// IdenticalGuard refuses the fourth charge with same payer, value and date.
	IdenticalGuard bool `json:"identicalGuard"`
	// RequirePhone makes the payer's phone number required, as in 2022.
	RequirePhone bool `json:"requirePhone"`
	// ActiveCarnets calls an up_to_date carnê active, as in 2022.
	ActiveCarnets bool `json:"activeCarnets"`
	// InstallmentInterestFrom is the number of instalments from which a card
	// costs interest. 0 is none.
	InstallmentInterestFrom int64 `json:"installmentInterestFrom"`
	// TokenSeconds is the life of an access token.
	TokenSeconds int `json:"tokenSeconds"`
	// ListLagMs keeps an issued charge out of the list for that long.
	ListLagMs int `json:"listLagMs"`
	// DailyLimit is the number of calls of one route and account in a day; the
	// notification query has twice as many. 0 is no limit.
	DailyLimit int `json:"dailyLimit"`
}

func defaultGerencianetSettings() gerencianetSettings {
	return gerencianetSettings{
		Bolix: true, EmptyListIs404: true, IdenticalGuard: true, TokenSeconds: 600, DailyLimit: 15000,
	}
}

// newGerencianet builds the service without any charge.
func newGerencianet(s *Sandbox, options Options) *gerencianet {
	g := &gerencianet{accounts: options.GerencianetAccounts}
	g.callbacks = newCallbacks(s, g, options.RetryBase)
	g.provider = &provider{
		name: "gerencianet", sandbox: s, faults: &faultList{},
		serve: g.serve, describe: g.describe, failure: func(e *exchange, status int) answer {
			if e.route.path == authorizePath && status == http.StatusUnauthorized {
				return bareUnauthorized()
			}
			return gerencianetFailure(status)
		},
	}
	g.routes = g.table()
	g.reset()
	return g
}

// reset empties the service, without touching the journal.
func (g *gerencianet) reset() {
	g.settings = defaultGerencianetSettings()
	g.tokens = map[string]accessToken{}
	g.charges = map[int64]*charge{}
	g.carnets = map[int64]*carnet{}
	g.paymentTokens = map[string]*paymentToken{}
	g.lastCharge, g.lastCarnet = 1000000, 200000
	g.chargeIDs, g.identities = nil, map[string]int{}
	g.billetsByKey, g.linksByKey, g.carnetsByKey = map[string]*charge{}, map[string]*charge{}, map[string]*carnet{}
	g.notifications = map[string]*notification{}
	g.calls = map[string]int{}
	g.faults.clear()
	g.callbacks.reset()
}

// Gerencianet serves the simulated charges API. It expects the provider's
// paths, /v1/…; strip any prefix before it.
func (s *Sandbox) Gerencianet() http.Handler { return s.gerencianet }

// table is every route of the API, by noun.
func (g *gerencianet) table() []route {
	return slices.Concat(
		[]route{{method: "POST", path: authorizePath, handle: g.authorize, open: true}},
		g.chargeRoutes(),
		g.billetRoutes(),
		g.cardRoutes(),
		g.linkRoutes(),
		g.carnetRoutes(),
		g.notificationRoutes(),
	)
}

// serve authenticates a call, counts it and handles it under the lock.
func (g *gerencianet) serve(e *exchange) answer {
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	if e.route.open {
		return e.route.handle(e)
	}
	account, known := g.authenticated(e.request.Header.Get("Authorization"))
	if !known {
		return gerencianetFailure(http.StatusUnauthorized)
	}
	e.account, g.address = account, e.publicURL
	if e.route.path == "" {
		return refusal(http.StatusNotFound, codeNotFound, "not_found", "A rota solicitada não existe.")
	}
	if g.overDailyLimit(e) {
		return gerencianetFailure(http.StatusTooManyRequests)
	}
	return e.route.handle(e)
}

// overDailyLimit counts a call and says whether it is one too many.
func (g *gerencianet) overDailyLimit(e *exchange) bool {
	limit := g.settings.DailyLimit
	if e.route.path == notificationPath {
		limit *= 2
	}
	key := g.sandbox.clock.today() + " " + e.account + " " + e.route.label()
	g.calls[key]++
	return limit > 0 && g.calls[key] > limit
}

// describe names the charge or the carnê that a request is about.
func (g *gerencianet) describe(e *exchange) (customID, id string) {
	id = e.params["id"]
	customID = g.customIDOf(e)
	var body struct {
		CustomID string `json:"custom_id"`
		Metadata struct {
			CustomID string `json:"custom_id"`
		} `json:"metadata"`
	}
	if json.Unmarshal(e.body, &body) == nil && body.Metadata.CustomID+body.CustomID != "" {
		customID = body.Metadata.CustomID + body.CustomID
	}
	if asked := e.request.URL.Query().Get("custom_id"); asked != "" {
		customID = asked
	}
	return customID, id
}

// customIDOf finds our reference by the id in the path.
func (g *gerencianet) customIDOf(e *exchange) string {
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	var found *string
	if k := g.carnets[e.id()]; k != nil && strings.HasPrefix(e.route.path, "/v1/carnet/") {
		found = k.CustomID
	} else if c := g.charges[e.id()]; c != nil {
		found = c.CustomID
	}
	return textOf(found)
}

// owns says whether a kind of journal record belongs here.
func (g *gerencianet) owns(kind string) bool {
	return slices.Contains([]string{"gerencianet_settings", "charge", "carnet", "payment_token", "notification"}, kind)
}

// restore puts one journalled record back.
func (g *gerencianet) restore(entry journalEntry) error {
	switch entry.Kind {
	case "gerencianet_settings":
		return json.Unmarshal(entry.Value, &g.settings)
	case "charge":
		c := &charge{}
		if err := json.Unmarshal(entry.Value, c); err != nil {
			return err
		}
		g.register(c)
		return nil
	case "carnet":
		k := &carnet{}
		if err := json.Unmarshal(entry.Value, k); err != nil {
			return err
		}
		g.registerCarnet(k)
		return nil
	case "payment_token":
		token := &paymentToken{}
		if err := json.Unmarshal(entry.Value, token); err != nil {
			return err
		}
		g.paymentTokens[token.Token] = token
		return nil
	default:
		n := &notification{}
		if err := json.Unmarshal(entry.Value, n); err != nil {
			return err
		}
		g.notifications[n.Token] = n
		return nil
	}
}

// register makes a charge known to the lookups.
func (g *gerencianet) register(c *charge) {
	g.charges[c.ID] = c
	g.lastCharge = max(g.lastCharge, c.ID)
	if at, known := slices.BinarySearch(g.chargeIDs, c.ID); !known {
		g.chargeIDs = slices.Insert(g.chargeIDs, at, c.ID)
	}
	if c.Billet != nil {
		g.indexBillet(c)
	}
	if c.Link != nil {
		g.linksByKey[c.Link.Key] = c
	}
}

// save journals a charge and its notification.
func (g *gerencianet) save(c *charge) {
	g.saveCharge(c)
	g.saveNotification(g.notifications[c.Token])
}

// saveCharge journals a charge alone.
func (g *gerencianet) saveCharge(c *charge) {
	g.sandbox.record("charge", strconv.FormatInt(c.ID, 10), c)
}

// success wraps an answer in the usual envelope. Actions have no data.
func success(data any) answer {
	body := map[string]any{"code": http.StatusOK}
	if data != nil {
		body["data"] = data
	}
	return jsonAnswer(http.StatusOK, body)
}

// refusal is an error whose description is a plain text.
func refusal(status, code int, name, description string) answer {
	return jsonAnswer(status, map[string]any{"code": code, "error": name, "error_description": description})
}

// refusedState is the refusal of an action that the present state forbids.
func refusedState(code int, description string) answer {
	return refusal(http.StatusBadRequest, code, "invalid_operation", description)
}

// refusedProperty is a refusal that names the property to be corrected.
func refusedProperty(code int, property, message string) answer {
	return jsonAnswer(http.StatusBadRequest, map[string]any{
		"code": code, "error": "validation_error", "error_description": violation{property, message},
	})
}

// notFound is the refusal of an id that does not exist for this account.
func notFound(property string) answer {
	return refusal(http.StatusNotFound, codeNotFound, "property_does_not_exists",
		fmt.Sprintf("A propriedade [%s] informada não existe.", property))
}

// gerencianetFailure is a bare failure of the transport. The codes of 401 and
// 429 are texts, as integrators have seen them.
func gerencianetFailure(status int) answer {
	switch status {
	case http.StatusUnauthorized:
		return jsonAnswer(status, map[string]any{
			"code": "401", "error": "unauthorized", "error_description": "O token de acesso é inválido ou expirou.",
		})
	case http.StatusTooManyRequests:
		return jsonAnswer(status, map[string]any{
			"code": "429", "error": "too_many_requests", "error_description": "O limite de requisições foi excedido.",
		})
	}
	return refusal(status, codeInternal, "internal_server_error", "Ocorreu um erro interno no servidor.")
}

// decode checks a body against its schema and reads it into target. The
// answer is nil when the body is good.
func decode(body []byte, rules schema, target any) *answer {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var content any
	if err := decoder.Decode(&content); err != nil || decoder.More() {
		refused := refusal(http.StatusBadRequest, codeInvalidJSON, "invalid_json", "O corpo da requisição não é um JSON válido.")
		return &refused
	}
	if broken := rules.check("", content); broken != nil {
		refused := refusedProperty(codeSchema, broken.Property, broken.Message)
		return &refused
	}
	if err := json.Unmarshal(body, target); err != nil {
		refused := refusedProperty(codeSchema, "/", err.Error())
		return &refused
	}
	return nil
}

// sortedKeys makes a walk over a map repeatable.
func sortedKeys[V any](content map[string]V) []string {
	return slices.Sorted(maps.Keys(content))
}
