package gerencianet

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"ponte/billing/provider"
)

// RetryCard charges another card for a charge whose card was refused.
func (c *Client) RetryCard(ctx context.Context, handle provider.Handle, request provider.ChargeRequest) (provider.Charge, error) {
	if request.Method != provider.Card {
		return provider.Charge{}, unsupported("Só uma cobrança no cartão pode ser tentada com outro cartão.", "Only a charge on a card can be tried with another card.")
	}
	if err := c.check(request); err != nil {
		return provider.Charge{}, err
	}
	path, err := chargePath(handle.ID, "/retry")
	if err != nil {
		return provider.Charge{}, err
	}
	envelope, err := c.do(ctx, http.MethodPost, path, cardPayment(request))
	if err != nil {
		return provider.Charge{}, err
	}
	return c.issued(envelope, request)
}

var brandPattern = regexp.MustCompile(`^[a-z]{1,30}$`)

// CardOptions answers how an amount can be divided on a card of the brand, for
// example "visa" (providers/gerencianet.md, 2.6).
func (c *Client) CardOptions(ctx context.Context, brand string, amountCents int64) ([]provider.CardOption, error) {
	if !brandPattern.MatchString(brand) {
		return nil, violation("card.brand", "Informe a bandeira do cartão em letras minúsculas, por exemplo visa.", "Give the card's brand in small letters, for example visa.")
	}
	if amountCents < minAmountCents {
		return nil, violation("amountCents", "O valor mínimo no cartão é R$ 5,00.", "The least amount on a card is R$ 5.00.")
	}
	query := url.Values{"total": {strconv.FormatInt(amountCents, 10)}, "brand": {brand}}
	envelope, err := c.do(ctx, http.MethodGet, "/v1/installments?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	options := []provider.CardOption{}
	for _, row := range envelope.object("data").objects("installments") {
		if option, ok := readCardOption(row); ok {
			options = append(options, option)
		}
	}
	return options, nil
}

func readCardOption(row object) (provider.CardOption, bool) {
	count, value := row.count("installment"), row.integer("value")
	if count < 1 || value == nil || *value < 0 || *value > math.MaxInt64/maxInstallments {
		return provider.CardOption{}, false
	}
	interest, told := row["has_interest"].(bool)
	hundredths := percentHundredths(row.text("interest_percentage"))
	return provider.CardOption{
		Installments: count, InstallmentCents: *value, TotalCents: int64(count) * *value,
		HasInterest: interest || !told && hundredths > 0, InterestHundredths: hundredths,
	}, true
}

// percentHundredths answers hundredths of a percent. That interest_percentage
// is a percentage with a decimal point, such as 1.99, is unverified.
func percentHundredths(text string) int64 {
	percent, err := strconv.ParseFloat(text, 64)
	if err != nil || percent < 0 || percent > maxMonthlyHundredths {
		return 0
	}
	return int64(math.Round(percent * 100))
}

// refundCard gives a card payment back. The answer holds no state; the charge's
// own follows by notification (providers/gerencianet.md, 2.6), and nothing can
// be asked for in between, so a success is taken for done.
func (c *Client) refundCard(ctx context.Context, handle provider.Handle, request provider.RefundRequest) (provider.Refund, error) {
	if !request.Whole && request.AmountCents < 1 {
		return provider.Refund{}, violation("amountCents", "Informe quanto devolver.", "Say how much to give back.")
	}
	if !chargeID.MatchString(handle.ID) {
		return provider.Refund{}, absent()
	}
	var body struct {
		Amount int64 `json:"amount,omitempty"`
	}
	if !request.Whole {
		body.Amount = request.AmountCents
	}
	if _, err := c.do(ctx, http.MethodPost, "/v1/charge/card/"+handle.ID+"/refund", body); err != nil {
		return provider.Refund{}, err
	}
	return provider.Refund{Reference: request.Reference, AmountCents: request.AmountCents, Status: provider.RefundDone}, nil
}

// Refund gives a card or Pix payment back. A link may have been paid by card,
// which the provider knows.
func (c *Client) Refund(ctx context.Context, handle provider.Handle, request provider.RefundRequest) (provider.Refund, error) {
	switch handle.Method {
	case provider.Pix:
		return c.pix.refund(ctx, handle, request)
	case provider.Card, provider.Link:
		return c.refundCard(ctx, handle, request)
	}
	return provider.Refund{}, unsupported(
		"A Gerencianet não devolve boletos: devolva o dinheiro ao cliente por outro meio.",
		"Gerencianet does not refund boletos: give the money back to the customer by other means.")
}

// GetRefund reads a refund of a Pix by its reference.
func (c *Client) GetRefund(ctx context.Context, request provider.RefundRequest) (provider.Refund, error) {
	return c.pix.getRefund(ctx, request)
}

// RegisterWebhook has the payments of the Pix key told to an address.
func (c *Client) RegisterWebhook(ctx context.Context, address string, checksCertificate bool) error {
	return c.pix.registerWebhook(ctx, address, checksCertificate)
}

type cardPaymentBody struct {
	Payment struct {
		CreditCard cardBody `json:"credit_card"`
	} `json:"payment"`
}

type cardBody struct {
	Customer       customerBody  `json:"customer"`
	Installments   int           `json:"installments"`
	Discount       *discountBody `json:"discount,omitempty"`
	BillingAddress *addressBody  `json:"billing_address,omitempty"`
	PaymentToken   string        `json:"payment_token"`
	Message        string        `json:"message,omitempty"`
}

// cardPayment always has the payer's e-mail: the schema of a card asks for it
// (providers/gerencianet.md, 2.3).
func cardPayment(request provider.ChargeRequest) cardPaymentBody {
	buyer := customer(request, true)
	buyer.Address = nil // it is the billing address here
	var body cardPaymentBody
	body.Payment.CreditCard = cardBody{
		Customer: buyer, Installments: request.Card.Installments,
		Discount: discount(request.Discount, nil), BillingAddress: address(request.Payer.Address),
		PaymentToken: request.Card.Token, Message: message(request.Message),
	}
	return body
}
