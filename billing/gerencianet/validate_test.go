package gerencianet

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	today := brazil.Date("2026-08-01")
	for name, test := range map[string]struct {
		change func(*provider.ChargeRequest)
		fields string
	}{
		"all is well":             {func(*provider.ChargeRequest) {}, ""},
		"little is known":         {func(r *provider.ChargeRequest) { r.Payer = provider.Payer{Name: "Ana Souza", TaxID: "52998224725"} }, ""},
		"due today":               {func(r *provider.ChargeRequest) { r.DueDate = today }, ""},
		"due yesterday":           {func(r *provider.ChargeRequest) { r.DueDate = "2026-07-31" }, "dueDate"},
		"due on no day":           {func(r *provider.ChargeRequest) { r.DueDate = "2026-02-30" }, "dueDate"},
		"one word":                {func(r *provider.ChargeRequest) { r.Payer.Name = "Ana" }, "payer.name"},
		"one word and a space":    {func(r *provider.ChargeRequest) { r.Payer.Name = "Ana " }, "payer.name"},
		"no name":                 {func(r *provider.ChargeRequest) { r.Payer.Name = "  " }, "payer.name"},
		"long name":               {func(r *provider.ChargeRequest) { r.Payer.Name = strings.Repeat("é ", 128) }, "payer.name"},
		"company of one word":     {func(r *provider.ChargeRequest) { r.Payer.Name, r.Payer.TaxID = "Empresa", "11222333000181" }, ""},
		"wrong CPF":               {func(r *provider.ChargeRequest) { r.Payer.TaxID = "52998224724" }, "payer.taxID"},
		"no tax id":               {func(r *provider.ChargeRequest) { r.Payer.TaxID = "" }, "payer.taxID"},
		"CNPJ with letters":       {func(r *provider.ChargeRequest) { r.Payer.TaxID = "12ABC34501DE35" }, "payer.taxID"},
		"phone with +55":          {func(r *provider.ChargeRequest) { r.Payer.Phone = "5531999999999" }, "payer.phone"},
		"land line":               {func(r *provider.ChargeRequest) { r.Payer.Phone = "3133334444" }, ""},
		"e-mail with +, not sent": {func(r *provider.ChargeRequest) { r.Payer.Email = "ana+1@example.com" }, ""},
		"e-mail with +":           {func(r *provider.ChargeRequest) { r.Payer.Email, r.SendEmail = "ana+1@example.com", true }, "payer.email"},
		"e-mail that is none":     {func(r *provider.ChargeRequest) { r.Payer.Email, r.SendEmail = "ana@example", true }, "payer.email"},
		"no e-mail to send to":    {func(r *provider.ChargeRequest) { r.Payer.Email, r.SendEmail = "", true }, "payer.email"},
		"below five reais": {func(r *provider.ChargeRequest) {
			r.Lines, r.AmountCents = []provider.Line{{Name: "x", UnitCents: 499, Quantity: 1}}, 499
		}, "amountCents"},
		"another sum":               {func(r *provider.ChargeRequest) { r.AmountCents++ }, "amountCents"},
		"no lines":                  {func(r *provider.ChargeRequest) { r.Lines = nil }, "lines"},
		"line with a tag":           {func(r *provider.ChargeRequest) { r.Lines[1].Name = "a<b" }, "lines[1].name"},
		"line without a name":       {func(r *provider.ChargeRequest) { r.Lines[0].Name = "" }, "lines[0].name"},
		"negative line":             {func(r *provider.ChargeRequest) { r.Lines[1].UnitCents, r.AmountCents = -1, 8988 }, "lines[1].unitCents"},
		"none of a line":            {func(r *provider.ChargeRequest) { r.Lines[1].Quantity, r.AmountCents = 0, 8990 }, "lines[1].quantity"},
		"fine of 10 %":              {func(r *provider.ChargeRequest) { r.FineHundredths = 1000 }, ""},
		"fine over 10 %":            {func(r *provider.ChargeRequest) { r.FineHundredths = 1001 }, "fine"},
		"negative fine":             {func(r *provider.ChargeRequest) { r.FineHundredths = -1 }, "fine"},
		"interest of 0.33 % a day":  {func(r *provider.ChargeRequest) { r.InterestThousandths = 330 }, ""},
		"interest over it":          {func(r *provider.ChargeRequest) { r.InterestThousandths = 331 }, "interest"},
		"the same by the month":     {func(r *provider.ChargeRequest) { r.InterestThousandths, r.InterestMonthly = 331, true }, ""},
		"write-off after 121 days":  {func(r *provider.ChargeRequest) { r.DaysToWriteOff = pointer(int64(121)) }, "daysToWriteOff"},
		"discount of nothing":       {func(r *provider.ChargeRequest) { r.Discount = &provider.Discount{} }, "discount"},
		"discount that leaves R$ 5": {func(r *provider.ChargeRequest) { r.Discount, r.AmountCents = &provider.Discount{Value: 9990}, 500 }, ""},
		"discount that leaves less": {func(r *provider.ChargeRequest) { r.Discount, r.AmountCents = &provider.Discount{Value: 9991}, 499 }, "discount"},
		"conditional without a day": {func(r *provider.ChargeRequest) { r.ConditionalDiscount = &provider.Discount{Value: 1} }, "conditionalDiscount.until"},
		"conditional after the due date": {func(r *provider.ChargeRequest) {
			r.ConditionalDiscount = &provider.Discount{Value: 1, Until: pointer(brazil.Date("2026-08-21"))}
		}, "conditionalDiscount.until"},
		"five lines of message": {func(r *provider.ChargeRequest) { r.Message = "1\n2\n3\n4\n5" }, "message"},
		"long line of message":  {func(r *provider.ChargeRequest) { r.Message = strings.Repeat("ã", 101) }, "message"},
		"four full lines":       {func(r *provider.ChargeRequest) { r.Message = strings.Repeat(strings.Repeat("ã", 100)+"\r\n", 3) + "x" }, ""},
		"address": {func(r *provider.ChargeRequest) {
			r.Payer.Address = &provider.Address{Complement: strings.Repeat("x", 46), State: "XX", PostalCode: "35400-00"}
		}, "payer.address.street payer.address.number payer.address.district payer.address.city payer.address.complement payer.address.state payer.address.postalCode"},
		"reference": {func(r *provider.ChargeRequest) { r.Reference = "venda 1" }, "reference"},
		"callback":  {func(r *provider.ChargeRequest) { r.NotificationURL = "ftp://x" }, "notificationURL"},
		"method":    {func(r *provider.ChargeRequest) { r.Method = provider.PayPal }, "method"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			charge := request()
			test.change(&charge)
			found := Validate(charge, today)
			var fields []string
			for _, violation := range found {
				fields = append(fields, violation.Field)
				if violation.Message.PT == "" || violation.Message.EN == "" {
					t.Errorf("%s has no message", violation.Field)
				}
			}
			if got := strings.Join(slices.Compact(fields), " "); got != test.fields {
				t.Errorf("fields %q, not %q", got, test.fields)
			}
		})
	}
}

func TestValidateByMethod(t *testing.T) {
	t.Parallel()
	noPayer := func(r *provider.ChargeRequest) { r.Payer = provider.Payer{} }
	for name, test := range map[string]struct {
		request provider.ChargeRequest
		change  func(*provider.ChargeRequest)
		fields  string
	}{
		"carnê":               {carnetRequest(), func(*provider.ChargeRequest) {}, ""},
		"carnê, whole lines":  {carnetRequest(), func(r *provider.ChargeRequest) { r.SplitLines, r.AmountCents = false, 10490 }, ""},
		"carnê, another sum":  {carnetRequest(), func(r *provider.ChargeRequest) { r.AmountCents = 3499 }, "amountCents"},
		"carnê of no parcels": {carnetRequest(), func(r *provider.ChargeRequest) { r.SplitLines, r.Parcels, r.AmountCents = false, 0, 10490 }, "parcels"},
		"carnê of 13":         {carnetRequest(), func(r *provider.ChargeRequest) { r.Parcels, r.AmountCents = 13, 806 }, "parcels"},
		"carnê of small parcels": {carnetRequest(), func(r *provider.ChargeRequest) {
			r.Lines = r.Lines[:1]
			r.Lines[0].UnitCents = 1200
			r.AmountCents = 400
		}, "amountCents"},
		"card":                         {cardRequest(), func(*provider.ChargeRequest) {}, ""},
		"card without a due date":      {cardRequest(), func(r *provider.ChargeRequest) { r.DueDate = "" }, ""},
		"card without an address":      {cardRequest(), func(r *provider.ChargeRequest) { r.Payer.Address = nil }, ""},
		"card with half an address":    {cardRequest(), func(r *provider.ChargeRequest) { r.Payer.Address.City = "" }, "payer.address.city"},
		"no card":                      {cardRequest(), func(r *provider.ChargeRequest) { r.Card = nil }, "card.token"},
		"card number instead of token": {cardRequest(), func(r *provider.ChargeRequest) { r.Card.Token = "4111111111111111" }, "card.token"},
		"13 instalments":               {cardRequest(), func(r *provider.ChargeRequest) { r.Card.Installments = 13 }, "card.installments"},
		"no instalments":               {cardRequest(), func(r *provider.ChargeRequest) { r.Card.Installments = 0 }, "card.installments"},
		"small instalments": {cardRequest(), func(r *provider.ChargeRequest) {
			r.Lines = []provider.Line{{Name: "x", UnitCents: 999, Quantity: 1}}
			r.AmountCents = 999
		}, "card.installments"},
		"card without phone and e-mail": {cardRequest(), func(r *provider.ChargeRequest) { r.Payer.Phone, r.Payer.Email = "", "" }, "payer.phone payer.email"},
		"card with a strange e-mail":    {cardRequest(), func(r *provider.ChargeRequest) { r.Payer.Email = "a+b@c.co" }, "payer.email"},
		"link":                          {linkRequest(), noPayer, ""},
		"link that has gone by":         {linkRequest(), func(r *provider.ChargeRequest) { r.DueDate, r.ConditionalDiscount = "2026-07-31", nil }, "dueDate"},
		"link paid by Pix":              {linkRequest(provider.Pix), func(*provider.ChargeRequest) {}, "linkMethods"},
		"discount in percent":           {linkRequest(), func(r *provider.ChargeRequest) { r.Discount.Percent, r.AmountCents = true, 9976 }, "discount"},
		"Pix":                           {pixRequest(), func(*provider.ChargeRequest) {}, ""},
		"Pix of a cent": {pixRequest(), func(r *provider.ChargeRequest) {
			r.Lines = []provider.Line{{Name: "x", UnitCents: 1, Quantity: 1}}
			r.AmountCents = 1
		}, ""},
		"Pix of nothing": {pixRequest(), func(r *provider.ChargeRequest) {
			r.Lines = []provider.Line{{Name: "x", Quantity: 1}}
			r.AmountCents = 0
		}, "amountCents"},
		"immediate Pix, due long ago": {pixRequest(), func(r *provider.ChargeRequest) { r.DueDate = "2020-01-01" }, ""},
		"Pix of a long name":          {pixRequest(), func(r *provider.ChargeRequest) { r.Payer.Name = strings.Repeat("éa ", 67) }, "payer.name"},
		"Pix with a long message":     {pixRequest(), func(r *provider.ChargeRequest) { r.Message = strings.Repeat("é", 141) }, "message"},
		"Pix for half a second":       {pixRequest(), func(r *provider.ChargeRequest) { r.Pix.ExpiresIn = 500 * time.Millisecond }, "pix.expiresIn"},
		"Pix with a negative life":    {pixRequest(), func(r *provider.ChargeRequest) { r.Pix.ExpiresIn = -time.Second }, "pix.expiresIn"},
		"due Pix":                     {dueRequest(), func(*provider.ChargeRequest) {}, ""},
		"due Pix that has gone by":    {dueRequest(), func(r *provider.ChargeRequest) { r.DueDate, r.ConditionalDiscount = "2026-07-31", nil }, "dueDate"},
		"due Pix with negative days":  {dueRequest(), func(r *provider.ChargeRequest) { r.Pix.DaysAfterDue = -1 }, "pix.daysAfterDue"},
		"due Pix, fine over 10 %":     {dueRequest(), func(r *provider.ChargeRequest) { r.FineHundredths = 1001 }, "fine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.change(&test.request)
			var fields []string
			for _, violation := range Validate(test.request, "2026-08-01") {
				fields = append(fields, violation.Field)
			}
			if got := strings.Join(slices.Compact(fields), " "); got != test.fields {
				t.Errorf("fields %q, not %q", got, test.fields)
			}
		})
	}
}

func TestNothingIsSentOfAnInvalidRequest(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, payAnswer))
	invalid := request()
	invalid.Payer.Phone = "999"
	_, err := client.Reserve(context.Background(), invalid)
	failure := failureOf(t, err)
	if failure.Class != provider.Invalid || failure.Field != "payer.phone" || !strings.Contains(failure.Remedy.PT, "DDD") {
		t.Errorf("failure %+v", failure)
	}
	resend := client.Resend(context.Background(), boleto("7"), "a+b@c.co")
	if provider.ClassOf(resend) != provider.Invalid || stub.authorized != 0 || len(stub.seen()) != 0 {
		t.Errorf("resend %v, calls %v", resend, stub.seen())
	}
}
