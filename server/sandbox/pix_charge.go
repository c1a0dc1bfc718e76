package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Kinds of charge: immediate, and with a due date.
const (
	kindCob  = "cob"
	kindCobv = "cobv"
)

// Statuses of a Pix charge. A charge past its life stays ATIVA
// (gerencianet.md, 7.2).
const (
	pixActive          = "ATIVA"
	pixPaid            = "CONCLUIDA"
	pixRemovedByUser   = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
	pixRemovedByPSP    = "REMOVIDA_PELO_PSP"
	defaultExpiration  = 86400
	defaultValidDays   = 30
	autoPaidLimitCents = 1000
)

const (
	cobPath  = "/v2/cob/:txid"
	cobvPath = "/v2/cobv/:txid"
)

// pixCharge is a charge of either kind, with what it said in each revision and
// what was paid for it.
type pixCharge struct {
	Account   string         `json:"account"`
	TxID      string         `json:"txid"`
	Kind      string         `json:"kind"`
	Status    string         `json:"status"`
	CreatedAt time.Time      `json:"createdAt"`
	Revisions []pixTerms     `json:"revisions"`
	Location  int64          `json:"location"`
	Received  []*receivedPix `json:"received"`
}

// id is the charge's name in the journal. A txid is unique for its receiver.
func (c *pixCharge) id() string { return pixChargeID(c.Account, c.TxID) }

func pixChargeID(account, txid string) string { return account + "/" + txid }

// terms are those of the latest revision.
func (c *pixCharge) terms() pixTerms { return c.Revisions[len(c.Revisions)-1] }

// cobRoutes are the routes of immediate charges.
func (p *pix) cobRoutes() []route {
	return []route{
		{method: "PUT", path: cobPath, handle: p.createCob},
		{method: "POST", path: "/v2/cob", handle: p.createCob},
		{method: "PATCH", path: cobPath, handle: p.patchCharge},
		{method: "GET", path: cobPath, handle: p.showCharge},
		{method: "GET", path: "/v2/cob", handle: p.listCharges},
	}
}

// cobvRoutes are the routes of charges with a due date.
func (p *pix) cobvRoutes() []route {
	return []route{
		{method: "PUT", path: cobvPath, handle: p.createCobv},
		{method: "PATCH", path: cobvPath, handle: p.patchCharge},
		{method: "GET", path: cobvPath, handle: p.showCharge},
		{method: "GET", path: "/v2/cobv", handle: p.listCharges},
	}
}

// kindOf is the kind of charge that a route is about.
func kindOf(r route) string {
	if r.path == cobvPath || r.path == "/v2/cobv" {
		return kindCobv
	}
	return kindCob
}

// createCob is PUT /v2/cob/:txid with our txid, or POST /v2/cob with the
// provider's.
func (p *pix) createCob(e *exchange) answer {
	var body pixRequest
	if refused := decodePix(e.body, cobSchema, &body, invalidJSON); refused != nil {
		return *refused
	}
	if body.Calendar.Expiration == 0 {
		body.Calendar.Expiration = defaultExpiration
	}
	txid, given := e.params["txid"]
	if !given {
		txid = randomHex(16)
	}
	return p.create(e, txid, body)
}

// createCobv is PUT /v2/cobv/:txid.
func (p *pix) createCobv(e *exchange) answer {
	var body pixRequest
	if refused := decodePix(e.body, cobvSchema, &body, invalidDueCharge); refused != nil {
		return *refused
	}
	if body.Calendar.ValidDays == nil {
		days := int64(defaultValidDays)
		body.Calendar.ValidDays = &days
	}
	return p.create(e, e.params["txid"], body)
}

// create makes a charge of either kind. A txid that exists is refused whatever
// the body says, which is what makes the call safe to repeat.
func (p *pix) create(e *exchange, txid string, body pixRequest) answer {
	kind := kindOf(e.route)
	if !txidPattern.MatchString(txid) {
		return refuseTerms(kind, "txid", "O campo txid deve respeitar o padrão "+txidPattern.String())
	}
	if p.charges[pixChargeID(e.account, txid)] != nil {
		return pixRefusal(http.StatusConflict, "txid_duplicado", "Campo txid informado já foi utilizado em outra cobrança")
	}
	c := &pixCharge{Account: e.account, TxID: txid, Kind: kind, Status: pixActive, CreatedAt: p.pixNow(), Received: []*receivedPix{}}
	if refused := p.checkTerms(c, body.pixTerms); refused != nil {
		return *refused
	}
	location, refused := p.locationFor(c, body)
	if refused != nil {
		return *refused
	}
	c.Revisions = []pixTerms{body.pixTerms}
	p.charges[c.id()] = c
	p.link(c, location)
	p.saveCharge(c)
	p.autoPayLater(c)
	return jsonAnswer(http.StatusCreated, p.chargeAnswer(c, asWritten))
}

// refuseTerms says what the schema cannot, in the form of the kind.
func refuseTerms(kind, property, message string) answer {
	if kind == kindCobv {
		return invalidDueCharge(violation{"/" + property, message})
	}
	return invalidValue(message)
}

// checkTerms enforces what the schema cannot. The answer is nil for good terms.
func (p *pix) checkTerms(c *pixCharge, terms pixTerms) *answer {
	property, message := "", ""
	switch debtor := terms.Debtor; {
	case parsePixCents(terms.Value.Original) <= 0:
		property, message = "valor/original", "Campo valor.original deve ser maior que zero"
	case c.Kind == kindCob && terms.Calendar.Expiration < 1:
		property, message = "calendario/expiracao", "Campo calendario.expiracao deve ser maior ou igual a 1"
	case c.Kind == kindCobv && terms.Calendar.DueDate < c.CreatedAt.In(saoPaulo).Format(dateLayout):
		property, message = "calendario/dataDeVencimento", "O campo cobv.calendario.dataDeVencimento é anterior à data de criação da cobrança."
	case debtor != nil && debtor.CPF != "" && !validCPF(debtor.CPF):
		property, message = "devedor/cpf", "Documento CPF em devedor.cpf é inválido"
	case debtor != nil && debtor.CNPJ != "" && !validCNPJ(debtor.CNPJ):
		property, message = "devedor/cnpj", "Documento CNPJ em devedor.cnpj é inválido"
	case terms.Value.Discount.broken():
		property, message = "valor/desconto", "O objeto cobv.valor.desconto não respeita o _schema_."
	case !p.ownsKey(terms.Key):
		return refuse(invalidKey())
	default:
		return nil
	}
	return refuse(refuseTerms(c.Kind, property, message))
}

// broken says whether dates are missing where the mode needs them, or given
// where it has none (gerencianet.md, 7.3).
func (d *pixDiscount) broken() bool {
	return d != nil && (d.Mode <= 2) != (len(d.Dates) > 0)
}

// ownsKey says whether a key belongs to the accounts.
func (p *pix) ownsKey(key string) bool {
	if len(p.settings.Keys) > 0 {
		return slices.Contains(p.settings.Keys, key)
	}
	return isPixKey(key)
}

// invalidKey is the refusal of a key that is not the receiver's.
func invalidKey() answer {
	return pixRefusal(http.StatusBadRequest, "chave_invalida", "A chave informada não faz referência à conta Efí autenticada")
}

// find is the charge of a request, or the refusal of its kind.
func (p *pix) find(e *exchange) (*pixCharge, *answer) {
	kind := kindOf(e.route)
	if c := p.charges[pixChargeID(e.account, e.params["txid"])]; c != nil && c.Kind == kind {
		return c, nil
	}
	if kind == kindCobv {
		return nil, refuse(bankRefusal(http.StatusNotFound, "NaoEncontrado", "Não Encontrado", "Entidade não encontrada."))
	}
	return nil, refuse(pixRefusal(http.StatusNotFound, "cobranca_nao_encontrada", "Nenhuma cobrança encontrada para o txid informado"))
}

// patchCharge is PATCH of either kind: a new revision.
func (p *pix) patchCharge(e *exchange) answer {
	c, refused := p.find(e)
	if refused != nil {
		return *refused
	}
	body, refused := p.revised(c, e.body)
	if refused != nil {
		return *refused
	}
	if c.Status != pixActive {
		return notActive(c.Kind)
	}
	if body.Location != nil {
		location, refused := p.locationFor(c, body)
		if refused != nil {
			return *refused
		}
		p.link(c, location)
	}
	if body.Status != "" {
		c.Status = body.Status
	}
	c.Revisions = append(c.Revisions, body.pixTerms)
	p.saveCharge(c)
	return jsonAnswer(http.StatusOK, p.chargeAnswer(c, asWritten))
}

// notActive is the refusal to change what is paid or removed.
func notActive(kind string) answer {
	if kind == kindCobv {
		return bankRefusal(http.StatusBadRequest, "CobVOperacaoInvalida", "Operação inválida.",
			"Cobrança não encontra-se mais com o status ATIVA, somente cobranças ativas podem ser revisadas.")
	}
	return pixRefusal(http.StatusBadRequest, "status_cobranca_invalido", "A cobrança não está mais com o status ATIVA")
}

// revised lays a patch over the present terms and checks the whole.
func (p *pix) revised(c *pixCharge, patch []byte) (pixRequest, *answer) {
	refused, rules := invalidJSON, cobSchema
	if c.Kind == kindCobv {
		refused, rules = invalidDueCharge, cobvSchema
	}
	rules.fields = append(slices.Clone(rules.fields), field{"status", choice{pixRemovedByUser}, false})
	var body pixRequest
	changes, err := decodeAny(patch)
	given, isObject := changes.(map[string]any)
	if err != nil || !isObject {
		return body, refuse(pixRefusal(http.StatusBadRequest, "json_invalido", "O corpo da requisição não é um JSON válido"))
	}
	present, _ := json.Marshal(c.terms())
	base, _ := decodeAny(present)
	whole, _ := json.Marshal(merge(base.(map[string]any), given))
	if broken := decodePix(whole, rules, &body, refused); broken != nil {
		return body, broken
	}
	return body, p.checkTerms(c, body.pixTerms)
}

// showCharge is GET of either kind, of one revision when asked.
func (p *pix) showCharge(e *exchange) answer {
	c, refused := p.find(e)
	if refused != nil {
		return *refused
	}
	asked := e.request.URL.Query().Get("revisao")
	if asked == "" {
		return jsonAnswer(http.StatusOK, p.chargeAnswer(c, asDetail))
	}
	number, err := strconv.Atoi(asked)
	if err != nil || number < 0 || number >= len(c.Revisions) {
		return refuseTerms(c.Kind, "revisao", "A revisão informada não existe")
	}
	return jsonAnswer(http.StatusOK, p.revisionAnswer(c, number, asDetail))
}

// pixView is the answer that a charge is shown in. The vendor's schemas differ
// between them.
type pixView int

const (
	asWritten pixView = iota // PUT, POST and PATCH
	asDetail                 // GET of one
	asRow                    // GET of the list
)

// chargeAnswer shows the latest revision.
func (p *pix) chargeAnswer(c *pixCharge, view pixView) map[string]any {
	return p.revisionAnswer(c, len(c.Revisions)-1, view)
}

// revisionAnswer is a charge as the API shows it.
func (p *pix) revisionAnswer(c *pixCharge, number int, view pixView) map[string]any {
	terms := c.Revisions[number]
	calendar := terms.Calendar
	calendar.CreatedAt = pixMoment(c.CreatedAt)
	shown := map[string]any{
		"calendario": calendar, "txid": c.TxID, "revisao": number, "status": c.Status,
		"valor": terms.Value, "chave": terms.Key,
	}
	if terms.Debtor != nil {
		shown["devedor"] = terms.Debtor
	}
	if terms.Request != "" {
		shown["solicitacaoPagador"] = terms.Request
	}
	if len(terms.Info) > 0 {
		shown["infoAdicionais"] = terms.Info
	}
	if c.Kind == kindCobv {
		shown["recebedor"] = accountOwner(view)
	}
	p.showLocation(c, terms, view, shown)
	if view != asWritten && len(c.Received) > 0 {
		shown["pix"] = p.receivedOf(c, view)
	}
	return shown
}

// accountOwner is the account's owner, as a charge with a due date shows it. The
// vendor's schema of the single charge knows no trade name.
func accountOwner(view pixView) map[string]any {
	owner := map[string]any{
		"cnpj": "11222333000181", "nome": "Empresa de Teste Ltda", "email": "financeiro@empresa.example",
		"logradouro": "Rua das Flores, 100", "cidade": "São Paulo", "uf": "SP", "cep": "01001000",
	}
	if view != asDetail {
		owner["nomeFantasia"] = "Empresa de Teste"
	}
	return owner
}

// showLocation adds where the payer's bank finds the charge. A charge whose
// location was taken away has none.
func (p *pix) showLocation(c *pixCharge, terms pixTerms, view pixView, shown map[string]any) {
	l := p.locations[c.Location]
	if l == nil {
		return
	}
	place := map[string]any{"id": l.ID, "location": l.address(), "tipoCob": l.Kind}
	if c.Kind == kindCob || view != asDetail {
		place["criacao"] = pixMoment(l.CreatedAt)
	}
	shown["loc"] = place
	if c.Kind == kindCob {
		shown["location"] = l.address()
	}
	shown["pixCopiaECola"] = brCode(l.Code, parsePixCents(terms.Value.Original))
}

// listCharges is GET /v2/cob and GET /v2/cobv.
func (p *pix) listCharges(e *exchange) answer {
	query, refused := parsePixQuery(e, "cpf", "cnpj", "status")
	if refused != nil {
		return *refused
	}
	kind := kindOf(e.route)
	found := []*pixCharge{}
	for _, id := range sortedKeys(p.charges) {
		if c := p.charges[id]; c.Account == e.account && c.Kind == kind && query.covers(c.CreatedAt) && query.wants(c) {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b *pixCharge) int { return a.CreatedAt.Compare(b.CreatedAt) })
	rows := []any{}
	for _, c := range cut(query, found) {
		rows = append(rows, p.chargeAnswer(c, asRow))
	}
	return jsonAnswer(http.StatusOK, map[string]any{"parametros": query.parameters(len(found)), "cobs": rows})
}

// wants applies the filters of a list of charges.
func (q pixQuery) wants(c *pixCharge) bool {
	debtor := c.terms().Debtor
	if debtor == nil {
		debtor = &pixDebtor{}
	}
	return q.accepts("status", c.Status) && q.accepts("cpf", debtor.CPF) && q.accepts("cnpj", debtor.CNPJ)
}

// autoPayLater does what the real test environment does to small charges.
func (p *pix) autoPayLater(c *pixCharge) {
	cents := parsePixCents(c.terms().Value.Original)
	if !p.settings.AutoPay || cents > autoPaidLimitCents || p.environment(c.Account) == EnvironmentProduction {
		return
	}
	p.later(p.settings.AutoPayMs, func() {
		if p.charges[c.id()] == c && c.Status == pixActive {
			p.receivePix(c, payment{cents: p.owed(c), notify: true})
		}
	})
}
