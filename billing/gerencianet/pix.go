package gerencianet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// pixClient speaks with the Pix API (providers/gerencianet.md, 7): another host
// with tokens of its own, to which the account proves itself by a certificate.
type pixClient struct {
	session
}

func newPixClient(config Config) *pixClient {
	transport, err := pixTransport(config)
	pix := &pixClient{session{config: config, tokenPath: "/oauth/token", err: err}}
	if pix.err == nil {
		pix.err = checkEnvironment(config.PixBaseURL, config.Environment)
	}
	pix.http = provider.NewHTTPClient(httpConfig(config, config.PixBaseURL, transport))
	pix.refused = pix.unauthorized
	return pix
}

// isSetUp tells whether somebody means to use Pix.
func (p *pixClient) isSetUp() bool {
	return p.config.PixCertificate != "" || p.config.PixKey != ""
}

// do sends one request and answers the object of its answer.
func (p *pixClient) do(ctx context.Context, call provider.HTTPCall) (object, error) {
	call.Write = call.Method != http.MethodGet
	answer, err := p.authorized(ctx, call)
	if err != nil {
		return nil, certificateRefused(err)
	}
	return p.read(answer, call.Write)
}

func (p *pixClient) read(answer *provider.HTTPAnswer, write bool) (object, error) {
	if answer.Status < 200 || answer.Status > 299 {
		return nil, p.failure(answer, write)
	}
	body, err := decode(answer.Body)
	if err != nil {
		return nil, p.http.Unexpected(answer, write, "", answer.PlainText())
	}
	return body, nil
}

func (p *pixClient) ping(ctx context.Context) error { return certificateRefused(p.session.ping(ctx)) }

func (p *pixClient) unauthorized(answer *provider.HTTPAnswer) error {
	return asCredentials(p.failure(answer, false), answer)
}

var txidPattern = regexp.MustCompile(`^[a-zA-Z0-9]{26,35}$`)

// txidOf derives the id of a Pix from our reference: its letters and digits
// when they are 26 to 35 (providers/gerencianet.md, 7.2), as those of a prefix
// and a ULID are; otherwise a hash of it.
func txidOf(reference string) string {
	plain := strings.NewReplacer("-", "", "_", "").Replace(reference)
	if txidPattern.MatchString(plain) {
		return plain
	}
	sum := sha256.Sum256([]byte(reference))
	return hex.EncodeToString(sum[:16])
}

// reserve only keeps the id; without credentials there is nothing to keep it for.
func (p *pixClient) reserve(reference string) (string, error) {
	if p.err != nil {
		return "", p.err
	}
	return txidOf(reference), nil
}

// pixPath names a Pix; one with a due date has an address of its own.
func pixPath(handle provider.Handle) (string, error) {
	if !txidPattern.MatchString(handle.ID) {
		return "", absent()
	}
	return pixKind(handle.DueDated) + "/" + handle.ID, nil
}

func pixKind(dueDated bool) string {
	if dueDated {
		return "/v2/cobv"
	}
	return "/v2/cob"
}

// issue registers the Pix under our id. Whatever is refused, a Pix of that id
// that is there already shows that an earlier call was executed.
func (p *pixClient) issue(ctx context.Context, handle provider.Handle, request provider.ChargeRequest) (provider.Charge, error) {
	handle.DueDated = request.Pix.ExpiresIn <= 0
	path, err := pixPath(handle)
	if err != nil {
		return provider.Charge{}, err
	}
	data, err := p.do(ctx, provider.HTTPCall{Method: http.MethodPut, Path: path, JSON: p.pixBody(request)})
	if isRefusal(err) {
		return p.registered(ctx, handle, request, err)
	}
	if err != nil {
		return provider.Charge{}, err
	}
	charge, err := p.complete(ctx, data, handle)
	charge.Reference = request.Reference
	return charge, afterWrite(err)
}

// isRefusal tells an error that was decided on from one of the way there.
func isRefusal(err error) bool {
	switch provider.ClassOf(err) {
	case provider.Duplicate, provider.Invalid, provider.State:
		return true
	}
	return false
}

// registered answers the Pix that a refusal may be about when it is the one
// that was asked for.
func (p *pixClient) registered(ctx context.Context, handle provider.Handle, request provider.ChargeRequest, refused error) (provider.Charge, error) {
	charge, err := p.get(ctx, handle)
	if provider.ClassOf(err) == provider.NotFound {
		return provider.Charge{}, refused
	}
	if err != nil {
		return provider.Charge{}, err
	}
	sameDay := !handle.DueDated || charge.DueDate != nil && *charge.DueDate == request.DueDate
	if charge.AmountCents != request.AmountCents || !sameDay {
		return provider.Charge{}, otherPix()
	}
	charge.Reference = request.Reference
	return charge, nil
}

// get reads a Pix.
func (p *pixClient) get(ctx context.Context, handle provider.Handle) (provider.Charge, error) {
	data, err := p.getPix(ctx, handle)
	if err != nil {
		return provider.Charge{}, err
	}
	return p.complete(ctx, data, handle)
}

func (p *pixClient) getPix(ctx context.Context, handle provider.Handle) (object, error) {
	path, err := pixPath(handle)
	if err != nil {
		return nil, err
	}
	data, err := p.do(ctx, provider.HTTPCall{Method: http.MethodGet, Path: path})
	if err == nil && data.text("txid") != handle.ID {
		return nil, p.otherCharge()
	}
	return data, err
}

// complete reads a Pix and asks for what an answer may leave out: the code
// while it can be paid, the fee once it was.
func (p *pixClient) complete(ctx context.Context, data object, handle provider.Handle) (provider.Charge, error) {
	charge := readPix(data, handle.DueDated, p.config.Now())
	if charge.ProviderID == "" {
		return charge, p.incomplete()
	}
	location := data.object("loc").text("id")
	if charge.PixCode == "" && location != "" && isPayable(charge.Status) {
		answer, err := p.do(ctx, provider.HTTPCall{Method: http.MethodGet, Path: "/v2/loc/" + url.PathEscape(location) + "/qrcode"})
		if err != nil {
			return charge, err
		}
		charge.PixCode = answer.text("qrcode")
	}
	if charge.EndToEndID != "" && charge.FeeCents == nil {
		return charge, p.addFee(ctx, &charge)
	}
	return charge, nil
}

func isPayable(status provider.Status) bool {
	return status == provider.Waiting || status == provider.Overdue
}

// addFee looks for the true fee in the payment itself. A provider that will not
// tell it must not keep the payment from being known.
func (p *pixClient) addFee(ctx context.Context, charge *provider.Charge) error {
	payment, err := p.payment(ctx, charge.EndToEndID)
	switch provider.ClassOf(err) {
	case provider.Unavailable, provider.Limit:
		return err
	}
	charge.FeeCents = feeOf(payment)
	return nil
}

var endToEndPattern = regexp.MustCompile(`^[a-zA-Z0-9]{1,64}$`)

// payment reads a Pix that was received.
func (p *pixClient) payment(ctx context.Context, endToEndID string) (object, error) {
	if !endToEndPattern.MatchString(endToEndID) {
		return nil, absent()
	}
	return p.do(ctx, provider.HTTPCall{Method: http.MethodGet, Path: "/v2/pix/" + endToEndID})
}

// cancel withdraws the Pix. What the provider does not know was never issued:
// the id of a Pix is ours before it exists there.
func (p *pixClient) cancel(ctx context.Context, handle provider.Handle) error {
	path, err := pixPath(handle)
	if err != nil {
		return err
	}
	_, refused := p.do(ctx, provider.HTTPCall{Method: http.MethodPatch, Path: path, JSON: struct {
		Status string `json:"status"`
	}{withdrawn}})
	if provider.ClassOf(refused) == provider.NotFound {
		return nil
	}
	if !isRefusal(refused) {
		return refused
	}
	data, err := p.getPix(ctx, handle)
	if err != nil {
		return err
	}
	found := readPix(data, handle.DueDated, p.config.Now()).Status
	if found == provider.Canceled {
		return nil
	}
	return becauseOf(found, refused)
}

// becauseOf makes a refusal one of the Pix's state when it is no longer open.
// The Banco Central's form has one type for that and for wrong values.
func becauseOf(found provider.Status, refused error) error {
	var failure *provider.Error
	if isPayable(found) || !errors.As(refused, &failure) {
		return refused
	}
	closed, known := *failure, pixMeanings[notActive]
	closed.Class, closed.Cause, closed.Remedy = known.class, known.cause, known.remedy
	return &closed
}

// changeDueDate moves the due date of a Pix that has one.
func (p *pixClient) changeDueDate(ctx context.Context, handle provider.Handle, dueDate brazil.Date) (provider.Charge, error) {
	if !handle.DueDated {
		return provider.Charge{}, unsupported("Um Pix imediato não tem vencimento.", "An immediate Pix has no due date.")
	}
	path, err := pixPath(handle)
	if err != nil {
		return provider.Charge{}, err
	}
	if err := provider.Violated(name, checkDueDate(dueDate, p.today())); err != nil {
		return provider.Charge{}, err
	}
	var body struct {
		Calendar struct {
			DueDate brazil.Date `json:"dataDeVencimento"`
		} `json:"calendario"`
	}
	body.Calendar.DueDate = dueDate
	_, refused := p.do(ctx, provider.HTTPCall{Method: http.MethodPatch, Path: path, JSON: body})
	if refused != nil && !isRefusal(refused) {
		return provider.Charge{}, refused
	}
	charge, err := p.get(ctx, handle)
	if refused == nil {
		return charge, afterWrite(err)
	}
	if err != nil {
		return provider.Charge{}, err
	}
	return provider.Charge{}, becauseOf(charge.Status, refused)
}

// registerWebhook tells the provider where to report payments of our key. It
// tries the address before it answers (providers/gerencianet.md, 7.6).
func (p *pixClient) registerWebhook(ctx context.Context, address string, checksCertificate bool) error {
	if !isWebhookAddress(address) {
		return violation("webhookURL",
			"O endereço das notificações de Pix precisa começar com https://: corrija o endereço público do servidor.",
			"The address of Pix notifications must begin with https://: correct the server's public address.")
	}
	call := provider.HTTPCall{Method: http.MethodPut, Path: "/v2/webhook/" + url.QueryEscape(p.config.PixKey), JSON: struct {
		WebhookURL string `json:"webhookUrl"`
	}{address}}
	if !checksCertificate {
		call.Header = http.Header{"X-Skip-Mtls-Checking": {"true"}}
	}
	_, err := p.do(ctx, call)
	return err
}

// isWebhookAddress takes plain http for this machine only, where a simulated
// provider is.
func isWebhookAddress(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return false
	}
	host := net.ParseIP(parsed.Hostname())
	isLocal := parsed.Hostname() == "localhost" || host != nil && host.IsLoopback()
	return parsed.Scheme == "https" || parsed.Scheme == "http" && isLocal
}

// find reads the Pix of a reference, which follows from it, whichever of the
// two kinds it is.
func (p *pixClient) find(ctx context.Context, reference string) ([]provider.Charge, error) {
	found := []provider.Charge{}
	for _, dueDated := range []bool{false, true} {
		charge, err := p.get(ctx, provider.Handle{ID: txidOf(reference), DueDated: dueDated})
		if provider.ClassOf(err) == provider.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		charge.Reference = reference
		found = append(found, charge)
	}
	return found, nil
}

// otherPix is the error of an id under which another Pix is registered.
func otherPix() error {
	return &provider.Error{
		Provider: name, Class: provider.Duplicate, Code: txidTaken, Field: "reference",
		Cause: say(
			"Já existe na Gerencianet um Pix com este identificador, mas com outro valor ou vencimento.",
			"There is a Pix with this id at Gerencianet already, but with another amount or due date."),
		Remedy: say(
			"Confira o Pix no painel da Gerencianet. Cancele esta cobrança e emita outra.",
			"Check the Pix in Gerencianet's panel. Cancel this charge and issue another."),
	}
}

// certificateRefused tells a handshake that the provider broke off from a
// network that fails: it does so when it does not accept our certificate.
func certificateRefused(err error) error {
	var failure *provider.Error
	if !errors.As(err, &failure) || !isAlert(failure.Err) {
		return err
	}
	refused := *failure
	refused.Class, refused.Field = provider.Auth, "pixCertificate"
	refused.Cause = say(
		"A Gerencianet não aceitou o certificado Pix; nada foi enviado.",
		"Gerencianet did not accept the Pix certificate; nothing was sent.")
	refused.Remedy = uploadCertificate
	return &refused
}
