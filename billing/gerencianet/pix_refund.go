package gerencianet

import (
	"context"
	"net/http"
	"regexp"

	"ponte/billing/provider"
)

var refundPattern = regexp.MustCompile(`^[a-zA-Z0-9]{1,35}$`)

// refund gives a Pix back, whole or in part. Its id is ours, so that a repeated
// call finds the refund that an earlier one made (providers/gerencianet.md, 7.5).
func (p *pixClient) refund(ctx context.Context, handle provider.Handle, request provider.RefundRequest) (provider.Refund, error) {
	if request.EndToEndID == "" {
		charge, err := p.get(ctx, handle)
		if err != nil {
			return provider.Refund{}, err
		}
		request.EndToEndID = charge.EndToEndID
	}
	path, err := refundPath(request)
	if err != nil {
		return provider.Refund{}, err
	}
	if request.Whole {
		made, remaining, err := p.remaining(ctx, request)
		if err != nil || made != nil {
			return valueOr(made, provider.Refund{}), err
		}
		request.AmountCents = remaining
	}
	if request.AmountCents < 1 {
		return provider.Refund{}, violation("amountCents", "Não há valor a devolver neste Pix.", "There is nothing to give back of this Pix.")
	}
	return p.putRefund(ctx, path, request)
}

func valueOr[T any](value *T, otherwise T) T {
	if value != nil {
		return *value
	}
	return otherwise
}

func refundPath(request provider.RefundRequest) (string, error) {
	if !refundPattern.MatchString(request.Reference) {
		return "", violation("reference", "A referência da devolução precisa ter de 1 a 35 letras ou números.", "The refund's reference needs 1 to 35 letters or digits.")
	}
	if !endToEndPattern.MatchString(request.EndToEndID) {
		return "", violation("endToEndID", "Este Pix ainda não foi pago: não há o que devolver.", "This Pix was not paid yet: there is nothing to give back.")
	}
	return "/v2/pix/" + request.EndToEndID + "/devolucao/" + request.Reference, nil
}

// remaining answers what was not given back yet, or the refund that an earlier
// call with the same reference made.
func (p *pixClient) remaining(ctx context.Context, request provider.RefundRequest) (made *provider.Refund, cents int64, err error) {
	payment, err := p.payment(ctx, request.EndToEndID)
	if err != nil {
		return nil, 0, err
	}
	cents = payment.centsOr0("valor")
	for _, row := range payment.objects("devolucoes") {
		refund := readRefund(row)
		if refund.Reference == request.Reference {
			return &refund, 0, nil
		}
		if refund.Status != provider.RefundFailed {
			cents -= refund.AmountCents
		}
	}
	return nil, cents, nil
}

func (p *pixClient) putRefund(ctx context.Context, path string, request provider.RefundRequest) (provider.Refund, error) {
	body := struct {
		Value string `json:"valor"`
	}{decimal(request.AmountCents)}
	data, err := p.do(ctx, provider.HTTPCall{Method: http.MethodPut, Path: path, JSON: body})
	if isRefusal(err) {
		return p.refundedBefore(ctx, request, err)
	}
	if err != nil {
		return provider.Refund{}, err
	}
	refund := readRefund(data)
	refund.Reference = request.Reference
	return refund, nil
}

// refundedBefore answers the refund that a refusal may be about when it is the
// one that was asked for.
func (p *pixClient) refundedBefore(ctx context.Context, request provider.RefundRequest, refused error) (provider.Refund, error) {
	refund, err := p.getRefund(ctx, request)
	if provider.ClassOf(err) == provider.NotFound {
		return provider.Refund{}, refused
	}
	if err == nil && refund.AmountCents != request.AmountCents {
		return provider.Refund{}, otherRefund()
	}
	return refund, err
}

func (p *pixClient) getRefund(ctx context.Context, request provider.RefundRequest) (provider.Refund, error) {
	path, err := refundPath(request)
	if err != nil {
		return provider.Refund{}, err
	}
	data, err := p.do(ctx, provider.HTTPCall{Method: http.MethodGet, Path: path})
	if err != nil {
		return provider.Refund{}, err
	}
	refund := readRefund(data)
	if refund.Reference != request.Reference {
		return provider.Refund{}, p.otherCharge()
	}
	return refund, nil
}

func otherRefund() error {
	return &provider.Error{
		Provider: name, Class: provider.Duplicate, Code: refundTaken, Field: "amountCents",
		Cause: say(
			"Já existe uma devolução deste Pix com este identificador, mas com outro valor.",
			"There is a refund of this Pix with this id already, but of another amount."),
		Remedy: say("Confira as devoluções deste Pix no painel da Gerencianet.", "Check the refunds of this Pix in Gerencianet's panel."),
	}
}
