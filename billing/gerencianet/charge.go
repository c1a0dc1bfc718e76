package gerencianet

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"unicode/utf8"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// The codes that a repeated call meets.
const (
	methodAlreadySet = "3500030"
	linkAlreadySet   = "3500080"
)

// Reserve creates a charge without a method of payment: nothing is registered
// and nobody hears of it. A Pix needs no draft, because its id is ours.
func (c *Client) Reserve(ctx context.Context, request provider.ChargeRequest) (string, error) {
	if request.Method == provider.Carnet {
		return "", unsupported("Um carnê é emitido de uma vez, sem rascunho.", "A carnê is issued at once, without a draft.")
	}
	if err := c.check(request); err != nil {
		return "", err
	}
	if request.Method == provider.Pix {
		return c.pix.reserve(request.Reference)
	}
	envelope, err := c.do(ctx, http.MethodPost, "/v1/charge", reservation(request))
	if err != nil {
		return "", err
	}
	providerID := envelope.object("data").text("charge_id", "id")
	if providerID == "" {
		return "", c.incomplete()
	}
	return providerID, nil
}

// Issue defines the charge's method of payment. A repeated call is refused by
// the provider, so the charge is read instead.
func (c *Client) Issue(ctx context.Context, handle provider.Handle, request provider.ChargeRequest) (provider.Charge, error) {
	if request.Method == provider.Carnet {
		return provider.Charge{}, unsupported("Um carnê é emitido de uma vez, sem rascunho.", "A carnê is issued at once, without a draft.")
	}
	if err := c.check(request); err != nil {
		return c.issuedBefore(ctx, handle, err)
	}
	if request.Method == provider.Pix {
		return c.pix.issue(ctx, handle, request)
	}
	action, body := definition(request)
	path, err := chargePath(handle.ID, action)
	if err != nil {
		return provider.Charge{}, err
	}
	envelope, err := c.do(ctx, http.MethodPost, path, body)
	if code := codeOf(err); code == methodAlreadySet || code == linkAlreadySet {
		return c.Get(ctx, handle)
	}
	if err != nil {
		return provider.Charge{}, err
	}
	return c.issued(envelope, request)
}

// definition answers the call that makes a draft payable.
func definition(request provider.ChargeRequest) (action string, body any) {
	switch request.Method {
	case provider.Card:
		return "/pay", cardPayment(request)
	case provider.Link:
		return "/link", linkSettings(request)
	}
	return "/pay", boletoPayment(request)
}

// issued reads the answer to a definition or another try, which leaves out what
// the request said.
func (c *Client) issued(envelope object, request provider.ChargeRequest) (provider.Charge, error) {
	charge := readCharge(envelope.object("data"))
	if charge.ProviderID == "" {
		return provider.Charge{}, c.incomplete()
	}
	charge.Method, charge.Reference = request.Method, request.Reference
	return charge, nil
}

// issuedBefore answers a request that no longer passes the check, for example
// because its due date went by, but may have been executed by an earlier call.
func (c *Client) issuedBefore(ctx context.Context, handle provider.Handle, violated error) (provider.Charge, error) {
	charge, err := c.Get(ctx, handle)
	switch {
	case err == nil && charge.Status != provider.Draft:
		return charge, nil
	case err == nil || provider.ClassOf(err) == provider.NotFound:
		return provider.Charge{}, violated
	}
	return provider.Charge{}, err
}

// Get reads one charge. What is in the handle and not in the answer is filled in.
func (c *Client) Get(ctx context.Context, handle provider.Handle) (provider.Charge, error) {
	switch {
	case handle.Method == provider.Pix:
		return c.pix.get(ctx, handle)
	case handle.Method == provider.Carnet && handle.ID == "":
		return c.parcelOfCarnet(ctx, handle)
	}
	path, err := chargePath(handle.ID, "")
	if err != nil {
		return provider.Charge{}, err
	}
	envelope, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return provider.Charge{}, err
	}
	charge := readCharge(envelope.object("data"))
	if charge.ProviderID != handle.ID {
		return provider.Charge{}, c.otherCharge()
	}
	return knownAs(charge, handle), nil
}

// knownAs completes what an answer leaves out by what the caller knows.
func knownAs(charge provider.Charge, handle provider.Handle) provider.Charge {
	if charge.Method == "" || handle.Method == provider.Link {
		charge.Method = handle.Method
	}
	if charge.CarnetID == "" {
		charge.CarnetID = handle.CarnetID
	}
	if charge.Parcel == 0 {
		charge.Parcel = handle.Parcel
	}
	if handle.Method == provider.Card && charge.Status == provider.Overdue {
		charge.Status, charge.CanRetry = provider.Refused, true
	}
	return charge
}

// Cancel ends a draft, an open charge, or the open parcels of a whole carnê.
func (c *Client) Cancel(ctx context.Context, handle provider.Handle) error {
	if handle.Method == provider.Pix {
		return c.pix.cancel(ctx, handle)
	}
	return c.end(ctx, handle, "cancel", provider.Canceled)
}

// Settle marks the charge as paid outside: no value, no fee and no money in the
// account at the provider. A Pix has no such mark: it is withdrawn.
func (c *Client) Settle(ctx context.Context, handle provider.Handle) error {
	if handle.Method == provider.Pix {
		return c.pix.cancel(ctx, handle)
	}
	return c.end(ctx, handle, "settle", provider.Settled)
}

// end moves the charge to a last state. A refusal because of its state is a
// success when the charge is in that state already.
func (c *Client) end(ctx context.Context, handle provider.Handle, action string, last provider.Status) error {
	path, err := endPath(handle, action)
	if err != nil {
		return err
	}
	_, refused := c.do(ctx, http.MethodPut, path, nil)
	if refused == nil || provider.ClassOf(refused) != provider.State {
		return refused
	}
	if isWholeCarnet(handle) {
		return c.carnetEnded(ctx, handle.CarnetID, last, refused)
	}
	charge, err := c.Get(ctx, handle)
	if err == nil && charge.Status != last {
		return refused
	}
	return err
}

// endPath answers where a charge, a parcel or a carnê is ended. A parcel whose
// carnê is unknown is ended as the charge that it also is.
func endPath(handle provider.Handle, action string) (string, error) {
	switch {
	case isWholeCarnet(handle):
		return carnetPath(handle.CarnetID, "/"+action)
	case handle.CarnetID != "" && handle.Parcel > 0:
		return parcelPath(handle, "/"+action)
	}
	return chargePath(handle.ID, "/"+action)
}

// ChangeDueDate moves the due date. The documents disagree on which dates are
// taken and on what else changes (providers/gerencianet.md, 2.6): the date goes
// out as it was asked for and the charge is read afterwards.
func (c *Client) ChangeDueDate(ctx context.Context, handle provider.Handle, dueDate brazil.Date) (provider.Charge, error) {
	if handle.Method == provider.Pix {
		return c.pix.changeDueDate(ctx, handle, dueDate)
	}
	path, err := dueDatePath(handle)
	if err != nil {
		return provider.Charge{}, err
	}
	if err := provider.Violated(name, checkDueDate(dueDate, c.today())); err != nil {
		return provider.Charge{}, err
	}
	// A link answers the whole charge or nothing but a code: neither is needed.
	if _, err := c.do(ctx, http.MethodPut, path, expiry{dueDate}); err != nil {
		return provider.Charge{}, err
	}
	charge, err := c.Get(ctx, handle)
	return charge, afterWrite(err)
}

func dueDatePath(handle provider.Handle) (string, error) {
	switch {
	case handle.Method == provider.Card:
		return "", unsupported("Uma cobrança no cartão não tem vencimento.", "A charge on a card has no due date.")
	case isWholeCarnet(handle):
		return "", unsupported("O vencimento é mudado parcela por parcela.", "The due date is changed parcel by parcel.")
	case handle.Method == provider.Link:
		return chargePath(handle.ID, "/link")
	case handle.Method == provider.Carnet:
		return parcelPath(handle, "")
	}
	return chargePath(handle.ID, "/billet")
}

// Resend asks the provider to mail the second copy.
func (c *Client) Resend(ctx context.Context, handle provider.Handle, email string) error {
	path, err := resendPath(handle)
	if err != nil {
		return err
	}
	if err := provider.Violated(name, checkEmail(email)); err != nil {
		return err
	}
	_, err = c.do(ctx, http.MethodPost, path, struct {
		Email string `json:"email"`
	}{email})
	return err
}

func resendPath(handle provider.Handle) (string, error) {
	switch {
	case handle.Method == provider.Pix, handle.Method == provider.Card:
		return "", unsupported(
			"A Gerencianet só envia por e-mail boletos, carnês e links: copie o código ou o endereço e envie-o por outro meio.",
			"Gerencianet mails boletos, carnês and links only: copy the code or the address and send it by other means.")
	case handle.Method == provider.Link:
		return chargePath(handle.ID, "/link/resend")
	case isWholeCarnet(handle):
		return carnetPath(handle.CarnetID, "/resend")
	case handle.Method == provider.Carnet:
		return parcelPath(handle, "/resend")
	}
	return chargePath(handle.ID, "/billet/resend")
}

// maxNote is how many characters a line of the history takes
// (providers/gerencianet.md, 2.6).
const maxNote = 255

// AddNote adds a line to the provider's own history of the charge or carnê. A
// parcel has that of the charge that it also is.
func (c *Client) AddNote(ctx context.Context, handle provider.Handle, text string) error {
	path, err := notePath(handle)
	if err != nil {
		return err
	}
	if length := utf8.RuneCountInString(text); length < 1 || length > maxNote {
		return violation("note", "Escreva uma anotação de 1 a 255 caracteres.", "Write a note of 1 to 255 characters.")
	}
	_, err = c.do(ctx, http.MethodPost, path, struct {
		Description string `json:"description"`
	}{text})
	return err
}

func notePath(handle provider.Handle) (string, error) {
	switch {
	case handle.Method == provider.Pix:
		return "", unsupported("Um Pix não tem histórico de anotações na Gerencianet.", "A Pix has no history of notes at Gerencianet.")
	case isWholeCarnet(handle):
		return carnetPath(handle.CarnetID, "/history")
	}
	return chargePath(handle.ID, "/history")
}

func (c *Client) check(request provider.ChargeRequest) error {
	return provider.Violated(name, Validate(request, c.today()))
}

var chargeID = regexp.MustCompile(`^[0-9]{1,19}$`)

// chargePath keeps anything but a number out of the path.
func chargePath(providerID, action string) (string, error) {
	if !chargeID.MatchString(providerID) {
		return "", absent()
	}
	return "/v1/charge/" + providerID + action, nil
}

// carnetPath is the same for a carnê.
func carnetPath(carnetID, action string) (string, error) {
	if !chargeID.MatchString(carnetID) {
		return "", absent()
	}
	return "/v1/carnet/" + carnetID + action, nil
}

// parcelPath names a parcel by its number within its carnê, the only way to
// change or mail it.
func parcelPath(handle provider.Handle, action string) (string, error) {
	if handle.CarnetID == "" {
		return "", unknownCarnet()
	}
	if handle.Parcel < 1 {
		return "", absent()
	}
	return carnetPath(handle.CarnetID, "/parcel/"+strconv.Itoa(handle.Parcel)+action)
}

// isWholeCarnet tells a carnê from one of its parcels.
func isWholeCarnet(handle provider.Handle) bool {
	return handle.Method == provider.Carnet && handle.ID == "" && handle.Parcel == 0
}

func codeOf(err error) string {
	var failure *provider.Error
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}

// afterWrite is the error of a read that follows a write which succeeded: the
// caller must not take the write for one that was not executed.
func afterWrite(err error) error {
	var failure *provider.Error
	if !errors.As(err, &failure) || failure.Class != provider.Unavailable && failure.Class != provider.Limit {
		return err
	}
	uncertain := *failure
	uncertain.Class = provider.Ambiguous
	uncertain.Cause = say(
		"A Gerencianet aceitou a operação, mas a cobrança não pôde ser lida em seguida.",
		"Gerencianet accepted the operation, but the charge could not be read afterwards.")
	uncertain.Remedy = askFirst
	return &uncertain
}

// violation is the error of one thing that would be refused.
func violation(field, pt, en string) error {
	return provider.Violated(name, []provider.Violation{{Field: field, Message: say(pt, en)}})
}

// unsupported is the error of an operation that a method of payment does not have.
func unsupported(pt, en string) error { return violation("method", pt, en) }

// absent is the error of an id that cannot be one of the provider's.
func absent() error {
	return &provider.Error{Provider: name, Class: provider.NotFound, Cause: nothingThere.cause, Remedy: nothingThere.remedy}
}

// unknownCarnet is the error of a parcel found by the list, which does not say
// of which carnê it is. Only its notification does, so waiting helps.
func unknownCarnet() error {
	return &provider.Error{
		Provider: name, Class: provider.Unavailable,
		Cause: say(
			"Ainda não se sabe a qual carnê da Gerencianet esta parcela pertence; a notificação dela é que diz.",
			"It is not known yet to which carnê at Gerencianet this parcel belongs; its notification tells."),
		Remedy: say(
			"Será tentado de novo automaticamente. Se continuar, peça no painel da Gerencianet o reenvio da notificação do carnê.",
			"It will be tried again automatically. If it goes on, have the carnê's notification sent again in Gerencianet's panel."),
	}
}

// incomplete is the error of a write that succeeded without saying what it made.
func (s *session) incomplete() error {
	return s.http.Unexpected(&provider.HTTPAnswer{Status: http.StatusOK}, true, "", "an answer without an id")
}

func (s *session) otherCharge() error {
	return s.http.Unexpected(&provider.HTTPAnswer{Status: http.StatusOK}, false, "", "an answer without the charge that was asked for")
}
