package billingtest

import (
	"context"
	"encoding/base64"
	"fmt"

	"ponte/billing"
	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/delivery"
	"ponte/ent/enum"
	"ponte/server/sandbox"
)

// FeeCents is the fee for each paid document in a ready world.
const FeeCents = 199

// Must fails the test on an error.
func (w *World) Must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func must[T any](w *World) func(T, error) T {
	w.Helper()
	return func(value T, err error) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return value
	}
}

// Ref answers a pointer to a value.
func Ref[T any](value T) *T { return &value }

func (w *World) next() int64 { return w.made.Add(1) }

// User makes a person.
func (w *World) User(role enum.Role) *db.User {
	w.Helper()
	n := w.next()
	return must[*db.User](w)(w.DB.User.Create().SetName(fmt.Sprintf("Pessoa %d", n)).SetEmail(fmt.Sprintf("pessoa%d@example.test", n)).
		SetPasswordHash("x").SetRole(role).Save(w.ctx))
}

// Ready configures both integrations and switches them on: convênio of bank 0,
// históricos, credentials, a connection test, mappings. Failures are told to the
// people given, or to a new one.
func (w *World) Ready(notified ...*db.User) *World {
	w.Helper()
	if len(notified) == 0 {
		notified = []*db.User{w.User(enum.RoleFinance)}
	}
	ids := make([]string, len(notified))
	for i, one := range notified {
		ids[i] = one.ID
	}
	w.ReadyGerencianet(ids...)
	w.ReadyVhsys(ids...)
	return w
}

// ReadyGerencianet configures and activates the issuer.
func (w *World) ReadyGerencianet(notified ...string) {
	w.Helper()
	account := must[*db.Account](w)(w.SaveAccount(w.ctx, billing.SaveAccount{Name: "Conta principal", BankCode: billing.WalletBank}))
	convenio := must[*db.Convenio](w)(w.SaveConvenio(w.ctx, billing.SaveConvenio{Code: "1", Name: "Gerencianet", BankCode: billing.WalletBank, AccountID: account.ID}))
	historico := func(code, text string, kind enum.HistoricoKind) *string {
		return &must[*db.Historico](w)(w.SaveHistorico(w.ctx, billing.SaveHistorico{Code: code, Text: text, Kind: kind})).ID
	}
	must[*db.Integration](w)(w.SaveGerencianet(w.ctx, billing.GerencianetSettings{
		ClientID: Ref(sandbox.DemoClientID), ClientSecret: Ref(sandbox.DemoClientSecret), ConvenioID: &convenio.ID, FeeCents: Ref(int64(FeeCents)),
		ReceiptHistoricoID: historico("10", "Recebimento de boleto", enum.HistoricoReceipt),
		EntryHistoricoID:   historico("20", "Crédito de boleto", enum.HistoricoEntry),
		FeeHistoricoID:     historico("30", "Tarifa de boleto", enum.HistoricoFee),
		PixKey:             Ref("financeiro@empresa.example"), PayeeCode: Ref("0123456789abcdef0123456789abcdef"),
		PixCertificate:  Ref(base64.StdEncoding.EncodeToString([]byte(w.PixCertificate(sandbox.EnvironmentSandbox)))),
		NotifiedUserIds: notified,
	}))
	w.activate(enum.Gerencianet)
}

// ReadyVhsys configures, maps and activates the ERP.
func (w *World) ReadyVhsys(notified ...string) {
	w.Helper()
	must[*db.Integration](w)(w.SaveVhsys(w.ctx, billing.VhsysSettings{
		AccessToken: Ref(sandbox.DemoAccessToken), SecretAccessToken: Ref(sandbox.DemoSecretToken), NotifiedUserIds: notified,
	}))
	for method, remote := range map[enum.PaymentMethod]string{
		enum.MethodBoleto: "Boleto", enum.MethodCard: "Cartão de Crédito", enum.MethodPix: "PIX", enum.MethodPayPal: "Pagamento online",
	} {
		must[*db.Integration](w)(w.MapPaymentMethod(w.ctx, method, &remote))
	}
	for status, base := range map[enum.MappedSaleStatus]string{
		enum.MappedPending: "Em Aberto", enum.MappedApproved: "Atendido", enum.MappedCanceled: "Cancelado", enum.MappedRefunded: "Em Andamento",
	} {
		must[*db.Integration](w)(w.MapSaleStatus(w.ctx, status, provider.OrderStatus{Base: base}))
	}
	w.activate(enum.Vhsys)
}

func (w *World) activate(kind enum.IntegrationKind) {
	w.Helper()
	test := must[*billing.ConnectionTest](w)(w.TestIntegration(w.ctx, kind))
	if test.Problem != nil {
		w.Fatalf("test %s: %v", kind, test.Problem)
	}
	must[*db.Integration](w)(w.ActivateIntegration(w.ctx, kind, true))
}

// CPF answers a valid invented CPF, another one for each number.
func CPF(n int64) string {
	return withDigits(fmt.Sprintf("%09d", 100_000_000+n*7919%800_000_000), 11)
}

// CNPJ answers a valid invented CNPJ, another one for each number.
func CNPJ(n int64) string {
	return withDigits(fmt.Sprintf("%08d0001", 10_000_000+n*7919%80_000_000), 9)
}

func withDigits(text string, maxWeight int) string {
	for range 2 {
		sum, weight := 0, 2
		for i := len(text) - 1; i >= 0; i-- {
			sum += int(text[i]-'0') * weight
			if weight++; weight > maxWeight {
				weight = 2
			}
		}
		digit := 0
		if rest := sum % 11; rest >= 2 {
			digit = 11 - rest
		}
		text += fmt.Sprint(digit)
	}
	return text
}

// Customer makes a person with an address, every third one a company.
func (w *World) Customer() *db.Customer {
	w.Helper()
	n := w.next()
	taxID, name := CPF(n), fmt.Sprintf("Maria Souza %d", n)
	if n%3 == 0 {
		taxID, name = CNPJ(n), fmt.Sprintf("Padaria São José %d Ltda", n)
	}
	return must[*db.Customer](w)(w.SaveCustomer(w.ctx, billing.SaveCustomer{
		Name: name, TaxID: &taxID, Email: Ref(fmt.Sprintf("cliente%d@example.test", n)), Phone: Ref(fmt.Sprintf("319%08d", n)),
		Address: &billing.AddressInput{Street: "Rua das Flores", Number: "10", District: "Centro", City: "Ouro Preto", State: "MG", PostalCode: "35400-000"},
	}))
}

// Product makes a product that is sold as an order at the ERP.
func (w *World) Product(priceCents int64) *db.Product {
	w.Helper()
	return w.ProductOf(priceCents, w.RemoteProduct("CURSO-GO"))
}

// ProductOf makes a product that stands for a product of the ERP.
func (w *World) ProductOf(priceCents int64, remoteProductID string) *db.Product {
	w.Helper()
	n := w.next()
	return must[*db.Product](w)(w.SaveProduct(w.ctx, billing.SaveProduct{
		Code: fmt.Sprintf("P%d", n), Name: fmt.Sprintf("Curso %d", n), PriceCents: priceCents, Active: true,
		Invoicing: &billing.Invoicing{RemoteProductID: &remoteProductID, RemoteProductName: Ref("Curso de Go"), Document: enum.DocumentOrderOnly, Timing: enum.TimingManual},
	}))
}

// RemoteProduct answers the ERP's id of a seeded product.
func (w *World) RemoteProduct(code string) string {
	w.Helper()
	var products []ProviderOrder
	w.Control("GET", "/vhsys/products", nil, &products)
	for _, one := range products {
		if one.Record["cod_produto"] == code {
			return fmt.Sprint(one.ID)
		}
	}
	w.Fatalf("no product %s", code)
	return ""
}

// NewSale is the input of a sale of a new product to a new customer, in so many
// instalments, the first due in ten days.
func (w *World) NewSale(totalCents int64, installments int) billing.NewSale {
	w.Helper()
	return billing.NewSale{
		CustomerID: w.Customer().ID, Items: []*billing.NewItem{{ProductID: &w.Product(totalCents).ID, Quantity: 1}},
		PaymentMethod: enum.MethodBoleto, Installments: installments, FirstDueDate: Ref(w.Today().AddDays(10)),
	}
}

// Sell makes a sale and answers it with its charges, not yet issued.
func (w *World) Sell(totalCents int64, installments int) (*db.Sale, []*db.Charge) {
	w.Helper()
	started := must[*billing.SaleStarted](w)(w.CreateSale(w.ctx, w.NewSale(totalCents, installments)))
	return started.Sale, w.Charges(started.Sale.ID)
}

// Issued makes a sale and waits until its charges can be paid.
func (w *World) Issued(totalCents int64, installments int) (*db.Sale, []*db.Charge) {
	w.Helper()
	sold, charges := w.Sell(totalCents, installments)
	for _, c := range charges {
		w.UntilStatus(c.ID, enum.ChargeWaiting)
		w.Until("the boleto's data is here", func() bool { return w.ChargeNow(c.ID).TypeableLine != nil }) // a notice may tell the status first
	}
	return sold, w.Charges(sold.ID)
}

// NewCharge is the input of a charge of its own, for a new customer.
func (w *World) NewCharge(amountCents int64) billing.NewCharge {
	w.Helper()
	return billing.NewCharge{
		CustomerID: &w.Customer().ID, Description: Ref("Plano de internet"), AmountCents: &amountCents, DueDate: Ref(w.Today().AddDays(10)),
	}
}

// Charge makes a charge of its own and waits until it can be paid.
func (w *World) Charge(amountCents int64) *db.Charge {
	w.Helper()
	started := must[*billing.Started](w)(w.CreateCharge(w.ctx, w.NewCharge(amountCents)))
	return w.UntilStatus(started.Charge.ID, enum.ChargeWaiting)
}

// Charges answers the live charges of a sale, by instalment.
func (w *World) Charges(saleID string) []*db.Charge {
	w.Helper()
	return must[[]*db.Charge](w)(w.DB.Charge.Query().Where(charge.SaleID(saleID), charge.ReplacedAtIsNil()).Order(db.Asc(charge.FieldInstallment)).All(context.Background()))
}

// ChargeNow reads a charge.
func (w *World) ChargeNow(id string) *db.Charge {
	w.Helper()
	return must[*db.Charge](w)(w.DB.Charge.Get(context.Background(), id))
}

// UntilStatus waits until a charge has the status, and answers it.
func (w *World) UntilStatus(id string, status enum.ChargeStatus) *db.Charge {
	w.Helper()
	w.Until(fmt.Sprintf("%s is %s", id, status), func() bool { return w.ChargeNow(id).Status == status })
	return w.ChargeNow(id)
}

// UntilSale waits until a sale has the status.
func (w *World) UntilSale(id string, status enum.SaleStatus) *db.Sale {
	w.Helper()
	read := func() *db.Sale { return must[*db.Sale](w)(w.DB.Sale.Get(context.Background(), id)) }
	w.Until(fmt.Sprintf("%s is %s", id, status), func() bool { return read().Status == status })
	return read()
}

// UntilIdle waits until no operation waits or runs.
func (w *World) UntilIdle() {
	w.Helper()
	w.Until("no operation is left", func() bool {
		var live int
		w.Must(w.Pool.QueryRow("SELECT count(*) FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN')").Scan(&live))
		return live == 0
	})
}

// Failures answers every failure, oldest first.
func (w *World) Failures() []*db.Failure {
	w.Helper()
	return must[[]*db.Failure](w)(w.DB.Failure.Query().Order(db.Asc("id")).All(context.Background()))
}

// UntilFailure waits for a failure with the code, and answers it.
func (w *World) UntilFailure(code string) *db.Failure {
	w.Helper()
	var found *db.Failure
	w.Until("a failure "+code, func() bool {
		for _, one := range w.Failures() {
			if one.Code == code {
				found = one
			}
		}
		return found != nil
	})
	return found
}

// Heard answers what a person was told, in order.
func (w *World) Heard(userID string) []*db.Delivery {
	w.Helper()
	return must[[]*db.Delivery](w)(w.DB.Delivery.Query().Where(delivery.UserID(userID)).Order(db.Asc(delivery.FieldSequence)).WithFailure().All(context.Background()))
}

// DueIn is a day of the world's calendar.
func (w *World) DueIn(days int) brazil.Date { return w.Today().AddDays(days) }

// FailureNow reads a failure.
func (w *World) FailureNow(id string) *db.Failure {
	w.Helper()
	return must[*db.Failure](w)(w.DB.Failure.Get(context.Background(), id))
}
