package gerencianet

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

const (
	pageSize   = 100
	windowDays = 31   // calendar days that one list may span, both ends counted
	maxPages   = 1000 // more pages than a window can honestly have
	// The list of boletos; the word differs from the one in the answers.
	boletoList = "billet"
)

// The codes that a repeated call meets.
const methodAlreadySet = "3500030"

// Reserve creates a charge without a method of payment: nothing is registered
// and nobody hears of it.
func (c *Client) Reserve(ctx context.Context, request provider.ChargeRequest) (string, error) {
	if err := c.check(request); err != nil {
		return "", err
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

// Issue defines the boleto as the charge's method of payment. A repeated call
// is refused by the provider, so the charge is read instead.
func (c *Client) Issue(ctx context.Context, handle provider.Handle, request provider.ChargeRequest) (provider.Charge, error) {
	path, err := chargePath(handle.ID, "/pay")
	if err != nil {
		return provider.Charge{}, err
	}
	if err := c.check(request); err != nil {
		return c.issuedBefore(ctx, handle, err)
	}
	envelope, err := c.do(ctx, http.MethodPost, path, payment(request))
	if codeOf(err) == methodAlreadySet {
		return c.Get(ctx, handle)
	}
	if err != nil {
		return provider.Charge{}, err
	}
	charge := readCharge(envelope.object("data"))
	if charge.ProviderID == "" {
		return provider.Charge{}, c.incomplete()
	}
	charge.Reference = request.Reference // the answer leaves it out
	return charge, nil
}

// issuedBefore answers a request that no longer passes the check, for example
// because its due date went by, but was executed by an earlier call.
func (c *Client) issuedBefore(ctx context.Context, handle provider.Handle, violated error) (provider.Charge, error) {
	charge, err := c.Get(ctx, handle)
	if err == nil && charge.Status != provider.Draft {
		return charge, nil
	}
	return provider.Charge{}, violated
}

// Get reads one charge.
func (c *Client) Get(ctx context.Context, handle provider.Handle) (provider.Charge, error) {
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
	return charge, nil
}

// Find lists the charges with our reference. Whether the provider compares it
// exactly is not known, so it is compared here too.
func (c *Client) Find(ctx context.Context, method provider.Method, reference string, from, to brazil.Date) ([]provider.Charge, error) {
	found := []provider.Charge{}
	filter := url.Values{"date_of": {"creation"}, "custom_id": {reference}}
	err := c.list(ctx, filter, from, to, func(charge provider.Charge) bool {
		if charge.Reference == reference {
			found = append(found, charge)
		}
		return true
	})
	return found, err
}

// Changed lists the charges created or paid in any range of days.
func (c *Client) Changed(ctx context.Context, from, to brazil.Date, byPayment bool, yield func(provider.Charge) bool) error {
	filter := url.Values{"date_of": {"creation"}}
	if byPayment {
		filter.Set("date_of", "payment")
	}
	return c.list(ctx, filter, from, to, yield)
}

// list walks the range in windows that the provider accepts.
func (c *Client) list(ctx context.Context, filter url.Values, from, to brazil.Date, yield func(provider.Charge) bool) error {
	if err := provider.Violated(name, checkRange(from, to)); err != nil {
		return err
	}
	filter.Set("charge_type", boletoList)
	filter.Set("limit", strconv.Itoa(pageSize))
	for begin := from; begin <= to; begin = begin.AddDays(windowDays) {
		filter.Set("begin_date", string(begin))
		filter.Set("end_date", string(min(begin.AddDays(windowDays-1), to)))
		more, err := c.window(ctx, filter, yield)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// window pages through one window. There is no total, so a page that is not
// full is the last one; a page that repeats the one before it means that the
// provider did not page at all.
func (c *Client) window(ctx context.Context, filter url.Values, yield func(provider.Charge) bool) (more bool, err error) {
	previous := ""
	for page := 1; page <= maxPages; page++ {
		filter.Set("page", strconv.Itoa(page))
		rows, err := c.page(ctx, filter)
		if err != nil || len(rows) == 0 {
			return err == nil, err
		}
		first := rows[0].text("id", "charge_id")
		if first == previous {
			return false, c.notPaged()
		}
		previous = first
		for _, row := range rows {
			if !yield(readCharge(row)) {
				return false, nil
			}
		}
		if len(rows) < pageSize {
			return true, nil
		}
	}
	return false, c.notPaged()
}

// page reads one page. Production answers 404 when there is nothing.
func (c *Client) page(ctx context.Context, filter url.Values) ([]object, error) {
	envelope, err := c.do(ctx, http.MethodGet, "/v1/charges?"+filter.Encode(), nil)
	if provider.ClassOf(err) == provider.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return envelope.objects("data"), nil
}

// Cancel ends a draft or an open charge.
func (c *Client) Cancel(ctx context.Context, handle provider.Handle) error {
	return c.end(ctx, handle, "/cancel", provider.Canceled)
}

// Settle marks the charge as paid outside: no value, no fee and no money in the
// account at the provider.
func (c *Client) Settle(ctx context.Context, handle provider.Handle) error {
	return c.end(ctx, handle, "/settle", provider.Settled)
}

// end moves the charge to a last state. A refusal because of its state is a
// success when the charge is in that state already.
func (c *Client) end(ctx context.Context, handle provider.Handle, action string, last provider.Status) error {
	path, err := chargePath(handle.ID, action)
	if err != nil {
		return err
	}
	_, refused := c.do(ctx, http.MethodPut, path, nil)
	if refused == nil || provider.ClassOf(refused) != provider.State {
		return refused
	}
	charge, err := c.Get(ctx, handle)
	if err == nil && charge.Status != last {
		return refused
	}
	return err
}

// ChangeDueDate moves the due date. The documents disagree on which dates are
// taken and on what else changes (providers/gerencianet.md, 2.6): the date goes
// out as it was asked for and the charge is read afterwards.
func (c *Client) ChangeDueDate(ctx context.Context, handle provider.Handle, dueDate brazil.Date) (provider.Charge, error) {
	path, err := chargePath(handle.ID, "/billet")
	if err != nil {
		return provider.Charge{}, err
	}
	if err := provider.Violated(name, checkDueDate(dueDate, c.today())); err != nil {
		return provider.Charge{}, err
	}
	body := struct {
		ExpireAt brazil.Date `json:"expire_at"`
	}{dueDate}
	if _, err := c.do(ctx, http.MethodPut, path, body); err != nil {
		return provider.Charge{}, err
	}
	charge, err := c.Get(ctx, handle)
	return charge, afterWrite(err)
}

// Resend asks the provider to mail the second copy.
func (c *Client) Resend(ctx context.Context, handle provider.Handle, email string) error {
	path, err := chargePath(handle.ID, "/billet/resend")
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
	if !errors.As(err, &failure) || failure.Class != provider.Unavailable {
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

// absent is the error of an id that cannot be one of the provider's.
func absent() error {
	return &provider.Error{Provider: name, Class: provider.NotFound, Cause: nothingThere.cause, Remedy: nothingThere.remedy}
}

// incomplete is the error of a write that succeeded without saying what it made.
func (c *Client) incomplete() error {
	return c.http.Unexpected(&provider.HTTPAnswer{Status: http.StatusOK}, true, "", "an answer without charge_id")
}

func (c *Client) otherCharge() error {
	return c.http.Unexpected(&provider.HTTPAnswer{Status: http.StatusOK}, false, "", "an answer without the charge that was asked for")
}

func (c *Client) notPaged() error {
	return c.http.Unexpected(&provider.HTTPAnswer{Status: http.StatusOK}, false, "", "a list whose pages do not end")
}
