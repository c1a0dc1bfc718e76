package gerencianet

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

const (
	pageSize   = 100
	windowDays = 31   // calendar days that one list may span, both ends counted
	maxPages   = 1000 // more pages than a window can honestly have
)

// The lists that the provider keeps; the words differ from those in its answers
// (providers/gerencianet.md, 2.5).
const (
	billetList = "billet"
	cardList   = "card"
	carnetList = "carnet"
)

// listsOf answers the lists in which the charges of a method are. That a link
// is listed under what it was paid with, and how one is listed before, is
// unverified.
func listsOf(method provider.Method) []string {
	switch method {
	case provider.Boleto:
		return []string{billetList}
	case provider.Card:
		return []string{cardList}
	case provider.Carnet:
		return []string{carnetList}
	case provider.Link:
		return []string{billetList, cardList}
	}
	return nil
}

// Find lists the charges with our reference. Whether the provider compares it
// exactly is not known, so it is compared here too.
func (c *Client) Find(ctx context.Context, method provider.Method, reference string, from, to brazil.Date) ([]provider.Charge, error) {
	if method == provider.Pix {
		return c.pix.find(ctx, reference)
	}
	found := []provider.Charge{}
	filter := url.Values{"date_of": {"creation"}, "custom_id": {reference}}
	err := c.list(ctx, listsOf(method), filter, from, to, func(charge provider.Charge) bool {
		seen := slices.ContainsFunc(found, func(one provider.Charge) bool { return one.ProviderID == charge.ProviderID })
		if charge.Reference == reference && !seen { // an unpaid link may be in two lists
			found = append(found, charge)
		}
		return true
	})
	return found, err
}

// Changed lists the charges of every method created or paid in any range of days.
func (c *Client) Changed(ctx context.Context, from, to brazil.Date, byPayment bool, yield func(provider.Charge) bool) error {
	filter := url.Values{"date_of": {"creation"}}
	if byPayment {
		filter.Set("date_of", "payment")
	}
	stopped := false
	watched := func(charge provider.Charge) bool {
		stopped = !yield(charge)
		return !stopped
	}
	err := c.list(ctx, []string{billetList, cardList, carnetList}, filter, from, to, watched)
	if err != nil || stopped || !c.pix.isSetUp() {
		return err
	}
	return c.pix.changed(ctx, from, to, byPayment, yield)
}

// list walks the range through each of the lists.
func (c *Client) list(ctx context.Context, lists []string, filter url.Values, from, to brazil.Date, yield func(provider.Charge) bool) error {
	if err := provider.Violated(name, checkRange(from, to)); err != nil {
		return err
	}
	filter.Set("limit", strconv.Itoa(pageSize))
	for _, list := range lists {
		filter.Set("charge_type", list)
		more, err := inWindows(from, to, func(begin, end brazil.Date) (bool, error) {
			filter.Set("begin_date", string(begin))
			filter.Set("end_date", string(end))
			return c.window(ctx, filter, yield)
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// inWindows cuts a range of days into spans that the provider accepts, until
// visit answers that there is no more to do.
func inWindows(from, to brazil.Date, visit func(begin, end brazil.Date) (more bool, err error)) (more bool, err error) {
	for begin := from; begin <= to; begin = begin.AddDays(windowDays) {
		more, err := visit(begin, min(begin.AddDays(windowDays-1), to))
		if err != nil || !more {
			return false, err
		}
	}
	return true, nil
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

func (s *session) notPaged() error {
	return s.http.Unexpected(&provider.HTTPAnswer{Status: http.StatusOK}, false, "", "a list whose pages do not end")
}
