package gerencianet

import (
	"slices"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// linkBody are the settings of a payment link (providers/gerencianet.md, 2.6).
// The payer fills in who pays, so there is no customer.
type linkBody struct {
	BilletDiscount         int64         `json:"billet_discount,omitempty"` // cents
	CardDiscount           int64         `json:"card_discount,omitempty"`   // cents
	ConditionalDiscount    *discountBody `json:"conditional_discount,omitempty"`
	Message                string        `json:"message,omitempty"`
	ExpireAt               brazil.Date   `json:"expire_at"`
	RequestDeliveryAddress bool          `json:"request_delivery_address"`
	PaymentMethod          string        `json:"payment_method"`
}

// expiry moves the due date of a boleto, a parcel or a link.
type expiry struct {
	ExpireAt brazil.Date `json:"expire_at"`
}

func linkSettings(request provider.ChargeRequest) linkBody {
	boleto, card := linkMethods(request)
	body := linkBody{
		ConditionalDiscount: conditionalDiscount(request.ConditionalDiscount),
		Message:             message(request.Message), ExpireAt: request.DueDate, PaymentMethod: "all",
	}
	if !card {
		body.PaymentMethod = "banking_billet"
	}
	if !boleto {
		body.PaymentMethod, body.ConditionalDiscount = "credit_card", nil
	}
	if request.Discount != nil && boleto {
		body.BilletDiscount = request.Discount.Value
	}
	if request.Discount != nil && card {
		body.CardDiscount = request.Discount.Value
	}
	return body
}

// linkMethods answers what the payer may choose from: both when nothing is said.
func linkMethods(request provider.ChargeRequest) (boleto, card bool) {
	all := len(request.LinkMethods) == 0
	return all || slices.Contains(request.LinkMethods, provider.Boleto), all || slices.Contains(request.LinkMethods, provider.Card)
}
