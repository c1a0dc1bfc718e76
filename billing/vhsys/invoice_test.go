package vhsys

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

var kinds = []provider.InvoiceKind{provider.NFe, provider.NFSe, provider.NFCe}

// nota is an invoice that the ERP would answer.
func nota(fields string) string {
	return `{"code":200,"data":{"id_venda":"8200001","id_pedido":12,"obs_interno_pedido":"[ref:inv_1-1]","valor_total_nota":"100.000000",` + fields + `"lixeira":"Nao"}}`
}

const (
	key44   = "41260112345678000190550010000000121000000123"
	noWords = `{"code":403,"status":"error","data":"Erro ao emitir a nota fiscal!"}`
	emitted = `"nota_emitida":1,"nota_chave":"` + key44 + `","nota_protocolo":"141260000000001","nota_recibo":"41","nota_data_autorizacao":"2026-01-10 09:00:00",`
)

// answers serves one body for reads of the invoice, one for its history and one
// for everything that is written.
func answers(read, history, written string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet:
			reply(200, written)(w, r)
		case strings.HasSuffix(r.URL.Path, "/status"):
			reply(200, history)(w, r)
		default:
			reply(200, read)(w, r)
		}
	}
}

func TestGetInvoice(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		read, history string
		status        provider.InvoiceStatus
		code, text    string
	}{
		"open":                         {nota(""), noneFound, provider.InvoiceOpen, "", ""},
		"a key before it is issued":    {nota(`"nota_chave":"` + key44 + `","nota_emitida":0,`), noneFound, provider.InvoiceOpen, "", ""},
		"sent":                         {nota(`"nota_recibo":"410000","nota_emitida":"0",`), noneFound, provider.InvoiceProcessing, "", ""},
		"issued":                       {nota(emitted), noneFound, provider.InvoiceIssued, "", ""},
		"canceled":                     {nota(emitted + `"nota_data_cancelamento":"2026-01-11 10:00:00",`), noneFound, provider.InvoiceCanceled, "", ""},
		"not canceled":                 {nota(emitted + `"nota_data_cancelamento":"0000-00-00 00:00:00",`), noneFound, provider.InvoiceIssued, "", ""},
		"denied":                       {nota(`"nota_denegada":1,`), noneFound, provider.InvoiceRejected, "", ""},
		"rejected, in its history":     {nota(`"nota_recibo":"41",`), `{"code":200,"data":[{"id_status":2,"obs_status":"Rejeição 778: Informado NCM inexistente [nItem:1]"},{"id_status":1,"obs_status":"Rejeição 100: x"}]}`, provider.InvoiceRejected, "778", "Informado NCM inexistente [nItem:1]"},
		"rejected, then changed":       {nota(""), `{"code":200,"data":[{"id_status":1,"obs_status":"Rejeição 778: x"},{"id_status":2,"obs_status":"corrigida"}]}`, provider.InvoiceOpen, "", ""},
		"rejected, in the record":      {nota(`"nota_motivo":"778 - Rejeição: Informado NCM inexistente",`), noneFound, provider.InvoiceRejected, "778", "Informado NCM inexistente"},
		"rejected, accents twice":      {nota(`"nota_recibo":"41",`), `{"code":200,"data":[{"id_status":2,"obs_status":"RejeiÃ§Ã£o: 539 - Duplicidade"}]}`, provider.InvoiceRejected, "539", "Duplicidade"},
		"rejected by a town":           {nota(""), `{"code":200,"data":{"id_status":2,"obs_status":"Nota rejeitada: E058 CEP inválido"}}`, provider.InvoiceRejected, "E058", "CEP inválido"},
		"rejected without a code":      {nota(""), `{"code":200,"data":{"id_status":2,"obs_status":"Rejeição da prefeitura"}}`, provider.InvoiceRejected, "", "Rejeição da prefeitura"},
		"issued, after a rejection":    {nota(emitted), `{"code":200,"data":{"id_status":2,"obs_status":"Rejeição 778: x"}}`, provider.InvoiceIssued, "", ""},
		"an array, strings and a null": {`{"code":"200","data":[{"id_venda":8200001,"id_pedido":"12","obs_interno_pedido":"[ref:inv_1-1]","valor_total_nota":100,"nota_emitida":"1","nota_data_cancelamento":null}]}`, noneFound, provider.InvoiceIssued, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, answers(test.read, test.history, ""))
			got, err := client.GetInvoice(context.Background(), provider.NFe, "8200001")
			if err != nil || got.Status != test.status || got.RejectionCode != test.code || got.RejectionText != test.text {
				t.Fatalf("invoice %+v, %v", got, err)
			}
			if got.ID != "8200001" || got.Reference != "inv_1-1" || got.Number != "12" || got.TotalCents != 10_000 || got.Trashed {
				t.Errorf("invoice %+v", got)
			}
			if strings.Contains(test.read, "nota_data_autorizacao") && (got.IssuedAt == nil || !got.IssuedAt.Equal(nine) || got.AccessKey != key44 || got.Protocol == "") {
				t.Errorf("invoice %+v", got)
			}
			if (got.CanceledAt != nil) != (test.status == provider.InvoiceCanceled) {
				t.Errorf("canceled at %v", got.CanceledAt)
			}
		})
	}
}

func TestIssueInvoice(t *testing.T) {
	t.Parallel()
	danfe := `{"code":200,"data":{"Danfe":"https://files.example.test/danfe.pdf","Xml":"javascript:alert(1)"}}`
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		status provider.InvoiceStatus
		code   string
		class  provider.Class
	}{
		"at once":                           {answers(nota(emitted), noneFound, danfe), provider.InvoiceIssued, "", ""},
		"later":                             {answers(nota(`"nota_recibo":"41",`), noneFound, `{"code":200,"data":{}}`), provider.InvoiceProcessing, "", ""},
		"later, and the read lags":          {answers(nota(""), noneFound, `{"code":200,"data":"Nota enviada"}`), provider.InvoiceProcessing, "", ""},
		"the read fails":                    {answers(`<html>`, noneFound, danfe), provider.InvoiceProcessing, "", ""},
		"issued, as the answer says":        {answers(`<html>`, noneFound, nota(emitted)), provider.InvoiceIssued, "", ""},
		"rejected in a refusal":             {answers(nota(""), noneFound, `{"code":403,"data":"Rejeição 203: Emissor não habilitado para emissão de NF-e"}`), provider.InvoiceRejected, "203", ""},
		"rejected with a word of access":    {answers(nota(""), noneFound, `{"code":403,"data":"Rejeição 280: Certificado do token não autorizado, não encontrado"}`), provider.InvoiceRejected, "280", ""},
		"rejected in a success":             {answers(nota(""), noneFound, `{"code":200,"data":{"mensagem":"Rejeição 778: NCM"}}`), provider.InvoiceRejected, "778", ""},
		"rejected in a validation":          {answers(nota(""), noneFound, `{"code":422,"mensagem":"Rejeição: 733 CFOP","erros":[]}`), provider.InvoiceRejected, "733", ""},
		"opaque, the history tells":         {answers(nota(`"nota_recibo":"41",`), `{"code":200,"data":{"id_status":1,"obs_status":"Rejeição 610: total"}}`, noWords), provider.InvoiceRejected, "610", ""},
		"opaque, and it is on its way":      {answers(nota(`"nota_recibo":"41",`), noneFound, noWords), provider.InvoiceProcessing, "", ""},
		"opaque":                            {answers(nota(""), noneFound, noWords), "", "", provider.Invalid},
		"opaque, and the read fails":        {answers(`<html>`, noneFound, noWords), "", "", provider.Invalid},
		"a duplicate of itself":             {answers(nota(emitted), noneFound, `{"code":403,"data":"Rejeição 204: Duplicidade de NF-e"}`), provider.InvoiceIssued, "", ""},
		"a duplicate of another":            {answers(nota(""), noneFound, `{"code":403,"data":"Rejeição 539: Duplicidade de NF-e com diferença na Chave de Acesso"}`), provider.InvoiceRejected, "539", ""},
		"no such invoice":                   {answers(noneFound, noneFound, `{"code":403,"data":"Nenhuma nota fiscal encontrada!"}`), "", "", provider.NotFound},
		"no such route":                     {answers(nota(""), noneFound, `{"code":404,"message":"Rota inválida"}`), "", "", provider.Invalid},
		"wrong tokens":                      {reply(401, ``), "", "", provider.Auth},
		"a failure that speaks of rejected": {reply(500, `{"code":500,"data":"Rejeição 778: x"}`), "", "", provider.Ambiguous},
		"throttled":                         {reply(429, ``), "", "", provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, test.answer)
			got, err := client.IssueInvoice(context.Background(), provider.NFe, "8200001")
			if (err == nil) != (test.class == "") || err != nil && provider.ClassOf(err) != test.class {
				t.Fatalf("error %v", err)
			}
			if got.Status != test.status || got.RejectionCode != test.code || err == nil && got.ID != "8200001" {
				t.Errorf("invoice %+v", got)
			}
			if sent := stub.lines()[0]; sent != "POST /v2/notas-fiscais/8200001/emitir {}" {
				t.Errorf("sent %s", sent)
			}
			if strings.Contains(got.XML, "javascript") || name == "at once" && got.PDF != "https://files.example.test/danfe.pdf" {
				t.Errorf("links %q %q", got.PDF, got.XML)
			}
		})
	}
}

func TestFindInvoice(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 1, 10, 12, 5, 0, 0, time.UTC)
	for kind, path := range map[provider.InvoiceKind]string{provider.NFe: "notas-fiscais", provider.NFSe: "notas-servico", provider.NFCe: "notas-consumidor"} {
		noun, _ := nounOf(kind)
		client, stub := setup(t, reply(200, `{"code":200,"data":[{"`+noun.keys[0]+`":7,"obs_interno_pedido":"[ref:inv_1-10]"},{"`+noun.keys[0]+`":8,"obs_interno_pedido":"x [ref:inv_1-1]"},{"`+noun.keys[0]+`":9,"obs_interno_pedido":"[ref:inv_1-1]","lixeira":"Sim"}]}`))
		found, err := client.FindInvoice(context.Background(), kind, "inv_1-1", "Maria & Cia", since)
		if err != nil || found != "8" {
			t.Errorf("%s: found %q, %v", kind, found, err)
		}
		if line := stub.lines()[0]; !strings.HasPrefix(line, "GET /v2/"+path+"?data_modificacao=2026-01-10+08%3A55%3A00&") || !strings.Contains(line, "nome_cliente=Maria+%26+Cia") {
			t.Errorf("asked %s", line)
		}
	}
}

// wellMade is an invoice to which nobody objects.
func wellMade(kind provider.InvoiceKind) (provider.InvoiceRequest, []provider.OrderInstallment) {
	sale := typical{buyer: payer(), note: "Venda", items: []provider.OrderItem{router}, kind: kind}
	if kind == provider.NFSe {
		sale.items = []provider.OrderItem{course}
	}
	request := invoiceRequest(sale, "1000000001")
	return request, []provider.OrderInstallment{{DueDate: "2026-02-10", AmountCents: totalCents(request)}}
}

func TestCheckInvoice(t *testing.T) {
	t.Parallel()
	client := newClient("http://127.0.0.1:1")
	for _, kind := range kinds {
		request, installments := wellMade(kind)
		if err := client.CheckInvoice(request, installments); err != nil {
			t.Errorf("%s: %v", kind, failureOf(t, err).Remedy)
		}
	}
	for name, test := range map[string]struct {
		kind   provider.InvoiceKind
		change func(*provider.InvoiceRequest, []provider.OrderInstallment)
		field  string
	}{
		"no kind":           {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Kind = "x" }, "kind"},
		"no reference":      {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Reference = "" }, "reference"},
		"no customer":       {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.CustomerID = "" }, "customerID"},
		"no name":           {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.CustomerName = " " }, "payer.name"},
		"series":            {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Series = "1000" }, "series"},
		"no nature":         {provider.NFCe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Nature = "" }, "nature"},
		"long nature":       {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Nature = strings.Repeat("é", 61) }, "nature"},
		"no day":            {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.SoldOn = "" }, "soldOn"},
		"negative discount": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.DiscountCents = -1 }, "discount"},
		"all discounted":    {provider.NFSe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.DiscountCents = 49_700 }, "discount"},
		"no items":          {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items = nil }, "items"},
		"two services":      {provider.NFSe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items = append(r.Items, r.Items[0]) }, "items"},
		"no product":        {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].ProductID = "" }, "items[0].productID"},
		"long description": {provider.NFSe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) {
			r.Items[0].Description = strings.Repeat("x", 256)
		}, "items[0].description"},
		"no quantity":            {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].Quantity = 0 }, "items[0].quantity"},
		"too large":              {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].Quantity = 1 << 62 }, "items[0].unitCents"},
		"NCM of seven digits":    {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].NCM = "8517624" }, "items[0].ncm"},
		"CFOP of a purchase":     {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].CFOP = "1102" }, "items[0].cfop"},
		"CFOP of another state":  {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].CFOP = "6102" }, "items[0].cfop"},
		"CFOP within the state":  {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.CompanyState = "SC" }, "items[0].cfop"},
		"NFC-e to another state": {provider.NFCe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].CFOP = "6102" }, "items[0].cfop"},
		"two destinations": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) {
			r.CompanyState = ""
			r.Items = append(r.Items, r.Items[0])
			r.Items[1].CFOP = "6102"
		}, "items[1].cfop"},
		"long unit": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Items[0].Unit = "unidade" }, "items[0].unit"},
		"service code": {provider.NFSe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) {
			r.Items[0].ServiceCode = "curso de Go"
		}, "items[0].serviceCode"},
		"no address": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Customer.Address = nil }, "payer.address.street"},
		"a town of elsewhere": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) {
			r.Customer.Address.City = "Ouro Preto"
		}, "payer.address.city"},
		"a town of a service": {provider.NFSe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Customer.Address.City = "Ctba" }, "payer.address.city"},
		"a CEP of elsewhere": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) {
			r.Customer.Address.PostalCode = "35400000"
		}, "payer.address.postalCode"},
		"a dash for a district": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Customer.Address.District = "-" }, "payer.address.district"},
		"long number": {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) {
			r.Customer.Address.Number = "12345678"
		}, "payer.address.number"},
		"no tax id":                 {provider.NFe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Customer.TaxID = "" }, "payer.taxID"},
		"wrong tax id":              {provider.NFCe, func(r *provider.InvoiceRequest, _ []provider.OrderInstallment) { r.Customer.TaxID = "12ABC34501DE36" }, "payer.taxID"},
		"instalments":               {provider.NFe, func(_ *provider.InvoiceRequest, i []provider.OrderInstallment) { i[0].AmountCents-- }, "installments"},
		"instalment before the day": {provider.NFe, func(_ *provider.InvoiceRequest, i []provider.OrderInstallment) { i[0].DueDate = "2026-01-09" }, "installments[0].dueDate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, installments := wellMade(test.kind)
			test.change(&request, installments)
			failure := failureOf(t, client.CheckInvoice(request, installments))
			if failure.Class != provider.Invalid || failure.Field != test.field || failure.Remedy.PT == "" {
				t.Errorf("failure %s: %+v", failure.Field, failure.Remedy)
			}
		})
	}
}

func TestInvoiceWithoutDetails(t *testing.T) {
	t.Parallel()
	client := newClient("http://127.0.0.1:1")
	request, _ := wellMade(provider.NFe)
	request.Customer, request.CompanyState = nil, ""
	request.Items[0].NCM, request.Items[0].CFOP, request.Items[0].Unit = "", "", ""
	if err := client.CheckInvoice(request, nil); err != nil {
		t.Errorf("what the ERP has need not be told: %v", err)
	}
}

func TestRejection(t *testing.T) {
	t.Parallel()
	if len(rejections) < 60 {
		t.Errorf("only %d codes", len(rejections))
	}
	for code := range rejections {
		failure := Rejection(code, "")
		said := []string{failure.Cause.PT, failure.Cause.EN, failure.Remedy.PT, failure.Remedy.EN}
		if failure.Class != provider.Invalid || failure.Provider != "sefaz" || failure.Code != code || slices.Contains(said, "") {
			t.Errorf("%s: %+v", code, failure)
		}
		for _, sentence := range said {
			if !strings.HasSuffix(sentence, ".") {
				t.Errorf("%s: %q", code, sentence)
			}
		}
	}
	for code, field := range map[string]string{"778": "product.ncm", "733": "product.cfop", "237": "customer.taxId", "726": "customer.address", "E058": "customer.address.postalCode", "204": ""} {
		if got := Rejection(code, "x"); got.Field != field || got.Text != "x" {
			t.Errorf("%s: %+v", code, got)
		}
	}
	for code, text := range map[string]string{"4711": "Algo novo.", "770": "NFC-e autorizada há mais de 24 horas", "": "Só palavras"} {
		if got := Rejection(code, text); got.Field != "" || !strings.Contains(got.Cause.PT, strings.TrimSuffix(text, ".")) || !strings.Contains(got.Cause.PT, code) || strings.Contains(got.Cause.PT, "..") {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

func FuzzInvoice(f *testing.F) {
	for _, seed := range []string{nota(""), nota(emitted), nota(`"nota_motivo":"Rejeição 778: x","Danfe":"http://[::1"`), `{"data":[{"nota_emitida":true,"nota_data_autorizacao":"2026-13-01 99:00:00"}]}`, `{"data":{"identificacao":"Ped_1","valor_rec":"1e9"}}`} {
		f.Add(seed)
	}
	statuses := []provider.InvoiceStatus{provider.InvoiceOpen, provider.InvoiceProcessing, provider.InvoiceIssued, provider.InvoiceRejected, provider.InvoiceCanceled}
	f.Fuzz(func(t *testing.T, body string) {
		parsed, err := parse([]byte(body))
		if err != nil {
			return
		}
		for _, row := range records(parsed.data) {
			for _, kind := range kinds {
				got := invoiceOf(kind, row)
				if !slices.Contains(statuses, got.Status) || got.ID != "" && !id.MatchString(got.ID) || len(got.AccessKey)%44 != 0 {
					t.Fatalf("invoice %+v", got)
				}
				if got.PDF != "" && !strings.HasPrefix(got.PDF, "http") {
					t.Fatalf("link %q", got.PDF)
				}
			}
			order, receivable := orderOf(row), receivableOf(row)
			if order.Reference != "" && !referencePattern.MatchString(marker(order.Reference)) || receivable.OrderID != "" && !id.MatchString(receivable.OrderID) {
				t.Fatalf("order %+v, receivable %+v", order, receivable)
			}
			if receivable.DueDate != nil {
				if _, err := brazil.ParseDate(string(*receivable.DueDate)); err != nil {
					t.Fatal(err)
				}
			}
			_ = hasOwnApp(row)
		}
	})
}

func FuzzReadRejection(f *testing.F) {
	for _, seed := range []string{"Rejeição 778: NCM", "778 - Rejeição: NCM", "Uso Denegado 301", "rejeitada (E058)", "Rejeição", "\xff", "Rejeição: 12345678901"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		code, text, found := readRejection(words)
		if !found && (code != "" || text != "") || len(code) > 5 {
			t.Fatalf("code %q, text %q", code, text)
		}
		if failure := Rejection(code, text); failure.Cause.PT == "" || failure.Remedy.EN == "" {
			t.Fatalf("failure %+v", failure)
		}
	})
}
