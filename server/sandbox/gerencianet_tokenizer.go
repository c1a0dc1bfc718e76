package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// defaultMask is shown for a token that was not made here.
const defaultMask = "XXXXXXXXXXXX1111"

// paymentToken stands for a card. The card itself is never kept.
type paymentToken struct {
	Token string `json:"token"`
	Mask  string `json:"mask"`
	Used  bool   `json:"used"`
}

// checkPaymentToken refuses a token that has been used. One that was not made
// here is good, so that tests may invent them.
func (g *gerencianet) checkPaymentToken(token string) *answer {
	known := g.paymentTokens[strings.ToLower(token)]
	if known == nil || !known.Used {
		return nil
	}
	refused := refusedProperty(codeSchema, "/payment/credit_card/payment_token", "O payment_token informado já foi utilizado.")
	return &refused
}

// spendPaymentToken uses a token up and returns the mask of its card.
func (g *gerencianet) spendPaymentToken(token string) string {
	token = strings.ToLower(token)
	known := g.paymentTokens[token]
	if known == nil {
		known = &paymentToken{Token: token, Mask: defaultMask}
		g.paymentTokens[token] = known
	}
	known.Used = true
	g.sandbox.record("payment_token", token, known)
	return known.Mask
}

// looseText is a text that may come as a JSON number.
type looseText string

// UnmarshalJSON keeps the digits of either form.
func (t *looseText) UnmarshalJSON(content []byte) error {
	var number json.Number
	if json.Unmarshal(content, &number) == nil {
		*t = looseText(number)
		return nil
	}
	return json.Unmarshal(content, (*string)(t))
}

// tokenizerRequest is what the vendor's script for browsers takes.
type tokenizerRequest struct {
	Number          looseText `json:"number"`
	CVV             looseText `json:"cvv"`
	Brand           string    `json:"brand"`
	ExpirationMonth looseText `json:"expirationMonth"`
	ExpirationYear  looseText `json:"expirationYear"`
	HolderName      string    `json:"holderName"`
	HolderDocument  looseText `json:"holderDocument"`
	// Reuse is accepted and ignored: every token works once.
	Reuse bool `json:"reuse"`
}

// check says what is wrong with the card on a day.
func (r tokenizerRequest) check(today string) error {
	month, _ := strconv.Atoi(string(r.ExpirationMonth)) // 0 is refused below
	year, _ := strconv.Atoi(string(r.ExpirationYear))
	number, cvv := digitsOf(string(r.Number)), digitsOf(string(r.CVV))
	switch {
	case len(number) < 13 || len(number) > 19:
		return errors.New("number has 13 to 19 digits")
	case len(cvv) < 3 || len(cvv) > 4:
		return errors.New("cvv has 3 or 4 digits")
	case cardBrands.check("", r.Brand) != nil:
		return fmt.Errorf("brand is one of %s", strings.Join(cardBrands, ", "))
	case month < 1 || month > 12 || year < 1000 || year > 9999:
		return errors.New("expirationMonth is 1 to 12 and expirationYear has four digits")
	case fmt.Sprintf("%04d-%02d", year, month) < today[:len("2006-01")]:
		return errors.New("the card has expired")
	}
	return nil
}

// token invents the card's token. Its last digit says what will come of the
// card: it is decided by the end of the number.
func (r tokenizerRequest) token() string {
	number := digitsOf(string(r.Number))
	token := randomHex(20)[:39]
	switch number[len(number)-4:] {
	case "0000":
		return token + "0"
	case "0001":
		return token + "1"
	case "0002":
		return token + "2"
	}
	return token + "a"
}

// controlTokenizer stands in for the vendor's script, which makes a token of a
// card in the browser. Only the mask of the card is kept.
func (g *gerencianet) controlTokenizer(w http.ResponseWriter, r *http.Request) {
	allowLoopback(w, r)
	var body tokenizerRequest
	if !readControl(w, r, &body) {
		return
	}
	if err := body.check(g.sandbox.clock.today()); err != nil {
		refuseControl(w, http.StatusBadRequest, err)
		return
	}
	number := digitsOf(string(body.Number))
	made := &paymentToken{Token: body.token(), Mask: strings.Repeat("X", len(number)-4) + number[len(number)-4:]}
	g.sandbox.mu.Lock()
	g.paymentTokens[made.Token] = made
	g.sandbox.record("payment_token", made.Token, made)
	g.sandbox.mu.Unlock()
	writeControl(w, map[string]any{"payment_token": made.Token, "card_mask": made.Mask})
}

// controlTokenizerPreflight answers a browser that asks before it posts.
func (g *gerencianet) controlTokenizerPreflight(w http.ResponseWriter, r *http.Request) {
	allowLoopback(w, r)
	w.WriteHeader(http.StatusNoContent)
}

// allowLoopback lets pages call that were served by this machine itself.
func allowLoopback(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	address, err := url.Parse(origin)
	if err != nil {
		return
	}
	switch address.Hostname() {
	case "localhost", "127.0.0.1", "::1":
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Methods", "POST")
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
	}
}
